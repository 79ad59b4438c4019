/* The directory of uploaded files: space, deaths, faults of the disk, and what is removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "gate/uploads.h"

#define KIB 1024

int __real_fallocate(int fd, int mode, off_t from, off_t length);
int __wrap_fallocate(int fd, int mode, off_t from, off_t length);
ssize_t __real_pwrite(int fd, const void *bytes, size_t length, off_t at);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t length, off_t at);
int __real_linkat(int from, const char *name, int to, const char *new_name, int flags);
int __wrap_linkat(int from, const char *name, int to, const char *new_name, int flags);

static int fallocate_error, pwrite_error, linkat_error;

int __wrap_fallocate(int fd, int mode, off_t from, off_t length)
{
	errno = fallocate_error;
	return fallocate_error ? -1 : __real_fallocate(fd, mode, from, length);
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t length, off_t at)
{
	errno = pwrite_error;
	return pwrite_error && at >= UPLOAD_HEAD_BYTES ? -1 : __real_pwrite(fd, bytes, length, at);
}

int __wrap_linkat(int from, const char *name, int to, const char *new_name, int flags)
{
	errno = linkat_error;
	return linkat_error ? -1 : __real_linkat(from, name, to, new_name, flags);
}

struct house {
	char directory[40];
	struct uploads *uploads;
	struct uploads_limits limits;
};

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	strcpy(house->directory, "/tmp/papod-uploads-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	assert_int_equal(uploads_open(house->directory, &house->uploads), 0);
	house->limits = (struct uploads_limits){ 100 * KIB, 1000 * KIB, 1000 };
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;
	char command[80];

	fallocate_error = pwrite_error = linkat_error = 0;
	uploads_unref(house->uploads);
	snprintf(command, sizeof(command), "rm -r %s", house->directory);
	assert_int_equal(system(command), 0);
	free(house);
	return 0;
}

static enum http_status begin(
	const struct house *house, uint64_t account, uint64_t length, struct upload **ret_upload)
{
	struct upload_head head = { .account = account, .length = length, .type = "image/png" };
	const char *reason = NULL;
	enum http_status status =
		uploads_begin(house->uploads, &head, &house->limits, ret_upload, &reason);

	assert_int_equal(status != HTTP_STATUS_OK, reason != NULL);
	return status;
}

static void write_zeros(struct upload *upload, size_t length)
{
	char *zeros = calloc(1, length);

	assert_int_equal(upload_write(upload, zeros, length), 0);
	free(zeros);
}

/* The caller has the name, which the file keeps. */
static void store(
	const struct house *house, uint64_t account, uint64_t length, char name[UPLOADS_NAME_BYTES])
{
	struct upload *upload = NULL;

	assert_int_equal(begin(house, account, length, &upload), HTTP_STATUS_OK);
	write_zeros(upload, length);
	assert_int_equal(upload_finish(upload), 0);
	strcpy(name, upload_name(upload));
	upload_free(upload);
}

static bool is_there(const struct house *house, const char *name)
{
	struct uploaded_file file;

	if (!uploads_find(house->uploads, name, &file))
		return false;
	close(file.fd);
	return true;
}

static void a_file_is_there_when_it_is_complete(void **state)
{
	const struct house *house = *state;
	struct upload *upload = NULL;
	struct uploaded_file file;

	assert_int_equal(begin(house, 17, 10, &upload), HTTP_STATUS_OK);
	assert_int_equal(uploads_total(house->uploads), UPLOAD_HEAD_BYTES + 10);
	write_zeros(upload, 9);
	assert_int_equal(upload_left(upload), 1);
	assert_false(is_there(house, upload_name(upload)));
	assert_int_equal(upload_write(upload, "ab", 2), -EMSGSIZE);
	assert_int_equal(upload_write(upload, "a", 1), 0);
	assert_false(is_there(house, upload_name(upload)));
	assert_int_equal(upload_finish(upload), 0);
	assert_true(uploads_find(house->uploads, upload_name(upload), &file));
	assert_int_equal(file.head.account, 17);
	assert_int_equal(file.head.length, 10);
	close(file.fd);
	upload_free(upload);
	assert_int_equal(uploads_total(house->uploads), UPLOAD_HEAD_BYTES + 10);
}

