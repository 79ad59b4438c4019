/* Owns the giving and taking off of cloaks. */
#include "command/cloak.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/mode_user.h"
#include "command/presence.h"
#include "command/reply.h"
#include "proto/cloak.h"
#include "world/channel.h"
#include "world/fanout.h"
#include "world/session.h"
#include "world/user.h"

/* As much as leaving and coming again. */
#define COST_OF_CHANGE 5

/* A leading colon, as in ::1, would end the parameters of a line. */
static const char *without_colon(const char *text, char spare[ADDRESS_TEXT_BYTES])
{
	if (*text != ':')
		return text;
	spare[0] = '0';
	text_copy(spare + 1, ADDRESS_TEXT_BYTES - 1, text);
	return spare;
}

/* Unix peers are here, which says it all. */
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
	mem_freep(&cloaks->of_name);
	mem_freep(&cloaks->of_address);
}

void cloak_give(
	struct world *world, struct user *user, const struct session *session, const char *name)
{
	char address[ADDRESS_TEXT_BYTES], spare[ADDRESS_TEXT_BYTES];
	CLEANUP(cloaks_done)
	struct cloaks cloaks = cloaks_make(world->settings, &session->address, name);
	struct hosts hosts = { 0 };

	address_format(&session->address, address);
	hosts.real = name ? name : without_colon(address, spare);
	hosts.cloak = cloaks.of_name ? cloaks.of_name : cloaks.of_address;
	hosts.address_cloak = cloaks.of_address;
	user_set_hosts(user, &hosts);
	user_set_flag(world, user, USER_FLAG_CLOAKED, cloaks.of_address);
}

void cloak_announce(struct call *call)
{
	if (!(call->user->flags & USER_FLAG_CLOAKED))
		return;
	announce_user_modes(call->world, call->outbox, call->user, 0);
	reply(call, RPL_VISIBLEHOST, call->user->host);
}

/* "+ov ana ana" for what it is; nothing for a plain member. */
static void put_ranks(const struct member *member, struct buffer *out)
{
	size_t n;
	const struct channel_mode *rows = channel_modes_all(&n);
	CLEANUP(buffer_done) struct buffer nicks = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (rows[i].kind != MODE_KIND_PREFIX || !(member->ranks & rows[i].value))
			continue;
		buffer_put_text(out, out->length ? "" : "+");
		buffer_put_byte(out, rows[i].letter);
		buffer_format(&nicks, " %s", member->user->nick);
	}
	buffer_put_text(out, buffer_text(&nicks));
}

static void say_ranks(struct call *call, const struct member *member)
{
	CLEANUP(buffer_done) struct buffer ranks = { 0 };
	struct fanout fanout;

	put_ranks(member, &ranks);
	if (!ranks.length)
		return;
	fanout_begin(&fanout, call->world, call->outbox, ":%s MODE %s %s",
		call->world->settings->server_name, member->channel->name, ranks.bytes);
	fanout_about_to_others(&fanout, member);
	fanout_end(&fanout);
}

/* To others it is a new user in the same places. */
static void come_again(struct call *call, const struct member *member)
{
	show_again(call->world, call->outbox, member);
	say_ranks(call, member);
}

static void quit_with_old_host(struct call *call, uint32_t old_flags)
{
	const struct user *user = call->user;
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s!%s@%s QUIT :Changing host",
		user->nick, user->name,
		old_flags & USER_FLAG_CLOAKED ? user->cloak : user->real_host);
	fanout_to_neighbours(&fanout, user);
	fanout_end(&fanout);
}

bool cloak_may_change(struct call *call, bool is_set)
{
	bool has_cloak = call->user->cloak;

	if (is_set ? has_cloak : !has_cloak || call->world->settings->cloak_optional)
		return true;
	reply(call, ERR_CANNOTCHANGEUMODE, user_mode_of_flag(USER_FLAG_CLOAKED)->letter,
		is_set ? "you have no cloak" : "this server wants everybody cloaked");
	return false;
}

void cloak_changed(struct call *call, uint32_t old_flags)
{
	struct user *user = call->user;

	if (!((old_flags ^ user->flags) & USER_FLAG_CLOAKED))
		return;
	session_spend(call->world, call->session, COST_OF_CHANGE);
	quit_with_old_host(call, old_flags);
	for (size_t i = 0; i < user->n_members; i++)
		come_again(call, user->members[i]);
	reply(call, RPL_VISIBLEHOST, user->host);
}
