/* Both sides of io.systemd.Resolve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/resolve_message.h"

static struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	return address;
}

/* Asking */

static void the_call_for_a_name_has_the_address(void **state)
{
	struct address ipv4 = address_of("192.0.2.1"), ipv6 = address_of("2001:db8::1");
	CLEANUP(buffer_done) struct buffer call = { 0 };

	(void) state;
	resolve_ask_name(&ipv4, &call);
	assert_string_equal(call.bytes, "{\"method\":\"io.systemd.Resolve.ResolveAddress\","
					"\"parameters\":{\"family\":2,\"address\":[192,0,2,1]}}");
	assert_int_equal(call.length, strlen(call.bytes) + 1);
	buffer_clear(&call);
	resolve_ask_name(&ipv6, &call);
	assert_non_null(strstr(call.bytes, "\"family\":10,"
					   "\"address\":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]}"));
}

static void the_call_for_addresses_has_the_host_and_the_family(void **state)
{
	CLEANUP(buffer_done) struct buffer call = { 0 };

	(void) state;
	resolve_ask_addresses("a.example", ADDRESS_FAMILY_IPV4, &call);
	assert_string_equal(call.bytes, "{\"method\":\"io.systemd.Resolve.ResolveHostname\","
					"\"parameters\":{\"name\":\"a.example\",\"family\":2}}");
	buffer_clear(&call);
	resolve_ask_addresses("a.example", ADDRESS_FAMILY_IPV6, &call);
	assert_non_null(strstr(call.bytes, "\"family\":10"));
	buffer_clear(&call);
	resolve_ask_addresses("a.example", ADDRESS_FAMILY_NONE, &call);
	assert_null(strstr(call.bytes, "family"));
}

static enum resolve_answer read_name(const char *text, char **ret_name)
{
	return resolve_read_name(text, strlen(text), ret_name);
}

static void the_first_name_is_taken(void **state)
{
	char *name = NULL;

	(void) state;
	assert_int_equal(read_name("{\"parameters\":{\"names\":[{\"name\":\"a.example\"},"
				   "{\"name\":\"b.example\"}],\"flags\":1}}",
				 &name),
		RESOLVE_ANSWER_YES);
	assert_string_equal(name, "a.example");
	free(name);
}

static enum resolve_answer read_error(const char *error, const char *parameters)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	char *name = NULL;

	buffer_format(&text, "{\"error\":\"io.systemd.Resolve.%s\",\"parameters\":%s}", error,
		parameters);
	return read_name(text.bytes, &name);
}

/* A blocklist that does not answer is not one that does not list the address. */
static void no_record_and_no_answer_differ(void **state)
{
	(void) state;
	assert_int_equal(read_error("NoSuchResourceRecord", "{}"), RESOLVE_ANSWER_NO);
	assert_int_equal(read_error("DNSError", "{\"rcode\":3}"), RESOLVE_ANSWER_NO);
	assert_int_equal(read_error("DNSError", "{\"rcode\":2}"), RESOLVE_ANSWER_FAILED);
	assert_int_equal(read_error("DNSError", "{}"), RESOLVE_ANSWER_FAILED);
	assert_int_equal(read_error("NoNameServers", "{\"rcode\":3}"), RESOLVE_ANSWER_FAILED);
	assert_int_equal(read_error("QueryTimedOut", "{}"), RESOLVE_ANSWER_FAILED);
}

static void a_reply_without_a_name_has_none(void **state)
{
	char *name = NULL;

	(void) state;
	assert_int_equal(read_name("{\"parameters\":{\"names\":[]}}", &name), RESOLVE_ANSWER_NO);
	assert_int_equal(
		read_name("{\"parameters\":{\"names\":[{\"name\":7}]}}", &name), RESOLVE_ANSWER_NO);
}

static void nonsense_is_strange(void **state)
{
	static const char *const texts[] = { "", "{", "7", "[]", "{}", "{\"parameters\":[]}",
		"{\"parameters\":{\"names\":{}}}", "\xff" };
	char *name = NULL;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_int_equal(read_name(texts[i], &name), RESOLVE_ANSWER_STRANGE);
}

