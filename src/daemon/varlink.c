/* Owns the JSON of io.systemd.Resolve. */
#include "daemon/varlink.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"

static int system_family(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_IPV4 ? AF_INET : AF_INET6;
}

static size_t count_bytes(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_IPV4 ? 4 : 16;
}

static void free_jsonp(json_t **json)
{
	json_decref(*json);
}

/* Takes ownership of the parameters. */
static void put_call(struct buffer *out, const char *method, json_t *parameters)
{
	CLEANUP(free_jsonp) json_t *call = json_object();
	char *text;

	json_object_set_new(call, "method", json_string(method));
	json_object_set_new(call, "parameters", parameters);
	text = json_dumps(call, JSON_COMPACT);
	if (text)
		buffer_put(out, text, strlen(text) + 1);
	free(text);
}

void varlink_ask_name(const struct address *address, struct buffer *out)
{
	json_t *parameters = json_object(), *bytes = json_array();

	for (size_t i = 0; i < count_bytes(address); i++)
		json_array_append_new(bytes, json_integer(address->bytes[i]));
	json_object_set_new(parameters, "family", json_integer(system_family(address)));
	json_object_set_new(parameters, "address", bytes);
	put_call(out, "io.systemd.Resolve.ResolveAddress", parameters);
}

void varlink_ask_addresses(const char *name, const struct address *like, struct buffer *out)
{
	json_t *parameters = json_object();

	/* json_string() returns NULL if the name is not UTF-8; then the call has no name, and the
	 * answer is an error. */
	json_object_set_new(parameters, "name", json_string(name));
	json_object_set_new(parameters, "family", json_integer(system_family(like)));
	put_call(out, "io.systemd.Resolve.ResolveHostname", parameters);
}

/* YES: *ret_reply, which the caller releases, contains a list of that name. */
static enum varlink_answer read_reply_list(const char *text, size_t length, const char *list_name,
	json_t **ret_reply, json_t **ret_list)
{
	CLEANUP(free_jsonp) json_t *reply = json_loadb(text, length, 0, NULL);
	json_t *list;

	if (!json_is_object(reply))
		return VARLINK_STRANGE;
	if (json_object_get(reply, "error"))
		return VARLINK_NO;
	list = json_object_get(json_object_get(reply, "parameters"), list_name);
	if (!json_is_array(list))
		return VARLINK_STRANGE;
	*ret_reply = TAKE(reply);
	*ret_list = list;
	return VARLINK_YES;
}

enum varlink_answer varlink_read_name(const char *text, size_t length, char **ret_name)
{
	CLEANUP(free_jsonp) json_t *reply = NULL;
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
	CLEANUP(free_jsonp) json_t *reply = NULL;
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
