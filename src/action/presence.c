/* Owns the recipients of lines about users and members that join, appear, change and vanish. */
#include "action/presence.h"

#include "action/history_notes.h"
#include "action/metadata_push.h"
#include "action/metadata_sync.h"
#include "action/remark.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/modestring.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/modes.h"
#include "world/monitor_reach.h"
#include "world/sight.h"
#include "world/user.h"

#define USER_MODES 32 /* bits of a uint32_t */

/* Send to one viewer; NULL: to all who see the member only while it is public. */
static void to_viewers(
	struct fanout *fanout, const struct member *member, const struct member *viewer)
{
	const struct channel *channel = member->channel;

	if (viewer) {
		fanout_to_user(fanout, viewer->user);
		return;
	}
	for (size_t i = 0; i < channel->n_members; i++)
		if (channel->members[i] != member && member->number >= channel->members[i]->sees_to)
			fanout_to_user(fanout, channel->members[i]->user);
}

/* IRCv3 extended-join. */
static void begin_join(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct member *member)
{
	const struct user *user = member->user;
	const char *channel = member->channel->name;

	fanout_begin(fanout, world, outbox, ":%s JOIN %s", user->source, channel);
	fanout_from(fanout, user);
	fanout_variant(fanout, CAP_EXTENDED_JOIN, ":%s JOIN %s %s :%s", user->source, channel,
		user->account ? user->account : "*", user->realname);
}

/* False: it is not away. IRCv3 away-notify. */
static bool begin_member_away(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct member *member)
{
	CLEANUP(mem_freep) char *away = NULL;

	if (!member->user->away)
		return false;
	away = remark_of_away(world, member);
	fanout_begin(fanout, world, outbox, ":%s AWAY :%s", member->user->source, away);
	fanout_from(fanout, member->user);
	fanout->needs = CAP_AWAY_NOTIFY;
	return true;
}

typedef void (*reach_fn)(struct fanout *fanout, const struct member *member);

static void show_away(
	struct world *world, struct outbox *outbox, const struct member *member, reach_fn reach)
{
	struct fanout fanout;

	if (!begin_member_away(&fanout, world, outbox, member))
		return;
	reach(&fanout, member);
	fanout_end(&fanout);
}

static void show_member_to(struct world *world, struct outbox *outbox, const struct member *member,
	reach_fn reach_join, reach_fn reach_away)
{
	struct fanout fanout;

	begin_join(&fanout, world, outbox, member);
	reach_join(&fanout, member);
	if (reach_join == fanout_about && member_is_public(member))
		history_note_event(&fanout, member->channel, HISTORY_VERB_JOIN);
	fanout_end(&fanout);
	show_away(world, outbox, member, reach_away);
}

void show_arrival(struct world *world, struct outbox *outbox, const struct member *member)
{
	show_member_to(world, outbox, member, fanout_about, fanout_about_to_others);
}

void show_own_arrival(struct world *world, struct outbox *outbox, const struct session *session,
	const struct member *member)
{
	struct fanout fanout;

	begin_join(&fanout, world, outbox, member);
	fanout_to_session(&fanout, session);
	fanout_end(&fanout);
}

/* "+ov ana ana" for the member's ranks; nothing for a plain member. */
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

static bool begin_ranks(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct member *member)
{
	CLEANUP(buffer_done) struct buffer ranks = { 0 };

	put_ranks(member, &ranks);
	if (!ranks.length)
		return false;
	fanout_begin(fanout, world, outbox, ":%s MODE %s %s", world->settings->server_name,
		member->channel->name, ranks.bytes);
	return true;
}

static void to_unaware(struct fanout *fanout, const struct member *member)
{
	fanout->lacks = CAP_CHGHOST;
	fanout_about_to_others(fanout, member);
}

/* Clients without chghost see the user quit and join again. */
static void show_again(struct world *world, struct outbox *outbox, const struct member *member)
{
	struct fanout fanout;

	show_member_to(world, outbox, member, to_unaware, to_unaware);
	if (!begin_ranks(&fanout, world, outbox, member))
		return;
	to_unaware(&fanout, member);
	fanout_end(&fanout);
}

void show_host(
	struct world *world, struct outbox *outbox, const struct user *user, const char *old_source)
{
	struct fanout fanout;

