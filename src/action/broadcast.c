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

/* RFC 2812 has $mask for servers; most programs write $$mask. */
static bool is_of_servers(const char *target)
{
	return target[1] != '#';
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

static void send_to_all(struct call *call, struct fanout *fanout, const struct hostmask *mask)
{
	const struct user *user;

	ORDERED_EACH (user, &call->world->users) {
		if (!mask || user_matches(call->world, user, mask))
			fanout_to_user(fanout, user);
		user_drop_indexes(user);
	}
}

static void say_to_all(const struct speech *speech)
{
	struct call *call = speech->call;
	CLEANUP(buffer_done) struct buffer pattern = { 0 };
	CLEANUP(hostmask_done) struct hostmask hosts;
	struct fanout fanout;

	buffer_format(&pattern, "*!*@%s", mask_of(speech->target));
	hostmask_init(&hosts, pattern.bytes);
	speech_begin(&fanout, speech);
	fanout.except = call->session;
	if (!is_of_servers(speech->target))
		send_to_all(call, &fanout, &hosts);
	else if (mask_match(mask_of(speech->target), call->world->settings->server_name))
		send_to_all(call, &fanout, NULL);
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
