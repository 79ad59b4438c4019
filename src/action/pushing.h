/* Which messages reach the devices of accounts by web push. IRCv3 webpush.
 *
 * Private messages and notices to the account's user are, and messages in channels that contain the
 * user's nickname. Tags alone, requests of CTCP other than ACTION, and own messages are not. */
#pragma once

#include "action/speech.h"
#include "proto/push_lines.h"
#include "world/event.h"

/* The message is delivered to the user, or to the members of the channel that have none of these
 * flags. */
void push_to_user(const struct speech *speech);
void push_to_members(const struct speech *speech, uint32_t skips);

/* Is there anyone to push to? */
static inline bool pushing_is_on(const struct world *world)
{
	return world->accounts.n_endpoints && world->settings->push.is_enabled;
}

/* What papod-push gets, without the id; the caller frees. False: its subscription has ended. */
bool pushing_compose(
	const struct world *world, const struct push *push, struct push_message *ret_message);

/* A client of the account has read what was said there until then: what waits is not sent, and
 * devices that were sent something are told. */
void pushing_read(
	struct world *world, const struct account *account, const char *target, uint64_t wall_ms);

/* A message that was sent: papod-push's answer. */
void pushing_answered(struct world *world, struct outbox *outbox, const struct event *event);
/* Remove expired subscriptions. */
void pushing_expire(struct world *world, struct outbox *outbox);
