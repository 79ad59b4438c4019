/* Owns the calls of io.systemd.Resolve, for those who ask and for those who answer. */
#include "proto/resolve_message.h"

#include <jansson.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/varlink_message.h"

#define INTERFACE "io.systemd.Resolve."
#define CALL_FOR_NAME INTERFACE "ResolveAddress"
#define CALL_FOR_ADDRESSES INTERFACE "ResolveHostname"
#define NO_SUCH_RECORD INTERFACE "NoSuchResourceRecord"
#define DNS_ERROR INTERFACE "DNSError"
#define NAME_ERROR 3 /* the rcode: RFC 1035 4.1.1 */
#define INVALID_PARAMETER "org.varlink.service.InvalidParameter"

/* Addresses */

static int number_of_family(enum address_family family)
{
	switch (family) {
	case ADDRESS_FAMILY_IPV4:
		return AF_INET;
	case ADDRESS_FAMILY_IPV6:
		return AF_INET6;
	case ADDRESS_FAMILY_NONE:
	case ADDRESS_FAMILY_UNIX:
		break;
	}
	return AF_UNSPEC;
}

static json_t *json_of_address(const struct address *address)
{
	size_t n_bytes = address->family == ADDRESS_FAMILY_IPV4 ? 4 : 16;
	json_t *object = json_object(), *bytes = json_array();

	for (size_t i = 0; i < n_bytes; i++)
		json_array_append_new(bytes, json_integer(address->bytes[i]));
	json_object_set_new(object, "family", json_integer(number_of_family(address->family)));
	json_object_set_new(object, "address", bytes);
	return object;
}

/* False: of another family, or malformed. */
static bool read_json_address(json_t *entry, struct address *ret_address)
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

/* Asking */

void resolve_ask_name(const struct address *address, struct buffer *out)
{
	varlink_message_put_call(out, CALL_FOR_NAME, json_of_address(address));
}

void resolve_ask_addresses(const char *host, enum address_family family, struct buffer *out)
{
	json_t *parameters = json_object();

	/* json_string() returns NULL if the name is not UTF-8; then the call has no name, and the
	 * answer is an error. */
	json_object_set_new(parameters, "name", json_string(host));
	if (family != ADDRESS_FAMILY_NONE)
		json_object_set_new(parameters, "family", json_integer(number_of_family(family)));
	varlink_message_put_call(out, CALL_FOR_ADDRESSES, parameters);
}

static enum resolve_answer read_error(const struct varlink_message *reply)
{
	uint64_t rcode;

	if (strcmp(reply->error, NO_SUCH_RECORD) == 0 ||
		(strcmp(reply->error, DNS_ERROR) == 0 &&
			varlink_message_number(reply, "rcode", &rcode) && rcode == NAME_ERROR))
		return RESOLVE_ANSWER_NO;
	return RESOLVE_ANSWER_FAILED;
}

/* YES: the reply contains a list of that name. The caller releases the reply, whatever the answer.
 */
static enum resolve_answer read_reply_list(const char *text, size_t length, const char *list_name,
	struct varlink_message *ret_reply, json_t **ret_list)
{
	if (!varlink_message_parse(text, length, ret_reply))
		return RESOLVE_ANSWER_STRANGE;
	if (ret_reply->error)
		return read_error(ret_reply);
	*ret_list = json_object_get(ret_reply->parameters, list_name);
	return json_is_array(*ret_list) ? RESOLVE_ANSWER_YES : RESOLVE_ANSWER_STRANGE;
}

enum resolve_answer resolve_read_name(const char *text, size_t length, char **ret_name)
{
	CLEANUP(varlink_message_done) struct varlink_message reply = { 0 };
	json_t *list = NULL;
	enum resolve_answer answer = read_reply_list(text, length, "names", &reply, &list);
	const char *name;

	if (answer != RESOLVE_ANSWER_YES)
		return answer;
	name = json_string_value(json_object_get(json_array_get(list, 0), "name"));
	if (!name)
		return RESOLVE_ANSWER_NO;
	*ret_name = mem_text(name);
	return RESOLVE_ANSWER_YES;
}

