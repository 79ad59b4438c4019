/* The key of the cloaks: created once, stored, never half written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/cloak_key.h"
#include "files/config_files.h"

struct place {
	char directory[64];
	char path[100];
	enum logbook said; /* LOGBOOK_COUNT: none */
	char fields[256];  /* of that entry */
};

static void note(void *data, enum logbook entry, const char *const *fields)
{
	struct place *place = data;

	place->said = entry;
	snprintf(place->fields, sizeof(place->fields), "%s=%s %s", fields[0],
		fields[1] ? fields[1] : "", fields[2] ? fields[3] : "");
}

static int make_place(void **state)
{
	struct place *place = mem_new(sizeof(*place));

	strcpy(place->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(place->directory))
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/cloak.key", place->directory);
	setenv("STATE_DIRECTORY", place->directory, 1);
	*state = place;
	return 0;
}

static int clear_place(void **state)
{
	struct place *place = *state;

	chmod(place->directory, 0700);
	unlink(place->path);
	assert_int_equal(rmdir(place->directory), 0);
	free(place);
	return 0;
}

/* The key of the next process. The caller frees. */
static char *next_text(struct place *place, const char *expected_name)
{
	const struct log log = { note, place };
	struct cloak_key *key = cloak_key_new(&log);
	const char *name;
	char *text;

	place->said = LOGBOOK_COUNT;
	text = mem_text(cloak_key_text(key, &name));
	assert_string_equal(name, expected_name);
	assert_string_equal(cloak_key_text(key, &name), text);
	cloak_key_free(key);
	return text;
}

static void put(const struct place *place, const char *text)
{
	FILE *file = fopen(place->path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_fields(const struct place *place, const char *path, const char *reason)
{
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "FILE=%s %s", path, reason);
	assert_string_equal(place->fields, wanted);
}

static void a_key_is_made_once_and_kept(void **state)
{
	struct place *place = *state;
	char *first = next_text(place, place->path), *second, *file = NULL;
	unsigned int mode;

	assert_int_equal(place->said, LOGBOOK_CLOAK_KEY_MADE);
	assert_fields(place, place->path, "");
	second = next_text(place, place->path);
	assert_int_equal(place->said, LOGBOOK_COUNT);
	assert_string_equal(first, second);
	assert_int_equal(config_files_read_one(place->path, 33, &file, &mode), 0);
	assert_int_equal(mode, 0600);
	file[32] = '\0';
	assert_non_null(strstr(first, file));
	free(first);
	free(second);
	free(file);
}

static void what_was_left_over_does_not_matter(void **state)
{
	struct place *place = *state;
	char path[120];
	FILE *file;

	snprintf(path, sizeof(path), "%s.new", place->path);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	free(next_text(place, place->path));
	assert_int_equal(place->said, LOGBOOK_CLOAK_KEY_MADE);
}

static void a_damaged_file_is_neither_used_nor_overwritten(void **state)
{
	static const char *const texts[] = { "", "\n", "000102030405060708090a0b0c0d0e0\n",
		"000102030405060708090a0b0c0d0e0fa\n", "000102030405060708090a0b0c0d0eGG\n" };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *text, *file = NULL;

		put(place, texts[i]);
		text = next_text(place, "(the key of this run)");
		assert_int_equal(place->said, LOGBOOK_CLOAK_KEY_TEMPORARY);
		assert_fields(place, place->path,
			"it does not have 32 hexadecimal digits; put the right ones there, or "
			"remove it");
		assert_int_equal(config_files_read_one(place->path, 100, &file, NULL), 0);
		assert_string_equal(file, texts[i]);
		free(text);
		free(file);
	}
}

static void without_a_place_the_key_is_for_this_run(void **state)
{
	struct place *place = *state;
	char *first, *second;

	unsetenv("STATE_DIRECTORY");
	first = next_text(place, "(the key of this run)");
	assert_int_equal(place->said, LOGBOOK_CLOAK_KEY_TEMPORARY);
	assert_fields(place, "", "there is no $STATE_DIRECTORY");
	second = next_text(place, "(the key of this run)");
	assert_string_not_equal(first, second);
	setenv("STATE_DIRECTORY", "/nonexistent/papod", 1);
	free(next_text(place, "(the key of this run)"));
	assert_int_equal(place->said, LOGBOOK_CLOAK_KEY_TEMPORARY);
	assert_fields(place, "/nonexistent/papod/cloak.key", "No such file or directory");
	free(first);
	free(second);
}

static void what_others_see_already_is_kept(void **state)
{
	static const char *const earlier = "000102030405060708090a0b0c0d0e0f";
	struct place *place = *state;
	const struct log log = { note, place };
	struct cloak_key *key = cloak_key_new(&log);
	const char *name;

	unsetenv("STATE_DIRECTORY");
	cloak_key_remember(key, earlier);
	cloak_key_remember(key, earlier);
	assert_non_null(strstr(cloak_key_text(key, &name), earlier));
	cloak_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_key_is_made_once_and_kept, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			what_was_left_over_does_not_matter, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_damaged_file_is_neither_used_nor_overwritten, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			without_a_place_the_key_is_for_this_run, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			what_others_see_already_is_kept, make_place, clear_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
