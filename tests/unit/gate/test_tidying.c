/* When uploaded files are looked at, which go, and what papod is asked about their owners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "gate/tidying.h"
#include "gate/uploads.h"
#include "link_house.h"

#define EVERY_MS (3600 * 1000)
#define FIRST_MS 1000
#define STEP_MS 5
#define OTHERS_MS 60000
#define DAYS 30
#define DAY_S (24 * 3600)

struct scene {
	struct house *house;
	char directory[40];
	struct upload_site site;
	struct uploads *uploads; /* NULL: there is no directory */
	struct tidying *tidying;
};

static int set_scene(void **state)
{
	struct scene *scene = test_calloc(1, sizeof(*scene));
	void *house;

	assert_int_equal(link_setup(&house), 0);
	scene->house = house;
	link_begin_with_papod(scene->house);
	link_expect_hello(scene->house);
	strcpy(scene->directory, "/tmp/papod-tidying-XXXXXX");
	assert_non_null(mkdtemp(scene->directory));
	assert_int_equal(uploads_open(scene->directory, &scene->uploads), 0);
	scene->site = (struct upload_site){ .days = DAYS };
	scene->tidying = tidying_new(&(struct tidying_needs){
		.loop = scene->house->loop,
		.log = &scene->house->log,
		.site = &scene->site,
		.store = &scene->uploads,
		.link = scene->house->link,
	});
	*state = scene;
	return 0;
}

static int clear_scene(void **state)
{
	struct scene *scene = *state;
	void *house = scene->house;
	char command[80];

	tidying_free(scene->tidying);
	uploads_unref(scene->uploads);
	snprintf(command, sizeof(command), "rm -r %s", scene->directory);
	assert_int_equal(system(command), 0);
	link_teardown(&house);
	test_free(scene);
	return 0;
}

/* A file of the account that is as old. */
static void add_file(const struct scene *scene, uint64_t account, unsigned int age_s)
{
	const struct upload_head head = { .account = account, .length = 4, .type = "image/png" };
	const struct uploads_limits limits = { 1 << 20, 1 << 30, 1000 };
	const struct timespec then[2] = { { .tv_sec = time(NULL) - age_s },
		{ .tv_sec = time(NULL) - age_s } };
	struct upload *upload;
	const char *reason;
	char path[200];

	assert_int_equal(
		uploads_begin(scene->uploads, &head, &limits, &upload, &reason), HTTP_STATUS_OK);
	assert_int_equal(upload_write(upload, "\x89PNG", 4), 0);
	assert_int_equal(upload_finish(upload), 0);
	snprintf(path, sizeof(path), "%s/files/%s", scene->directory, upload_name(upload));
	assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
	upload_free(upload);
}

static size_t files_of(const struct scene *scene, uint64_t account)
{
	struct upload_report report = { 0 };

	uploads_list(scene->uploads, account, &report);
	return report.n_files;
}

static void pass_time(struct scene *scene, unsigned int ms)
{
	scene->house->now_ms += ms;
	tidying_tick(scene->tidying);
}

/* All accounts, and the end of the walk. */
static void walk(struct scene *scene, unsigned int n_accounts)
{
	pass_time(scene, FIRST_MS);
	for (unsigned int i = 0; i < n_accounts; i++) {
		assert_true(
			tidying_next_deadline(scene->tidying) == scene->house->now_ms + STEP_MS);
		pass_time(scene, STEP_MS);
	}
	assert_true(tidying_next_deadline(scene->tidying) == scene->house->now_ms + EVERY_MS);
}

/* A bit for each account below 64. */
static uint64_t accounts_asked_for(struct scene *scene)
{
	struct gate_message message = link_next_message(scene->house);
	uint64_t id, set = 0;

	assert_int_equal(message.kind, GATE_MESSAGE_KIND_OWNERS);
	while (gate_message_take_account(&message.accounts, &id))
		set |= UINT64_C(1) << id;
	return set;
}

static void files_that_have_expired_go(void **state)
{
	struct scene *scene = *state;

	add_file(scene, 3, DAYS * DAY_S + 60);
	add_file(scene, 3, DAYS * DAY_S - 60);
	add_file(scene, 4, DAYS * DAY_S + 60);
	walk(scene, 2);
	assert_int_equal(files_of(scene, 3), 1);
	assert_int_equal(files_of(scene, 4), 0);
	link_expect_logged(scene->house, "?, 2\n");
	assert_int_equal(accounts_asked_for(scene), 1 << 3 | 1 << 4);
	link_expect_no_message(scene->house);
}

