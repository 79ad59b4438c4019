/* WEBIRC: the port that a gateway gives for a client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "command/dispatch.h"
#include "world/session.h"
#include "world/world.h"

/* Of "sesame". */
#define HASH                                                                                       \
	"$6$rounds=1000$papod$IgKfV2Nvdc4McxMRTfpZcCa9Jr10X0pFBuKVOw658GfgMlR1dGWHZusfa0bYMn."     \
	"ivpqGtZU4FkDZVbF7ZB5/9."

static void happen(struct world *world, struct event event)
{
	struct outbox outbox = { 0 };

	event.now_ms = event.wall_ms = 1000;
	dispatch(world, &event, &outbox);
	outbox_done(&outbox);
}

static struct world *world_with_gateway(void)
{
	const struct source sources[] = {
		{ SOURCE_KIND_CONFIG, "papod.conf",
			"gateways: ( { name = \"web\"; addresses = [ \"192.0.2.1\" ]; } );" },
		{ SOURCE_KIND_SECRETS, "secrets.ini", "[gateway web]\npassword = " HASH "\n" },
	};
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(sources, ARRAY_LENGTH(sources), &problems);
	struct world *world = world_new();

	if (!settings)
		fail_msg("%s", problems.items[0].text);
	happen(world, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	settings_unref(settings);
	problems_done(&problems);
	return world;
}

/* The port after the session claims it with these options. */
static uint16_t port_of(struct world *world, uint64_t id, const char *options)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	struct event event = {
		.kind = EVENT_CONNECTED, .session = id, .text = "default", .text_length = 7
	};

	assert_true(address_parse_range("192.0.2.1", &event.address));
	happen(world, event);
	buffer_format(&line, "WEBIRC sesame web host.example 198.51.100.1%s", options);
	happen(world, (struct event){ .kind = EVENT_LINE,
			      .session = id,
			      .text = line.bytes,
			      .text_length = line.length });
	assert_string_equal(session_find(world, id)->registration->claimed_host, "host.example");
	return session_find(world, id)->registration->claimed_address.port;
}

static void a_port_is_taken_if_it_is_one(void **state)
{
	static const struct {
		const char *options;
		uint16_t port;
	} rows[] = {
		{ "", 0 },
		{ " :", 0 },
		{ " remote-port=0", 0 },
		{ " remote-port=1", 1 },
		{ " remote-port=65534", 65534 },
		{ " remote-port=65535", 65535 },
		{ " remote-port=65536", 0 },
		{ " remote-port=65537", 0 },
		{ " remote-port=99999999999999999999", 0 },
		{ " remote-port=", 0 },
		{ " remote-port=80x", 0 },
		{ " remote-port", 0 },
		{ " local-port=80", 0 },
		{ " xremote-port=80", 0 },
		{ " :secure remote-port=80 local-port=81", 80 },
		{ " :remote-port=80 remote-port=81", 81 },
		{ " :remote-port=80 remote-port=65616", 80 },
	};
	struct world *world = world_with_gateway();

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (port_of(world, i + 1, rows[i].options) != rows[i].port)
			fail_msg("%s is not port %u", rows[i].options, rows[i].port);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_taken_if_it_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
