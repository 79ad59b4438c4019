/* Owns sending lines to sessions that monitor a nickname. */
#include "world/monitor_reach.h"

#include "world/caps.h"
#include "world/fanout.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

static void send_to(void *fanout, struct session *session)
{
	fanout_to_session(fanout, session);
}

void monitor_to_watchers(struct fanout *fanout, const char *nick)
{
	monitor_each_watcher(fanout->world, nick, send_to, fanout);
}

struct news {
	struct fanout *fanout;
	const struct user *user;
};

/* Users on common channels are marked by the walk that has sent to them. */
static void send_to_stranger(void *data, struct session *session)
{
	const struct news *news = data;

	if (session->user != news->user && session->user->mark != news->fanout->world->mark)
		fanout_to_session(news->fanout, session);
}

void monitor_to_all_strangers(struct fanout *fanout, const struct user *user)
{
	struct news news = { fanout, user };

	monitor_each_watcher(fanout->world, user->nick, send_to_stranger, &news);
}

void monitor_to_strangers(struct fanout *fanout, const struct user *user)
{
	uint64_t needs = fanout->needs;

	fanout->needs |= CAP_EXTENDED_MONITOR;
	monitor_to_all_strangers(fanout, user);
	fanout->needs = needs;
}

void monitor_to_observers(struct fanout *fanout, const struct user *user)
{
	fanout_to_neighbours(fanout, user);
	monitor_to_strangers(fanout, user);
}
