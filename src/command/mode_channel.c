/* Owns changing channel modes: one function for each kind of mode, and the announcement of actual
 * changes. Modern IRC, "Channel mode". */
#include "command/mode_channel.h"

#include <stdlib.h>
#include <string.h>

#include "action/history_notes.h"
#include "action/look.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "action/views.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/mode_list.h"
#include "proto/message.h"
#include "proto/name_syntax.h"
#include "world/banmask.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/modes.h"
#include "world/operating.h"
#include "world/permanent_channels.h"
#include "world/registered_channels.h"
#include "world/session.h"
#include "world/user.h"

/* More than the useful letters of one line. */
#define CHANGES 64
#define CLOAK_HINT                                                                                 \
	"An address does not match users with a cloak; use the last parts of their cloaks, as in " \
	"*!*@*.5rgpo6zn.kltm2fbu.%s"

struct mode_run {
	struct call *call;
	struct channel *channel;
	const struct member *setter; /* NULL: not a member */
	const struct user *source;   /* the source of the MODE; NULL: the server */
	bool is_forced;		     /* ranks do not matter */
	bool is_refused;	     /* 482 was sent; once is enough */
	bool misses_cloaks;	     /* a new mask cannot match cloaked users */
	uint32_t shown;		     /* bits of lists that were sent; once is enough */
	uint64_t expires_ms;	     /* of new bans; 0: never */

	size_t n_done;
	struct modestring_change done[CHANGES]; /* params are owned */
	struct views views;
};

static const char *run_source(const struct mode_run *run)
{
	return run->source ? run->source->source : run->call->world->settings->server_name;
}

static void note_change(
	struct mode_run *run, const struct modestring_change *change, const char *param)
{
	run->done[run->n_done++] =
		(struct modestring_change){ change->is_set, change->letter, mem_text(param) };
}

static void refuse_param(
	struct mode_run *run, const struct modestring_change *change, const char *why)
{
	reply(run->call, ERR_INVALIDMODEPARAM, run->channel->name, change->letter,
		change->param ? lookup_word(change->param) : "*", why);
}

static void refuse_rank(struct mode_run *run)
{
	if (run->is_refused)
		return;
	run->is_refused = true;
	reply(run->call, ERR_CHANOPRIVSNEEDED, run->channel->name);
}

/* Mode z promises that all members use TLS, as on InspIRCd. True: refused. */
static bool refuse_tls_only(const struct mode_run *run, const struct channel_mode *row)
{
	const struct channel *channel = run->channel;

	if (row->value != CHANNEL_FLAG_TLS_ONLY || run->is_forced)
		return false;
	for (size_t i = 0; i < channel->n_members; i++) {
		if (channel->members[i]->user->flags & USER_FLAG_SECURE)
			continue;
		reply(run->call, ERR_ALLMUSTSSL, channel->name);
		return true;
	}
	return false;
}

/* True: refused. */
static bool refuse_temporary(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	const struct world *world = run->call->world;

	if (row->value != CHANNEL_FLAG_PERMANENT || change->is_set ||
		!permanent_channel_find(
			world->settings, (enum casemap) world->casemap, run->channel->name))
		return false;
	refuse_param(run, change, "The channel is permanent because the configuration lists it");
	return true;
}

static void change_flag(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	if (!(run->channel->flags & row->value) == !change->is_set)
		return;
	if ((change->is_set && refuse_tls_only(run, row)) || refuse_temporary(run, row, change))
		return;
	channel_set_flag(run->channel, row->value, change->is_set);
	note_change(run, change, NULL);
}

/* Removing a key does not require the right key. */
static void change_key(struct mode_run *run, const struct modestring_change *change)
{
	if (!change->is_set) {
		if (run->channel->key)
			note_change(run, change, "*");
		channel_set_key(run->channel, NULL);
	} else if (key_is_valid(change->param, run->call->world->settings->key_length)) {
		channel_set_key(run->channel, change->param);
		note_change(run, change, change->param);
	} else {
		refuse_param(run, change,
			"A key has no spaces, commas, control or invisible characters, no colon "
			"in front, and is at most KEYLEN long");
	}
}

