/* New settings while serving: refused ones change nothing, and later valid ones apply. */
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
#include "daemon/reload.h"
#include "small_server.h"

#define MOST_READINGS 2

struct fixture {
	struct small_server server;
	struct notifier *notifier;
	struct cloak_key *cloak_key;
	struct reload *reload;
	struct log log;
	_Atomic uint32_t readings;
	char directory[32];
	char path[64];
	char changed[64];	/* options, by the last reload */
	struct buffer happened; /* relevant events */
	uint64_t session;	/* of the last of them */
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_RELOADED) {
		buffer_put_text(&fixture->happened, "reloaded ");
		snprintf(fixture->changed, sizeof(fixture->changed), "%s", fields[3]);
	}
	if (entry == LOGBOOK_RELOAD_REFUSED)
		buffer_put_text(&fixture->happened, "refused ");
	if (entry == LOGBOOK_SETTINGS_SKIPPED)
		buffer_put_text(&fixture->happened, "skipped ");
}

static void describe(void *data, struct buffer *out)
{
	(void) data;
	buffer_put_text(out, "here");
}

static void note_session(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	if (event->kind == EVENT_SETTINGS || event->kind == EVENT_RELOAD_FAILED)
		fixture->session = event->session;
}

static void make_reload(struct fixture *fixture)
{
	const struct small_server *server = &fixture->server;
	const struct reload_needs needs = {
		.loop = server->loop,
		.log = server->log,
		.engine = server->engine,
		.clients = server->clients,
		.notifier = fixture->notifier,
		.cloak_key = fixture->cloak_key,
		.config = fixture->path,
		.has_passed_sockets = true, /* so none is opened */
		.describe = describe,
	};

	fixture->reload = reload_new(&needs);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct small_server *server = &fixture->server;

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/papod.conf", fixture->directory);
	*server = small_server_new();
	fixture->log = (struct log){ note_entry, fixture };
	server->log = &fixture->log;
	server->on_event = note_session;
	server->data = fixture;
	small_server_serve(server);
	fixture->notifier = notifier_new();
	fixture->cloak_key = cloak_key_new(&fixture->log);
	make_reload(fixture);
	reload_begin(fixture->reload, small_server_begin(server), strdup(""));
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	reload_free(fixture->reload);
	notifier_free(fixture->notifier);
	cloak_key_free(fixture->cloak_key);
	small_server_done(&fixture->server);
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

/* Does the status report a refused reload? */
static bool is_refused(const struct fixture *fixture)
{
	struct buffer text = { 0 };
	bool is_refused;

	reload_describe_refusal(fixture->reload, &text);
	is_refused = text.length != 0;
	if (is_refused)
		assert_int_equal(strncmp(text.bytes, "; reload refused: ", 18), 0);
	buffer_done(&text);
	return is_refused;
}

static const struct settings *settings_of_world(const struct fixture *fixture)
{
	return engine_world(fixture->server.engine)->settings;
}

static void reload(struct fixture *fixture, const char *config)
{
	write_config(fixture, config);
	reload_now(fixture->reload);
}

static void after_a_refusal_the_next_settings_count(void **state)
{
	struct fixture *fixture = *state;
	const struct settings *before = reload_settings(fixture->reload);

	reload(fixture, "nonsense = 1;\n");
	reload_now(fixture->reload);
	assert_happened(fixture, "refused refused ");
	assert_ptr_equal(reload_settings(fixture->reload), before);
	assert_ptr_equal(settings_of_world(fixture), before);
	assert_true(is_refused(fixture));
	reload(fixture, "server: { name = \"irc.example\"; };\n");
	assert_happened(fixture, "reloaded ");
	assert_false(is_refused(fixture));
	assert_ptr_equal(settings_of_world(fixture), reload_settings(fixture->reload));
	assert_string_equal(settings_of_world(fixture)->server_name, "irc.example");
	assert_non_null(strstr(reload_source_names(fixture->reload), fixture->path));
	reload(fixture, "nonsense = 1;\n");
	assert_happened(fixture, "refused ");
	assert_string_equal(settings_of_world(fixture)->server_name, "irc.example");
}

/* Simulates that reading crashed that many processes. */
static void read_after_deaths(struct fixture *fixture, uint32_t n_deaths)
{
	fixture->readings = n_deaths;
	reload_read_again(fixture->reload, &fixture->readings);
	assert_int_equal(fixture->readings, 0);
}

static void settings_that_kill_are_left_unread(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, "");
	read_after_deaths(fixture, 0);
	read_after_deaths(fixture, MOST_READINGS - 1);
	assert_happened(fixture, "reloaded reloaded ");
	assert_false(is_refused(fixture));
	read_after_deaths(fixture, MOST_READINGS);
	read_after_deaths(fixture, MOST_READINGS + 1);
	assert_happened(fixture, "skipped skipped ");
	assert_true(is_refused(fixture));
	read_after_deaths(fixture, 0); /* one process later */
	assert_happened(fixture, "reloaded ");
	assert_false(is_refused(fixture));
}

