/* New settings while serving: refused ones change nothing, and later valid ones apply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/problem.h"
#include "config/settings.h"
#include "config/socket_unit.h"
#include "daemon/reload.h"
#include "small_server.h"

#define MOST_READINGS 2
#define LISTEN_AGAIN_MS 2000

struct fixture {
	struct small_server server;
	struct settings *settings; /* at the beginning */
	bool has_own_sockets;
	struct notifier *notifier;
	struct cloak_key *cloak_key;
	struct reload *reload;
	struct log log;
	_Atomic uint32_t readings;
	char directory[32];
	char path[64];
	char dropin[64];	/* of the generator */
	char changed[64];	/* options, by the last reload */
	char reason[160];	/* of the last refusal */
	char waiting[128];	/* listeners to open and to close, as logged */
	char told[128];		/* the same, in the event of the settings */
	struct buffer happened; /* relevant events */
	uint64_t session;	/* of the last of them */
};

static uint64_t wrapped_now_ms; /* 0: the real clock */

uint64_t __real_loop_now_ms(const struct loop *loop);
uint64_t __wrap_loop_now_ms(const struct loop *loop);

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	return wrapped_now_ms ? wrapped_now_ms : __real_loop_now_ms(loop);
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_RELOADED) {
		buffer_put_text(&fixture->happened, "reloaded ");
		snprintf(fixture->changed, sizeof(fixture->changed), "%s", fields[3]);
	}
	if (entry == LOGBOOK_RELOAD_REFUSED) {
		buffer_put_text(&fixture->happened, "refused ");
		snprintf(fixture->reason, sizeof(fixture->reason), "%s", fields[1]);
	}
	if (entry == LOGBOOK_LISTENERS_WAIT)
		snprintf(fixture->waiting, sizeof(fixture->waiting), "%s=%s %s=%s", fields[0],
			fields[1], fields[2], fields[3]);
	if (entry == LOGBOOK_RELOAD_NEEDS_RESTART)
		buffer_format(&fixture->happened, "restart-for %s ", fields[1]);
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

	if (event->kind != EVENT_SETTINGS && event->kind != EVENT_RELOAD_FAILED)
		return;
	fixture->session = event->session;
	snprintf(fixture->told, sizeof(fixture->told), "%.*s", (int) event->text_length,
		event->text ? event->text : "");
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
		.has_passed_sockets = !fixture->has_own_sockets,
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
	snprintf(fixture->dropin, sizeof(fixture->dropin), "%s/00-listen.conf", fixture->directory);
	*server = small_server_new();
	fixture->log = (struct log){ note_entry, fixture };
	server->log = &fixture->log;
	server->on_event = note_session;
	server->data = fixture;
	small_server_serve(server);
	fixture->notifier = notifier_new();
	fixture->cloak_key = cloak_key_new(&fixture->log);
	make_reload(fixture);
	fixture->settings = small_server_begin(server);
	reload_begin(fixture->reload, settings_ref(fixture->settings), strdup(""));
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	reload_free(fixture->reload);
	settings_unref(fixture->settings);
	notifier_free(fixture->notifier);
	cloak_key_free(fixture->cloak_key);
	small_server_done(&fixture->server);
	buffer_done(&fixture->happened);
	unsetenv("PAPOD_GENERATED");
	unlink(fixture->path);
	unlink(fixture->dropin);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void write_config(const struct fixture *fixture, const char *text)
{
	write_file(fixture->path, text);
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
	assert_non_null(strstr(fixture->reason, "papod.conf:1: nonsense: "));
	assert_string_equal(fixture->told, fixture->reason);
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

/* Passes a socket as systemd does; returns its port. */
static unsigned int pass_socket(const struct fixture *fixture)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *) &address, length), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *) &address, &length), 0);
	assert_int_equal(listeners_take(clients_listeners(fixture->server.clients), fd, "main"), 0);
	return ntohs(address.sin_port);
}

/* Write the drop-in that the generator makes of this configuration. */
static void generate(const struct fixture *fixture, const char *config)
{
	const struct source source = { .name = "papod.conf", .text = config };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);
	struct socket_unit unit;
	struct buffer text = { 0 };

	assert_non_null(settings);
	socket_unit_of_settings(settings, &problems, &unit);
	socket_unit_format(&unit, &text);
	write_file(fixture->dropin, buffer_text(&text));
	setenv("PAPOD_GENERATED", fixture->dropin, 1);
	buffer_done(&text);
	socket_unit_done(&unit);
	problems_done(&problems);
	settings_unref(settings);
}

#define LISTEN "listen = ( { name = \"main\"; address = \"127.0.0.1\"; port = %u; } );\n"

static void sockets_of_the_manager_wait_for_its_restart(void **state)
{
	struct fixture *fixture = *state;
	unsigned int port = pass_socket(fixture);
	char config[128], open[128], waiting[160];

	snprintf(config, sizeof(config), LISTEN, port);
	snprintf(open, sizeof(open), LISTEN, 7u);
	generate(fixture, config);
	reload(fixture, config);
	assert_listeners_described(fixture, "");
	assert_string_equal(fixture->waiting, "");
	assert_string_equal(fixture->told, "");
	reload(fixture, open);
	snprintf(waiting, sizeof(waiting),
		"; listeners wait for papod --apply, to open 127.0.0.1:7, to close 127.0.0.1:%u",
		port);
	assert_listeners_described(fixture, waiting);
	assert_false(is_refused(fixture));
	assert_string_equal(fixture->told, waiting + 2);
	snprintf(waiting, sizeof(waiting), "OPEN=127.0.0.1:7 CLOSE=127.0.0.1:%u", port);
	assert_string_equal(fixture->waiting, waiting);
	/* The drop-in is newer than the sockets, which are closed at the restart anyway. */
	generate(fixture, open);
	reload(fixture, open);
	assert_listeners_described(
		fixture, "; listeners wait for papod --apply, to open 127.0.0.1:7");
	assert_string_equal(fixture->waiting, "OPEN=127.0.0.1:7 CLOSE=");
}

