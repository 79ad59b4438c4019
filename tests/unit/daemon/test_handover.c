/* The trial of the program that is to take our place: how it ends, and the next one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/server.h"
#include "small_server.h"

#define TRIAL_MS 10000

struct fixture {
	struct small_server small;
	struct server server;
	struct arguments arguments;
	struct log log;
	char *words[3];
	char directory[32];
	char path[64];
	struct buffer refusals;
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_HANDOVER_FAILED)
		buffer_format(&fixture->refusals, "%s\n", fields[3]);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct server *server = &fixture->server;
	static char name[] = "papod", option[] = "--verbose";

	fixture->small = small_server_new();
	fixture->log = (struct log){ note_entry, fixture };
	fixture->words[0] = name;
	fixture->words[1] = option;
	fixture->arguments.words = fixture->words;
	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/program", fixture->directory);
	server->log = &fixture->log;
	server->arguments = &fixture->arguments;
	fixture->small.log = server->log ? server->log : fixture->small.log;
	small_server_serve(&fixture->small);
	server->log = fixture->small.log;
	server->loop = fixture->small.loop;
	server->engine = fixture->small.engine;
	server->helpers = fixture->small.helpers;
	server->clients = fixture->small.clients;
	server->connections = fixture->small.connections;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	handover_done(&fixture->server);
	small_server_done(&fixture->small);
	buffer_done(&fixture->refusals);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
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
	mem_set_text(&fixture->server.handover.program, fixture->path);
}

static void try_program(struct fixture *fixture)
{
	struct server *server = &fixture->server;

	handover_ask(server, 0);
	handover_tick(server);
	while (server->handover.pid) {
		assert_int_equal(loop_turn(server->loop, handover_next_deadline(server)), 0);
		handover_tick(server);
	}
	assert_true(handover_next_deadline(server) == UINT64_MAX);
}

static void assert_refused(struct fixture *fixture, const char *reason)
{
	assert_false(fixture->server.handover.is_good);
	assert_non_null(strstr(buffer_text(&fixture->refusals), reason));
	buffer_clear(&fixture->refusals);
}

static void assert_good(struct fixture *fixture)
{
	assert_true(fixture->server.handover.is_good);
	assert_string_equal(buffer_text(&fixture->refusals), "");
}

static void a_program_that_only_checks_is_good(void **state)
{
	struct fixture *fixture = *state;

	write_program(fixture, "[ \"$1 $2 $#\" = '--check --verbose 2' ]");
	try_program(fixture);
	assert_good(fixture);
	handover_ask(&fixture->server, 0); /* it is tried already */
	handover_tick(&fixture->server);
	assert_int_equal(fixture->server.handover.pid, 0);
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
	mem_set_text(&fixture->server.handover.program, NULL);
	try_program(fixture);
	assert_refused(fixture, "No such file or directory");
	write_program(fixture, "exit 0");
	try_program(fixture);
	assert_good(fixture);
}

static void begin_endless_trial(struct fixture *fixture)
{
	write_program(fixture, "exec sleep 600");
	handover_ask(&fixture->server, 0);
	handover_tick(&fixture->server);
	assert_true(fixture->server.handover.pid > 0);
}

/* The loop's clock stands still but for its turns. */
static void a_trial_has_an_end(void **state)
{
	struct fixture *fixture = *state;
	struct handover *handover = &fixture->server.handover;
	uint64_t now_ms = loop_now_ms(fixture->server.loop);
	pid_t pid;

	begin_endless_trial(fixture);
	pid = handover->pid;
	assert_true(handover_next_deadline(&fixture->server) == now_ms + TRIAL_MS);
	handover->deadline_ms = now_ms + 1;
	handover_tick(&fixture->server);
	assert_int_equal(handover->pid, pid);
	handover->deadline_ms = now_ms;
	handover_tick(&fixture->server);
	assert_int_equal(handover->pid, 0);
	assert_int_equal(kill(pid, 0), -1); /* it is gone, and has been waited for */
	assert_refused(fixture, "had not ended after 10 seconds");
	handover_tick(&fixture->server);
	assert_int_equal(handover->pid, 0); /* nobody has asked again */
	begin_endless_trial(fixture);
}

static void who_asks_meanwhile_gets_another_trial(void **state)
{
	struct fixture *fixture = *state;
	struct handover *handover = &fixture->server.handover;
	pid_t pid;

	begin_endless_trial(fixture);
	pid = handover->pid;
	handover_ask(&fixture->server, 7);
	handover_tick(&fixture->server);
	assert_int_equal(handover->pid, pid); /* one at a time */
	handover->deadline_ms = 0;
	write_program(fixture, "exit 0");
	handover_tick(&fixture->server);
	assert_true(handover->pid > 0 && handover->pid != pid);
	assert_refused(fixture, "had not ended");
	while (handover->pid)
		assert_int_equal(loop_turn(fixture->server.loop, UINT64_MAX), 0);
	assert_good(fixture);
	assert_int_equal(handover->session, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_that_only_checks_is_good),
		TEST(after_each_refusal_the_next_one_is_tried),
		TEST(a_trial_has_an_end),
		TEST(who_asks_meanwhile_gets_another_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
