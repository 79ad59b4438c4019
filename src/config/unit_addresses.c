/* Owns which addresses a socket unit can have at the same time. */
#include "config/unit_addresses.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void unit_addresses_done(struct unit_addresses *addresses)
{
	free(addresses->items);
	*addresses = (struct unit_addresses){ 0 };
}

static bool is_any_address(const struct address *address)
{
	static const struct address everywhere;

	return memcmp(address->bytes, everywhere.bytes, sizeof(address->bytes)) == 0;
}

/* Does the first address prevent a socket at the second? */
static bool takes_same_port(const struct address *wide, const struct address *address)
{
	return wide->family == address->family && wide->port == address->port &&
	       (is_any_address(wide) ||
		       memcmp(wide->bytes, address->bytes, sizeof(wide->bytes)) == 0);
}

static void remove_covered(struct unit_addresses *addresses, const struct address *wide)
{
	size_t kept = 0;

	for (size_t i = 0; i < addresses->count; i++)
		if (!takes_same_port(wide, &addresses->items[i]))
			addresses->items[kept++] = addresses->items[i];
	addresses->count = kept;
}

static void add_unit_address(struct unit_addresses *addresses, const char *text, uint32_t port)
{
	struct address address = { 0 };

	if (!address_parse_range(text, &address))
		return; /* refused already */
	address.port = (uint16_t) port;
	for (size_t i = 0; i < addresses->count; i++)
		if (takes_same_port(&addresses->items[i], &address))
			return;
	remove_covered(addresses, &address);
	addresses->items =
		mem_resize(addresses->items, addresses->count + 1, sizeof(*addresses->items));
	addresses->items[addresses->count++] = address;
}

void unit_addresses_add(struct unit_addresses *addresses, const char *text, uint32_t port)
{
	if (strcmp(text, "*") != 0) {
		add_unit_address(addresses, text, port);
		return;
	}
	add_unit_address(addresses, "0.0.0.0", port);
	add_unit_address(addresses, "::", port);
}

void unit_addresses_format(
	const struct unit_addresses *addresses, const char *setting, struct buffer *out)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < addresses->count; i++) {
		address_format_port(&addresses->items[i], text);
		buffer_format(out, "%s=%s\n", setting, text);
	}
}