/* The named channel must allow forwarding, or the setter must be its operator. */
static bool is_open_to(const struct mode_run *run, const struct channel *other)
{
	return run->is_forced || other->flags & CHANNEL_FLAG_FREE_FORWARD ||
	       member_has_rank(user_find_member(run->call->user, other), MEMBER_RANK_OPERATOR);
}

/* True: refused. */
static bool refuse_channel(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	const struct channel *other;

	if (!row->is_channel || !change->is_set || !channel_name_looks_like_one(change->param))
		return false;
	other = lookup_channel(run->call, change->param);
	if (other == run->channel)
		refuse_param(run, change, row->wrong);
	else if (other && is_open_to(run, other))
		return false;
	else if (other)
		reply(run->call, ERR_CHANOPRIVSNEEDED, other->name);
	return true;
}

static void change_value(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	struct buffer old = { 0 }, new = { 0 };

	if (refuse_channel(run, row, change))
		return;
	row->write(run->channel, &old);
	if (!row->set(run->channel, change->is_set ? change->param : NULL))
		refuse_param(run, change, row->wrong);
	else if (row->write(run->channel, &new), strcmp(buffer_text(&old), buffer_text(&new)) != 0)
		note_change(run, change, change->is_set ? new.bytes : NULL);
	buffer_done(&old);
	buffer_done(&new);
}

/* A mask about a feature that this server lacks would match no user, or all users if negated. */
static bool mask_is_offered(const struct world *world, const char *text)
{
	struct banmask *mask = banmask_parse(text);
	bool is_offered = banmask_is_offered(mask, world, world->settings);

	banmask_free(mask);
	return is_offered;
}

static bool hides_addresses(const struct settings *settings)
{
	return settings->cloak_hosts && !settings->cloak_bans_see_through;
}

static void add_to_list(struct mode_run *run, struct masklist *list, const char *mask,
	const struct modestring_change *change)
{
	struct mask_entry *entry = masklist_find(list, run->call->world->casemap, mask);

	if (!entry && !mask_is_offered(run->call->world, mask)) {
		refuse_param(run, change,
			"This server has nothing that such a mask could match; see HELP EXTBANS");
		return;
	}
	if (!entry && list->count >= run->call->world->settings->list_entries) {
		reply(run->call, ERR_BANLISTFULL, run->channel->name, change->letter);
		return;
	}
	if (!entry) {
		entry = masklist_add(list, mask, run_source(run), run->call->world->wall_ms);
		note_change(run, change, mask);
		run->misses_cloaks |= banmask_names_address(entry->banmask);
	} else if (!run->expires_ms) {
		return;
	}
	entry->expires_ms = run->expires_ms;
}

static void change_list(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	struct masklist *list = &run->channel->lists[row->value];
	CLEANUP(mem_freep) char *mask = NULL;
	CLEANUP(mem_freep) char *removed = NULL;

	if (!banmask_complete(change->param, &mask))
		refuse_param(run, change,
			"A mask is nick!user@host, with * and ?; nick!user@192.0.2.0/24; or an "
			"extended one as in HELP EXTBANS");
	else if (change->is_set)
		add_to_list(run, list, mask, change);
	else if ((removed = masklist_remove(list, run->call->world->casemap, mask)))
		note_change(run, change, removed);
	channel_set_expiry(run->call->world, run->channel);
}

static void set_rank(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change, struct member *member)
{
	if (!(member->ranks & row->value) == !change->is_set)
		return;
	views_set_rank(&run->views, member, row->value, change->is_set);
	note_change(run, change, member->user->nick);
}

/* The rank of a founder stays, unless the founder gives it up. */
static bool keeps_rank(const struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change, const struct member *member)
{
	const struct registered_channel *registered = run->channel->registered;

	return registered && registered->founder && row->value == MEMBER_RANK_OWNER &&
	       !change->is_set && member->user->account_id == registered->founder &&
	       member->user != run->call->user;
}