static void all_addresses_are_read(void **state)
{
	static const char answer[] =
		"{\"parameters\":{\"addresses\":["
		"{\"ifindex\":2,\"family\":2,\"address\":[192,0,2,7]},"
		"{\"family\":10,\"address\":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]}],"
		"\"name\":\"push.example.net\"}}";
	struct address addresses[4];
	char text[ADDRESS_TEXT_BYTES];
	size_t count;

	(void) state;
	assert_int_equal(resolve_read_addresses(answer, strlen(answer), addresses, 4, &count),
		RESOLVE_ANSWER_YES);
	assert_int_equal(count, 2);
	address_format(&addresses[0], text);
	assert_string_equal(text, "192.0.2.7");
	address_format(&addresses[1], text);
	assert_string_equal(text, "2001:db8::1");
	assert_int_equal(resolve_read_addresses(answer, strlen(answer), addresses, 1, &count),
		RESOLVE_ANSWER_YES);
	assert_int_equal(count, 1);
}

static void an_answer_with_one_strange_address_does_not_count(void **state)
{
	static const char *const answers[] = {
		"{\"parameters\":{}}",
		"{\"parameters\":{\"addresses\":7}}",
		"{\"parameters\":{\"addresses\":{}}}",
		"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2]}]}}",
		"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,7,0]}]}}",
		"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,256]}]}}",
		("{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,7]},"
		 "{\"family\":3,\"address\":[127,0,0,1]}]}}"),
		"{\"parameters\":{\"addresses\":[{\"family\":10,\"address\":[192,0,2,1]}]}}",
		"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,\"7\"]}]}}",
		"[]",
		"",
	};
	struct address addresses[4];
	size_t count;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
		assert_int_equal(resolve_read_addresses(
					 answers[i], strlen(answers[i]), addresses, 4, &count),
			RESOLVE_ANSWER_STRANGE);
}

static void a_host_may_have_no_address(void **state)
{
	static const char *const answers[] = {
		"{\"error\":\"io.systemd.Resolve.NoSuchResourceRecord\",\"parameters\":{}}",
		"{\"parameters\":{\"addresses\":[]}}",
	};
	struct address addresses[4];
	size_t count;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
		assert_int_equal(resolve_read_addresses(
					 answers[i], strlen(answers[i]), addresses, 4, &count),
			RESOLVE_ANSWER_NO);
}

/* Answering */

static void what_papod_asks_is_understood(void **state)
{
	CLEANUP(buffer_done) struct buffer call = { 0 };
	struct address address = address_of("2001:db8::1");
	struct resolve_question question;

	(void) state;
	resolve_ask_name(&address, &call);
	assert_true(resolve_read_call(call.bytes, call.length - 1, &question, NULL));
	assert_true(question.is_for_name);
	assert_memory_equal(&question.address, &address, sizeof(address));
	buffer_clear(&call);
	resolve_ask_addresses("a.example", ADDRESS_FAMILY_IPV4, &call);
	assert_true(resolve_read_call(call.bytes, call.length - 1, &question, NULL));
	assert_false(question.is_for_name);
	assert_string_equal(question.host, "a.example");
	assert_int_equal(question.family, ADDRESS_FAMILY_IPV4);
	buffer_clear(&call);
	resolve_ask_addresses("a.example", ADDRESS_FAMILY_NONE, &call);
	assert_true(resolve_read_call(call.bytes, call.length - 1, &question, NULL));
	assert_int_equal(question.family, ADDRESS_FAMILY_NONE);
}

#define CALL(method, parameters)                                                                   \
	"{\"method\":\"io.systemd.Resolve." method "\",\"parameters\":" parameters "}"
#define INVALID(parameter)                                                                         \
	"{\"error\":\"org.varlink.service.InvalidParameter\","                                     \
	"\"parameters\":{\"parameter\":\"" parameter "\"}}"

static void assert_refused(const char *call, const char *reply)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct resolve_question question;

	assert_false(resolve_read_call(call, strlen(call), &question, &out));
	assert_string_equal(out.bytes, reply);
	assert_int_equal(out.length, strlen(reply) + 1);
}

