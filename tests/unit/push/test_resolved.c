/* What systemd-resolved answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "push/resolved.h"

static void the_question_names_the_host(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	resolved_ask("push.example.net", &out);
	assert_non_null(strstr(out.bytes, "io.systemd.Resolve.ResolveHostname"));
	assert_non_null(strstr(out.bytes, "push.example.net"));
	assert_int_equal(out.bytes[out.length - 1], '\0');
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
	assert_true(resolved_read(answer, strlen(answer), addresses, 4, &count));
	assert_int_equal(count, 2);
	address_format(&addresses[0], text);
	assert_string_equal(text, "192.0.2.7");
	address_format(&addresses[1], text);
	assert_string_equal(text, "2001:db8::1");
	assert_true(resolved_read(answer, strlen(answer), addresses, 1, &count));
	assert_int_equal(count, 1);
}

static void an_answer_with_one_strange_address_does_not_count(void **state)
{
	static const char *const answers[] = {
		"{\"error\":\"io.systemd.Resolve.NoSuchResourceRecord\",\"parameters\":{}}",
		"{\"parameters\":{}}",
		"{\"parameters\":{\"addresses\":7}}",
		"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2]}]}}",
		"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,256]}]}}",
		("{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,7]},"
		 "{\"family\":3,\"address\":[127,0,0,1]}]}}"),
		"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,\"7\"]}]}}",
		"[]",
		"",
	};
	struct address addresses[4];
	size_t count;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++)
		assert_false(resolved_read(answers[i], strlen(answers[i]), addresses, 4, &count));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_question_names_the_host),
		cmocka_unit_test(all_addresses_are_read),
		cmocka_unit_test(an_answer_with_one_strange_address_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
