/* Owns the call of systemd-resolved. */
#include "push/resolved.h"

#include <jansson.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "proto/varlink_message.h"

void resolved_ask(const char *host, struct buffer *out)
{
	json_t *parameters = json_object();

	json_object_set_new(parameters, "name", json_string(host));
	varlink_message_put_call(out, "io.systemd.Resolve.ResolveHostname", parameters);
}

/* False: of another family, or malformed. */
static bool read_resolved_address(json_t *entry, struct address *ret_address)
{
	json_int_t family = json_integer_value(json_object_get(entry, "family"));
	json_t *bytes = json_object_get(entry, "address"), *byte;
	size_t n_bytes = family == AF_INET ? 4 : 16, i;
	struct address address = {
		.family = family == AF_INET ? ADDRESS_FAMILY_IPV4 : ADDRESS_FAMILY_IPV6,
		.prefix = (uint8_t) (8 * n_bytes),
	};

	if ((family != AF_INET && family != AF_INET6) || json_array_size(bytes) != n_bytes)
		return false;
	json_array_foreach(bytes, i, byte)
	{
		if (!json_is_integer(byte) || json_integer_value(byte) < 0 ||
			json_integer_value(byte) > UINT8_MAX)
			return false;
		address.bytes[i] = (uint8_t) json_integer_value(byte);
	}
	*ret_address = address;
	return true;
}

bool resolved_read(
	const char *text, size_t length, struct address *addresses, size_t most, size_t *ret_count)
{
	CLEANUP(varlink_message_done) struct varlink_message reply = { 0 };
	json_t *list, *entry;
	size_t count = 0, i;

	if (!varlink_message_parse(text, length, &reply) || reply.error)
		return false;
	list = json_object_get(reply.parameters, "addresses");
	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, entry)
	{
		if (count == most || !read_resolved_address(entry, &addresses[count]))
			break;
		count++;
	}
	*ret_count = count;
	return i == json_array_size(list) || count == most;
}
