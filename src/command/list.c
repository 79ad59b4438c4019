/* Owns LIST. Modern IRC, "LIST message", "ELIST Parameter". */
#include <string.h>

#include "action/long_answer.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/mask.h"
#include "world/history.h"
#include "world/user.h"

#define MASKS 256 /* more do not fit into a line */
#define MINUTE_MS 60000

/* Values above min and below max. */
struct range {
	uint64_t min;
	uint64_t max;
	bool has_min, has_max;
	bool has_none; /* no value matches */
};

/* The filter of a LIST. The masks point into the parsed text. */
struct list_filter {
	const char *masks[MASKS]; /* a name must match one, if there are any */
	size_t n_masks;
	const char *unwanted[MASKS]; /* and must match none of these */
	size_t n_unwanted;
	bool has_wildcards; /* in masks; otherwise they are names */
	struct range members;
	struct range age_minutes;
	struct range topic_minutes;
};

/* A number that does not fit becomes the largest one. False: the text is no number. */
static bool parse_bound(const char *text, uint64_t *ret_value)
{
	if (text_parse_u64(text, ret_value))
		return true;
	*ret_value = UINT64_MAX;
	return *text && !text[strspn(text, "0123456789")];
}

/* "<5" or ">5"; no channel matches if the rest is no number. */
static void parse_range(const char *text, struct range *range)
{
	uint64_t value;

	if (!parse_bound(text + 1, &value)) {
		range->has_none = true;
		return;
	}
	if (*text == '>') {
		range->min = value;
		range->has_min = true;
	} else {
		range->max = value;
		range->has_max = true;
	}
}

static bool starts_range(const char *text)
{
	return *text == '<' || *text == '>';
}

static void parse_mask(const char *text, struct list_filter *filter)
{
	if (*text == '!' && filter->n_unwanted < MASKS) {
		filter->unwanted[filter->n_unwanted++] = text + 1;
	} else if (*text && filter->n_masks < MASKS) {
		filter->masks[filter->n_masks++] = text;
		filter->has_wildcards |= strpbrk(text, "*?") != NULL;
	}
}

static void parse_condition(const char *text, struct list_filter *filter)
{
	if (starts_range(text))
		parse_range(text, &filter->members);
	else if (text_lower(*text) == 'c' && starts_range(text + 1))
		parse_range(text + 1, &filter->age_minutes);
	else if (text_lower(*text) == 't' && starts_range(text + 1))
		parse_range(text + 1, &filter->topic_minutes);
	else
		parse_mask(text, filter);
}

static void parse_conditions(char *text, struct list_filter *filter)
{
	char *condition;

	while ((condition = text_split(&text, ',')))
		parse_condition(condition, filter);
}

static bool is_in_range(const struct range *range, uint64_t value)
{
	return !range->has_none && (!range->has_min || value > range->min) &&
	       (!range->has_max || value < range->max);
}

/* Is the age in minutes in the range? Fractions count, so every age is either <5 or >5. */
static bool is_since(const struct range *range, uint64_t now_ms, uint64_t then_ms)
{
	uint64_t age_ms = now_ms > then_ms ? now_ms - then_ms : 0;
	uint64_t minutes = age_ms / MINUTE_MS;

	return !range->has_none && (!range->has_min || minutes >= range->min) &&
	       (!range->has_max || minutes < range->max);
}

static bool topic_fits(const struct range *range, const struct answer_cursor *cursor,
	const struct channel *channel)
{
	if (!range->has_min && !range->has_max && !range->has_none)
		return true;
	return channel->topic_wall_ms &&
	       is_since(range, cursor->asked_wall_ms, channel->topic_wall_ms);
}

static bool matches_any_mask(
	enum casemap casemap, const char *const *masks, size_t count, const char *folded)
{
	for (size_t i = 0; i < count; i++)
		if (mask_match_folded(casemap, masks[i], folded))
			return true;
	return false;
}

static bool name_fits(
	const struct list_filter *filter, enum casemap casemap, const struct channel *channel)
{
	if (filter->n_masks &&
		!matches_any_mask(casemap, filter->masks, filter->n_masks, channel->folded))
		return false;
	return !matches_any_mask(casemap, filter->unwanted, filter->n_unwanted, channel->folded);
}

static bool filter_fits(const struct list_filter *filter, const struct answer_cursor *cursor,
	const struct channel *channel)
{
	return is_in_range(&filter->members, channel->n_members) &&
	       is_since(&filter->age_minutes, cursor->asked_wall_ms, channel->created_wall_ms) &&
	       topic_fits(&filter->topic_minutes, cursor, channel);
}

static void put_listed(const struct answer_part *part, const struct list_filter *filter,
	const struct channel *channel)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (!channel_is_listed_to(channel, part->call->user) ||
		!name_fits(filter, part->call->world->casemap, channel) ||
		!filter_fits(filter, part->cursor, channel))
		return;
	/* In front of the topic, where other servers show modes: every client shows it there. */
	if (history_has_channel(part->call->world, channel))
		buffer_put_text(&text, channel->topic ? "[recorded] " : "[recorded]");
	if (channel->topic)
		buffer_put_text(&text, channel->topic);
	reply(part->call, RPL_LIST, channel->name, channel->n_members, buffer_text(&text));
}

/* A list of names needs no walk over all channels. */
static bool put_named(struct answer_part *part, const struct list_filter *filter)
{
	for (size_t i = part->cursor->item; i < filter->n_masks; i++) {
		const struct channel *channel;

		if (!answer_may_go_on(part))
			return false;
		channel = channel_find(part->call->world, filter->masks[i]);
		if (channel)
			put_listed(part, filter, channel);
		answer_cursor_next_item(part->cursor);
	}
	return true;
}

static bool put_all_channels(struct answer_part *part, const struct list_filter *filter)
{
	while (answer_may_go_on(part)) {
		const struct channel *channel = answer_next_channel(part);

		if (!channel)
			return true;
		put_listed(part, filter, channel);
	}
	return false;
}

static bool continue_list(struct answer_part *part)
{
	CLEANUP(mem_freep) char *text = mem_text(part->cursor->text);
	CLEANUP(mem_freep) char *options = mem_text(part->cursor->options);
	struct list_filter filter = { .n_masks = 0 };

	parse_conditions(text, &filter);
	parse_conditions(options, &filter);
	if (filter.n_masks && !filter.has_wildcards)
		return put_named(part, &filter);
	return put_all_channels(part, &filter);
}

static void end_list(struct answer_part *part)
{
	reply(part->call, RPL_LISTEND);
}

static const struct long_answer answer_list = {
	.kind = ANSWER_KIND_LIST,
	.has_masks = true,
	.go_on = continue_list,
	.end = end_list,
};

static void run(struct call *call)
{
	reply(call, RPL_LISTSTART);
	long_answer_begin(
		call, &answer_list, call->n_params ? call->params[0] : "", call->params[1]);
}

COMMAND(list) = {
	.name = "LIST",
	.cost = 5,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.answers = { &answer_list },
	.usage = "[<channel or mask>{,<channel or mask>}] [<condition>{,<condition>}]",
	.help = "Lists channels with their number of members and their topic. Conditions are >5 "
		"or <5 (members), C>5 or C<5 (created more or less than 5 minutes ago), T>5 or "
		"T<5 (topic set more or less than 5 minutes ago), and !mask (other names).",
};
