/* The trial of the next program: how it ends, and what follows. */
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
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/handover.h"
#include "small_server.h"

#define TRIAL_MS 10000

/* The test sets the clock of the loop. */
static uint64_t now_ms;

uint64_t __wrap_loop_now_ms(const struct loop *loop);

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return now_ms;
}

struct fixture {
	struct small_server server;
	struct handover *handover;
	struct log log;
	char *words[3];
	char directory[32];
	char path[64];
	struct buffer refusals;
	uint64_t session; /* that got the last one */
	struct buffer happened;
	const char *why_not_prepared;
	int save_error;
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_HANDOVER_FAILED)
		buffer_format(&fixture->refusals, "%s\n", fields[3]);
	if (entry == LOGBOOK_SNAPSHOT_FAILED)
		buffer_put_text(&fixture->happened, "failed ");
	if (entry == LOGBOOK_HANDED_OVER)
		buffer_format(&fixture->happened, "with %s ", fields[1]);
}

static void note_event(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	if (event->kind == EVENT_RESTART_FAILED)
		fixture->session = event->session;
	if (event->kind == EVENT_TICK)
		buffer_put_text(&fixture->happened, "tick ");
}

static const char *prepare(void *data)
{
	struct fixture *fixture = data;

	buffer_put_text(&fixture->happened, "prepared ");
	return fixture->why_not_prepared;
}

static int save(void *data)
{
	struct fixture *fixture = data;

	buffer_put_text(&fixture->happened, "saved ");
	return fixture->save_error;
}

static void list_nothing(void *data, struct descriptors *files)
{
	struct fixture *fixture = data;

	assert_int_equal(files->count, 0);
	buffer_put_text(&fixture->happened, "listed ");
}

static void settle(void *data)
{
	struct fixture *fixture = data;

	buffer_put_text(&fixture->happened, "settled ");
}

static void make_handover(struct fixture *fixture, const char *program)
{
	const struct handover_needs needs = {
		.loop = fixture->server.loop,
		.log = &fixture->log,
		.engine = fixture->server.engine,
		.listeners = clients_listeners(fixture->server.clients),
		.program = program,
		.words = fixture->words,
		.prepare = prepare,
		.save = save,
		.list = list_nothing,
		.settle = settle,
		.data = fixture,
	};

	handover_free(fixture->handover);
	fixture->handover = handover_new(&needs);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct small_server *server = &fixture->server;
	static char name[] = "papod", option[] = "--verbose";

	now_ms = 1000;
	*server = small_server_new();
	fixture->log = (struct log){ note_entry, fixture };
	fixture->words[0] = name;
	fixture->words[1] = option;
	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/program", fixture->directory);
	server->log = &fixture->log;
	server->on_event = note_event;
	server->data = fixture;
	small_server_serve(server);
	make_handover(fixture, fixture->path);
	*state = fixture;
	return 0;
}

static bool has_children(void)
{
	return waitpid(-1, NULL, WNOHANG) >= 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	handover_free(fixture->handover);
	small_server_done(&fixture->server);
	buffer_done(&fixture->refusals);
	buffer_done(&fixture->happened);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return has_children() ? -1 : 0;
}

/* The program to be tried is a script. */
static void write_program(struct fixture *fixture, const char *script)
{
	FILE *file;

	unlink(fixture->path);
	file = fopen(fixture->path, "we");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	assert_int_equal(chmod(fixture->path, 0755), 0);
}

static bool is_trying(const struct fixture *fixture)
{
	return handover_next_deadline(fixture->handover) != UINT64_MAX;
}

static void try_program(struct fixture *fixture)
{
	handover_ask(fixture->handover, 0);
	handover_tick(fixture->handover);
	while (is_trying(fixture)) {
		assert_int_equal(loop_turn(fixture->server.loop, UINT64_MAX), 0);
		handover_tick(fixture->handover);
	}
}

/* What the refusal added to the queues goes out now, though nothing else happens. */
static void assert_turn_is_short(struct loop *loop)
{
	uint64_t start_ms = loop_clock_ms();

	assert_int_equal(loop_turn(loop, start_ms + 20000), 0);
	assert_true(loop_clock_ms() - start_ms < 10000);
}

static void assert_refused(struct fixture *fixture, const char *reason)
{
	assert_false(handover_is_ready(fixture->handover));
	assert_non_null(strstr(buffer_text(&fixture->refusals), reason));
	buffer_clear(&fixture->refusals);
	assert_turn_is_short(fixture->server.loop);
}

static void assert_good(const struct fixture *fixture)
{
	assert_true(handover_is_ready(fixture->handover));
	assert_string_equal(buffer_text(&fixture->refusals), "");
}

static void assert_happened(struct fixture *fixture, const char *what)
{
	assert_string_equal(buffer_text(&fixture->happened), what);
	buffer_clear(&fixture->happened);
}

