/* Owns the changing of channel modes: one function for each kind of mode, and the
 * telling of what has really changed. Modern IRC, "Channel mode". */
#include "command/mode_channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/lookup.h"
#include "command/reply.h"
#include "proto/mask.h"
#include "proto/message.h"
#include "proto/names.h"
#include "world/fanout.h"
#include "world/modes.h"
#include "world/session.h"
#include "world/user.h"

/* A line cannot hold more letters that mean anything. */
#define CHANGES 64
#define MASK_BYTES 200

struct mode_run {
	struct call *call;
	struct channel *channel;
	bool is_refused;			/* 482 was said, once is enough */
	struct modestring_change done[CHANGES]; /* params are owned */
	size_t n_done;
};

static void note(struct mode_run *run, const struct modestring_change *change, const char *param)
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

static void change_flag(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	if (!(run->channel->flags & row->value) == !change->is_set)
		return;
	channel_set_flag(run->channel, row->value, change->is_set);
	note(run, change, NULL);
}

/* The key that is removed need not be known. */
static void change_key(struct mode_run *run, const struct modestring_change *change)
{
	if (!change->is_set) {
		if (run->channel->key)
			note(run, change, "*");
		channel_set_key(run->channel, NULL);
	} else if (key_is_valid(change->param, run->call->world->settings->key_length)) {
		channel_set_key(run->channel, change->param);
		note(run, change, change->param);
	} else {
		refuse_param(run, change,
			"A key has no spaces, commas or control characters, no colon in front, "
			"and is at most KEYLEN long");
	}
}

static void change_limit(struct mode_run *run, const struct modestring_change *change)
{
	uint64_t limit = 0;
	char text[24];

	if (change->is_set &&
		(!text_parse_u64(change->param, &limit) || !limit || limit > UINT32_MAX)) {
		refuse_param(run, change, "A limit is a number from 1 on");
		return;
	}
	if (run->channel->limit == limit)
		return;
	channel_set_limit(run->channel, (uint32_t) limit);
	snprintf(text, sizeof(text), "%llu", (unsigned long long) limit);
	note(run, change, change->is_set ? text : NULL);
}

static void add_to_list(struct mode_run *run, struct masklist *list, const char *mask,
	const struct modestring_change *change)
{
	if (masklist_has(list, mask))
		return;
	if (list->count >= run->call->world->settings->list_entries) {
		reply(run->call, ERR_BANLISTFULL, run->channel->name, change->letter);
		return;
	}
	masklist_add(list, mask, run->call->user->source, run->call->world->wall_ms);
	note(run, change, mask);
}

static void change_list(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	struct masklist *list = &run->channel->lists[row->value];
	CLEANUP(mem_freep) char *mask = NULL;
	CLEANUP(mem_freep) char *removed = NULL;

	if (!mask_complete(change->param, MASK_BYTES, &mask))
		refuse_param(run, change, "A mask is nick!user@host, with * and ?");
	else if (change->is_set)
		add_to_list(run, list, mask, change);
	else if ((removed = masklist_remove(list, mask)))
		note(run, change, removed);
}

static void change_rank(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	struct user *user = lookup_user(run->call, change->param);
	struct member *member = user ? user_find_member(user, run->channel) : NULL;

	if (!user)
		return;
	if (!member) {
		reply(run->call, ERR_USERNOTINCHANNEL, user->nick, run->channel->name);
		return;
	}
	if (!(member->ranks & row->value) == !change->is_set)
		return;
	member_set_rank(member, row->value, change->is_set);
	note(run, change, user->nick);
}

static void show_list(struct mode_run *run, const struct channel_mode *row)
{
	const struct masklist *list = &run->channel->lists[row->value];

	for (size_t i = 0; i < list->count; i++)
		reply(run->call, RPL_BANLIST, run->channel->name, list->entries[i].mask,
			list->entries[i].setter,
			(unsigned long long) list->entries[i].set_wall_ms / 1000);
	reply(run->call, RPL_ENDOFBANLIST, run->channel->name);
}

