/* New settings while serving: refused ones change nothing, and the next ones count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "config/problem.h"
#include "config/settings.h"
#include "small_server.h"

#define MOST_READINGS 2

struct fixture {
	struct server server;
	struct arguments arguments;
	struct log log;
	char directory[32];
	char path[64];
	struct buffer happened; /* of what matters here */
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	(void) fields;
	if (entry == LOGBOOK_RELOADED)
		buffer_put_text(&fixture->happened, "reloaded ");
	if (entry == LOGBOOK_RELOAD_REFUSED)
		buffer_put_text(&fixture->happened, "refused ");
	if (entry == LOGBOOK_SETTINGS_SKIPPED)
		buffer_put_text(&fixture->happened, "skipped ");
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct server *server = &fixture->server;
	struct problems problems = { 0 };
	struct event event = { .kind = EVENT_SETTINGS };

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/papod.conf", fixture->directory);
	*server = small_server_new();
	fixture->log = (struct log){ note_entry, fixture };
	fixture->arguments.config = fixture->path;
	server->log = &fixture->log;
	server->arguments = &fixture->arguments;
	server->has_passed_sockets = true; /* none is opened */
	server->notifier = notifier_new();
	server->cloak_key = cloak_key_new(server->log);
	small_server_serve(server);
	server->settings = settings_parse(NULL, 0, &problems);
	problems_done(&problems);
	event.settings = settings_ref(server->settings);
	engine_handle(server->engine, &event);
	settings_unref(event.settings);
	*state = fixture;
	return event_log_new(&server->event_log);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;

	notifier_free(server->notifier);
	cloak_key_free(server->cloak_key);
	event_log_free(server->event_log);
	settings_unref(server->settings);
	free(server->reload_problem);
	free(server->source_names);
	small_server_done(server);
	buffer_done(&fixture->happened);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void write_config(const struct fixture *fixture, const char *text)
{
	FILE *file = fopen(fixture->path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_happened(struct fixture *fixture, const char *what)
{
	assert_string_equal(buffer_text(&fixture->happened), what);
	buffer_clear(&fixture->happened);
}

static void after_a_refusal_the_next_settings_count(void **state)
{
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;
	const struct settings *before = server->settings;

	write_config(fixture, "nonsense = 1;\n");
	server_reload(server, 0);
	server_reload(server, 0);
	assert_happened(fixture, "refused refused ");
	assert_ptr_equal(server->settings, before);
	assert_non_null(server->reload_problem);
	write_config(fixture, "server: { name = \"irc.example\"; };\n");
	server_reload(server, 0);
	assert_happened(fixture, "reloaded ");
	assert_null(server->reload_problem);
	assert_ptr_equal(engine_world(server->engine)->settings, server->settings);
	assert_string_equal(server->settings->server_name, "irc.example");
	write_config(fixture, "nonsense = 1;\n");
	server_reload(server, 0);
	assert_happened(fixture, "refused ");
	assert_string_equal(server->settings->server_name, "irc.example");
}

/* As if reading had killed so many processes. */
static void read_after_deaths(struct fixture *fixture, uint32_t n_deaths)
{
	*event_log_readings(fixture->server.event_log) = n_deaths;
	server_read_again(&fixture->server);
	assert_int_equal(*event_log_readings(fixture->server.event_log), 0);
}

static void settings_that_kill_are_left_unread(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, "");
	read_after_deaths(fixture, 0);
	read_after_deaths(fixture, MOST_READINGS - 1);
	assert_happened(fixture, "reloaded reloaded ");
	assert_null(fixture->server.reload_problem);
	read_after_deaths(fixture, MOST_READINGS);
	read_after_deaths(fixture, MOST_READINGS + 1);
	assert_happened(fixture, "skipped skipped ");
	assert_non_null(fixture->server.reload_problem);
	server_read_again(&fixture->server); /* a life later */
	assert_happened(fixture, "reloaded ");
	assert_null(fixture->server.reload_problem);
}

static void settings_that_killed_while_they_were_gone_through_are_left_unread(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, "");
	fixture->server.has_poisonous_settings = true;
	read_after_deaths(fixture, 0);
	assert_happened(fixture, "skipped ");
	event_log_free(fixture->server.event_log);
	fixture->server.event_log = NULL;
	server_read_again(&fixture->server);
	assert_happened(fixture, "skipped ");
	fixture->server.has_poisonous_settings = false; /* nobody counts, so it is read */
	server_read_again(&fixture->server);
	assert_happened(fixture, "reloaded ");
}

static void a_reload_that_was_wanted_is_done_with(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, "");
	fixture->server.wants_reload = true;
	fixture->server.reload_session = 7;
	read_after_deaths(fixture, 0);
	assert_false(fixture->server.wants_reload);
	assert_happened(fixture, "reloaded ");
}

static void assert_status(struct fixture *fixture, const char *text)
{
	struct buffer status = { 0 };

	server_status(&fixture->server, &status);
	assert_string_equal(status.bytes, text);
	buffer_done(&status);
}

static void the_status_counts(void **state)
{
	static char waiting[] = "listeners wait for papod --apply";
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;

	assert_status(fixture, "0 users, 0 channels");
	server->n_missing = 1;
	assert_status(fixture, "0 users, 0 channels; 1 listener is not open, see the log");
	server->n_missing = 2;
	assert_status(fixture, "0 users, 0 channels; 2 listeners are not open, see the log");
	server->n_missing = 0;
	server->waiting_listeners = waiting;
	assert_status(fixture, "0 users, 0 channels; listeners wait for papod --apply");
	server->waiting_listeners = NULL;
	server->reload_problem = strdup("why");
	assert_status(fixture, "0 users, 0 channels; reload refused: why");
}

static void a_reload_is_for_whoever_asked_last(void **state)
{
	struct server *server = &((struct fixture *) *state)->server;

	server_want_reload(server, 7);
	server_want_reload(server, 8);
	assert_true(server->wants_reload);
	assert_int_equal(server->reload_session, 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_a_refusal_the_next_settings_count),
		TEST(settings_that_kill_are_left_unread),
		TEST(settings_that_killed_while_they_were_gone_through_are_left_unread),
		TEST(a_reload_that_was_wanted_is_done_with),
		TEST(the_status_counts),
		TEST(a_reload_is_for_whoever_asked_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
