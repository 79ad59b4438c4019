#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/options.h"
#include "config/reference.h"

static char *read_file(const char *name)
{
	const char *source = getenv("srcdir");
	struct buffer path = { 0 }, text = { 0 };
	FILE *file;
	int byte;

	buffer_format(&path, "%s/etc/%s", source ? source : ".", name);
	file = fopen(path.bytes, "r");
	if (!file)
		fail_msg("%s cannot be read", path.bytes);
	while ((byte = getc(file)) != EOF)
		buffer_put_byte(&text, (char) byte);
	fclose(file);
	buffer_done(&path);
	return buffer_take(&text);
}

static char *sample(void)
{
	struct buffer out = { 0 };

	reference_sample(&out);
	return buffer_take(&out);
}

/* Uncomment all options of the sample: lines without a space behind the #. */
static char *uncomment(const char *text)
{
	struct buffer out = { 0 };

	while (*text) {
		size_t length = strcspn(text, "\n") + 1, indent = strspn(text, "\t");
		bool is_option = text[indent] == '#' && !strchr(" \n", text[indent + 1]);

		buffer_put(&out, text, indent);
		buffer_put(&out, text + indent + is_option, length - indent - is_option);
		text += length;
	}
	return buffer_take(&out);
}

static void assert_changes_nothing(const char *text)
{
	struct settings *settings;
	struct buffer shown = { 0 }, plain = { 0 };

	assert_problems(text, NULL, "");
	settings = parse_good(text, NULL);
	settings_show(settings, &shown);
	settings_unref(settings);
	settings = parse_good(NULL, NULL);
	settings_show(settings, &plain);
	settings_unref(settings);
	assert_string_equal(shown.bytes, plain.bytes);
	buffer_done(&shown);
	buffer_done(&plain);
}

static void the_file_in_etc_changes_nothing(void **state)
{
	char *text = read_file("papod.conf");

	(void) state;
	assert_changes_nothing(text);
	free(text);
}

static void the_file_in_etc_is_good_without_its_marks(void **state)
{
	char *text = read_file("papod.conf"), *all = uncomment(text);
	struct settings *settings = parse_good(all, "[operator ana]\npassword = " HASH "\n");

	(void) state;
	assert_string_equal(settings->server_name, "irc.example.org");
	assert_string_equal(settings->network_name, "Example");
	assert_string_equal(settings->motd_file, "/etc/papod/motd");
	assert_int_equal(settings->n_listeners, 1);
	assert_string_equal(settings->listeners[0].address, "*");
	assert_int_equal(settings->n_operators, 1);
	settings_unref(settings);
	free(all);
	free(text);
}

static void the_sample_changes_nothing(void **state)
{
	char *text = sample();

	(void) state;
	assert_changes_nothing(text);
	free(text);
}

static void report_difference(void *data, const struct settings_change *change)
{
	const struct option *row = option_find(option_table_get(OPTION_TABLE_TOP), change->option);

	(void) data;
	if (row && row->fallback)
		fail_msg("%s: the sample does not show the default", change->option);
}

static void the_sample_in_force_is_the_defaults_and_the_examples(void **state)
{
	char *text = sample(), *in_force = uncomment(text);
	struct settings *settings, *defaults = parse_good(NULL, NULL);

	(void) state;
	settings = parse_good(in_force, NULL);
	settings_compare(defaults, settings, report_difference, NULL);
	assert_int_equal(settings->n_listeners, 2);
	assert_int_equal(settings->n_classes, 2);
	assert_int_equal(settings->n_operators, 1);
	settings_unref(settings);
	settings_unref(defaults);
	free(text);
	free(in_force);
}

