/* Owns the rules for users who are new. */
#include "action/newcomers.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/text_checks.h"
#include "proto/formatting.h"
#include "world/acceptance.h"
#include "world/accounts.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

static bool has_old_account(const struct call *call)
{
	const struct world *world = call->world;
	const struct account *account;

	if (!call->user->account || !world->settings->known_account_ms)
		return call->user->account;
	account = account_of_user(world, call->user);
	return !account ||
	       world->wall_ms >= account->created_wall_ms + world->settings->known_account_ms;
}

static bool is_here_for_long(const struct call *call, const struct class_settings *class)
{
	return call->world->now_ms >= call->session->connected_ms + class->known_after_ms;
}

/* Is the user still new, if its class has newcomers? Operators never are. */
static bool is_new_here(const struct call *call, const struct class_settings *class)
{
	return !has_old_account(call) && !session_operator(call->session) &&
	       !is_here_for_long(call, class) &&
	       !address_is_known(call->world, &call->session->address);
}

bool newcomers_is_known(const struct call *call)
{
	const struct class_settings *class;

	if (!call->session || !call->user)
		return !call->session;
	if (has_old_account(call) || session_operator(call->session))
		return true;
	class = session_class(call->world, call->session);
	return class->known_after_ms && !is_new_here(call, class);
}

bool newcomers_is_new(const struct call *call)
{
	const struct class_settings *class;

	if (!call->session)
		return false;
	class = session_class(call->world, call->session);
	return class->known_after_ms && (!call->user || is_new_here(call, class));
}

void newcomers_note_talk(const struct call *call)
{
	const struct class_settings *class;

	if (!call->session || !call->world->settings->known_addresses)
		return;
	class = session_class(call->world, call->session);
	if (class->known_after_ms && is_here_for_long(call, class))
		address_note_known(call->world, &call->session->address);
}

static bool is_denied(const struct call *call, const char *deed)
{
	const struct class_settings *class;

	if (!call->session || !call->user)
		return false;
	class = session_class(call->world, call->session);
	return class->known_after_ms && is_new_here(call, class) &&
	       texts_have(class->newcomers_denied, class->n_newcomers_denied, deed);
}

const char *newcomers_may_not_create(const struct call *call)
{
	return is_denied(call, "create") ? "you are new here: wait a while before you create "
					   "channels, or log in to an account"
					 : NULL;
}

const char *newcomers_may_not_write(const struct call *call, const struct user *to)
{
	if (to == call->user || to->operator_name || acceptance_find(to, call->user) ||
		!is_denied(call, "message"))
		return NULL;
	return "You are new here: wait a while before you write to users, or log in to an account";
}

/* Outside of channels only the user itself sees it. */
const char *newcomers_may_not_rename(const struct call *call)
{
	return call->user && call->user->n_members && is_denied(call, "nick")
		       ? "you are new here: leave your channels before you change your nickname, "
			 "or "
			 "log in to an account"
		       : NULL;
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

const char *newcomers_may_not_link(const struct call *call, const char *text)
{
	return text && is_denied(call, "link") && has_link(text)
		       ? "you are new here: wait a while before you send links, or log in to an "
			 "account"
		       : NULL;
}