static void an_unfinished_file_leaves_nothing(void **state)
{
	const struct house *house = *state;
	struct upload *upload = NULL;

	assert_int_equal(begin(house, 17, 10, &upload), HTTP_STATUS_OK);
	upload_free(upload);
	assert_int_equal(uploads_total(house->uploads), 0);
}

static void space_is_reserved_before_the_body_comes(void **state)
{
	struct house *house = *state;
	struct upload *first = NULL, *second = NULL;

	assert_int_equal(begin(house, 17, 90 * KIB, &first), HTTP_STATUS_OK);
	assert_int_equal(begin(house, 17, 10 * KIB, &second), HTTP_STATUS_INSUFFICIENT_STORAGE);
	assert_int_equal(begin(house, 18, 10 * KIB, &second), HTTP_STATUS_OK);
	upload_free(second);
	house->limits.total_bytes = 100 * KIB;
	assert_int_equal(begin(house, 18, 10 * KIB, &second), HTTP_STATUS_INSUFFICIENT_STORAGE);
	upload_free(first);
	assert_int_equal(begin(house, 18, 10 * KIB, &second), HTTP_STATUS_OK);
	upload_free(second);
}

static void the_rate_counts_each_file_once(void **state)
{
	struct house *house = *state;
	char name[UPLOADS_NAME_BYTES];
	struct upload *upload;

	house->limits.hourly = 2;
	store(house, 17, 1, name);
	assert_true(uploads_remove(house->uploads, 17, name));
	store(house, 17, 1, name);
	assert_int_equal(begin(house, 17, 1, &upload), HTTP_STATUS_TOO_MANY_REQUESTS);
	store(house, 18, 1, name);
}

static void a_full_disk_is_noticed_at_once(void **state)
{
	const struct house *house = *state;
	struct upload *upload;

	fallocate_error = ENOSPC;
	assert_int_equal(begin(house, 17, 10, &upload), HTTP_STATUS_INSUFFICIENT_STORAGE);
	fallocate_error = EIO;
	assert_int_equal(begin(house, 17, 10, &upload), HTTP_STATUS_UNAVAILABLE);
	assert_int_equal(uploads_total(house->uploads), 0);
	assert_int_equal(uploads_tidy_account(house->uploads, 17, UINT64_MAX), 0);
}

static void a_disk_that_fills_up_leaves_nothing(void **state)
{
	const struct house *house = *state;
	struct upload *upload = NULL;

	fallocate_error = EOPNOTSUPP;
	assert_int_equal(begin(house, 17, 10, &upload), HTTP_STATUS_OK);
	pwrite_error = ENOSPC;
	assert_int_equal(upload_write(upload, "a", 1), -ENOSPC);
	pwrite_error = 0;
	upload_free(upload);
	assert_int_equal(uploads_total(house->uploads), 0);
	assert_int_equal(uploads_tidy_account(house->uploads, 17, UINT64_MAX), 0);
}

static void a_file_that_cannot_be_shown_is_removed(void **state)
{
	const struct house *house = *state;
	struct upload *upload = NULL;

	assert_int_equal(begin(house, 17, 1, &upload), HTTP_STATUS_OK);
	write_zeros(upload, 1);
	linkat_error = EMLINK;
	assert_int_equal(upload_finish(upload), -EMLINK);
	upload_free(upload);
	assert_int_equal(uploads_total(house->uploads), 0);
}