static void the_sample_names_every_option(void **state)
{
	char *text = sample();
	struct buffer name = { 0 };

	(void) state;
	for (size_t i = 0; i < OPTION_TABLES; i++) {
		const struct option_table *table = option_table_get((enum option_table_id) i);

		for (size_t j = 0; j < table->n_options; j++) {
			size_t group = option_group_length(&table->options[j]);

			buffer_clear(&name);
			buffer_format(&name, "%s%s = ", table->name ? "#\t\t" : "\t#",
				table->options[j].path + group + (group > 0));
			assert_non_null(strstr(text, name.bytes));
		}
	}
	buffer_done(&name);
	free(text);
}

static size_t count_of(const char *text, const char *part)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, part)); at++)
		n++;
	return n;
}

static void the_example_of_secrets_changes_nothing(void **state)
{
	char *text = read_file("secrets.ini.example");

	(void) state;
	assert_problems(NULL, text, "");
	free(text);
}

/* [cloak], and one for each table with secrets: the first is that of [server]. */
static void the_example_of_secrets_has_every_section(void **state)
{
	char *text = read_file("secrets.ini.example");
	size_t n_sections = 1, n_keys = 1;

	(void) state;
	for (size_t i = 0; i < OPTION_TABLES; i++) {
		const struct option_table *table = option_table_get((enum option_table_id) i);

		n_sections += table->secret != NULL;
		n_keys += (table->secret != NULL) + (table->second_secret != NULL);
	}
	assert_int_equal(count_of(text, "\n#["), n_sections);
	assert_int_equal(count_of(text, " = "), n_keys);
	free(text);
}

static void the_manual_describes_every_option(void **state)
{
	struct buffer out = { 0 };
	size_t n = 0, n_rows = 0;

	(void) state;
	reference_mdoc(&out);
	for (const char *at = out.bytes; (at = strstr(at, "\n.It Cm ")); at++)
		n++;
	for (size_t i = 0; i < OPTION_TABLES; i++)
		n_rows += option_table_get((enum option_table_id) i)->n_options;
	assert_int_equal(n, n_rows);
	buffer_clear(&out);
	reference_mdoc_privileges(&out);
	assert_non_null(strstr(out.bytes, ".It Cm rehash\n"));
	buffer_done(&out);
}

/* The list of a group or table is opened below its heading, and closed before the next. */
static void the_manual_has_one_heading_for_each_group(void **state)
{
	const struct option_table *top = option_table_get(OPTION_TABLE_TOP);
	struct buffer out = { 0 }, heading = { 0 };
	size_t n_groups = OPTION_TABLES - 1;

	(void) state;
	reference_mdoc(&out);
	for (size_t i = 0; i < top->n_options; i++) {
		const char *path = top->options[i].path;
		int length = (int) option_group_length(&top->options[i]);

		if (i && strncmp(path, top->options[i - 1].path, (size_t) length + 1) == 0)
			continue;
		n_groups++;
		buffer_clear(&heading);
		buffer_format(&heading, ".Ss %.*s\n.Bl -tag -width Ds\n.It Cm %s", length, path,
			path + length + 1);
		assert_int_equal(count_of(out.bytes, heading.bytes), 1);
	}
	assert_int_equal(count_of(out.bytes, ".Ss "), n_groups);
	assert_int_equal(count_of(out.bytes, ".Bl "), n_groups);
	assert_int_equal(count_of(out.bytes, "\n.El\n"), n_groups);
	assert_int_equal(count_of(out.bytes, "\n.El\n.Ss "), n_groups - 1);
	buffer_done(&heading);
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_in_etc_changes_nothing),
		cmocka_unit_test(the_file_in_etc_is_good_without_its_marks),
		cmocka_unit_test(the_sample_changes_nothing),
		cmocka_unit_test(the_sample_in_force_is_the_defaults_and_the_examples),
		cmocka_unit_test(the_sample_names_every_option),
		cmocka_unit_test(the_example_of_secrets_changes_nothing),
		cmocka_unit_test(the_example_of_secrets_has_every_section),
		cmocka_unit_test(the_manual_describes_every_option),
		cmocka_unit_test(the_manual_has_one_heading_for_each_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