/* A rank can be taken only by members of at least that rank, or given up by its holder. */
static void change_rank(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	const struct user *user = lookup_user(run->call, change->param);
	struct member *member = user ? user_find_member(user, run->channel) : NULL;

	if (!user)
		return;
	if (!member)
		reply(run->call, ERR_USERNOTINCHANNEL, user->nick, run->channel->name);
	else if (run->is_forced || change->is_set ||
		 (member_reaches(run->setter, member) && !keeps_rank(run, row, change, member)))
		set_rank(run, row, change, member);
	else
		refuse_rank(run);
}

static bool is_own_rank(const struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	return row->kind == MODE_KIND_PREFIX && !change->is_set && change->param && run->setter &&
	       user_find(run->call->world, change->param) == run->call->user;
}

static bool may_change(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	if (run->is_forced || is_own_rank(run, row, change))
		return true;
	if (!member_has_rank(run->setter, row->rank)) {
		refuse_rank(run);
		return false;
	}
	if (!row->needs_oper || !change->is_set || lookup_operator(run->call))
		return true;
	reply(run->call, ERR_NOPRIVILEGES);
	return false;
}

/* Only the removal of a key may lack its parameter. */
static bool lacks_param(const struct channel_mode *row, const struct modestring_change *change)
{
	if (change->param || channel_mode_param(row->letter) == MODESTRING_PARAM_NONE)
		return false;
	return change->is_set || row->kind == MODE_KIND_PREFIX;
}

static void show_list_mode(struct mode_run *run, enum channel_list which)
{
	uint32_t bit = UINT32_C(1) << which;

	look_spend(run->call, run->channel, (uint8_t) (MEMBER_LOOK_LIST << which));
	if (!(run->shown & bit))
		show_mode_list(run->call, run->channel, which);
	run->shown |= bit;
}

static void change_channel_mode(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	if (row->kind == MODE_KIND_LIST && !change->param) {
		show_list_mode(run, (enum channel_list) row->value);
		return;
	}
	run->call->is_charged = true;
	if (!may_change(run, row, change))
		return;
	if (lacks_param(row, change)) {
		refuse_param(run, change, "The parameter is missing");
		return;
	}
	switch (row->kind) {
	case MODE_KIND_LIST:
		change_list(run, row, change);
		return;
	case MODE_KIND_KEY:
		change_key(run, change);
		return;
	case MODE_KIND_VALUE:
		change_value(run, row, change);
		return;
	case MODE_KIND_FLAG:
		change_flag(run, row, change);
		return;
	case MODE_KIND_PREFIX:
		change_rank(run, row, change);
		return;
	}
}

/* A repeated unknown letter gets only one 472. */
static bool is_letter_repeated(const struct modestring_change *changes, size_t i)
{
	for (size_t earlier = 0; earlier < i; earlier++)
		if (changes[earlier].letter == changes[i].letter)
			return true;
	return false;
}

/* Changes with a parameter beyond the limit, ISUPPORT MODES, are ignored. */
static void change_all(
	struct mode_run *run, const struct modestring_change *changes, size_t n_changes)
{
	size_t n_params = 0;

	for (size_t i = 0; i < n_changes; i++) {
		const struct channel_mode *row = channel_mode_find(changes[i].letter);

		if (changes[i].param && ++n_params > run->call->world->settings->modes_per_command)
			continue;
		if (row && (!changes[i].is_set || channel_mode_is_offered(row, run->call->world,
							  run->call->world->settings)))
			change_channel_mode(run, row, &changes[i]);
		else if (!is_letter_repeated(changes, i))
			reply(run->call, ERR_UNKNOWNMODE,
				changes[i].letter == ':' ? '*' : changes[i].letter);
	}
}

/* How many changes from here on fit into one line: at worst a sign, a letter, a parameter. */
static size_t count_fitting(const struct mode_run *run, size_t from)
{
	size_t bytes = strlen(run_source(run)) + strlen(run->channel->name) + strlen(": MODE  ");
	size_t n = 0;

	for (; from + n < run->n_done; n++) {
		const char *param = run->done[from + n].param;

		bytes += 2 + (param ? 1 + strlen(param) : 0);
		if (n && bytes > MESSAGE_BYTES)
			break;
	}
	return n;
}