static void sockets_that_papod_conf_no_longer_lists_wait_too(void **state)
{
	struct fixture *fixture = *state;
	unsigned int port = pass_socket(fixture);
	char config[128], waiting[128];

	snprintf(config, sizeof(config), LISTEN, port);
	generate(fixture, config);
	reload(fixture, "");
	snprintf(waiting, sizeof(waiting),
		"; listeners wait for papod --apply, to close 127.0.0.1:%u", port);
	assert_listeners_described(fixture, waiting);
	generate(fixture, ""); /* papod.socket itself lists it */
	reload(fixture, "");
	assert_listeners_described(fixture, "");
	setenv("PAPOD_GENERATED", "/nonexistent/00-listen.conf", 1);
	reload(fixture, "");
	assert_listeners_described(fixture, "");
}

/* Write the start of a drop-in, with that many bytes in all. */
static void generate_bytes(const struct fixture *fixture, size_t length)
{
	FILE *file = fopen(fixture->dropin, "we");

	assert_non_null(file);
	for (int n = fprintf(file, "[Socket]\nListenStream=\n"); n < (int) length; n++)
		fputc('#', file);
	fclose(file);
	setenv("PAPOD_GENERATED", fixture->dropin, 1);
}

static void a_drop_in_may_be_so_long_and_no_longer(void **state)
{
	struct fixture *fixture = *state;
	char waiting[128];

	snprintf(waiting, sizeof(waiting),
		"; listeners wait for papod --apply, to close 127.0.0.1:%u", pass_socket(fixture));
	generate_bytes(fixture, 65536);
	reload(fixture, "");
	assert_listeners_described(fixture, waiting);
	generate_bytes(fixture, 65537);
	reload(fixture, "");
	assert_listeners_described(fixture, "");
}

/* A service manager, and no client or listener. */
static void make_unreachable(struct fixture *fixture)
{
	char text[128];

	notifier_free(fixture->notifier);
	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	fixture->notifier = notifier_new();
	unsetenv("NOTIFY_SOCKET");
	reload_free(fixture->reload);
	make_reload(fixture);
	reload_begin(fixture->reload, settings_ref(fixture->settings), strdup(""));
	snprintf(text, sizeof(text), "listen = ( { path = \"%s/new/irc\"; } );\n",
		fixture->directory);
	reload(fixture, text);
}

static void without_a_listener_it_tries_again_every_two_seconds(void **state)
{
	struct fixture *fixture = *state;
	char directory[64], path[80];

	make_unreachable(fixture);
	assert_true(reload_is_unreachable(fixture->reload));
	assert_true(reload_next_deadline(fixture->reload) == 0);
	wrapped_now_ms = 50000;
	reload_tick(fixture->reload);
	assert_true(reload_next_deadline(fixture->reload) == 50000 + LISTEN_AGAIN_MS);
	snprintf(directory, sizeof(directory), "%s/new", fixture->directory);
	snprintf(path, sizeof(path), "%s/irc", directory);
	assert_int_equal(mkdir(directory, 0755), 0);
	wrapped_now_ms += LISTEN_AGAIN_MS - 1;
	reload_tick(fixture->reload);
	assert_true(reload_is_unreachable(fixture->reload));
	wrapped_now_ms++;
	reload_tick(fixture->reload);
	assert_false(reload_is_unreachable(fixture->reload));
	assert_listeners_described(fixture, "");
	assert_true(reload_next_deadline(fixture->reload) == UINT64_MAX);
	wrapped_now_ms = 0;
	unlink(path);
	rmdir(directory);
}

/* In the directory that systemd has made, the first of several. */
static void the_default_listeners_include_a_unix_socket(void **state)
{
	struct fixture *fixture = *state;
	const struct listeners *listeners = clients_listeners(fixture->server.clients);
	struct buffer text = { 0 };
	char directories[64], path[64];

	fixture->has_own_sockets = true;
	reload_free(fixture->reload);
	make_reload(fixture);
	reload_begin(fixture->reload, settings_ref(fixture->settings), strdup(""));
	snprintf(directories, sizeof(directories), "%s:/nonexistent", fixture->directory);
	snprintf(path, sizeof(path), "%s/irc.sock", fixture->directory);
	setenv("RUNTIME_DIRECTORY", directories, 1);
	reload(fixture, "");
	listeners_describe(listeners, &text);
	assert_non_null(strstr(text.bytes, path));
	assert_int_equal(access(path, R_OK | W_OK), 0);
	buffer_clear(&text);
	reload(fixture, "listen = ( { name = \"main\"; address = \"127.0.0.1\"; port = 0; } );\n");
	listeners_describe(listeners, &text);
	assert_int_equal(strncmp(text.bytes, "127.0.0.1:", 10), 0);
	assert_null(strstr(text.bytes, path));
	buffer_clear(&text);
	setenv("RUNTIME_DIRECTORY", "", 1);
	reload(fixture, "");
	listeners_describe(listeners, &text);
	assert_null(strstr(text.bytes, "irc.sock"));
	unsetenv("RUNTIME_DIRECTORY");
	buffer_done(&text);
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
		TEST(sockets_of_the_manager_wait_for_its_restart),
		TEST(sockets_that_papod_conf_no_longer_lists_wait_too),
		TEST(a_drop_in_may_be_so_long_and_no_longer),
		TEST(without_a_listener_it_tries_again_every_two_seconds),
		TEST(the_default_listeners_include_a_unix_socket),
		TEST(what_has_changed_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
