#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/configuration.h"
#include "files/config_files.h"

struct place {
	char directory[64];
	char path[100];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(place->directory))
		return -1;
	snprintf(place->path, sizeof(place->path), "%s/file", place->directory);
	*state = place;
	return 0;
}

static int clear_place(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	rmdir(place->directory);
	free(place);
	return 0;
}

static void put(const struct place *place, const char *bytes, size_t length)
{
	FILE *file = fopen(place->path, "w");

	assert_non_null(file);
	fwrite(bytes, 1, length, file);
	fclose(file);
}

static void a_file_comes_whole(void **state)
{
	struct place *place = *state;
	char *text = NULL;
	unsigned int mode;

	put(place, "abc\n", 4);
	chmod(place->path, 0640);
	assert_int_equal(config_files_read_one(place->path, 4, &text, &mode), 0);
	assert_string_equal(text, "abc\n");
	assert_int_equal(mode, 0640);
	free(text);
}

static void an_empty_file_is_an_empty_text(void **state)
{
	struct place *place = *state;
	char *text = NULL;

	put(place, "", 0);
	assert_int_equal(config_files_read_one(place->path, 4, &text, NULL), 0);
	assert_string_equal(text, "");
	free(text);
}

static void a_large_file_is_refused(void **state)
{
	struct place *place = *state;
	char *text = NULL;

	put(place, "abcde", 5);
	assert_int_equal(config_files_read_one(place->path, 4, &text, NULL), -EFBIG);
	assert_null(text);
}

static void a_file_with_nul_bytes_is_refused(void **state)
{
	struct place *place = *state;
	char *text = NULL;

	put(place, "a\0b", 3);
	assert_int_equal(config_files_read_one(place->path, 4, &text, NULL), -EILSEQ);
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
	struct place *place = *state;
	char *text = NULL;

	assert_int_equal(config_files_read_one(place->path, 4, &text, NULL), -ENOENT);
	assert_int_equal(config_files_read_one(place->directory, 4, &text, NULL), -ENODEV);
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_int_equal(config_files_read_one(place->path, 4, &text, NULL), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_comes_whole, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			an_empty_file_is_an_empty_text, make_place, clear_place),
		cmocka_unit_test_setup_teardown(a_large_file_is_refused, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			a_file_with_nul_bytes_is_refused, make_place, clear_place),
		cmocka_unit_test_setup_teardown(
			what_is_no_file_is_refused_without_waiting, make_place, clear_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
