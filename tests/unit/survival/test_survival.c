/* What the next process gets, and when it is created again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "shelf.h"
#include "survival/memory_file.h"
#include "survival/survival.h"

#define ANA 77
#define LONG_WEIGHT 400000

struct fixture {
	struct shelf shelf;
	struct survival *survival;
	uint64_t now_ms;
	int n_begun; /* logs that began while clients were connected */
	int n_uses;  /* of memories */
	int n_watches;
	int watch_error;
	int n_to_park; /* when a log begins */
	unsigned int n_news;
	int n_found;	/* sockets */
	uint64_t found; /* the last one's id */
};

int __wrap_memory_file_new(const char *name, size_t bytes, int *ret_fd);
int __real_memory_file_new(const char *name, size_t bytes, int *ret_fd);
bool __wrap_event_log_add_event(struct event_log *log, const struct buffer *bytes);
bool __real_event_log_add_event(struct event_log *log, const struct buffer *bytes);
bool __wrap_event_log_add_done(struct event_log *log, uint64_t fingerprint, size_t n_effects);
bool __real_event_log_add_done(struct event_log *log, uint64_t fingerprint, size_t n_effects);
bool __wrap_event_log_add_note(
	struct event_log *log, enum event_log_kind kind, struct event_log_note note);
bool __real_event_log_add_note(
	struct event_log *log, enum event_log_kind kind, struct event_log_note note);

int __wrap_memory_file_new(const char *name, size_t bytes, int *ret_fd)
{
	if (getenv("TEST_NO_MEMORY") && strcmp(name, getenv("TEST_NO_MEMORY")) == 0)
		return -ENOMEM;
	return __real_memory_file_new(name, bytes, ret_fd);
}

/* Has the log no room for these? */
static bool is_full_for(const char *what)
{
	return getenv("TEST_FULL") && strcmp(getenv("TEST_FULL"), what) == 0;
}

bool __wrap_event_log_add_event(struct event_log *log, const struct buffer *bytes)
{
	return !is_full_for("event") && __real_event_log_add_event(log, bytes);
}

bool __wrap_event_log_add_done(struct event_log *log, uint64_t fingerprint, size_t n_effects)
{
	return !is_full_for("done") && __real_event_log_add_done(log, fingerprint, n_effects);
}

bool __wrap_event_log_add_note(
	struct event_log *log, enum event_log_kind kind, struct event_log_note note)
{
	return !is_full_for("note") && __real_event_log_add_note(log, kind, note);
}

static uint64_t now_ms(void *data)
{
	return ((struct fixture *) data)->now_ms;
}

static int watch(void *data, int fd, void (*on_ready)(void *target, uint32_t events), void *target,
	void **ret_watch)
{
	struct fixture *fixture = data;

	(void) fd;
	(void) on_ready;
	(void) target;
	if (fixture->watch_error)
		return fixture->watch_error;
	fixture->n_watches++;
	*ret_watch = fixture;
	return 0;
}

static void unwatch(void *data, void *watch)
{
	(void) watch;
	((struct fixture *) data)->n_watches--;
}

static void save(void *data, struct buffer *out)
{
	(void) data;
	buffer_put_text(out, "everything");
}

static bool say_no(void *data)
{
	(void) data;
	return false;
}

static void on_news(void *data)
{
	((struct fixture *) data)->n_news++;
}

static void begin_log(void *data)
{
	struct fixture *fixture = data;

	fixture->n_begun++;
	for (int i = 0; i < fixture->n_to_park; i++)
		survival_park_later(fixture->survival, STDERR_FILENO, ANA + (uint64_t) i, "");
}

static void use(void *data, const struct memories *memories)
{
	(void) memories;
	((struct fixture *) data)->n_uses++;
}

static struct survival *survival_with(struct fixture *fixture, bool has_keeper)
{
	const struct survival_needs needs = {
		.keeper = has_keeper ? shelf_keeper(&fixture->shelf) : (struct keeper){ 0 },
		.saver = { &fixture->shelf.log, now_ms, watch, unwatch, save, say_no, on_news,
			fixture },
		.memory_bytes = { 4096, 4096, 4096 },
		.has_connections = say_no,
		.begin_log = begin_log,
		.use = use,
	};