static void a_program_that_only_checks_is_good(void **state)
{
	struct fixture *fixture = *state;

	write_program(fixture, "[ \"$1 $2 $#\" = '--check --verbose 2' ]");
	try_program(fixture);
	assert_good(fixture);
	handover_ask(fixture->handover, 0); /* the trial runs already */
	handover_tick(fixture->handover);
	assert_false(is_trying(fixture));
}

static void after_each_refusal_the_next_one_is_tried(void **state)
{
	struct fixture *fixture = *state;

	write_program(fixture, "exit 1");
	try_program(fixture);
	assert_refused(fixture, "it ended with status 1;");
	write_program(fixture, "exit 78");
	try_program(fixture);
	assert_refused(fixture, "the configuration has errors");
	write_program(fixture, "kill -TERM $$");
	try_program(fixture);
	assert_refused(fixture, "it ended with signal 15;");
	unlink(fixture->path);
	try_program(fixture);
	assert_refused(fixture, "No such file or directory");
	write_program(fixture, "exit 0");
	try_program(fixture);
	assert_good(fixture);
}

static void a_program_that_nobody_knows_is_refused(void **state)
{
	struct fixture *fixture = *state;

	make_handover(fixture, NULL);
	try_program(fixture);
	assert_refused(fixture, "No such file or directory");
}

static void begin_endless_trial(struct fixture *fixture)
{
	write_program(fixture, "exec sleep 600");
	handover_ask(fixture->handover, 0);
	handover_tick(fixture->handover);
	assert_true(is_trying(fixture));
}

static void a_trial_has_an_end(void **state)
{
	struct fixture *fixture = *state;

	begin_endless_trial(fixture);
	assert_true(handover_next_deadline(fixture->handover) == now_ms + TRIAL_MS);
	now_ms += TRIAL_MS - 1;
	handover_tick(fixture->handover);
	assert_true(is_trying(fixture) && has_children());
	now_ms += 1;
	handover_tick(fixture->handover);
	assert_false(is_trying(fixture) || has_children()); /* the child was reaped */
	assert_refused(fixture, "had not ended after 10 seconds");
	handover_tick(fixture->handover);
	assert_false(is_trying(fixture)); /* no new request */
	begin_endless_trial(fixture);
}

static void who_asks_meanwhile_gets_another_trial(void **state)
{
	struct fixture *fixture = *state;

	begin_endless_trial(fixture);
	handover_ask(fixture->handover, 7);
	handover_tick(fixture->handover);
	assert_true(handover_next_deadline(fixture->handover) == now_ms + TRIAL_MS);
	write_program(fixture, "exit 0");
	now_ms += TRIAL_MS;
	handover_tick(fixture->handover); /* one trial at a time */
	assert_true(handover_next_deadline(fixture->handover) == now_ms + TRIAL_MS);
	assert_refused(fixture, "had not ended");
	assert_int_equal(fixture->session, 7);
	while (is_trying(fixture))
		assert_int_equal(loop_turn(fixture->server.loop, UINT64_MAX), 0);
	assert_good(fixture);
}

/* The session of the last request gets the reason, and the server continues as before. */
static void what_cannot_be_handed_over_stays(void **state)
{
	struct fixture *fixture = *state;

	write_program(fixture, "exit 0");
	try_program(fixture);
	handover_ask(fixture->handover, 8);
	fixture->why_not_prepared = "no room";
	handover_act(fixture->handover);
	assert_refused(fixture, "no room");
	assert_int_equal(fixture->session, 8);
	assert_happened(fixture, "prepared settled ");
	fixture->why_not_prepared = NULL;
	fixture->save_error = -ENOSPC;
	handover_act(fixture->handover);
	assert_refused(fixture, "No space left on device");
	assert_happened(fixture, "prepared tick saved failed settled ");
}

/* Everything was prepared, and only exec() fails. */
static void a_program_that_has_gone_is_not_started(void **state)
{
	struct fixture *fixture = *state;

	unlink(fixture->path);
	handover_act(fixture->handover);
	assert_refused(fixture, "No such file or directory");
	assert_happened(fixture, "prepared tick saved with 0 listed settled ");
}

/* In a child, because exec() cannot be undone. The list is only valid in the same process. */
static void the_next_program_gets_the_list(void **state)
{
	struct fixture *fixture = *state;
	int status;
	pid_t pid;

	write_program(
		fixture, "[ \"$1 $#\" = '--verbose 1' ] && [ -s /proc/self/fd/$PAPOD_HANDOVER ]");
	pid = fork();
	if (pid == 0) {
		handover_act(fixture->handover);
		_exit(100);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_that_only_checks_is_good),
		TEST(after_each_refusal_the_next_one_is_tried),
		TEST(a_trial_has_an_end),
		TEST(a_program_that_nobody_knows_is_refused),
		TEST(who_asks_meanwhile_gets_another_trial),
		TEST(what_cannot_be_handed_over_stays),
		TEST(a_program_that_has_gone_is_not_started),
		TEST(the_next_program_gets_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
