/* Owns the calls of io.systemd.Resolve. */
#include "daemon/varlink.h"

#include <jansson.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/varlink_message.h"

static int system_family(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_IPV4 ? AF_INET : AF_INET6;
}

static size_t count_bytes(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_IPV4 ? 4 : 16;
}

void varlink_ask_name(const struct address *address, struct buffer *out)
{
	json_t *parameters = json_object(), *bytes = json_array();

	for (size_t i = 0; i < count_bytes(address); i++)
		json_array_append_new(bytes, json_integer(address->bytes[i]));
	json_object_set_new(parameters, "family", json_integer(system_family(address)));
	json_object_set_new(parameters, "address", bytes);
	varlink_message_put_call(out, "io.systemd.Resolve.ResolveAddress", parameters);
}

void varlink_ask_addresses(const char *name, const struct address *like, struct buffer *out)
{
	json_t *parameters = json_object();

	/* json_string() returns NULL if the name is not UTF-8; then the call has no name, and the
	 * answer is an error. */
	json_object_set_new(parameters, "name", json_string(name));
	json_object_set_new(parameters, "family", json_integer(system_family(like)));
	varlink_message_put_call(out, "io.systemd.Resolve.ResolveHostname", parameters);
}

/* YES: the reply contains a list of that name. The caller releases the reply, whatever the answer.
 */
static enum varlink_answer read_reply_list(const char *text, size_t length, const char *list_name,
	struct varlink_message *ret_reply, json_t **ret_list)
{
	if (!varlink_message_parse(text, length, ret_reply))
		return VARLINK_STRANGE;
	if (ret_reply->error)
		return VARLINK_NO;
	*ret_list = json_object_get(ret_reply->parameters, list_name);
	return json_is_array(*ret_list) ? VARLINK_YES : VARLINK_STRANGE;
}

enum varlink_answer varlink_read_name(const char *text, size_t length, char **ret_name)
{
	CLEANUP(varlink_message_done) struct varlink_message reply = { 0 };
	json_t *list = NULL;
	enum varlink_answer answer = read_reply_list(text, length, "names", &reply, &list);
	const char *name;

	if (answer != VARLINK_YES)
		return answer;
	name = json_string_value(json_object_get(json_array_get(list, 0), "name"));
	if (!name)
		return VARLINK_NO;
	*ret_name = mem_text(name);
	return VARLINK_YES;
}

static bool is_address(json_t *entry, const struct address *address)
{
	json_t *bytes = json_object_get(entry, "address"), *byte;
	size_t i;

	if (json_integer_value(json_object_get(entry, "family")) != system_family(address) ||
		json_array_size(bytes) != count_bytes(address))
		return false;
	json_array_foreach(bytes, i, byte)
	{
		if (json_integer_value(byte) != address->bytes[i])
			return false;
	}
	return true;
}

enum varlink_answer varlink_read_addresses(
	const char *text, size_t length, const struct address *address)
{
	CLEANUP(varlink_message_done) struct varlink_message reply = { 0 };
	json_t *list = NULL, *entry;
	enum varlink_answer answer = read_reply_list(text, length, "addresses", &reply, &list);
	size_t i;

	if (answer != VARLINK_YES)
		return answer;
	json_array_foreach(list, i, entry)
	{
		if (is_address(entry, address))
			return VARLINK_YES;
	}
	return VARLINK_NO;
}