	return survival_new(&needs);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	shelf_init(&fixture->shelf);
	fixture->now_ms = 1000000;
	fixture->survival = survival_with(fixture, true);
	*state = fixture;
	return 0;
}

static int setup_alone(void **state)
{
	struct fixture *fixture;

	setup(state);
	fixture = *state;
	survival_free(fixture->survival);
	fixture->survival = survival_with(fixture, false);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	unsetenv("TEST_NO_MEMORY");
	unsetenv("TEST_FULL");
	survival_free(fixture->survival);
	assert_int_equal(fixture->n_watches, 0);
	shelf_done(&fixture->shelf);
	free(fixture);
	return 0;
}

static void add_event(struct fixture *fixture)
{
	char text[] = "an event";
	const struct buffer bytes = { .bytes = text, .length = sizeof(text) };

	survival_log_event(fixture->survival, &bytes);
	survival_log_done(fixture->survival, 1, 1);
}

/* What the next process takes. */
static bool take(struct fixture *fixture, const char **ret_reason)
{
	struct descriptors inherited = shelf_inherited(&fixture->shelf);
	bool is_there;

	survival_free(fixture->survival);
	fixture->survival = survival_with(fixture, true);
	is_there = survival_take(fixture->survival, &inherited, ret_reason);
	descriptors_done(&inherited);
	return is_there;
}

static bool on_found(void *data, int fd, uint64_t id, const char *listener)
{
	struct fixture *fixture = data;

	(void) listener;
	close(fd);
	fixture->n_found++;
	fixture->found = id;
	return true;
}

static void assert_described(const struct fixture *fixture, const char *text)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	survival_describe(fixture->survival, &out);
	assert_string_equal(buffer_text(&out), text);
}

static void whoever_finds_nothing_starts_anew(void **state)
{
	struct fixture *fixture = *state;
	const char *reason = "";

	assert_false(take(fixture, &reason));
	assert_null(reason);
	survival_start(fixture->survival);
	assert_true(survival_has_log(fixture->survival));
	assert_int_equal(fixture->n_uses, 1);
	assert_described(fixture, "");
}

static void events_and_sockets_come_to_the_next(void **state)
{
	struct fixture *fixture = *state;
	const struct parking_visitor visitor = { .on_found = on_found, .data = fixture };
	struct event_log_record record;
	const char *reason;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	survival_start(fixture->survival);
	assert_int_equal(survival_park(fixture->survival, pair[0], ANA, "local"), 0);
	add_event(fixture);
	assert_true(take(fixture, &reason));
	assert_null(reason);
	assert_true(event_log_find_event(survival_event_log(fixture->survival), 1, &record));
	assert_string_equal(record.bytes, "an event");
	assert_int_equal(survival_walk(fixture->survival, &visitor), 0);
	assert_int_equal(fixture->n_found, 1);
	assert_int_equal(fixture->found, ANA);
	assert_false(survival_has_lost_byte_counts(fixture->survival));
	close(pair[0]);
	close(pair[1]);
}

static void what_a_later_release_kept_is_dropped(void **state)
{
	struct fixture *fixture = *state;
	const char *reason;
	size_t n_kept;

	survival_start(fixture->survival);
	n_kept = fixture->shelf.kept.count;
	descriptors_add(&fixture->shelf.kept, dup(STDERR_FILENO), "papod-future");
	assert_true(take(fixture, &reason));
	assert_null(reason);
	assert_string_equal(fixture->shelf.dropped, " papod-future");
	assert_int_equal(fixture->shelf.kept.count, n_kept + 1); /* nothing is kept twice */
}

