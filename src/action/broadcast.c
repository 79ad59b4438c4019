/* Owns operators' masks as targets of messages. RFC 2812 3.3.1. */
#include "action/broadcast.h"

#include <string.h>

#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "proto/mask.h"
#include "world/caps.h"
#include "world/faces.h"
#include "world/fanout.h"
#include "world/msgid.h"
#include "world/operating.h"
#include "world/user.h"

bool broadcast_is_mask(const char *target)
{
	return target[0] == '$';
}

bool broadcast_is_of_hosts(const char *target)
{
	return target[0] == '$' && target[1] == '#';
}

/* RFC 2812 has $mask for servers; most programs write $$mask. */
static bool is_of_servers(const char *target)
{
	return !broadcast_is_of_hosts(target);
}

static const char *mask_of(const char *target)
{
	return target + (target[1] == '$' || target[1] == '#' ? 2 : 1);
}

/* A broadcast needs the privilege and a mask whose last part has no wildcard; $* and $$* are
 * allowed. */
static bool refuse_broadcast(struct call *call, const char *target, bool is_silent)
{
	const char *dot = strrchr(target, '.');

	if (is_silent && !session_has_privilege(call->world, call->session, "broadcast"))
		return true;
	if (!lookup_privilege(call, "broadcast"))
		return true;
	if ((is_of_servers(target) && strcmp(mask_of(target), "*") == 0) ||
		(dot && !strpbrk(dot, "*?")))
		return false;
	if (is_silent)
		return true;
	if (dot)
		reply(call, ERR_WILDTOPLEVEL, lookup_word(target));
	else
		reply(call, ERR_NOTOPLEVEL, lookup_word(target));
	return true;
}

static void send_to_all(struct world *world, struct fanout *fanout, const struct hostmask *mask)
{
	const struct user *user;

	ORDERED_EACH (user, &world->users) {
		if (!mask || user_matches(world, user, mask))
			fanout_to_user(fanout, user);
		user_drop_indexes(user);
	}
}

void broadcast_to_hosts(struct world *world, struct fanout *fanout, const char *target)
{
	CLEANUP(buffer_done) struct buffer pattern = { 0 };
	CLEANUP(hostmask_done) struct hostmask hosts;

	buffer_format(&pattern, "*!*@%s", mask_of(target));
	hostmask_init(&hosts, pattern.bytes);
	send_to_all(world, fanout, &hosts);
}

static void say_to_all(const struct speech *speech)
{
	struct call *call = speech->call;
	struct fanout fanout;

	speech_begin(&fanout, speech);
	fanout.except = call->session;
	if (!is_of_servers(speech->target))
		broadcast_to_hosts(call->world, &fanout, speech->target);
	else if (mask_match(mask_of(speech->target), call->world->settings->server_name))
		send_to_all(call->world, &fanout, NULL);
	fanout.except = NULL;
	if (call->session->caps & CAP_ECHO_MESSAGE)
		fanout_to_session(&fanout, call->session);
	fanout_end(&fanout);
}

void broadcast(struct speech *speech, const char *target)
{
	struct call *call = speech->call;

	if (refuse_broadcast(call, target, speech->is_silent))
		return;
	notice_operators(call->world, call->outbox, NOTICE_KIND_OPERATOR, "%s {%s} used %s %s",
		call->user->source, session_operator(call->session), speech->verb, target);
	speech->target = target;
	speech->text = speech->said;
	speech->user = NULL;
	speech->channel = NULL;
	speech->id = msgid_next(call->world);
	say_to_all(speech);
}
