/* When the status is sent, and what it counts. Its parts have tests of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/status.h"
#include "small_server.h"
#include "world/datagram.h"

struct fixture {
	struct small_server server;
	struct settings *settings;
	struct notifier *notifier;
	struct reload *reload;
	struct survival_wiring wiring;
	struct sleepers *sleepers;
	struct status status;
	struct buffer sent;
};

static bool has_manager;
static size_t n_listeners;
static struct buffer *sent;

bool __wrap_notifier_has_manager(const struct notifier *notifier);
void __wrap_notifier_status(struct notifier *notifier, const char *status);
size_t __wrap_listeners_count(const struct listeners *listeners);
bool __wrap_listeners_count_datagrams(
	const struct listeners *listeners, size_t i, struct datagram_counts *ret_counts);

bool __wrap_notifier_has_manager(const struct notifier *notifier)
{
	(void) notifier;
	return has_manager;
}

void __wrap_notifier_status(struct notifier *notifier, const char *status)
{
	(void) notifier;
	buffer_format(sent, "%s\n", status);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct small_server *server = &fixture->server;
	const struct reload_needs reload = { 0 };

	*server = small_server_new();
	small_server_serve(server);
	fixture->settings = small_server_begin(server);
	fixture->notifier = notifier_new();
	fixture->reload = reload_new(&reload);
	has_manager = false;
	n_listeners = 0;
	fixture->wiring = (struct survival_wiring){ .log = server->log,
		.loop = server->loop,
		.notifier = fixture->notifier,
		.parts = { server->connections, server->helpers, server->engine, NULL },
		.proxied = clients_proxied(server->clients),
		.has_news = &fixture->status.has_news };
	survival_wiring_connect(&fixture->wiring);
	fixture->sleepers =
		sleepers_new(&(struct sleepers_needs){ .survival = fixture->wiring.survival });
	fixture->status.needs = (struct status_needs){ server->engine, fixture->notifier,
		fixture->reload, fixture->wiring.survival, fixture->sleepers,
		clients_listeners(server->clients) };
	has_manager = true;
	sent = &fixture->sent;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	sleepers_free(fixture->sleepers);
	reload_free(fixture->reload);
	small_server_done(&fixture->server);
	survival_wiring_done(&fixture->wiring);
	notifier_free(fixture->notifier);
	settings_unref(fixture->settings);
	buffer_done(&fixture->sent);
	free(fixture);
	return 0;
}

static void assert_sent(struct fixture *fixture, const char *text)
{
	status_tick(&fixture->status, 1000);
	assert_string_equal(buffer_text(&fixture->sent), text);
	buffer_clear(&fixture->sent);
}

static void say(const struct fixture *fixture, const char *line)
{
	struct event event = {
		.kind = EVENT_LINE, .session = 1, .text = line, .text_length = strlen(line)
	};

	engine_handle(fixture->server.engine, &event);
}

static void register_ana(const struct fixture *fixture)
{
	struct event event = { .kind = EVENT_CONNECTED,
		.session = 1,
		.address = { .family = ADDRESS_FAMILY_UNIX },
		.text = "here",
		.text_length = 4 };

	engine_handle(fixture->server.engine, &event);
	say(fixture, "NICK ana");
	say(fixture, "USER ana 0 * :Ana");
}

static void it_is_sent_when_something_has_changed(void **state)
{
	struct fixture *fixture = *state;

	assert_sent(fixture, ""); /* the same as at the start */
	register_ana(fixture);
	assert_sent(fixture, "1 user, 0 channels\n");
	assert_sent(fixture, "");
	say(fixture, "JOIN #tea");
	assert_sent(fixture, "1 user, 1 channel\n");
	say(fixture, "JOIN #cups");
	assert_sent(fixture, "1 user, 2 channels\n");
	fixture->status.has_news = true;
	assert_sent(fixture, "1 user, 2 channels\n");
	assert_sent(fixture, "");
	say(fixture, "QUIT");
	assert_sent(fixture, "0 users, 0 channels\n");
}

static struct world *world_of(const struct fixture *fixture)
{
	return engine_world(fixture->server.engine);
}

static void send_datagram(const struct fixture *fixture, const char *text)
{
	struct event event = { .kind = EVENT_DATAGRAM,
		.status = DATAGRAM_GOOD,
		.listener = "notify",
		.address = { .family = ADDRESS_FAMILY_UNIX },
		.text = text,
		.text_length = strlen(text) };

	engine_handle(fixture->server.engine, &event);
}

/* Only the last listener takes datagrams. */
bool __wrap_listeners_count_datagrams(
	const struct listeners *listeners, size_t i, struct datagram_counts *ret_counts)
{
	(void) listeners;
	*ret_counts = (struct datagram_counts){ .n_dropped = i + 1 };
	return i == n_listeners - 1;
}

size_t __wrap_listeners_count(const struct listeners *listeners)
{
	(void) listeners;
	return n_listeners;
}

static void notifications_are_counted(void **state)
{
	struct fixture *fixture = *state;

	send_datagram(fixture, "\n#tea hello");
	assert_sent(fixture, "0 users, 0 channels; 0 notifications said, 1 refused\n");
	notification_source_note_said(notification_source_get(world_of(fixture), "ci"));
	assert_sent(fixture, "0 users, 0 channels; 1 notification said, 1 refused\n");
	assert_sent(fixture, "");
	notification_source_note_said(notification_source_get(world_of(fixture), "ci"));
	n_listeners = 3;
	assert_sent(fixture,
		"0 users, 0 channels; 2 notifications said, 1 refused, 3 dropped by the kernel\n");
}

static void without_a_manager_nothing_is_sent(void **state)
{
	struct fixture *fixture = *state;

	has_manager = false;
	register_ana(fixture);
	assert_sent(fixture, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_is_sent_when_something_has_changed),
		TEST(notifications_are_counted),
		TEST(without_a_manager_nothing_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