static void a_log_with_a_file_missing_is_of_no_use(void **state)
{
	struct fixture *fixture = *state;
	const char *reason;

	survival_start(fixture->survival);
	shelf_lose(&fixture->shelf, "papod-events-b");
	assert_true(take(fixture, &reason));
	assert_string_equal(reason, "one of its files was not kept");
	assert_non_null(survival_parking(fixture->survival)); /* for a farewell */
}

/* One end of a lot is of no use, and would be mixed with the ends of the next one. */
static void a_lot_with_an_end_missing_is_of_no_use(void **state)
{
	struct fixture *fixture = *state;
	const char *reason;

	survival_start(fixture->survival);
	close(descriptors_take(&fixture->shelf.kept, "lot1"));
	assert_true(take(fixture, &reason));
	assert_string_equal(reason, "the clients' sockets were not kept");
	assert_string_equal(fixture->shelf.dropped, " lot0 lot0 lot1 lot2 lot2");
	assert_null(survival_parking(fixture->survival));
}

static void after_the_end_nobody_goes_on(void **state)
{
	struct fixture *fixture = *state;
	const char *reason;

	survival_start(fixture->survival);
	survival_end(fixture->survival);
	assert_string_equal(fixture->shelf.dropped,
		" papod-head papod-events-a papod-events-b papod-snapshot-a papod-snapshot-b"
		" lot0 lot1 lot2 papod-positions papod-half-lines papod-wrappings papod-pipe");
	assert_false(take(fixture, &reason));
}

static void a_start_that_fails_is_tried_later_and_later(void **state)
{
	struct fixture *fixture = *state;

	fixture->shelf.keep_error = -EIO;
	survival_start(fixture->survival);
	assert_described(fixture, "; a restart would disconnect clients, see the log");
	assert_string_equal(fixture->shelf.reason, "Input/output error");
	assert_int_equal(fixture->n_news, 1);
	for (uint64_t wait_ms = 1000; wait_ms <= 8000; wait_ms *= 2) {
		assert_null(survival_event_log(fixture->survival));
		assert_true(survival_next_deadline(fixture->survival) == fixture->now_ms + wait_ms);
		fixture->now_ms += wait_ms;
		survival_tick(fixture->survival);
	}
	assert_int_equal(fixture->shelf.entries[LOGBOOK_NOT_KEPT], 1);
	assert_int_equal(fixture->n_begun, 0);
	assert_int_equal(fixture->n_news, 5);
}

/* With a snapshot, because earlier events are in no log. */
static void keeping_begins_again_with_a_snapshot(void **state)
{
	struct fixture *fixture = *state;
	const char *reason;
	size_t length;

	fixture->shelf.keep_error = -EIO;
	survival_start(fixture->survival);
	fixture->shelf.keep_error = 0;
	survival_tick(fixture->survival); /* too early */
	assert_null(survival_event_log(fixture->survival));
	fixture->now_ms += 1000;
	survival_tick(fixture->survival);
	assert_true(survival_has_log(fixture->survival));
	assert_int_equal(fixture->n_begun, 1);
	assert_int_equal(fixture->n_news, 2);
	assert_int_equal(fixture->shelf.entries[LOGBOOK_KEPT_AGAIN], 1);
	assert_described(fixture, "");
	assert_true(take(fixture, &reason));
	assert_memory_equal(event_log_snapshot(survival_event_log(fixture->survival), &length),
		"everything", 10);
}

static void a_memory_that_cannot_be_made_stops_the_start(void **state)
{
	struct fixture *fixture = *state;

	setenv("TEST_NO_MEMORY", "papod-half-lines", 1);
	survival_start(fixture->survival);
	assert_null(survival_event_log(fixture->survival));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_NOT_KEPT], 1);
	unsetenv("TEST_NO_MEMORY");
	fixture->now_ms += 1000;
	survival_tick(fixture->survival);
	assert_true(survival_has_log(fixture->survival));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_KEPT_AGAIN], 1);
}