static void without_days_nothing_expires(void **state)
{
	struct scene *scene = *state;

	scene->site.days = 0;
	add_file(scene, 3, 3650U * DAY_S);
	walk(scene, 1);
	assert_int_equal(files_of(scene, 3), 1);
	link_expect_logged(scene->house, "");
}

static void a_walk_without_accounts_asks_nothing(void **state)
{
	struct scene *scene = *state;

	walk(scene, 0);
	link_expect_no_message(scene->house);
	link_expect_logged(scene->house, "");
}

static void new_settings_count_soon(void **state)
{
	struct scene *scene = *state;

	add_file(scene, 3, 2 * DAY_S);
	walk(scene, 1);
	assert_int_equal(files_of(scene, 3), 1);
	scene->site.days = 1;
	tidying_begin(scene->tidying);
	walk(scene, 1);
	assert_int_equal(files_of(scene, 3), 0);
}

static void many_accounts_take_several_questions(void **state)
{
	struct scene *scene = *state;
	unsigned int n_accounts = GATE_ACCOUNTS + 1;
	struct gate_message message;
	uint64_t id, sum = 0;

	for (unsigned int i = 1; i <= n_accounts; i++)
		add_file(scene, i, 0);
	walk(scene, n_accounts);
	for (int packets = 0; packets < 2; packets++) {
		message = link_next_message(scene->house);
		assert_int_equal(message.kind, GATE_MESSAGE_KIND_OWNERS);
		while (gate_message_take_account(&message.accounts, &id))
			sum += id;
	}
	assert_int_equal(sum, (uint64_t) n_accounts * (n_accounts + 1) / 2);
	link_expect_no_message(scene->house);
}

static void accounts_that_have_ended_lose_their_files(void **state)
{
	CLEANUP(buffer_done) struct buffer accounts = { 0 };
	struct scene *scene = *state;
	struct gate_message message = { .kind = GATE_MESSAGE_KIND_ERASE };

	add_file(scene, 3, 0);
	add_file(scene, 3, 0);
	add_file(scene, 4, 0);
	gate_message_add_account(&accounts, 3);
	gate_message_add_account(&accounts, 5);
	message.accounts = (struct gate_bytes){ (const uint8_t *) accounts.bytes, accounts.length };
	tidying_erase(scene->tidying, &message);
	assert_int_equal(files_of(scene, 3), 0);
	assert_int_equal(files_of(scene, 4), 1);
	link_expect_logged(scene->house, "?, 3, 2\n");
}

static void without_a_directory_there_is_nothing_to_do(void **state)
{
	struct scene *scene = *state;
	struct uploads *uploads = TAKE(scene->uploads);
	const uint8_t account[8] = { 0 };
	struct gate_message message = {
		.kind = GATE_MESSAGE_KIND_ERASE,
		.accounts = { account, sizeof(account) },
	};

	assert_true(tidying_next_deadline(scene->tidying) == UINT64_MAX);
	tidying_erase(scene->tidying, &message);
	pass_time(scene, FIRST_MS);
	scene->uploads = uploads;
	assert_true(tidying_next_deadline(scene->tidying) == scene->house->now_ms + OTHERS_MS);
	link_expect_no_message(scene->house);
}

/* It may end: then this one takes over. */
static void only_one_process_tidies(void **state)
{
	struct scene *scene = *state;
	struct uploads *other;

	add_file(scene, 3, DAYS * DAY_S + 60);
	assert_int_equal(uploads_open(scene->directory, &other), 0);
	assert_true(uploads_become_tidier(other));
	pass_time(scene, FIRST_MS);
	assert_int_equal(files_of(scene, 3), 1);
	assert_true(tidying_next_deadline(scene->tidying) == scene->house->now_ms + OTHERS_MS);
	uploads_unref(other);
	pass_time(scene, OTHERS_MS);
	assert_int_equal(files_of(scene, 3), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_that_have_expired_go),
		TEST(without_days_nothing_expires),
		TEST(a_walk_without_accounts_asks_nothing),
		TEST(new_settings_count_soon),
		TEST(many_accounts_take_several_questions),
		TEST(accounts_that_have_ended_lose_their_files),
		TEST(without_a_directory_there_is_nothing_to_do),
		TEST(only_one_process_tidies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
