/* Many accounts are stored and read. PAPOD_TEST_ACCOUNTS is their number, PAPOD_TEST_DIRECTORY a
 * directory on the disk to measure; the figures are printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/pack.h"
#include "store/store.h"

#define ACCOUNTS 2000
#define CHANNELS_PER_ACCOUNT 10 /* the other way round */
#define VERIFIER                                                                                   \
	"SCRAM-SHA-256$16384:W22ZaJ0SNY7soEsUEjb6gQ==$"                                            \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

struct load {
	struct store *store;
	char path[128];
	uint64_t n_wanted;
	uint64_t n_submitted;
	uint64_t n_stored;
	size_t n_rows;
	size_t n_bytes;
	double worst_ms; /* from a submission to its answer, while one is under way at a time */
};

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static double used_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
	       (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static void on_answer(void *data, const struct store_answer *answer)
{
	struct load *load = data;

	assert_int_equal(answer->status, STORE_STATUS_STORED);
	load->n_stored++;
}

static void on_problem(void *data, const struct store_problem *problem)
{
	(void) data;
	fail_msg("%s", problem->text);
}

static void on_row(void *data, const struct store_row *row)
{
	struct load *load = data;

	load->n_rows++;
	load->n_bytes += row->length;
}

static void open_load(struct load *load)
{
	struct store_options options = { .path = load->path, .is_thorough = true };
	struct store_needs needs = { on_answer, on_problem, on_problem, load };
	struct store_problem problem;

	if (!store_open(&options, &needs, &load->store, &problem))
		fail_msg("%s", problem.text);
}

/* An account with a nick and a certificate, or, after all accounts, a channel with access. */
static bool submit_next(struct load *load)
{
	uint64_t number = load->n_submitted + 1, n_accounts = load->n_wanted;
	bool is_account = number <= n_accounts;
	struct store_key key = { 1, number };
	struct buffer bytes[3] = { 0 };
	struct store_row rows[3];
	char name[80];
	bool is_accepted;

	snprintf(name, sizeof(name), is_account ? "account%06llu" : "#channel%06llu",
		(unsigned long long) number);
	pack_text(&bytes[0], 1, name);
	pack_text(&bytes[0], 2, name);
	pack_u64(&bytes[0], 3, 1700000000000 + number);
	if (is_account) {
		pack_text(&bytes[0], STORE_ACCOUNT_VERIFIER, VERIFIER);
		pack_text(&bytes[0], STORE_ACCOUNT_EMAIL, "somebody@example.org");
		pack_text(&bytes[1], STORE_NICK_FOLDED, name);
		pack_text(&bytes[1], STORE_NICK_NAME, name);
		snprintf(name, sizeof(name), "%064llx", (unsigned long long) number);
		pack_text(&bytes[2], STORE_CERTIFICATE_FINGERPRINT, name);
	} else {
		pack_u64(&bytes[0], STORE_CHANNEL_FOUNDER, number - n_accounts);
		pack_u64(&bytes[1], STORE_ACCESS_ACCOUNT, number - n_accounts);
		pack_text(&bytes[1], STORE_ACCESS_MODES, "qo");
		pack_text(&bytes[2], STORE_LIST_MODE, "b");
		pack_text(&bytes[2], STORE_LIST_MASK, "*!*@spam.example.org");
	}
	pack_u64(&bytes[0], STORE_FIRST_FREE_FIELD, number);
	for (int i = 0; i < 3; i++)
		rows[i] = (struct store_row){
			.table = (is_account ? STORE_TABLE_ACCOUNTS : STORE_TABLE_CHANNELS) +
				 (enum store_table) i,
			.version = 1,
			.bytes = bytes[i].bytes,
			.length = bytes[i].length,
		};
	is_accepted = store_submit(load->store, &key, rows, 3);
	for (int i = 0; i < 3; i++)
		buffer_done(&bytes[i]);
	load->n_submitted += is_accepted;
	return is_accepted;
}

static void wait_for_news(struct load *load)
{
	struct pollfd waiting = { .fd = store_fd(load->store), .events = POLLIN };

	assert_int_equal(poll(&waiting, 1, 20000), 1);
	store_take_news(load->store);
}

static uint64_t count_requests(const struct load *load)
{
	return load->n_wanted + load->n_wanted / CHANNELS_PER_ACCOUNT;
}

static void store_all(struct load *load)
{
	uint64_t n = count_requests(load), n_single = n / 50;
	double began = now_ms(), used = used_ms(), one;

	while (load->n_stored < n - n_single) {
		while (load->n_submitted < n - n_single && submit_next(load))
			continue;
		wait_for_news(load);
	}
	print_message("%.0f rows a second, %.1f us of CPU each, as many at once as may wait\n",
		3e3 * (double) load->n_stored / (now_ms() - began),
		1e3 * (used_ms() - used) / (3 * (double) load->n_stored));
	began = now_ms();
	while (load->n_stored < n) {
		one = now_ms();
		assert_true(submit_next(load));
		while (load->n_stored < load->n_submitted)
			wait_for_news(load);
		one = now_ms() - one;
		load->worst_ms = one > load->worst_ms ? one : load->worst_ms;
	}
	print_message("one request at a time: %.2f ms each, at most %.2f ms\n",
		(now_ms() - began) / (double) n_single, load->worst_ms);
}

static void read_all(struct load *load)
{
	struct store_problem problem;
	struct stat status;
	double began = now_ms(), opened;

	open_load(load);
	opened = now_ms();
	assert_true(store_read_all(load->store, on_row, load, &problem));
	assert_int_equal(stat(load->path, &status), 0);
	print_message("%zu rows of %zu bytes, %ld bytes of disk: opened and checked in %.0f ms, "
		      "read in %.0f ms\n",
		load->n_rows, load->n_bytes, (long) status.st_size, opened - began,
		now_ms() - opened);
}

static void many_accounts_are_stored_and_read(void **state)
{
	const char *n = getenv("PAPOD_TEST_ACCOUNTS"), *parent = getenv("PAPOD_TEST_DIRECTORY");
	struct load load = { .n_wanted = n ? strtoull(n, NULL, 10) : ACCOUNTS };
	char directory[96], command[128];

	(void) state;
	snprintf(directory, sizeof(directory), "%.60s/papod-load-XXXXXX", parent ? parent : "/tmp");
	assert_non_null(mkdtemp(directory));
	snprintf(load.path, sizeof(load.path), "%s/accounts.db", directory);
	open_load(&load);
	store_all(&load);
	store_free(load.store);
	read_all(&load);
	assert_int_equal(load.n_rows, 3 * count_requests(&load));
	store_free(load.store);
	sqlite3_shutdown();
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_accounts_are_stored_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