static void each_record_may_be_the_one_that_does_not_fit(void **state)
{
	static const struct event_log_note note = { ANA, 1, false };
	struct fixture *fixture = *state;

	survival_start(fixture->survival);
	setenv("TEST_FULL", "done", 1);
	add_event(fixture);
	assert_false(survival_has_log(fixture->survival));
	survival_tick(fixture->survival);
	assert_true(survival_has_log(fixture->survival));
	setenv("TEST_FULL", "note", 1);
	add_event(fixture);
	assert_true(survival_has_log(fixture->survival));
	survival_log_note(fixture->survival, EVENT_LOG_NOISE, note);
	assert_false(survival_has_log(fixture->survival));
	survival_log_note(fixture->survival, EVENT_LOG_NOISE, note);
	assert_int_equal(fixture->shelf.entries[LOGBOOK_NOT_KEPT], 2);
}

static void a_full_log_waits_for_a_snapshot(void **state)
{
	struct fixture *fixture = *state;

	survival_start(fixture->survival);
	setenv("TEST_FULL", "event", 1);
	add_event(fixture);
	assert_false(survival_has_log(fixture->survival));
	assert_described(fixture, "; a restart would disconnect clients, see the log");
	add_event(fixture);
	assert_int_equal(fixture->shelf.entries[LOGBOOK_NOT_KEPT], 1);
	unsetenv("TEST_FULL");
	survival_tick(fixture->survival);
	assert_true(survival_has_log(fixture->survival));
	assert_int_equal(fixture->shelf.entries[LOGBOOK_KEPT_AGAIN], 1);
}

static void without_a_keeper_nothing_is_kept_until_a_handover(void **state)
{
	struct fixture *fixture = *state;
	struct descriptors list = { 0 };

	survival_start(fixture->survival);
	assert_null(survival_event_log(fixture->survival));
	assert_true(survival_next_deadline(fixture->survival) == UINT64_MAX);
	assert_described(fixture, "");
	assert_null(survival_prepare(fixture->survival));
	assert_int_equal(fixture->n_begun, 1);
	survival_list(fixture->survival, &list);
	assert_int_equal(list.count, EVENT_LOG_FILES + PARKING_ENDS + 2);
	descriptors_forget(&list);
	survival_settle(fixture->survival);
	assert_null(survival_event_log(fixture->survival));
	assert_null(survival_parking(fixture->survival));
}

static void a_child_ends_with_its_process(void **state)
{
	struct fixture *fixture = *state;

	survival_start(fixture->survival);
	event_log_weigh(survival_event_log(fixture->survival), LONG_WEIGHT);
	survival_tick(fixture->survival);
	assert_int_equal(fixture->n_watches, 1); /* the teardown expects none */
}

/* The child would report a snapshot in a log that no longer exists. */
static void a_child_ends_with_the_log(void **state)
{
	struct fixture *fixture = *state;

	survival_start(fixture->survival);
	assert_null(survival_prepare(fixture->survival));
	event_log_weigh(survival_event_log(fixture->survival), LONG_WEIGHT);
	survival_tick(fixture->survival);
	assert_int_equal(fixture->n_watches, 1);
	survival_settle(fixture->survival);
	assert_int_equal(fixture->n_watches, 0);
}

static void without_memory_nothing_is_handed_over(void **state)
{
	struct fixture *fixture = *state;

	setenv("TEST_NO_MEMORY", "papod-half-lines", 1);
	survival_start(fixture->survival);
	assert_string_equal(survival_prepare(fixture->survival),
		"there was no memory for the state that the next program inherits");
}

/* Descriptors for so many copies of sockets: an eighth of the limit is reserved. */
static struct rlimit limit_copies(rlim_t n_copies)
{
	struct rlimit old, limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	limit = old;
	limit.rlim_cur = n_copies / 7 * 8;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return old;
}

static void assert_waiting(struct fixture *fixture, int n_entries, const char *reason)
{
	survival_tick(fixture->survival);
	assert_int_equal(fixture->shelf.entries[LOGBOOK_NOT_KEPT], n_entries);
	assert_string_equal(fixture->shelf.reason, reason);
}