	fanout_begin(&fanout, world, outbox, ":%s QUIT :Changing host", old_source);
	fanout_from(&fanout, user);
	fanout_variant(
		&fanout, CAP_CHGHOST, ":%s CHGHOST %s %s", old_source, user->name, user->host);
	fanout_to_neighbours(&fanout, user);
	fanout.needs = CAP_CHGHOST;
	monitor_to_strangers(&fanout, user);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
	for (size_t i = 0; i < user->n_members; i++)
		show_again(world, outbox, user->members[i]);
}

void show_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer)
{
	const struct user *user = member->user;
	struct fanout fanout;

	begin_join(&fanout, world, outbox, member);
	to_viewers(&fanout, member, viewer);
	fanout_end(&fanout);
	if (begin_member_away(&fanout, world, outbox, member)) {
		to_viewers(&fanout, member, viewer);
		fanout_end(&fanout);
	}
	for (size_t i = 0; i < user_extras(user)->metadata.count; i++) {
		metadata_begin_entry(&fanout, world, outbox, user, i);
		to_viewers(&fanout, member, viewer);
		fanout_end(&fanout);
	}
}

void hide_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer)
{
	struct fanout fanout;

	fanout_begin(
		&fanout, world, outbox, ":%s PART %s", member->user->source, member->channel->name);
	fanout_from(&fanout, member->user);
	to_viewers(&fanout, member, viewer);
	fanout_end(&fanout);
}

void reveal_hidden(struct world *world, struct outbox *outbox, struct member *member)
{
	sight_reveal(member);
	if (member_is_public(member))
		show_member(world, outbox, member, NULL);
}

static void tell_watchers(
	struct world *world, struct outbox *outbox, const char *nick, const struct buffer *line)
{
	struct fanout fanout;

	fanout_begin(&fanout, world, outbox, "%s", line->bytes);
	monitor_to_watchers(&fanout, nick);
	fanout_end(&fanout);
}

void tell_online(struct world *world, struct outbox *outbox, const struct user *user)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	if (!monitor_has_watchers(world, user->nick))
		return;
	numeric_write(&line, world, RPL_MONONLINE, user->source);
	tell_watchers(world, outbox, user->nick, &line);
	metadata_sync_watchers(world, outbox, user);
}

void tell_offline(struct world *world, struct outbox *outbox, const char *nick)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	if (!monitor_has_watchers(world, nick))
		return;
	numeric_write(&line, world, RPL_MONOFFLINE, nick);
	tell_watchers(world, outbox, nick, &line);
}

/* False: the same modes as with the old flags. */
static bool begin_user_modes(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct user *user, uint32_t old_flags)
{
	struct modestring_change changes[USER_MODES];
	CLEANUP(buffer_done) struct buffer text = { 0 };
	size_t n_rows, n = 0;
	const struct user_mode *rows = user_modes_all(&n_rows);

	for (size_t i = 0; i < n_rows; i++)
		if ((user->flags ^ old_flags) & rows[i].flag)
			changes[n++] = (struct modestring_change){ user->flags & rows[i].flag,
				rows[i].letter, NULL };
	if (!n)
		return false;
	modestring_format(changes, n, &text);
	fanout_begin(
		fanout, world, outbox, ":%s MODE %s :%s", user->source, user->nick, text.bytes);
	fanout_from(fanout, user);
	return true;
}

void announce_user_modes(
	struct world *world, struct outbox *outbox, const struct user *user, uint32_t old_flags)
{
	struct fanout fanout;

	if (!begin_user_modes(&fanout, world, outbox, user, old_flags))
		return;
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

void announce_modes_to_others(struct world *world, struct outbox *outbox,
	const struct session *session, uint32_t old_flags)
{
	struct fanout fanout;

	if (!begin_user_modes(&fanout, world, outbox, session->user, old_flags))
		return;
	fanout.except = session;
	fanout_to_user(&fanout, session->user);
	fanout_end(&fanout);
}

void show_session_modes(struct world *world, struct outbox *outbox, const struct session *session)
{
	struct fanout fanout;

	if (!begin_user_modes(&fanout, world, outbox, session->user, 0))
		return;
	fanout_to_session(&fanout, session);
	fanout_end(&fanout);
}
