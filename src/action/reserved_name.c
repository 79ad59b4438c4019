/* Owns who may use which nickname or channel, as far as bans, services and notifications reserve
 * it. */
#include "action/reserved_name.h"

#include "action/notifying.h"
#include "world/ban_hits.h"
#include "world/operating.h"
#include "world/services.h"

const char *reserved_name_reason(const struct call *call, enum ban_kind kind, const char *name)
{
	const struct ban *ban = bans_match_name(call->world, kind, name);

	if (kind == BAN_KIND_NICK && notify_owns_nick(call->world, name))
		return "notifications have this name";
	if (kind == BAN_KIND_NICK && services_own_nick(call->world, name))
		return "a service has this name";
	if (!ban || (call->user && session_has_privilege(call->world, call->session, "ban")))
		return NULL;
	outbox_note_ban(call->outbox);
	ban_note_hit(call->world, ban);
	return ban->reason;
}
