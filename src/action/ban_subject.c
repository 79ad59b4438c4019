/* Owns what bans see of a client. */
#include "action/ban_subject.h"

#include <string.h>

#include "world/ban_hits.h"
#include "world/operating.h"
#include "world/user.h"

struct ban_subject banning_subject(const struct session *session)
{
	const struct registration *registration = session->registration;
	struct ban_subject subject = { .address = session->address };

	if (session->user) {
		subject.name = session->user->name;
		/* Others of its sessions may have come from elsewhere. */
		subject.hosts[0] = session_extras(session)->joined ? session_extras(session)->host
								   : session->user->real_host;
		subject.hosts[1] = session->user->cloak;
		subject.hosts[2] = session->user->address_cloak;
		subject.hosts[3] = user_extras(session->user)->given_host;
		subject.realname = session->user->realname;
	} else {
		subject.name = registration->user;
		subject.hosts[0] = registration->host;
		subject.realname = registration->realname;
	}
	return subject;
}

bool banning_split_source(char *text, const char **ret_nick, struct ban_subject *ret_subject)
{
	char *bang = strchr(text, '!'), *name = bang ? bang + 1 : text, *at = strchr(name, '@');

	if (!at)
		return false;
	*at = '\0';
	if (bang)
		*bang = '\0';
	*ret_nick = bang ? text : NULL;
	*ret_subject = (struct ban_subject){ .name = name, .hosts = { at + 1 } };
	address_parse_network(at + 1, &ret_subject->address);
	return true;
}

bool banning_mutes(const struct call *call)
{
	struct ban_subject subject;
	const struct ban *ban;

	if (!call->world->bans.counts[BAN_KIND_MUTE] || !call->session || !call->user ||
		session_operator(call->session))
		return false;
	subject = banning_subject(call->session);
	ban = bans_match_mute(&call->world->bans, &subject);
	if (ban)
		ban_note_hit(call->world, ban);
	return ban;
}
