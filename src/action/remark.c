/* Owns which part of the text of an action the members of a channel see.
 *
 * Reasons, topics and AWAY must obey the rules of speaking. QUIT and AWAY reach users in several
 * channels: each of them gets as much of the text as one of the common channels allows. Names are
 * not speech: a moderated channel does not stop changes of names, but a ban or quiet does. */
#include "action/remark.h"

#include "action/ban_subject.h"
#include "action/channel_rules.h"
#include "action/newcomers.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/formatting.h"
#include "world/user.h"

/* From most to least. */
enum share {
	SHARE_WHOLE,
	SHARE_PLAIN, /* without colours */
	SHARE_NOTHING,
	SHARE_COUNT
};

#define COLOUR_FLAGS (CHANNEL_FLAG_NO_COLOURS | CHANNEL_FLAG_STRIP_COLOURS)

static enum share find_share(struct speech *speech)
{
	const char *given = speech->text;
	bool strips = speech->channel->flags & COLOUR_FLAGS && formatting_is_in(given);
	CLEANUP(mem_freep) char *plain = strips ? formatting_strip(given) : NULL;
	bool is_refused;

	if (banning_mutes(speech->call) || newcomers_may_not_link(speech->call, given))
		return SHARE_NOTHING;
	speech->text = strips ? plain : given;
	speech->is_for_all = !speech->is_for_operators;
	is_refused = channel_rules_refuse(speech);
	speech->text = given;
	if (is_refused)
		return SHARE_NOTHING;
	return strips ? SHARE_PLAIN : SHARE_WHOLE;
}

static char *text_of_share(enum share share, const char *text)
{
	switch (share) {
	case SHARE_WHOLE:
		return mem_text(text);
	case SHARE_PLAIN:
		return formatting_strip(text);
	case SHARE_NOTHING:
	case SHARE_COUNT:
		return NULL;
	}
	return NULL;
}

char *remark_text(struct speech *speech)
{
	return text_of_share(find_share(speech), speech->text);
}

char *remark_of(struct call *call, struct member *member, const char *text)
{
	return text ? remark_text(&(struct speech){ .call = call,
			      .channel = member->channel,
			      .speaker = member,
			      .text = text })
		    : NULL;
}

char *remark_of_away(struct world *world, const struct member *member)
{
	struct call call = { .world = world, .user = member->user };
	char *text = remark_text(&(struct speech){ .call = &call,
		.channel = member->channel,
		.speaker = user_find_member(member->user, member->channel),
		.text = member->user->away,
		.is_state = true });

	return text ? text : mem_text(AWAY_UNSAID);
}

static void send_share(struct call *call, const char *text, const enum share *shares,
	enum share share, remark_begin_fn begin)
{
	CLEANUP(mem_freep) char *shown = text_of_share(share, text);
	struct fanout fanout;
	bool has_begun = false;

	for (size_t i = 0; i < call->user->n_members; i++) {
		if (shares[i] != share)
			continue;
		if (!has_begun)
			begin(&fanout, call, shown);
		has_begun = true;
		fanout_to_unmarked(&fanout, call->user->members[i]);
	}
	if (has_begun)
		fanout_end(&fanout);
}

void remark_to_neighbours(struct call *call, const char *text, bool is_state, remark_begin_fn begin)
{
	struct user *user = call->user;
	CLEANUP(mem_freep)
	enum share *shares = mem_new((user->n_members + 1) * sizeof(*shares));

	for (size_t i = 0; i < user->n_members; i++)
		shares[i] = find_share(&(struct speech){ .call = call,
			.channel = user->members[i]->channel,
			.speaker = user->members[i],
			.text = text,
			.is_state = is_state });
	fanout_mark_neighbours(call->world, user);
	for (enum share share = SHARE_WHOLE; share < SHARE_COUNT; share++)
		send_share(call, text, shares, share, begin);
}
