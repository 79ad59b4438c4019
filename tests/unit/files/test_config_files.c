/* Which files are read, in which order, and what is said of those that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/problem.h"
#include "files/config_files.h"

#define MOST_DROPINS 256

struct fixture {
	char directory[32];
	char config[64];
	char dropins[64];
	struct config_files files;
	struct problems problems;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->config, sizeof(fixture->config), "%s/papod.conf", fixture->directory);
	snprintf(fixture->dropins, sizeof(fixture->dropins), "%s/conf.d", fixture->directory);
	*state = fixture;
	return mkdir(fixture->dropins, 0755);
}

/* The tests remove other files. */
static int teardown(void **state)
{
	struct fixture *fixture = *state;

	config_files_done(&fixture->files);
	problems_done(&fixture->problems);
	unlink(fixture->config);
	rmdir(fixture->dropins);
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void write_dropin(const struct fixture *fixture, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->dropins, name);
	write_file(path, name);
}

static void remove_dropin(const struct fixture *fixture, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", fixture->dropins, name);
	assert_int_equal(unlink(path), 0);
}

static void read_files(struct fixture *fixture)
{
	config_files_done(&fixture->files);
	problems_done(&fixture->problems);
	config_files_read(&fixture->files, fixture->config, &fixture->problems);
}

/* The last problem, without its file. */
static void assert_problem(const struct fixture *fixture, const char *file, const char *text)
{
	const struct problem *problem = &fixture->problems.items[fixture->problems.count - 1];

	assert_true(fixture->problems.count > 0);
	assert_false(problem->is_warning);
	assert_string_equal(problem->file, file);
	assert_string_equal(problem->text, text);
}

/* By their bytes, in any locale. */
static void drop_ins_come_last_in_the_order_of_their_names(void **state)
{
	static const char *const names[] = { "b.conf", "a.conf", "B.conf", ".hidden.conf", ".conf",
		"c.conf~", "d.con", "xconf" };
	static const char *const read[] = { "main", "B.conf", "a.conf", "b.conf" };
	struct fixture *fixture = *state;

	write_file(fixture->config, "main");
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		write_dropin(fixture, names[i]);
	read_files(fixture);
	assert_int_equal(fixture->problems.count, 0);
	assert_int_equal(fixture->files.count, ARRAY_LENGTH(read));
	for (size_t i = 0; i < ARRAY_LENGTH(read); i++) {
		assert_int_equal(fixture->files.items[i].kind, SOURCE_KIND_CONFIG);
		assert_string_equal(fixture->files.items[i].text, read[i]);
	}
	assert_string_equal(fixture->files.items[0].name, fixture->config);
	assert_non_null(strstr(fixture->files.items[1].name, "/conf.d/B.conf"));
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		remove_dropin(fixture, names[i]);
}

static void write_many(const struct fixture *fixture, int count)
{
	char name[16];

	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%03d.conf", i);
		write_dropin(fixture, name);
	}
}

static void only_so_many_drop_ins_are_read(void **state)
{
	struct fixture *fixture = *state;
	char name[16];

	write_file(fixture->config, "main");
	write_many(fixture, MOST_DROPINS);
	read_files(fixture);
	assert_int_equal(fixture->problems.count, 0);
	assert_int_equal(fixture->files.count, 1 + MOST_DROPINS);
	write_many(fixture, MOST_DROPINS + 1);
	read_files(fixture);
	assert_problem(fixture, fixture->dropins,
		"has 257 files, at most 256 are read; merge some of them");
	assert_int_equal(fixture->files.count, 1 + MOST_DROPINS);
	assert_string_equal(fixture->files.items[MOST_DROPINS].text, "255.conf");
	for (int i = 0; i <= MOST_DROPINS; i++) {
		snprintf(name, sizeof(name), "%03d.conf", i);
		remove_dropin(fixture, name);
	}
}