enum resolve_answer resolve_read_addresses(
	const char *text, size_t length, struct address *addresses, size_t most, size_t *ret_count)
{
	CLEANUP(varlink_message_done) struct varlink_message reply = { 0 };
	json_t *list = NULL, *entry;
	enum resolve_answer answer = read_reply_list(text, length, "addresses", &reply, &list);
	size_t count = 0, i;

	if (answer != RESOLVE_ANSWER_YES)
		return answer;
	json_array_foreach(list, i, entry)
	{
		if (count == most)
			break;
		if (!read_json_address(entry, &addresses[count]))
			return RESOLVE_ANSWER_STRANGE;
		count++;
	}
	*ret_count = count;
	return count ? RESOLVE_ANSWER_YES : RESOLVE_ANSWER_NO;
}

/* Answering */

static bool refuse_call_parameter(const char *name, struct buffer *out)
{
	varlink_message_put_error(out, INVALID_PARAMETER, "parameter", name);
	return false;
}

static bool read_name_parameters(
	const struct varlink_message *call, struct resolve_question *question, struct buffer *out)
{
	question->is_for_name = true;
	return read_json_address(call->parameters, &question->address) ||
	       refuse_call_parameter("address", out);
}

static bool read_family(const struct varlink_message *call, enum address_family *ret_family)
{
	json_t *member = json_object_get(call->parameters, "family");
	json_int_t number = json_integer_value(member);

	if (member && !json_is_null(member) && !json_is_integer(member))
		return false;
	*ret_family = number == AF_INET	   ? ADDRESS_FAMILY_IPV4
		      : number == AF_INET6 ? ADDRESS_FAMILY_IPV6
					   : ADDRESS_FAMILY_NONE;
	return number == AF_UNSPEC || number == AF_INET || number == AF_INET6;
}

static bool read_host_parameters(
	const struct varlink_message *call, struct resolve_question *question, struct buffer *out)
{
	const char *host = varlink_message_text(call, "name");

	if (!host || !*host || strlen(host) >= RESOLVE_HOST_BYTES ||
		!text_is_plain(host, strlen(host)))
		return refuse_call_parameter("name", out);
	if (!read_family(call, &question->family))
		return refuse_call_parameter("family", out);
	text_copy(question->host, sizeof(question->host), host);
	return true;
}

bool resolve_read_call(
	const char *text, size_t length, struct resolve_question *ret_question, struct buffer *out)
{
	CLEANUP(varlink_message_done) struct varlink_message call = { 0 };

	if (!varlink_message_parse(text, length, &call) || !call.method || call.is_oneway ||
		call.is_upgrade) {
		resolve_put_refusal(out);
		return false;
	}
	*ret_question = (struct resolve_question){ 0 };
	if (strcmp(call.method, CALL_FOR_NAME) == 0)
		return read_name_parameters(&call, ret_question, out);
	if (strcmp(call.method, CALL_FOR_ADDRESSES) == 0)
		return read_host_parameters(&call, ret_question, out);
	varlink_message_put_error(out, "org.varlink.service.MethodNotFound", "method", call.method);
	return false;
}

void resolve_put_name(const char *name, struct buffer *out)
{
	json_t *parameters = json_object(), *names = json_array(), *entry = json_object();

	json_object_set_new(entry, "name", json_string(name));
	json_array_append_new(names, entry);
	json_object_set_new(parameters, "names", names);
	json_object_set_new(parameters, "flags", json_integer(0));
	varlink_message_put_reply(out, parameters);
}

void resolve_put_addresses(
	const char *host, const struct address *addresses, size_t count, struct buffer *out)
{
	json_t *parameters = json_object(), *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_of_address(&addresses[i]));
	json_object_set_new(parameters, "addresses", list);
	json_object_set_new(parameters, "name", json_string(host));
	json_object_set_new(parameters, "flags", json_integer(0));
	varlink_message_put_reply(out, parameters);
}

void resolve_put_failure(enum resolve_answer answer, struct buffer *out)
{
	varlink_message_put_error(out,
		answer == RESOLVE_ANSWER_NO ? NO_SUCH_RECORD : INTERFACE "NoNameServers", NULL,
		NULL);
}

void resolve_put_timeout(struct buffer *out)
{
	varlink_message_put_error(out, INTERFACE "QueryTimedOut", NULL, NULL);
}

void resolve_put_refusal(struct buffer *out)
{
	varlink_message_put_error(out, INVALID_PARAMETER, "parameter", "method");
}