static void other_calls_are_refused_with_a_reason(void **state)
{
	(void) state;
	assert_refused("GET / HTTP/1.1", INVALID("method"));
	assert_refused("{\"parameters\":{}}", INVALID("method"));
	assert_refused("{\"method\":\"io.systemd.Resolve.ResolveAddress\",\"oneway\":true}",
		INVALID("method"));
	assert_refused(CALL("ResolveRecord", "{}"),
		"{\"error\":\"org.varlink.service.MethodNotFound\","
		"\"parameters\":{\"method\":\"io.systemd.Resolve.ResolveRecord\"}}");
	assert_refused(CALL("ResolveAddress", "{}"), INVALID("address"));
	assert_refused(
		CALL("ResolveAddress", "{\"family\":2,\"address\":[1,2,3]}"), INVALID("address"));
	assert_refused(CALL("ResolveHostname", "{\"family\":2}"), INVALID("name"));
	assert_refused(CALL("ResolveHostname", "{\"name\":\"\"}"), INVALID("name"));
	assert_refused(CALL("ResolveHostname", "{\"name\":\"a\\u0001b\"}"), INVALID("name"));
	assert_refused(CALL("ResolveHostname", "{\"name\":\"a\",\"family\":1}"), INVALID("family"));
	assert_refused(
		CALL("ResolveHostname", "{\"name\":\"a\",\"family\":\"2\"}"), INVALID("family"));
}

static void a_host_has_at_most_254_letters(void **state)
{
	char host[RESOLVE_HOST_BYTES + 1];
	CLEANUP(buffer_done) struct buffer call = { 0 };
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct resolve_question question;

	(void) state;
	memset(host, 'a', RESOLVE_HOST_BYTES);
	host[RESOLVE_HOST_BYTES] = '\0';
	resolve_ask_addresses(host + 1, ADDRESS_FAMILY_NONE, &call);
	assert_true(resolve_read_call(call.bytes, call.length - 1, &question, &out));
	assert_string_equal(question.host, host + 1);
	buffer_clear(&call);
	resolve_ask_addresses(host, ADDRESS_FAMILY_NONE, &call);
	assert_false(resolve_read_call(call.bytes, call.length - 1, &question, &out));
	assert_string_equal(out.bytes, INVALID("name"));
}

static void the_replies_are_read_as_they_are_meant(void **state)
{
	CLEANUP(buffer_done) struct buffer reply = { 0 };
	struct address two[] = { address_of("192.0.2.7"), address_of("2001:db8::1") }, found[4];
	size_t count;
	char *name = NULL;

	(void) state;
	resolve_put_name("a.example", &reply);
	assert_int_equal(
		resolve_read_name(reply.bytes, reply.length - 1, &name), RESOLVE_ANSWER_YES);
	assert_string_equal(name, "a.example");
	free(name);
	buffer_clear(&reply);
	resolve_put_addresses("a.example", two, 2, &reply);
	assert_int_equal(resolve_read_addresses(reply.bytes, reply.length - 1, found, 4, &count),
		RESOLVE_ANSWER_YES);
	assert_int_equal(count, 2);
	assert_memory_equal(found, two, sizeof(two));
	buffer_clear(&reply);
	resolve_put_failure(RESOLVE_ANSWER_NO, &reply);
	assert_int_equal(
		resolve_read_name(reply.bytes, reply.length - 1, &name), RESOLVE_ANSWER_NO);
	buffer_clear(&reply);
	resolve_put_failure(RESOLVE_ANSWER_FAILED, &reply);
	assert_int_equal(
		resolve_read_name(reply.bytes, reply.length - 1, &name), RESOLVE_ANSWER_FAILED);
	buffer_clear(&reply);
	resolve_put_timeout(&reply);
	assert_int_equal(
		resolve_read_name(reply.bytes, reply.length - 1, &name), RESOLVE_ANSWER_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_call_for_a_name_has_the_address),
		cmocka_unit_test(the_call_for_addresses_has_the_host_and_the_family),
		cmocka_unit_test(the_first_name_is_taken),
		cmocka_unit_test(no_record_and_no_answer_differ),
		cmocka_unit_test(a_reply_without_a_name_has_none),
		cmocka_unit_test(nonsense_is_strange),
		cmocka_unit_test(all_addresses_are_read),
		cmocka_unit_test(an_answer_with_one_strange_address_does_not_count),
		cmocka_unit_test(a_host_may_have_no_address),
		cmocka_unit_test(what_papod_asks_is_understood),
		cmocka_unit_test(other_calls_are_refused_with_a_reason),
		cmocka_unit_test(a_host_has_at_most_254_letters),
		cmocka_unit_test(the_replies_are_read_as_they_are_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
