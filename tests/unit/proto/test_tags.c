/* Tags in front of a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/tags.h"

static void assert_tag(const struct tag *tag, const char *key, const char *value)
{
	assert_int_equal(tag->key_length, strlen(key));
	assert_memory_equal(tag->key, key, strlen(key));
	assert_int_equal(tag->value_length, strlen(value));
	assert_memory_equal(tag->value, value, strlen(value));
}

static void tags_come_one_by_one(void **state)
{
	const char *rest = "aaa=bbb;ccc;example.com/ddd=e=e;;+f=;=g";
	struct tag tag;

	(void) state;
	assert_true(tags_next(&rest, &tag));
	assert_tag(&tag, "aaa", "bbb");
	assert_true(tags_next(&rest, &tag));
	assert_tag(&tag, "ccc", "");
	assert_true(tags_next(&rest, &tag));
	assert_tag(&tag, "example.com/ddd", "e=e");
	assert_true(tags_next(&rest, &tag));
	assert_tag(&tag, "+f", "");
	assert_true(tags_next(&rest, &tag));
	assert_tag(&tag, "", "g");
	assert_false(tags_next(&rest, &tag));
	assert_false(tags_next(&rest, &tag));
}

static void the_last_of_a_key_is_found(void **state)
{
	struct tag tag;

	(void) state;
	assert_true(tags_find("label=1;a;label=2;labels=3;Label=4", "label", &tag));
	assert_tag(&tag, "label", "2");
	assert_false(tags_find("labels;abel=1;lab", "label", &tag));
	assert_false(tags_find("", "label", &tag));
}

static bool denies_no(const void *data, const char *key, size_t length)
{
	(void) data;
	return length == 2 && memcmp(key, "no", 2) == 0;
}

static void only_tags_of_clients_go_on(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "", "" },
		{ "a=1;b", "" },
		{ "+a=1;b;+c", "+a=1;+c" },
		{ "+a;+a=1;+b;+a=2", "+b;+a=2" },
		{ "+a=1;+a=;+A", "+a;+A" },
		{ "+a=", "+a" },
		{ "+a=x=y", "+a=x=y" },
		{ "+draft/react=\xf0\x9f\x91\x8b", "+draft/react=\xf0\x9f\x91\x8b" },
		{ "+a=\xff;+b", "+b" },
		{ "+a=1;+a=\xff", "+a=1" },
		{ "+no=1;+noo;+n;+no", "+noo;+n" },
		{ "+;+=;++a;+a_b;+a/;+/a;+a/b/c;+a.b;+a.b/c-d", "+a.b/c-d" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(buffer_done) struct buffer out = { 0 };

		tags_put_client_only(rows[i].from, denies_no, NULL, &out);
		assert_string_equal(buffer_text(&out), rows[i].to);
	}
}

/* IRCv3 message-tags, "Escaping values". */
static void values_are_escaped(void **state)
{
	static const struct {
		const char *escaped, *plain;
	} rows[] = {
		{ "", "" },
		{ "raw+:=,escaped\\:\\s\\\\", "raw+:=,escaped; \\" },
		{ "\\r\\n", "\r\n" },
		{ "\\\\s", "\\s" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(buffer_done) struct buffer escaped = { 0 };

		tags_escape(rows[i].plain, &escaped);
		assert_string_equal(buffer_text(&escaped), rows[i].escaped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_come_one_by_one),
		cmocka_unit_test(the_last_of_a_key_is_found),
		cmocka_unit_test(only_tags_of_clients_go_on),
		cmocka_unit_test(values_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
