/* Owns which entries of the list "listen" become addresses of papod.socket, and the text of the
 * drop-in. */
#include "config/socket_unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/listen_text.h"
#include "config/settings_origins.h"

static const char head[] =
	"# Made by papod-generator from the list \"listen\" in papod.conf. Change that and run\n"
	"# papod --apply; or add a drop-in of your own, with a name that sorts behind this one.\n"
	"[Socket]\n"
	"ListenStream=\n";

void socket_unit_done(struct socket_unit *unit)
{
	free(unit->addresses);
	*unit = (struct socket_unit){ 0 };
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

static void remove_covered(struct socket_unit *unit, const struct address *wide)
{
	size_t kept = 0;

	for (size_t i = 0; i < unit->n_addresses; i++)
		if (!takes_same_port(wide, &unit->addresses[i]))
			unit->addresses[kept++] = unit->addresses[i];
	unit->n_addresses = kept;
}

static void add_unit_address(struct socket_unit *unit, const char *text, uint32_t port)
{
	struct address address = { 0 };

	if (!address_parse_range(text, &address))
		return; /* refused already */
	address.port = (uint16_t) port;
	for (size_t i = 0; i < unit->n_addresses; i++)
		if (takes_same_port(&unit->addresses[i], &address))
			return;
	remove_covered(unit, &address);
	unit->addresses =
		mem_resize(unit->addresses, unit->n_addresses + 1, sizeof(*unit->addresses));
	unit->addresses[unit->n_addresses++] = address;
}

static void add_listener_addresses(const struct settings *settings, size_t index,
	struct problems *problems, struct socket_unit *unit)
{
	const struct listener_settings *listener = &settings->listeners[index];
	const struct option_table *table = option_table_get(OPTION_TABLE_LISTEN);
	size_t port = (size_t) (option_find(table, "port") - table->options);
	struct origin origin =
		settings_origins_of(settings->origins, OPTION_TABLE_LISTEN, index)[port];

	if (!listener->address)
		return; /* papod opens Unix sockets itself, as they have an owner and permissions */
	if (!listener->port) {
		problems_add(problems, false, origin_file(settings, origin), origin.line,
			"listen.port",
			"systemd cannot listen on port 0; choose a port from 1 to 65535");
		return;
	}
	if (strcmp(listener->address, "*") != 0) {
		add_unit_address(unit, listener->address, listener->port);
		return;
	}
	add_unit_address(unit, "0.0.0.0", listener->port);
	add_unit_address(unit, "::", listener->port);
}

void socket_unit_of_settings(
	const struct settings *settings, struct problems *problems, struct socket_unit *ret_unit)
{
	*ret_unit = (struct socket_unit){ .is_default = settings->listens_by_default };
	if (ret_unit->is_default)
		return;
	for (size_t i = 0; i < settings->n_listeners; i++)
		add_listener_addresses(settings, i, problems, ret_unit);
}

void socket_unit_of_sources(const struct source *sources, size_t n_sources,
	struct problems *problems, struct socket_unit *ret_unit)
{
	struct source *listens = mem_new(n_sources * sizeof(*listens));
	struct settings *settings;
	size_t n_errors = problems->n_errors;

	for (size_t i = 0; i < n_sources; i++)
		listens[i] = (struct source){
			.kind = sources[i].kind,
			.name = sources[i].name,
			.text = listen_text(sources[i].text),
		};
	settings = settings_parse_leniently(listens, n_sources, problems);
	socket_unit_of_settings(settings, problems, ret_unit);
	ret_unit->is_default |= problems->n_errors > n_errors && !ret_unit->n_addresses;
	settings_unref(settings);
	for (size_t i = 0; i < n_sources; i++)
		mem_freep(&listens[i].text);
	free(listens);
}

void socket_unit_format(const struct socket_unit *unit, struct buffer *out)
{
	char text[ADDRESS_TEXT_BYTES];

	if (unit->is_default)
		return;
	buffer_put_text(out, head);
	for (size_t i = 0; i < unit->n_addresses; i++) {
		address_format_port(&unit->addresses[i], text);
		buffer_format(out, "ListenStream=%s\n", text);
	}
	buffer_put_text(out, "ListenStream=" SOCKET_UNIT_LOCAL "\n");
}