static void a_file_that_is_named_must_exist(void **state)
{
	struct fixture *fixture = *state;

	read_files(fixture);
	assert_int_equal(fixture->problems.count, 1);
	assert_problem(fixture, fixture->config, "cannot be read: No such file or directory");
	assert_int_equal(fixture->files.count, 0);
	write_file(fixture->config, "main");
	assert_int_equal(rmdir(fixture->dropins), 0);
	read_files(fixture);
	assert_int_equal(fixture->problems.count, 0);
	write_file(fixture->dropins, ""); /* a file in the place of the directory */
	read_files(fixture);
	assert_problem(fixture, fixture->dropins, "cannot be read: Not a directory");
	unlink(fixture->dropins);
}

static void assert_read(const struct fixture *fixture, const char *bytes, size_t length, int error)
{
	CLEANUP(mem_freep) char *text = NULL;
	FILE *file = fopen(fixture->config, "we");
	unsigned int mode = 0;

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	assert_int_equal(chmod(fixture->config, 0640), 0);
	assert_int_equal(config_files_read_one(fixture->config, 10000, &text, &mode), error);
	if (error)
		return;
	assert_int_equal(strlen(text), length);
	assert_memory_equal(text, bytes, length);
	assert_int_equal(mode, 0640);
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
	const struct fixture *fixture = *state;
	CLEANUP(mem_freep) char *text = NULL;
	char bytes[10001];

	memset(bytes, 'x', sizeof(bytes));
	assert_read(fixture, "", 0, 0);
	assert_read(fixture, bytes, 4096, 0);
	assert_read(fixture, bytes, 10000, 0);
	assert_read(fixture, bytes, 10001, -EFBIG);
	assert_read(fixture, "a\0b", 3, -EILSEQ);
	assert_read(fixture, "ab\0", 3, -EILSEQ);
	assert_read(fixture, "\0", 1, -EILSEQ);
	assert_int_equal(unlink(fixture->config), 0);
	assert_int_equal(config_files_read_one(fixture->config, 1, &text, NULL), -ENOENT);
	assert_int_equal(mkfifo(fixture->config, 0600), 0);
	assert_int_equal(config_files_read_one(fixture->config, 1, &text, NULL), -ENODEV);
	assert_null(text);
}

static void assert_explained(int error, const char *text)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	config_files_explain("/etc/papod.conf", error, &out);
	assert_string_equal(out.bytes, text);
}

static void what_cannot_be_read_is_explained(void **state)
{
	(void) state;
	assert_explained(-EFBIG, "the file is too large");
	assert_explained(-EILSEQ, "the file contains NUL bytes, so it is not text");
	assert_explained(-ENODEV, "this is not a regular file");
	assert_explained(-EIO, "Input/output error");
}

static void the_advice_is_for_a_file_or_a_directory(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	config_files_advise("/a/b", false, &out);
	assert_string_equal(out.bytes, "chgrp papod /a/b && chmod g+r /a/b");
	buffer_clear(&out);
	config_files_advise("/a/b", true, &out);
	assert_string_equal(out.bytes, "chgrp papod /a/b && chmod g+rx /a/b");
}

static void assert_directory(const char *config, const char *wanted)
{
	CLEANUP(mem_freep) char *directory = config_files_directory(config);

	assert_string_equal(directory, wanted);
}

static void the_other_files_are_beside_papod_conf(void **state)
{
	(void) state;
	assert_directory("papod.conf", ".");
	assert_directory("/papod.conf", "/");
	assert_directory("a/papod.conf", "a");
	assert_directory("/srv/irc/papod.conf", "/srv/irc");
	assert_directory(NULL, SYSCONFDIR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_read_whole_or_not_at_all),
		TEST(drop_ins_come_last_in_the_order_of_their_names),
		TEST(only_so_many_drop_ins_are_read),
		TEST(a_file_that_is_named_must_exist),
		cmocka_unit_test(what_cannot_be_read_is_explained),
		cmocka_unit_test(the_advice_is_for_a_file_or_a_directory),
		cmocka_unit_test(the_other_files_are_beside_papod_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
