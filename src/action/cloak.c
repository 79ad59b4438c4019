/* Owns setting and removing cloaks. */
#include "action/cloak.h"

#include <stdlib.h>
#include <string.h>

#include "action/presence.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/cloak.h"
#include "world/channel.h"
#include "world/fanout.h"
#include "world/session.h"
#include "world/user.h"

/* A leading colon, as in ::1, would end the parameters of a line. */
static const char *without_colon(const char *text, char spare[ADDRESS_TEXT_BYTES])
{
	if (*text != ':')
		return text;
	spare[0] = '0';
	text_copy(spare + 1, ADDRESS_TEXT_BYTES - 1, text);
	return spare;
}

/* Unix peers are local and have no address to hide. */
static bool wants_cloak(const struct settings *settings, const struct address *address)
{
	return settings->cloak_hosts &&
	       (address->family == ADDRESS_FAMILY_IPV4 || address->family == ADDRESS_FAMILY_IPV6);
}

struct cloaks cloaks_make(
	const struct settings *settings, const struct address *address, const char *name)
{
	struct cloaks cloaks = { 0 };

	if (!wants_cloak(settings, address))
		return cloaks;
	cloaks.of_address = cloak_address(settings->cloak_key, settings->cloak_suffix, address);
	if (name)
		cloaks.of_name = cloak_name(settings->cloak_key, settings->cloak_suffix, name);
	return cloaks;
}

void cloaks_done(struct cloaks *cloaks)
{
	free(cloaks->of_name);
	free(cloaks->of_address);
}

void cloak_give(struct world *world, struct user *user, const struct address *address,
	const char *name, const struct cloaks *cloaks)
{
	char text[ADDRESS_TEXT_BYTES], spare[ADDRESS_TEXT_BYTES];
	struct hosts hosts = { .address_cloak = cloaks->of_address };

	address_format(address, text);
	hosts.real = name ? name : without_colon(text, spare);
	hosts.cloak = cloaks->of_name ? cloaks->of_name : cloaks->of_address;
	user_set_hosts(user, &hosts);
	user_set_flag(world, user, USER_FLAG_CLOAKED, cloaks->of_address);
}

void cloak_announce(struct call *call)
{
	if (call->user->flags & USER_FLAG_CLOAKED)
		reply(call, RPL_VISIBLEHOST, call->user->host);
}

bool cloak_may_change(struct call *call, bool is_set)
{
	bool has_cloak = call->user->cloak;

	if (is_set ? has_cloak : !has_cloak || call->world->settings->cloak_optional)
		return true;
	reply(call, ERR_CANNOTCHANGEUMODE, user_mode_of_flag(USER_FLAG_CLOAKED)->letter,
		is_set ? "you have no cloak" : "this server requires cloaks");
	return false;
}

bool host_changed(
	struct world *world, struct outbox *outbox, struct user *user, const char *old_source)
{
	struct session *session;

	if (strcmp(old_source, user->source) == 0)
		return false;
	show_host(world, outbox, user, old_source);
	LIST_EACH (session, &user->sessions, in_user) {
		struct call call = { .world = world, .outbox = outbox, .session = session };

		reply(&call, RPL_VISIBLEHOST, user->host);
	}
	return true;
}
