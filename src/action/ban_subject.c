/* Owns what bans see of a client. */
#include "action/ban_subject.h"

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