static bool may_change(struct mode_run *run)
{
	if (run->is_refused)
		return false;
	run->is_refused = !lookup_operator(run->call, run->channel);
	return !run->is_refused;
}

/* Removing a key is the one change whose parameter may be missing. */
static bool lacks_param(const struct channel_mode *row, const struct modestring_change *change)
{
	if (change->param || channel_mode_param(row->letter) == MODESTRING_PARAM_NONE)
		return false;
	return change->is_set || row->kind == MODE_KIND_PREFIX;
}

static void change_one(struct mode_run *run, const struct channel_mode *row,
	const struct modestring_change *change)
{
	if (row->kind == MODE_KIND_LIST && !change->param) {
		show_list(run, row);
		return;
	}
	if (!may_change(run))
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
	case MODE_KIND_COUNT:
		change_limit(run, change);
		return;
	case MODE_KIND_FLAG:
		change_flag(run, row, change);
		return;
	case MODE_KIND_PREFIX:
		change_rank(run, row, change);
		return;
	}
}

/* Only so many changes with a parameter are made; ISUPPORT MODES says how many. */
static void change_all(
	struct mode_run *run, const struct modestring_change *changes, size_t n_changes)
{
	size_t n_params = 0;

	for (size_t i = 0; i < n_changes; i++) {
		const struct channel_mode *row = channel_mode_find(changes[i].letter);

		if (changes[i].param && ++n_params > run->call->world->settings->modes_per_command)
			continue;
		if (row)
			change_one(run, row, &changes[i]);
		else
			reply(run->call, ERR_UNKNOWNMODE, changes[i].letter);
	}
}

/* How many changes from here on fit into one line: at worst a sign, a letter, a parameter. */
static size_t count_fitting(const struct mode_run *run, size_t from)
{
	size_t bytes =
		strlen(run->call->user->source) + strlen(run->channel->name) + strlen(": MODE  ");
	size_t n = 0;

	for (; from + n < run->n_done; n++) {
		const char *param = run->done[from + n].param;

		bytes += 2 + (param ? 1 + strlen(param) : 0);
		if (n && bytes > MESSAGE_BYTES)
			break;
	}
	return n;
}

static void announce(struct mode_run *run)
{
	struct buffer text = { 0 };
	struct fanout fanout;

	for (size_t i = 0, n; i < run->n_done; i += n) {
		n = count_fitting(run, i);
		buffer_clear(&text);
		modestring_format(run->done + i, n, &text);
		fanout_begin(&fanout, run->call->world, run->call->outbox, ":%s MODE %s %s",
			run->call->user->source, run->channel->name, text.bytes);
		fanout_to_channel(&fanout, run->channel);
		fanout_end(&fanout);
	}
	buffer_done(&text);
}

static void run_done(struct mode_run *run)
{
	for (size_t i = 0; i < run->n_done; i++)
		free((void *) (uintptr_t) run->done[i].param);
}

static void show_modes(struct call *call, const struct channel *channel)
{
	struct buffer modes = { 0 };

	channel_format_modes(channel, user_find_member(call->user, channel), &modes);
	reply(call, RPL_CHANNELMODEIS, channel->name, buffer_text(&modes));
	reply(call, RPL_CREATIONTIME, channel->name,
		(unsigned long long) channel->created_wall_ms / 1000);
	buffer_done(&modes);
}

void mode_channel(struct call *call, struct channel *channel)
{
	struct mode_run run = { .call = call, .channel = channel };
	struct modestring_change changes[CHANGES];
	size_t n_changes;

	if (call->n_params < 2) {
		show_modes(call, channel);
		return;
	}
	n_changes = modestring_parse(call->params + 1, channel_mode_param, changes, CHANGES);
	change_all(&run, changes, n_changes);
	announce(&run);
	run_done(&run);
}
