/* A replay: which effects are carried out, what is compared, and where it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "add_event.h"
#include "config/problem.h"
#include "config/settings.h"
#include "daemon/replay.h"
#include "daemon/trials.h"
#include "net/resume.h"
#include "small_server.h"
#include "world/session.h"

#define ANA ((uint64_t) 1 << 32)
#define BEA ((uint64_t) 2 << 32 | 1)
#define MANY 4000
#define START_MS 1000
#define LOOK_EVENTS 64 /* the replay reads the clock so often, and it has gone on by 1 ms */
#define LEAST_EVENTS 512
#define LOAD_MS 6
#define SAVE_MS 7 /* for a snapshot */

struct fixture {
	struct small_server server;
	struct reload *reload;
	struct log log;
	size_t n_entries;
	struct engine *first; /* of the process that wrote the log */
	struct replay replay;
	uint64_t fingerprint; /* of its last event */
};

/* The time of the replay. */
static struct {
	const struct fixture *fixture;
	uint64_t now_ms;
	int move_error; /* of the next snapshot */
} play;

uint64_t __wrap_stopwatch_lap(struct stopwatch *stopwatch);
uint64_t __wrap_stopwatch_read(const struct stopwatch *stopwatch);
int __real_event_log_move_start(
	struct event_log *log, struct event_log_cursor *cursor, const struct buffer *snapshot);
int __wrap_event_log_move_start(
	struct event_log *log, struct event_log_cursor *cursor, const struct buffer *snapshot);

uint64_t __wrap_stopwatch_lap(struct stopwatch *stopwatch)
{
	uint64_t before_ms = stopwatch->since_ms;

	stopwatch->since_ms = play.now_ms;
	return play.now_ms - before_ms;
}

uint64_t __wrap_stopwatch_read(const struct stopwatch *stopwatch)
{
	play.now_ms += !play.fixture->replay.is_open; /* once for each event */
	return play.now_ms - stopwatch->since_ms;
}

int __wrap_event_log_move_start(
	struct event_log *log, struct event_log_cursor *cursor, const struct buffer *snapshot)
{
	int error = play.move_error;

	assert_true(event_log_deaths(log)->point == TRIAL_SAVE);
	play.now_ms += SAVE_MS;
	play.move_error = 0;
	return error ? error : __real_event_log_move_start(log, cursor, snapshot);
}

static void count_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	(void) entry;
	(void) fields;
	fixture->n_entries++;
}

static void note_fingerprint(void *data, const struct outbox *outbox)
{
	*(uint64_t *) data = outbox_fingerprint(outbox);
}

/* Log the event as the previous process did. */
static void log_event(struct fixture *fixture, const struct event *event)
{
	const struct engine_sink sink = { note_fingerprint, &fixture->fingerprint };

	assert_true(add_event(fixture->replay.event_log, event));
	engine_replay(fixture->first, event, &sink);
}

static void log_done(struct fixture *fixture)
{
	assert_true(event_log_add_done(fixture->replay.event_log, fixture->fingerprint, 1));
}

static void log_settings(struct fixture *fixture)
{
	struct event event = { .kind = EVENT_SETTINGS, .now_ms = 1000 };
	struct problems problems = { 0 };

	event.settings = settings_parse(NULL, 0, &problems);
	problems_done(&problems);
	log_event(fixture, &event);
	settings_unref(event.settings);
	log_done(fixture);
}

static void log_client(struct fixture *fixture, uint64_t id)
{
	const struct event event = {
		.kind = EVENT_CONNECTED,
		.session = id,
		.now_ms = 2000,
		.address = { .family = ADDRESS_FAMILY_UNIX },
		.text = "here",
		.text_length = 4,
	};

	log_event(fixture, &event);
}

static void log_end(struct fixture *fixture, uint64_t id)
{
	const struct event event = { .kind = EVENT_CLOSED,
		.session = id,
		.now_ms = 3000,
		.text = "gone",
		.text_length = 4 };

	log_event(fixture, &event);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct small_server *server = &fixture->server;
	const struct reload_needs needs = { 0 };

	play.fixture = fixture;
	play.now_ms = START_MS;
	play.move_error = 0;
	*server = small_server_new();
	fixture->log = (struct log){ count_entry, fixture };
	server->log = &fixture->log;
	small_server_serve(server);
	fixture->reload = reload_new(&needs);
	fixture->replay.engine = server->engine;
	fixture->replay.clients = server->clients;
	fixture->replay.helpers = server->helpers;
	fixture->replay.reload = fixture->reload;
	if (engine_new(NULL, NULL, &fixture->first) < 0)
		return -1;
	engine_set_world(fixture->first, world_new());
	*state = fixture;
	return event_log_new(&fixture->replay.event_log);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	replay_done(&fixture->replay);
	engine_free(fixture->first);
	event_log_free(fixture->replay.event_log);
	reload_free(fixture->reload);
	small_server_done(&fixture->server);
	free(fixture);
	return 0;
}

