/* Owns the rules for users who are new. */
#include "action/newcomers.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/text_checks.h"
#include "proto/formatting.h"
#include "world/acceptance.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

static bool is_denied(const struct call *call, const char *deed)
{
	const struct session *session = call->session;
	const struct class_settings *class;

	if (!session || !call->user || call->user->account || session_operator(session))
		return false;
	class = session_class(call->world, session);
	return class->known_after_ms &&
	       call->world->now_ms < session->connected_ms + class->known_after_ms &&
	       texts_have(class->newcomers_denied, class->n_newcomers_denied, deed);
}

const char *newcomers_may_not_create(const struct call *call)
{
	return is_denied(call, "create") ? "you are new here: wait a while before you create "
					   "channels, or log in to an account"
					 : NULL;
}

const char *newcomers_may_not_write(const struct speech *speech, const struct user *to)
{
	const struct call *call = speech->call;

	if (to == call->user || to->operator_name || acceptance_find(to, call->user) ||
		!is_denied(call, "message"))
		return NULL;
	return "You are new here: wait a while before you write to users, or log in to an account";
}

static bool is_link_at(const char *text, const char *at)
{
	if (text_starts_with(at, "://"))
		return at > text && text_is_letter(at[-1]);
	return strncasecmp(at, "www.", 4) == 0 && (at == text || !text_is_letter(at[-1]));
}

static bool has_link(const char *text)
{
	CLEANUP(mem_freep) char *plain = formatting_strip(text);

	for (const char *at = plain; *at; at++)
		if (is_link_at(plain, at))
			return true;
	return false;
}

const char *newcomers_may_not_link(const struct speech *speech)
{
	return speech->said && is_denied(speech->call, "link") && has_link(speech->said)
		       ? "you are new here: wait a while before you send links, or log in to an "
			 "account"
		       : NULL;
}
