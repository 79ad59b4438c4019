/* Processes that are killed while they commit, and logs that a power loss has cut. What was
 * acknowledged is there, and repeated requests change nothing. PAPOD_TEST_DEATHS is the number of
 * deaths, PAPOD_TEST_SEED repeats a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "place.h"

#define DEATHS 50
#define AT_ONCE 40 /* requests without an answer */
#define MOST_NUMBERS 200000

static int set_up(void **state)
{
	place_seed();
	*state = place_new();
	return 0;
}

static int tear_down(void **state)
{
	place_free(*state);
	sqlite3_shutdown();
	return 0;
}

static bool submit_number(struct place *place, uint64_t number)
{
	char name[32], folded[32], nick[32];

	snprintf(name, sizeof(name), "1=n%llu", (unsigned long long) number);
	snprintf(folded, sizeof(folded), "2=n%llu", (unsigned long long) number);
	snprintf(nick, sizeof(nick), "1=n%llu", (unsigned long long) number);
	return place_submit_as(place, number,
		ROWS(ROW(ACCOUNTS, 0, 1, name, folded, "4=verifier"),
			ROW(ACCOUNT_NICKS, 0, 1, nick, "2=x")));
}

/* Reports every answer as soon as it has it. */
static void report_answers(struct place *place, int fd)
{
	for (size_t i = 0; i < place->n_answers; i++) {
		if (place->answers[i].status != STORE_STATUS_STORED)
			_exit(2);
		(void) !write(fd, &place->answers[i], sizeof(place->answers[i]));
	}
	place->n_answers = 0;
}

/* The child never ends by itself. Its numbers follow the last one that was acknowledged: those of
 * before its predecessor's death are repeated. */
static void __attribute__((noreturn)) be_writer(struct place *place, uint64_t number, int fd)
{
	uint64_t first = number;
	size_t n_reported = 0;

	place_open(place);
	for (;;) {
		while (number - first - n_reported < AT_ONCE && submit_number(place, number))
			number++;
		place_take(place, 1000);
		n_reported += place->n_answers;
		report_answers(place, fd);
	}
}

struct record {
	uint64_t *ids; /* by number; 0: not acknowledged */
	uint64_t last; /* number that was acknowledged */
	uint64_t highest_id;
};

static void read_answers(struct record *record, int fd)
{
	struct store_answer answer;

	while (read(fd, &answer, sizeof(answer)) == sizeof(answer)) {
		assert_true(answer.key.number < MOST_NUMBERS);
		assert_int_equal(answer.key.number, record->last + 1);
		assert_true(answer.id > record->highest_id);
		record->ids[answer.key.number] = answer.id;
		record->last = answer.key.number;
		record->highest_id = answer.id;
	}
}

static void kill_writer(struct place *place, struct record *record)
{
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		be_writer(place, record->last + 1, fds[1]);
	close(fds[1]);
	usleep((useconds_t) (random() % 40000));
	assert_int_equal(kill(pid, SIGKILL), 0);
	read_answers(record, fds[0]);
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

struct found {
	const struct record *record;
	uint64_t number; /* of the last account */
	size_t n_nicks;
};

/* Accounts come in order of their ids, which is that of their numbers. */
static void check_row(void *data, const struct store_row *row)
{
	struct found *found = data;
	const struct record *record = found->record;

	if (row->table == STORE_TABLE_ACCOUNT_NICKS)
		found->n_nicks++;
	if (row->table != STORE_TABLE_ACCOUNTS)
		return;
	found->number++;
	if (found->number <= record->last)
		assert_int_equal(row->id, record->ids[found->number]);
}

static void check_rows(struct place *place, const struct record *record)
{
	struct found found = { .record = record };
	struct store_problem problem;

	place_open(place);
	assert_true(store_read_all(place->store, check_row, &found, &problem));
	assert_true(found.number >= record->last);
	assert_true(found.number <= record->last + AT_ONCE);
	assert_int_equal(found.n_nicks, found.number);
	place_close(place);
}

static void nothing_acknowledged_is_lost_when_the_writer_is_killed(void **state)
{
	struct place *place = *state;
	struct record record = { 0 };
	long n_deaths = place_setting("PAPOD_TEST_DEATHS", DEATHS);

	record.ids = mem_new(MOST_NUMBERS * sizeof(*record.ids));
	for (long i = 0; i < n_deaths; i++) {
		kill_writer(place, &record);
		check_rows(place, &record);
	}
	print_message("%ld deaths, %llu requests acknowledged\n", n_deaths,
		(unsigned long long) record.last);
	assert_true(record.last > 100);
	free(record.ids);
}

/* A creation, too, leaves either nothing or a database. */
static void a_creation_that_is_killed_can_be_repeated(void **state)
{
	struct place *place = *state;
	long n_deaths = place_setting("PAPOD_TEST_DEATHS", DEATHS);
	pid_t pid;

	for (long i = 0; i < n_deaths; i++) {
		(void) unlink(place->path);
		pid = fork();
		if (pid == 0) {
			place_open(place);
			_exit(0);
		}
		usleep((useconds_t) (random() % 4000));
		(void) kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_string_equal(place_read(place), "");
		place_close(place);
	}
}

static size_t size_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return (size_t) status.st_size;
}

struct count {
	size_t n;
	uint64_t last_id;
};

static void count_account(void *data, const struct store_row *row)
{
	struct count *count = data;

	if (row->table != STORE_TABLE_ACCOUNTS)
		return;
	assert_int_equal(row->id, count->last_id + 1);
	count->last_id = row->id;
	count->n++;
}

/* What was acknowledged before the power loss was on the disk. Of the rest, whole requests may be
 * missing, from the last on. */
static void a_cut_log_loses_only_the_last_requests(void **state)
{
	struct place *place = *state;
	struct place *other = place_new();
	long n_losses = place_setting("PAPOD_TEST_DEATHS", DEATHS) * 2;
	struct store_problem problem;
	size_t synced, size, cut;
	char log[128];

	place_open(place);
	snprintf(log, sizeof(log), "%s-wal", place->path);
	for (uint64_t number = 1; number <= 60; number++)
		submit_number(place, number);
	place_wait(place, 60);
	synced = size_of(log);
	for (uint64_t number = 61; number <= 120; number++) {
		submit_number(place, number);
		place_wait(place, number);
	}
	size = size_of(log);
	assert_true(size > synced);
	for (long i = 0; i < n_losses; i++) {
		struct count count = { 0 };

		cut = i % 2 ? synced + (size_t) random() % (size - synced)
			    : (size_t) random() % synced;
		place_lose_power(place->path, other->path, cut, random() % 2);
		if (!place_try_open(other, &problem))
			fail_msg("%s", problem.text);
		assert_true(store_read_all(other->store, count_account, &count, &problem));
		assert_true(cut < synced || count.n >= 60);
		assert_true(count.n <= 120);
		place_close(other);
	}
	place_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(nothing_acknowledged_is_lost_when_the_writer_is_killed),
		TEST(a_creation_that_is_killed_can_be_repeated),
		TEST(a_cut_log_loses_only_the_last_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