static const struct session *find(const struct fixture *fixture, uint64_t id)
{
	return session_find(engine_world(fixture->server.engine), id);
}

/* The previous process has already logged and reported it. */
static void who_was_here_is_here_and_nothing_is_logged_again(void **state)
{
	struct fixture *fixture = *state;

	log_settings(fixture);
	log_client(fixture, ANA);
	log_done(fixture);
	log_client(fixture, BEA);
	log_done(fixture);
	log_end(fixture, BEA);
	log_done(fixture);
	assert_null(replay_log(&fixture->replay));
	assert_int_equal(fixture->replay.number, 4);
	assert_true(event_log_deaths(fixture->replay.event_log)->point ==
		    ((uint64_t) 1 << 60 | 8)); /* the last record */
	assert_non_null(find(fixture, ANA));
	assert_null(find(fixture, BEA));
	assert_true(connection_is_open(fixture->server.connections, ANA));
	assert_false(connection_is_open(fixture->server.connections, BEA));
	assert_int_equal(fixture->n_entries, 0);
}

/* The process crashed between the event and its fingerprint. */
static void the_last_event_may_have_no_outcome_yet(void **state)
{
	struct fixture *fixture = *state;
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	size_t n_done = 0;

	log_settings(fixture);
	log_client(fixture, ANA);
	assert_null(replay_log(&fixture->replay));
	assert_non_null(find(fixture, ANA));
	while (event_log_next(fixture->replay.event_log, &cursor, &record))
		n_done += record.kind == EVENT_LOG_DONE;
	assert_int_equal(n_done, 2); /* the fingerprint was added */
}

static void another_outcome_ends_it_before_the_event(void **state)
{
	struct fixture *fixture = *state;
	struct replay *replay = &fixture->replay;

	log_settings(fixture);
	log_client(fixture, ANA);
	fixture->fingerprint++;
	log_done(fixture);
	assert_non_null(replay_log(replay));
	event_log_cut(fixture->replay.event_log, &replay->end);
	engine_set_world(fixture->server.engine, world_new());
	replay_reset(replay);
	assert_null(replay_log(replay));
	assert_int_equal(replay->number, 1);
	assert_null(find(fixture, ANA));
}

static void an_event_that_is_skipped_comes_to_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct replay *replay = &fixture->replay;
	const struct event line = { .kind = EVENT_LINE,
		.session = ANA,
		.now_ms = 2500,
		.text = "PING 1",
		.text_length = 6 };

	log_settings(fixture);
	log_client(fixture, ANA);
	log_done(fixture);
	assert_true(add_event(fixture->replay.event_log, &line));
	event_log_skip(fixture->replay.event_log, 3);
	assert_null(replay_log(replay));
	assert_int_equal(replay->n_poisoners, 1);
	assert_true(replay->poisoners[0] == ANA);
	assert_false(replay->has_unended);
	replay_reset(replay);
	assert_int_equal(replay->n_poisoners, 0);
}

static void whose_end_is_skipped_is_no_poisoner(void **state)
{
	struct fixture *fixture = *state;
	const struct event end = {
		.kind = EVENT_CLOSED, .session = ANA, .text = "", .now_ms = 3000
	};

	log_settings(fixture);
	log_client(fixture, ANA);
	log_done(fixture);
	assert_true(add_event(fixture->replay.event_log, &end));
	event_log_skip(fixture->replay.event_log, 3);
	assert_null(replay_log(&fixture->replay));
	assert_int_equal(fixture->replay.n_poisoners, 0);
	assert_true(fixture->replay.has_unended);
}

