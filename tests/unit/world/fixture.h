/* A small world for tests. Include it last. */
#pragma once

#include <string.h>

#include "base/mem.h"
#include "world/channel.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define NOW_MS 1000000
#define WALL_MS 1700000000123

/* Settings from the text of a configuration file. */
static inline struct settings *settings_of(const char *config)
{
	const struct source source = { SOURCE_KIND_CONFIG, "test.conf", config };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	if (!settings)
		fail_msg("%s", problems.items[0].text);
	problems_done(&problems);
	return settings;
}

static inline struct world *world_of(const char *config)
{
	struct settings *settings = settings_of(config);
	struct world *world = world_new();

	world_set_time(world, NOW_MS, WALL_MS, 42);
	world_set_settings(world, settings);
	settings_unref(settings);
	return world;
}

static inline struct session *session_from(struct world *world, uint64_t id, const char *address)
{
	struct event event = { .kind = EVENT_CONNECTED,
		.session = id,
		.uid = UINT32_MAX,
		.text = "default",
		.text_length = 7 };

	if (!address_parse_range(address, &event.address))
		fail_msg("%s is no address", address);
	return session_new(world, &event);
}

/* A user with one session. */
static inline struct user *user_of(struct world *world, uint64_t id, const char *nick)
{
	struct session *session = session_from(world, id, "192.0.2.1");
	struct user *user = user_new(world, nick, "~user", "host.example", "Real Name");

	session_attach(world, session, user);
	return user;
}

static inline struct session *session_of(const struct user *user)
{
	return LIST_FIRST(&user->sessions, struct session, in_user);
}

/* As at the end of an event. */
static inline void assert_sound(struct world *world)
{
	const char *wrong;

	world_sweep(world);
	wrong = world_check(world);
	if (wrong)
		fail_msg("%s", wrong);
}