/* Another process, which is killed when it has written a part. */
static void die_while_uploading(const struct house *house)
{
	struct upload *upload = NULL;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (begin(house, 17, 10, &upload) != HTTP_STATUS_OK ||
			upload_write(upload, "a", 1) != 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void what_a_dead_process_leaves_is_removed(void **state)
{
	const struct house *house = *state;
	char name[UPLOADS_NAME_BYTES];
	struct upload *upload = NULL;

	store(house, 17, 1, name);
	assert_int_equal(begin(house, 17, 10, &upload), HTTP_STATUS_OK);
	die_while_uploading(house);
	assert_int_equal(uploads_total(house->uploads), 3 * UPLOAD_HEAD_BYTES + 21);
	assert_int_equal(uploads_tidy_account(house->uploads, 17, 0), 1);
	assert_int_equal(uploads_total(house->uploads), 2 * UPLOAD_HEAD_BYTES + 11);
	assert_true(is_there(house, name));
	write_zeros(upload, 10);
	assert_int_equal(upload_finish(upload), 0);
	upload_free(upload);
}

static void a_wrong_sum_is_corrected(void **state)
{
	const struct house *house = *state;
	char name[UPLOADS_NAME_BYTES], path[80];
	uint64_t wrong = 5;
	int fd;

	store(house, 17, 1, name);
	store(house, 18, 2, name);
	snprintf(path, sizeof(path), "%s/lock", house->directory);
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, &wrong, sizeof(wrong)), sizeof(wrong));
	close(fd);
	assert_int_equal(uploads_total(house->uploads), 5);
	uploads_recount(house->uploads);
	assert_int_equal(uploads_total(house->uploads), 2 * UPLOAD_HEAD_BYTES + 3);
}