static void settings_that_are_skipped_are_remembered(void **state)
{
	struct fixture *fixture = *state;

	log_settings(fixture);
	log_settings(fixture);
	event_log_skip(fixture->replay.event_log, 2);
	/* Its earlier effects differ from no effects. */
	assert_false(reload_has_notes(fixture->reload));
	(void) replay_log(&fixture->replay);
	assert_true(reload_has_notes(fixture->reload));
}

static size_t count_events(const struct event_log *log)
{
	struct event_log_cursor cursor = { 0 };
	struct event_log_record record;
	size_t n = 0;

	while (event_log_next(log, &cursor, &record))
		n += event_log_is_event(&record);
	return n;
}

static void log_ticks(struct fixture *fixture, size_t n)
{
	const struct event event = { .kind = EVENT_TICK, .now_ms = 3000 };

	for (size_t i = 0; i < n; i++) {
		log_event(fixture, &event);
		log_done(fixture);
	}
}

/* A long log of a process that crashed during its recovery. */
static void log_long(struct fixture *fixture, struct secret_places *secrets)
{
	fixture->replay.secrets = secrets;
	fixture->replay.is_again = true;
	fixture->replay.load_ms = LOAD_MS;
	log_settings(fixture);
	log_client(fixture, ANA);
	log_done(fixture);
	log_ticks(fixture, MANY - 2);
}

/* The number of the event after which so many milliseconds have passed. */
static uint64_t event_after(uint64_t ms)
{
	return LEAST_EVENTS + (ms - 1) * LOOK_EVENTS;
}

/* Of a long log, the next process replays only what this one has not. Twice as much time goes into
 * events as into snapshots. */
static void a_process_that_may_crash_saves_its_progress(void **state)
{
	const uint64_t first = event_after(10 + LOAD_MS);
	const uint64_t second = first + event_after(10 + LOAD_MS + 2 * SAVE_MS);
	struct fixture *fixture = *state;
	struct replay *replay = &fixture->replay;
	struct secret_places secrets = { 0 };

	log_long(fixture, &secrets);
	assert_null(replay_log(replay));
	assert_int_equal(replay->n_before, second);
	assert_int_equal(replay->number, MANY - second);
	assert_int_equal(replay->save_ms, SAVE_MS);
	assert_int_equal(count_events(replay->event_log), replay->number);
	assert_non_null(find(fixture, ANA));
}

/* The last attempt counts for the pause, and later attempts succeed. */
static void progress_that_cannot_be_saved_is_saved_later(void **state)
{
	const uint64_t second = event_after(10 + LOAD_MS + 10 + LOAD_MS + 2 * SAVE_MS);
	struct fixture *fixture = *state;
	struct secret_places secrets = { 0 };

	log_long(fixture, &secrets);
	play.move_error = -ENOSPC;
	assert_null(replay_log(&fixture->replay));
	assert_int_equal(fixture->replay.n_before, second);
	assert_int_equal(count_events(fixture->replay.event_log), MANY - second);
}

static void assert_nothing_saved(struct fixture *fixture, struct secret_places *secrets)
{
	log_ticks(fixture, MANY);
	fixture->replay.secrets = secrets;
	fixture->replay.is_again = true;
	(void) replay_log(&fixture->replay);
	assert_in_range(fixture->replay.number, MANY + 1, MANY + 4);
	assert_int_equal(fixture->replay.n_before, 0);
}

/* A snapshot does not contain who is to be dropped, and which settings crash the server. */
static void what_a_snapshot_does_not_contain_is_not_lost(void **state)
{
	struct fixture *fixture = *state;
	struct secret_places secrets = { 0 };

	log_settings(fixture);
	reload_note_poison(fixture->reload);
	assert_nothing_saved(fixture, &secrets);
}

static void who_is_to_be_dropped_is_not_forgotten(void **state)
{
	struct fixture *fixture = *state;
	struct secret_places secrets = { 0 };
	const struct event line = { .kind = EVENT_LINE,
		.session = ANA,
		.now_ms = 2500,
		.text = "PING 1",
		.text_length = 6 };

	log_settings(fixture);
	log_client(fixture, ANA);
	log_done(fixture);
	assert_true(add_event(fixture->replay.event_log, &line));
	event_log_skip(fixture->replay.event_log, 3);
	assert_nothing_saved(fixture, &secrets);
	assert_int_equal(fixture->replay.n_poisoners, 1);
}

