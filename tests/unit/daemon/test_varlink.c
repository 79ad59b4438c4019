#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "daemon/varlink.h"

static struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	return address;
}

static void the_call_for_a_name_has_the_address(void **state)
{
	struct address address = address_of("192.0.2.1");
	struct buffer call = { 0 };

	(void) state;
	varlink_ask_name(&address, &call);
	assert_string_equal(call.bytes, "{\"method\":\"io.systemd.Resolve.ResolveAddress\","
					"\"parameters\":{\"family\":2,\"address\":[192,0,2,1]}}");
	assert_int_equal(call.length, strlen(call.bytes) + 1);
	buffer_done(&call);
}

static enum varlink_answer read_name(const char *text, char **ret_name)
{
	return varlink_read_name(text, strlen(text), ret_name);
}

static void the_first_name_is_taken(void **state)
{
	char *name = NULL;

	(void) state;
	assert_int_equal(read_name("{\"parameters\":{\"names\":[{\"name\":\"a.example\"},"
				   "{\"name\":\"b.example\"}],\"flags\":1}}",
				 &name),
		VARLINK_YES);
	assert_string_equal(name, "a.example");
	free(name);
}

static void an_error_is_no_name(void **state)
{
	char *name = NULL;

	(void) state;
	assert_int_equal(
		read_name("{\"error\":\"io.systemd.Resolve.NoSuchResourceRecord\"}", &name),
		VARLINK_NO);
	assert_int_equal(read_name("{\"parameters\":{\"names\":[]}}", &name), VARLINK_NO);
	assert_int_equal(
		read_name("{\"parameters\":{\"names\":[{\"name\":7}]}}", &name), VARLINK_NO);
}

static void nonsense_is_strange(void **state)
{
	static const char *const texts[] = { "", "{", "7", "[]", "{}", "{\"parameters\":[]}",
		"{\"parameters\":{\"names\":{}}}", "\xff" };
	char *name = NULL;

	(void) state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(read_name(texts[i], &name), VARLINK_STRANGE);
}

static enum varlink_answer confirm(const char *text, const char *wanted)
{
	struct address address = address_of(wanted);

	return varlink_read_addresses(text, strlen(text), &address);
}

static void only_the_same_address_confirms(void **state)
{
	static const char two[] = "{\"parameters\":{\"addresses\":["
				  "{\"family\":10,\"address\":[192,0,2,1]},"
				  "{\"ifindex\":1,\"family\":2,\"address\":[192,0,2,7]}]}}";

	(void) state;
	assert_int_equal(confirm(two, "192.0.2.7"), VARLINK_YES);
	assert_int_equal(confirm(two, "192.0.2.1"), VARLINK_NO);
	assert_int_equal(confirm("{\"parameters\":{\"addresses\":[{\"family\":2,"
				 "\"address\":[192,0,2,256]}]}}",
				 "192.0.2.0"),
		VARLINK_NO);
}

static void the_call_that_confirms_has_the_name_and_the_family(void **state)
{
	struct address ipv4 = address_of("192.0.2.1"), ipv6 = address_of("2001:db8::1");
	struct buffer call = { 0 };

	(void) state;
	varlink_ask_addresses("a.example", &ipv4, &call);
	assert_string_equal(call.bytes, "{\"method\":\"io.systemd.Resolve.ResolveHostname\","
					"\"parameters\":{\"name\":\"a.example\",\"family\":2}}");
	buffer_clear(&call);
	varlink_ask_addresses("a.example", &ipv6, &call);
	assert_non_null(strstr(call.bytes, "\"family\":10"));
	buffer_clear(&call);
	varlink_ask_name(&ipv6, &call);
	assert_non_null(strstr(call.bytes, "\"family\":10,"
					   "\"address\":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]}"));
	buffer_done(&call);
}

static void an_address_of_another_length_confirms_nothing(void **state)
{
	(void) state;
	assert_int_equal(confirm("{\"parameters\":{\"addresses\":[{\"family\":2,"
				 "\"address\":[192,0,2]}]}}",
				 "192.0.2.0"),
		VARLINK_NO);
	assert_int_equal(confirm("{\"parameters\":{\"addresses\":[{\"family\":2,"
				 "\"address\":[192,0,2,7,0]}]}}",
				 "192.0.2.7"),
		VARLINK_NO);
	assert_int_equal(confirm("{\"parameters\":{\"addresses\":[{\"family\":10,\"address\":"
				 "[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]}]}}",
				 "2001:db8::1"),
		VARLINK_YES);
	assert_int_equal(confirm("{\"error\":\"x\"}", "192.0.2.7"), VARLINK_NO);
	assert_int_equal(
		confirm("{\"parameters\":{\"addresses\":{}}}", "192.0.2.7"), VARLINK_STRANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_call_for_a_name_has_the_address),
		cmocka_unit_test(the_first_name_is_taken),
		cmocka_unit_test(an_error_is_no_name),
		cmocka_unit_test(nonsense_is_strange),
		cmocka_unit_test(only_the_same_address_confirms),
		cmocka_unit_test(the_call_that_confirms_has_the_name_and_the_family),
		cmocka_unit_test(an_address_of_another_length_confirms_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