static void announce_changes(struct mode_run *run)
{
	struct buffer text = { 0 };
	struct fanout fanout;

	for (size_t i = 0, n; i < run->n_done; i += n) {
		n = count_fitting(run, i);
		buffer_clear(&text);
		modestring_format(run->done + i, n, &text);
		fanout_begin(&fanout, run->call->world, run->call->outbox, ":%s MODE %s %s",
			run_source(run), run->channel->name, text.bytes);
		fanout_from(&fanout, run->source);
		fanout_to_channel(&fanout, run->channel);
		history_note_event(&fanout, run->channel, HISTORY_VERB_MODE);
		fanout_end(&fanout);
	}
	buffer_done(&text);
}

/* Warn that the mask does not keep out the network, as its hosts are cloaked. */
static void hint_at_cloaks(const struct mode_run *run)
{
	struct call *call = run->call;
	const struct settings *settings = call->world->settings;
	struct fanout fanout;

	if (!run->misses_cloaks || !hides_addresses(settings))
		return;
	fanout_begin(&fanout, call->world, call->outbox, ":%s NOTICE %s :%s: " CLOAK_HINT,
		settings->server_name, session_nick(call->session), run->channel->name,
		settings->cloak_suffix);
	fanout_variant(&fanout, CAP_STANDARD_REPLIES, ":%s NOTE %s CLOAKED %s :" CLOAK_HINT,
		settings->server_name, call->command->name, run->channel->name,
		settings->cloak_suffix);
	fanout_to_session(&fanout, call->session);
	fanout_end(&fanout);
}

static void finish_run(struct mode_run *run)
{
	if (run->n_done)
		channel_touch(run->call->world, run->channel);
	views_show(&run->views);
	announce_changes(run);
	hint_at_cloaks(run);
	views_follow(&run->views);
	for (size_t i = 0; i < run->n_done; i++)
		free((void *) (uintptr_t) run->done[i].param);
	channel_end_if_empty(run->call->world, run->channel);
}

static void begin_run(struct mode_run *run, struct call *call, struct channel *channel)
{
	memset(run, 0, offsetof(struct mode_run, done));
	run->call = call;
	run->channel = channel;
	run->setter = user_find_member(call->user, channel);
	run->source = call->user;
	views_begin(&run->views, call->world, call->outbox, channel);
}

static void change_channel_modes(struct mode_run *run)
{
	CLEANUP(modestring_words_done) struct modestring_words words;
	struct modestring_change changes[CHANGES];
	size_t n;

	modestring_words_init(&words, run->call->params + 1);
	n = modestring_parse(words.at, channel_mode_param, changes, CHANGES);
	change_all(run, changes, n);
	finish_run(run);
}

static void show_channel_modes(struct call *call, const struct channel *channel)
{
	struct buffer modes = { 0 };

	look_spend(call, channel, MEMBER_LOOK_MODES);
	channel_format_modes(channel, user_find_member(call->user, channel), &modes);
	reply(call, RPL_CHANNELMODEIS, channel->name, buffer_text(&modes));
	reply(call, RPL_CREATIONTIME, channel->name,
		(unsigned long long) channel->created_wall_ms / 1000);
	buffer_done(&modes);
}

void mode_channel(struct call *call, struct channel *channel)
{
	struct mode_run run;

	begin_run(&run, call, channel);
	if (call->n_params < 2)
		show_channel_modes(call, channel);
	else
		change_channel_modes(&run);
}

void mode_channel_forced(struct call *call, struct channel *channel)
{
	struct mode_run run;

	begin_run(&run, call, channel);
	run.is_forced = true;
	run.source = NULL;
	change_channel_modes(&run);
}

void mode_channel_ban(
	struct call *call, struct channel *channel, const char *mask, uint64_t duration_ms)
{
	const struct channel_mode *row = channel_mode_of_list(CHANNEL_LIST_BAN);
	const struct modestring_change change = { true, row->letter, mask };
	struct mode_run run;

	begin_run(&run, call, channel);
	run.expires_ms = call->world->now_ms + duration_ms;
	change_channel_mode(&run, row, &change);
	finish_run(&run);
}