static void an_end_that_is_skipped_is_not_forgotten(void **state)
{
	struct fixture *fixture = *state;
	struct secret_places secrets = { 0 };
	const struct event end = {
		.kind = EVENT_CLOSED, .session = ANA, .text = "", .now_ms = 2500
	};

	log_settings(fixture);
	log_client(fixture, ANA);
	log_done(fixture);
	assert_true(add_event(fixture->replay.event_log, &end));
	event_log_skip(fixture->replay.event_log, 3);
	assert_nothing_saved(fixture, &secrets);
	assert_true(fixture->replay.has_unended);
}

static void a_process_that_crashed_while_it_saved_does_not(void **state)
{
	struct fixture *fixture = *state;
	struct event_log *log = fixture->replay.event_log;
	struct secret_places secrets = { 0 };

	log_settings(fixture);
	for (int i = 0; i < 3; i++) {
		trials_begin(log);
		trials_reach(log, TRIAL_SAVE);
	}
	trials_begin(log);
	assert_false(trials_may_save(log));
	assert_nothing_saved(fixture, &secrets);
}

static void assert_unreadable(struct fixture *fixture, const char *reason)
{
	assert_string_equal(replay_log(&fixture->replay), reason);
	event_log_cut(fixture->replay.event_log, &fixture->replay.end);
	assert_int_equal(count_events(fixture->replay.event_log), 1);
}

static void an_event_that_is_none_ends_it(void **state)
{
	struct fixture *fixture = *state;
	struct buffer bytes = { 0 };

	log_settings(fixture);
	buffer_put_text(&bytes, "garbage");
	assert_true(event_log_add_event(fixture->replay.event_log, &bytes));
	buffer_done(&bytes);
	assert_unreadable(fixture, "an event in the log is malformed");
}

static void a_record_of_another_release_ends_it(void **state)
{
	static const struct event_log_note note = { ANA, 1, false };
	struct fixture *fixture = *state;

	log_settings(fixture);
	assert_true(event_log_add_note(fixture->replay.event_log, (enum event_log_kind) 99, note));
	assert_unreadable(fixture, "a record in the log is of an unknown kind");
}

/* A fingerprint has 8 bytes. */
static void a_fingerprint_of_another_release_ends_it(void **state)
{
	static const struct event_log_note note = { ANA, 1, false };
	struct fixture *fixture = *state;

	log_settings(fixture);
	assert_true(event_log_add_note(fixture->replay.event_log, EVENT_LOG_DONE, note));
	assert_unreadable(fixture, "a record in the log is of an unknown kind");
}

static void a_record_that_is_longer_than_the_log_ends_it(void **state)
{
	struct fixture *fixture = *state;
	struct event_log *log = fixture->replay.event_log;
	off_t end;

	log_settings(fixture);
	end = (off_t) event_log_bytes(log);
	log_client(fixture, ANA);
	assert_int_equal(
		pwrite(event_log_fd(log, EVENT_LOG_EVENTS_A), &(uint32_t){ 1 << 20 }, 4, end), 4);
	assert_unreadable(fixture, "a record in the log is longer than the log");
}

static void a_process_after_a_quiet_one_does_not(void **state)
{
	struct fixture *fixture = *state;

	log_settings(fixture);
	log_ticks(fixture, MANY);
	assert_null(replay_log(&fixture->replay));
	assert_int_equal(fixture->replay.n_before, 0);
	assert_int_equal(count_events(fixture->replay.event_log), MANY + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_was_here_is_here_and_nothing_is_logged_again),
		TEST(the_last_event_may_have_no_outcome_yet),
		TEST(another_outcome_ends_it_before_the_event),
		TEST(an_event_that_is_skipped_comes_to_nothing),
		TEST(whose_end_is_skipped_is_no_poisoner),
		TEST(settings_that_are_skipped_are_remembered),
		TEST(a_process_that_may_crash_saves_its_progress),
		TEST(progress_that_cannot_be_saved_is_saved_later),
		TEST(what_a_snapshot_does_not_contain_is_not_lost),
		TEST(who_is_to_be_dropped_is_not_forgotten),
		TEST(an_end_that_is_skipped_is_not_forgotten),
		TEST(a_process_that_crashed_while_it_saved_does_not),
		TEST(a_process_after_a_quiet_one_does_not),
		TEST(an_event_that_is_none_ends_it),
		TEST(a_record_of_another_release_ends_it),
		TEST(a_fingerprint_of_another_release_ends_it),
		TEST(a_record_that_is_longer_than_the_log_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