/* Logged whenever their number has doubled. */
static void clients_that_cannot_be_parked_are_reported(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit old = limit_copies(56);
	uint64_t id = 1;

	survival_start(fixture->survival);
	for (; id <= 56; id++)
		assert_int_equal(survival_park(fixture->survival, STDERR_FILENO, id, "a"), 0);
	assert_waiting(fixture, 0, "");
	assert_int_equal(survival_park(fixture->survival, STDERR_FILENO, id++, "a"), -ETOOMANYREFS);
	assert_waiting(fixture, 1, "1 clients could not be parked; raise LimitNOFILE=");
	assert_waiting(fixture, 1, "1 clients could not be parked; raise LimitNOFILE=");
	survival_park_later(fixture->survival, STDERR_FILENO, id++, "");
	assert_waiting(fixture, 2, "2 clients could not be parked; raise LimitNOFILE=");
	survival_park_later(fixture->survival, STDERR_FILENO, id++, "");
	assert_waiting(fixture, 2, "2 clients could not be parked; raise LimitNOFILE=");
	assert_described(fixture, "; a restart would disconnect 2 clients, raise LimitNOFILE=");
	assert_int_equal(fixture->n_news, 2);
	while (id > 57)
		survival_unpark(fixture->survival, --id);
	survival_tick(fixture->survival);
	assert_int_equal(fixture->shelf.entries[LOGBOOK_KEPT_AGAIN], 1);
	assert_described(fixture, "");
	assert_int_equal(fixture->n_news, 3);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void snapshots_that_fail_are_reported(void **state)
{
	struct fixture *fixture = *state;

	survival_start(fixture->survival);
	fixture->watch_error = -ENOSPC;
	event_log_weigh(survival_event_log(fixture->survival), LONG_WEIGHT);
	survival_tick(fixture->survival);
	assert_described(fixture, "; snapshots fail, see the log");
	assert_true(survival_next_deadline(fixture->survival) == fixture->now_ms + 1000);
}

static void not_all_sockets_may_fit_into_a_handover(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit old = limit_copies(56);

	survival_start(fixture->survival);
	fixture->n_to_park = 57;
	assert_string_equal(survival_prepare(fixture->survival),
		"not all clients can be handed over; raise the limit of open files");
	survival_settle(fixture->survival);
	fixture->n_to_park = 56;
	assert_null(survival_prepare(fixture->survival));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void without_a_log_nothing_is_handed_over(void **state)
{
	struct fixture *fixture = *state;

	survival_start(fixture->survival);
	setenv("TEST_NO_MEMORY", "papod-head", 1);
	assert_string_equal(
		survival_prepare(fixture->survival), "the clients' sockets could not be stored");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define TEST_ALONE(name) cmocka_unit_test_setup_teardown(name, setup_alone, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whoever_finds_nothing_starts_anew),
		TEST(events_and_sockets_come_to_the_next),
		TEST(what_a_later_release_kept_is_dropped),
		TEST(a_log_with_a_file_missing_is_of_no_use),
		TEST(a_lot_with_an_end_missing_is_of_no_use),
		TEST(after_the_end_nobody_goes_on),
		TEST(a_start_that_fails_is_tried_later_and_later),
		TEST(keeping_begins_again_with_a_snapshot),
		TEST(a_memory_that_cannot_be_made_stops_the_start),
		TEST(a_full_log_waits_for_a_snapshot),
		TEST(each_record_may_be_the_one_that_does_not_fit),
		TEST(clients_that_cannot_be_parked_are_reported),
		TEST(snapshots_that_fail_are_reported),
		TEST_ALONE(without_a_keeper_nothing_is_kept_until_a_handover),
		TEST(a_child_ends_with_its_process),
		TEST_ALONE(a_child_ends_with_the_log),
		TEST_ALONE(without_memory_nothing_is_handed_over),
		TEST_ALONE(without_a_log_nothing_is_handed_over),
		TEST_ALONE(not_all_sockets_may_fit_into_a_handover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
