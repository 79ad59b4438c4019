/* What a reload says of the listeners that papod-gate opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "config/settings.h"
#include "daemon/reload.h"
#include "small_server.h"

struct fixture {
	struct small_server server;
	struct settings *settings; /* at the beginning */
	struct notifier *notifier;
	struct cloak_key *cloak_key;
	struct reload *reload;
	struct log log;
	char directory[32];
	char path[64];
	char dropin[64], gate_dropin[64]; /* of the generator */
};

static void ignore_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) data;
	(void) entry;
	(void) fields;
}

static void ignore_event(void *data, const struct event *event)
{
	(void) data;
	(void) event;
}

static void describe_nothing(void *data, struct buffer *out)
{
	(void) data;
	(void) out;
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
		.has_passed_sockets = true,
		.describe = describe_nothing,
	};

	fixture->reload = reload_new(&needs);
	fixture->settings = small_server_begin(&fixture->server);
	reload_begin(fixture->reload, settings_ref(fixture->settings), strdup(""));
}

static void make_directory(const struct fixture *fixture, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/papod.conf", fixture->directory);
	snprintf(fixture->dropin, sizeof(fixture->dropin), "%s/papod.socket.d/00-listen.conf",
		fixture->directory);
	snprintf(fixture->gate_dropin, sizeof(fixture->gate_dropin),
		"%s/papod-gate.socket.d/00-listen.conf", fixture->directory);
	make_directory(fixture, "papod.socket.d");
	make_directory(fixture, "papod-gate.socket.d");
	fixture->server = small_server_new();
	fixture->log = (struct log){ ignore_entry, fixture };
	fixture->server.log = &fixture->log;
	fixture->server.on_event = ignore_event;
	fixture->server.data = fixture;
	small_server_serve(&fixture->server);
	fixture->notifier = notifier_new();
	fixture->cloak_key = cloak_key_new(&fixture->log);
	make_reload(fixture);
	setenv("PAPOD_GENERATED", fixture->dropin, 1);
	*state = fixture;
	return 0;
}

static void remove_directory_of(char *path)
{
	unlink(path);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	reload_free(fixture->reload);
	settings_unref(fixture->settings);
	notifier_free(fixture->notifier);
	cloak_key_free(fixture->cloak_key);
	small_server_done(&fixture->server);
	unsetenv("PAPOD_GENERATED");
	unlink(fixture->path);
	remove_directory_of(fixture->dropin);
	remove_directory_of(fixture->gate_dropin);
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

#define GATE "listen = ( { address = \"127.0.0.1\"; port = 7000; tls = true; } );\n"

static void assert_waiting(const struct fixture *fixture, const char *config, const char *wanted)
{
	struct buffer text = { 0 };

	write_file(fixture->path, config);
	reload_now(fixture->reload);
	reload_describe_listeners(fixture->reload, &text);
	assert_string_equal(buffer_text(&text), wanted);
	buffer_done(&text);
}

static void listeners_of_the_gate_wait_too(void **state)
{
	struct fixture *fixture = *state;

	assert_waiting(fixture, "", "");
	assert_waiting(fixture, GATE, "; listeners wait for papod --apply, to open 127.0.0.1:7000");
	write_file(fixture->gate_dropin, "[Socket]\nListenStream=\nListenStream=127.0.0.1:7000\n");
	assert_waiting(fixture, GATE, "");
	write_file(fixture->gate_dropin, "[Socket]\nListenStream=\nListenStream=127.0.0.1:7001\n");
	assert_waiting(fixture, GATE,
		"; listeners wait for papod --apply, to open 127.0.0.1:7000, "
		"to close 127.0.0.1:7001");
}

/* Set by hand, for example. */
static void beside_another_drop_in_the_gate_has_none(void **state)
{
	struct fixture *fixture = *state;

	setenv("PAPOD_GENERATED", fixture->path, 1);
	assert_waiting(fixture, GATE, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(listeners_of_the_gate_wait_too),
		TEST(beside_another_drop_in_the_gate_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