static void make_older(const struct house *house, const char *name, long seconds)
{
	const struct timespec times[2] = { { time(NULL) - seconds, 0 },
		{ time(NULL) - seconds, 0 } };
	char path[100];

	snprintf(path, sizeof(path), "%s/files/%s", house->directory, name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void old_files_expire(void **state)
{
	const struct house *house = *state;
	char old[UPLOADS_NAME_BYTES], young[UPLOADS_NAME_BYTES];
	uint64_t an_hour_ago = (uint64_t) time(NULL) - 3600;

	store(house, 17, 1, old);
	store(house, 17, 1, young);
	make_older(house, old, 3700);
	assert_int_equal(uploads_tidy_account(house->uploads, 17, an_hour_ago), 1);
	assert_false(is_there(house, old));
	assert_true(is_there(house, young));
	assert_int_equal(uploads_total(house->uploads), UPLOAD_HEAD_BYTES + 1);
}

static void files_end_with_their_account(void **state)
{
	const struct house *house = *state;
	char first[UPLOADS_NAME_BYTES], second[UPLOADS_NAME_BYTES], other[UPLOADS_NAME_BYTES];
	struct upload *upload = NULL;
	char path[80];

	store(house, 17, 1, first);
	store(house, 17, 1, second);
	store(house, 18, 1, other);
	assert_int_equal(begin(house, 17, 1, &upload), HTTP_STATUS_OK);
	assert_int_equal(uploads_erase(house->uploads, 17), 3);
	assert_false(is_there(house, first));
	assert_false(is_there(house, second));
	assert_true(is_there(house, other));
	snprintf(path, sizeof(path), "%s/accounts/17", house->directory);
	assert_int_equal(access(path, F_OK), -1);
	write_zeros(upload, 1);
	assert_int_equal(upload_finish(upload), -ENOENT);
	upload_free(upload);
	assert_int_equal(uploads_total(house->uploads), UPLOAD_HEAD_BYTES + 1);
	assert_int_equal(uploads_erase(house->uploads, 17), 0);
}

static void only_the_owner_removes_a_file(void **state)
{
	const struct house *house = *state;
	char name[UPLOADS_NAME_BYTES];

	store(house, 17, 1, name);
	assert_false(uploads_remove(house->uploads, 18, name));
	assert_false(uploads_remove(house->uploads, 17, "../../lock"));
	assert_true(is_there(house, name));
	assert_true(uploads_remove(house->uploads, 17, name));
	assert_false(is_there(house, name));
}

static void names_are_checked(void **state)
{
	const struct house *house = *state;
	struct uploaded_file file;

	assert_false(uploads_name_is_valid(""));
	assert_false(uploads_name_is_valid("aaaaaaaaaaaaaaaaaaaaa"));
	assert_true(uploads_name_is_valid("aaaaaaaaaaaaaaaaaaaaa-"));
	assert_false(uploads_name_is_valid("aaaaaaaaaaaaaaaaaaaaa/"));
	assert_false(uploads_name_is_valid("aaaaaaaaaaaaaaaaaaaaa."));
	assert_false(uploads_find(house->uploads, "../lock", &file));
}

static void accounts_are_walked(void **state)
{
	const struct house *house = *state;
	char name[UPLOADS_NAME_BYTES];
	uint64_t sum = 0, account;

	assert_int_equal(uploads_next_account(house->uploads), 0);
	store(house, 17, 1, name);
	store(house, 18, 1, name);
	while ((account = uploads_next_account(house->uploads)))
		sum += account;
	assert_int_equal(sum, 35);
}

static void a_list_has_pages_and_begins_with_the_newest(void **state)
{
	const struct house *house = *state;
	struct upload_report report = { 0 }, rest = { .question.n_skipped = 10 };
	char names[12][UPLOADS_NAME_BYTES], other[UPLOADS_NAME_BYTES];

	for (int i = 0; i < 12; i++) {
		store(house, 17, (uint64_t) i + 1, names[i]);
		make_older(house, names[i], 10 * i);
	}
	store(house, 18, 1, other);
	uploads_list(house->uploads, 17, &report);
	assert_int_equal(report.n_files, 12);
	assert_int_equal(report.bytes, 12 * UPLOAD_HEAD_BYTES + 78);
	assert_int_equal(report.n_listed, 10);
	for (size_t i = 0; i < 10; i++)
		assert_string_equal(report.listed[i].file, names[i]);
	assert_int_equal(report.listed[4].head.length, 5);
	assert_in_range(report.listed[4].wall_s, time(NULL) - 60, time(NULL) - 30);
	uploads_list(house->uploads, 17, &rest);
	assert_int_equal(rest.n_listed, 2);
	assert_string_equal(rest.listed[1].file, names[11]);
	rest = (struct upload_report){ .question.n_skipped = 12 };
	uploads_list(house->uploads, 17, &rest);
	assert_int_equal(rest.n_files, 12);
	assert_int_equal(rest.n_listed, 0);
}

static void a_list_has_only_complete_files(void **state)
{
	const struct house *house = *state;
	struct upload_report report = { 0 };
	struct upload *upload = NULL;

	uploads_list(house->uploads, 17, &report);
	assert_int_equal(report.n_files, 0);
	assert_int_equal(begin(house, 17, 1, &upload), HTTP_STATUS_OK);
	uploads_list(house->uploads, 17, &report);
	assert_int_equal(report.n_files + report.n_listed, 0);
	write_zeros(upload, 1);
	assert_int_equal(upload_finish(upload), 0);
	upload_free(upload);
	uploads_list(house->uploads, 17, &report);
	assert_int_equal(report.n_listed, 1);
}

static void one_process_tidies(void **state)
{
	const struct house *house = *state;
	struct uploads *other = NULL;

	assert_int_equal(uploads_open(house->directory, &other), 0);
	assert_true(uploads_become_tidier(house->uploads));
	assert_true(uploads_become_tidier(house->uploads));
	assert_false(uploads_become_tidier(other));
	uploads_unref(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_file_is_there_when_it_is_complete),
		TEST(an_unfinished_file_leaves_nothing),
		TEST(space_is_reserved_before_the_body_comes),
		TEST(the_rate_counts_each_file_once),
		TEST(a_full_disk_is_noticed_at_once),
		TEST(a_disk_that_fills_up_leaves_nothing),
		TEST(a_file_that_cannot_be_shown_is_removed),
		TEST(what_a_dead_process_leaves_is_removed),
		TEST(a_wrong_sum_is_corrected),
		TEST(old_files_expire),
		TEST(files_end_with_their_account),
		TEST(only_the_owner_removes_a_file),
		TEST(names_are_checked),
		TEST(accounts_are_walked),
		TEST(a_list_has_pages_and_begins_with_the_newest),
		TEST(a_list_has_only_complete_files),
		TEST(one_process_tidies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