static void settings_that_killed_while_they_were_gone_through_are_left_unread(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, "");
	reload_note_poison(fixture->reload);
	assert_true(reload_has_notes(fixture->reload));
	read_after_deaths(fixture, 0);
	assert_happened(fixture, "skipped ");
	reload_read_again(fixture->reload, NULL);
	assert_happened(fixture, "skipped ");
	reload_forget_notes(fixture->reload);
	assert_false(reload_has_notes(fixture->reload));
	reload_read_again(fixture->reload, NULL); /* not counted, so the files are read */
	assert_happened(fixture, "reloaded ");
}

static void a_reload_that_was_wanted_is_done_with(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, "");
	reload_ask(fixture->reload, 7);
	assert_true(reload_has_notes(fixture->reload));
	read_after_deaths(fixture, 0);
	assert_false(reload_is_asked(fixture->reload));
	assert_happened(fixture, "reloaded ");
	assert_int_equal(fixture->session, 7);
	reload_ask(fixture->reload, 7);
	reload_note_done(fixture->reload);
	assert_false(reload_is_asked(fixture->reload) || reload_has_notes(fixture->reload));
}

static void a_reload_is_for_whoever_asked_last(void **state)
{
	struct fixture *fixture = *state;

	assert_false(reload_is_asked(fixture->reload));
	reload_ask(fixture->reload, 7);
	reload_ask(fixture->reload, 8);
	assert_true(reload_is_asked(fixture->reload));
	reload(fixture, "");
	assert_false(reload_is_asked(fixture->reload));
	assert_happened(fixture, "reloaded ");
	assert_int_equal(fixture->session, 8);
}

static void assert_listeners_described(const struct fixture *fixture, const char *wanted)
{
	struct buffer text = { 0 };

	reload_describe_listeners(fixture->reload, &text);
	assert_string_equal(buffer_text(&text), wanted);
	buffer_done(&text);
}

/* A socket in a missing directory cannot be opened. */
static void listeners_that_fail_are_counted(void **state)
{
	struct fixture *fixture = *state;

	assert_listeners_described(fixture, "");
	reload(fixture, "listen = ( { path = \"/nonexistent/a\"; } );\n");
	assert_listeners_described(fixture, "; 1 listener is not open, see the log");
	reload(fixture, "listen = ( { path = \"/nonexistent/a\"; }, "
			"{ path = \"/nonexistent/b\"; } );\n");
	assert_listeners_described(fixture, "; 2 listeners are not open, see the log");
	assert_false(
		reload_is_unreachable(fixture->reload)); /* no service manager would restart it */
	assert_true(reload_next_deadline(fixture->reload) == UINT64_MAX);
	reload(fixture, "");
	assert_listeners_described(fixture, "");
}

/* Passed sockets do not define who may send datagrams, so a listener of a file is opened too. */
static void datagrams_are_listened_for_beside_passed_sockets(void **state)
{
	struct fixture *fixture = *state;
	const struct listeners *listeners = clients_listeners(fixture->server.clients);
	struct datagram_counts counts;
	char text[256];

	snprintf(text, sizeof(text),
		"listen = ( { name = \"notify\"; kind = \"datagram\"; path = \"%s/n\"; } );\n",
		fixture->directory);
	reload(fixture, text);
	assert_listeners_described(fixture, "");
	assert_int_equal(listeners_count(listeners), 1);
	assert_true(listeners_count_datagrams(listeners, 0, &counts));
	assert_string_equal(counts.listener, "notify");
	assert_false(listeners_are_open(listeners));
	reload(fixture, "");
	assert_int_equal(listeners_count(listeners), 0);
}

static void listeners_of_the_gate_are_not_opened(void **state)
{
	struct fixture *fixture = *state;
	const struct listeners *listeners = clients_listeners(fixture->server.clients);

	reload(fixture,
		"listen = ( { address = \"127.0.0.1\"; port = 0; tls = true; },"
		"{ address = \"127.0.0.1\"; port = 0; websocket = true; name = \"w\"; } );");
	assert_int_equal(listeners_count(listeners), 0);
	assert_listeners_described(fixture, "");
	reload(fixture, "listen = ( { address = \"127.0.0.1\"; port = 0; } );");
	assert_int_equal(listeners_count(listeners), 1);
}

static void what_has_changed_is_logged(void **state)
{
	struct fixture *fixture = *state;

	reload(fixture, "limits: { nick_length = 12; };\n");
	reload(fixture, "limits: { nick_length = 13; };\n");
	assert_string_equal(fixture->changed, "limits.nick_length");
	reload(fixture, "limits: { nick_length = 13; };\n");
	assert_string_equal(fixture->changed, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_a_refusal_the_next_settings_count),
		TEST(settings_that_kill_are_left_unread),
		TEST(settings_that_killed_while_they_were_gone_through_are_left_unread),
		TEST(a_reload_that_was_wanted_is_done_with),
		TEST(a_reload_is_for_whoever_asked_last),
		TEST(listeners_that_fail_are_counted),
		TEST(datagrams_are_listened_for_beside_passed_sockets),
		TEST(listeners_of_the_gate_are_not_opened),
		TEST(what_has_changed_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
