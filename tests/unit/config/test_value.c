#include "parse.h"

#include <string.h>

#include "config/value.h"

struct object {
	char *text;
	uint32_t number;
	bool flag;
	char **texts;
	size_t n_texts;
	struct address *ranges;
	size_t n_ranges;
};

static const struct option options[] = {
	{ .path = "text", .type = OPTION_TEXT, .offset = offsetof(struct object, text), .max = 9 },
	{ .path = "count",
		.type = OPTION_COUNT,
		.offset = offsetof(struct object, number),
		.max = 9 },
	{ .path = "flag", .type = OPTION_BOOL, .offset = offsetof(struct object, flag) },
	{ .path = "texts",
		.type = OPTION_TEXTS,
		.offset = offsetof(struct object, texts),
		.count_offset = offsetof(struct object, n_texts),
		.max = 9 },
	{ .path = "ranges",
		.type = OPTION_RANGES,
		.offset = offsetof(struct object, ranges),
		.count_offset = offsetof(struct object, n_ranges) },
};
static const struct option_table table = { .options = options, .n_options = ARRAY_LENGTH(options) };

static bool store(struct object *object, size_t option, const char *literal)
{
	struct value value = value_of_literal(literal);
	struct buffer why = { 0 };
	bool is_stored = value_store(&options[option], object, &value, &why);

	assert_int_equal(is_stored, why.length == 0);
	value_done(&value);
	buffer_done(&why);
	return is_stored;
}

static void assert_written(const struct object *object, size_t option, const char *expected)
{
	struct buffer out = { 0 };

	assert_int_equal(value_format(&options[option], object, &out), expected != NULL);
	assert_string_equal(buffer_text(&out), expected ? expected : "");
	buffer_done(&out);
}

static void what_is_stored_is_written_again(void **state)
{
	static const char *const literals[] = { "\"text\"", "7", "true", "[ \"a\", \"b\" ]",
		"[ \"192.0.2.0/24\", \"::1\", \"local\", \"192.0.2.7\" ]" };
	struct object object = { 0 };

	(void) state;
	assert_written(&object, 0, NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(literals); i++) {
		assert_true(store(&object, i, literals[i]));
		assert_written(&object, i, literals[i]);
	}
	value_free_all(&table, &object);
}

static void a_later_value_replaces_the_earlier(void **state)
{
	struct object object = { 0 };

	(void) state;
	for (int i = 0; i < 2; i++) {
		assert_true(store(&object, 0, i ? "\"b\"" : "\"a\""));
		assert_true(store(&object, 3, i ? "[]" : "[ \"a\", \"b\" ]"));
		assert_true(store(&object, 4, i ? "[ \"local\" ]" : "[ \"::1\", \"::2\" ]"));
	}
	assert_written(&object, 0, "\"b\"");
	assert_written(&object, 3, "[]");
	assert_written(&object, 4, "[ \"local\" ]");
	value_free_all(&table, &object);
}

static void a_refused_value_changes_nothing(void **state)
{
	struct object object = { 0 };

	(void) state;
	assert_true(store(&object, 0, "\"a\""));
	assert_true(store(&object, 3, "[ \"a\" ]"));
	assert_true(store(&object, 4, "[ \"::1\" ]"));
	assert_false(store(&object, 0, "\"0123456789\""));
	assert_false(store(&object, 0, "5"));
	assert_false(store(&object, 1, "10"));
	assert_false(store(&object, 2, "1"));
	assert_false(store(&object, 3, "[ \"b\", \"0123456789\" ]"));
	assert_false(store(&object, 4, "[ \"::2\", \"x\" ]"));
	assert_written(&object, 0, "\"a\"");
	assert_written(&object, 1, "0");
	assert_written(&object, 3, "[ \"a\" ]");
	assert_written(&object, 4, "[ \"::1\" ]");
	value_free_all(&table, &object);
}

static void quotes_are_written_so_that_they_can_be_read(void **state)
{
	struct buffer out = { 0 };

	(void) state;
	value_put_quoted(&out, "a\"b\\c\n\x7f\xc3\xa1");
	assert_string_equal(out.bytes, "\"a\\\"b\\\\c\\x0a\\x7f\xc3\xa1\"");
	buffer_done(&out);
}

static void long_texts_are_not_repeated_whole(void **state)
{
	struct buffer why = { 0 };
	char text[1000];
	struct value value = { .kind = VALUE_TEXT, .text = text };
	struct object object = { 0 };

	(void) state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(value_store(&options[0], &object, &value, &why));
	assert_true(why.length < 150);
	buffer_done(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_stored_is_written_again),
		cmocka_unit_test(a_later_value_replaces_the_earlier),
		cmocka_unit_test(a_refused_value_changes_nothing),
		cmocka_unit_test(quotes_are_written_so_that_they_can_be_read),
		cmocka_unit_test(long_texts_are_not_repeated_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
