/* Owns FILTER: what operators do with filters. No standard has it. */
#include <string.h>

#include "action/long_answer.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/duration.h"
#include "proto/mask.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

#define DEFAULT_TIME_MS 3600000u

static void notice_filterer(const struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void notice_filterer(const struct call *call, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	notice_session(call->world, call->outbox, call->session, text.bytes);
	buffer_done(&text);
}

/* What has become of it, for operators and the log. */
static void tell_of_filter(struct call *call, const struct filter *filter, const char *done)
{
	CLEANUP(buffer_done) struct buffer places = { 0 };

	filter_places_format(filter->places, &places);
	outbox_log(call->outbox, LOGBOOK_FILTER_CHANGED, "NICK", call->user->nick, "OPERATOR",
		session_operator(call->session), "CHANGE", done, "FILTER", filter->name, "MATCH",
		filter_match_word(filter->match), "PLACES", places.bytes, "ACTION",
		filter_action_word(filter->action), "PATTERN", filter->pattern);
	notice_operators(call->world, call->outbox, NOTICE_KIND_FILTER, "%s {%s} %s filter %s",
		call->user->source, session_operator(call->session), done, filter->name);
}

/* NULL: there is none of that name, and the caller was told. */
static struct filter *lookup_filter(struct call *call)
{
	struct filter *filter = filters_find(call->world, call->params[1]);

	if (!filter)
		notice_filterer(call, "There is no filter %s; FILTER LIST shows all",
			lookup_word(call->params[1]));
	return filter;
}

/* The same for one that a command may change. */
static struct filter *lookup_own_filter(struct call *call)
{
	struct filter *filter = lookup_filter(call);

	if (!filter || filter->origin == FILTER_ORIGIN_COMMAND)
		return filter;
	notice_filterer(call,
		"The filter %s is in the configuration, at %s; change it there, then REHASH",
		filter->name, filter->setter);
	return NULL;
}

/* "block", "ban:1d" or "mute:10m:dry". False: the caller was told. */
static bool read_filter_action(struct call *call, const char *text, struct filter *ret_as)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *rest = copy, *word = text_split(&rest, ':');

	ret_as->action = (uint8_t) filter_action_of(word ? word : "");
	ret_as->time_ms = DEFAULT_TIME_MS;
	while (ret_as->action && (word = text_split(&rest, ':')))
		if (strcmp(word, "dry") == 0)
			ret_as->is_dry = true;
		else if (!duration_parse(word, &ret_as->time_ms))
			ret_as->action = 0;
	if (!ret_as->action)
		notice_filterer(call,
			"%s is no action; give %s, possibly with a time and \"dry\", such as "
			"ban:1d or block:dry",
			lookup_word(text), filter_action_words);
	return ret_as->action;
}

/* False: the caller was told what is wrong. */
static bool read_filter(struct call *call, struct filter *ret_as)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };

	ret_as->match = (uint8_t) filter_match_of(call->params[2]);
	ret_as->places = filter_places_of(call->params[3]);
	if (!filter_name_is_valid(call->params[1]))
		notice_filterer(call, "%s is no name: use up to %d letters, digits, -, _ and .",
			lookup_word(call->params[1]), FILTER_NAME_BYTES);
	else if (!ret_as->match)
		notice_filterer(call, "%s is no way to match; give %s",
			lookup_word(call->params[2]), filter_match_words);
	else if (!ret_as->places)
		notice_filterer(call, "%s is no list of places; give %s, with commas",
			lookup_word(call->params[3]), filter_place_words);
	else if (!read_filter_action(call, call->params[4], ret_as))
		return false;
	else if (!filter_places_fit(ret_as->match, ret_as->places, &why) ||
		 !filter_is_possible(ret_as->match, ret_as->action, call->params[5], &why) ||
		 !filter_is_cheap(ret_as->match, call->params[5], &why))
		notice_filterer(call, "No filter %s: %s", call->params[1], why.bytes);
	else
		return true;
	return false;
}

static void run_filter_add(struct call *call)
{
	struct filter as = { .setter = call->user->source };
	const struct world *world = call->world;

	if (!read_filter(call, &as))
		return;
	if (filters_find(world, call->params[1])) {
		notice_filterer(call,
			"There is a filter %s already; remove it with FILTER DEL, "
			"or choose another name",
			call->params[1]);
		return;
	}
	if (world->filters.count >= world->settings->filter_entries) {
		notice_filterer(
			call, "No filter %s: the limit limits.filters is reached", call->params[1]);
		return;
	}
	as.name = (char *) (uintptr_t) call->params[1];
	as.pattern = (char *) (uintptr_t) call->params[5];
	tell_of_filter(call, filter_new(call->world, &as), "added");
	notice_filterer(call, "Added filter %s", call->params[1]);
}

static void run_filter_del(struct call *call)
{
	struct filter *filter = lookup_own_filter(call);

	if (!filter)
		return;
	tell_of_filter(call, filter, "removed");
	notice_filterer(call, "Removed filter %s", filter->name);
	filter_free(call->world, filter);
}

static void run_filter_reason(struct call *call)
{
	struct filter *filter = lookup_own_filter(call);
	const char *given = lookup_reason(call, 2);
	CLEANUP(mem_freep)
	char *reason =
		given ? mem_text_n(given, text_cut_utf8(given, strlen(given), FILTER_REASON_BYTES))
		      : NULL;

	if (!filter)
		return;
	filter_set_reason(call->world, filter, reason);
	call->has_acted = true;
	notice_filterer(call, "Filter %s: %s", filter->name,
		reason ? reason : "it has no reason of its own now");
}

static void run_filter_dry(struct call *call)
{
	struct filter *filter = lookup_own_filter(call);

	if (!filter)
		return;
	filter_set_dry(call->world, filter, true);
	tell_of_filter(call, filter, "only counts with");
	notice_filterer(call, "Filter %s only counts and reports now", filter->name);
}

/* One of the configuration can be off because of its limits, too. */
static void run_filter_on(struct call *call)
{
	struct filter *filter = lookup_filter(call);

	if (!filter || (filter->is_dry && !(filter = lookup_own_filter(call))))
		return;
	filter_switch_on(call->world, filter);
	filter_set_dry(call->world, filter, false);
	tell_of_filter(call, filter, "switched on");
	notice_filterer(call, "Filter %s is on", filter->name);
}

static const char *state_of_filter(const struct filter *filter)
{
	return filter->is_off ? "off" : filter->is_dry ? "dry" : "on";
}

static void put_action(const struct filter *filter, struct buffer *out)
{
	bool has_time = filter->action == FILTER_ACTION_MUTE ||
			filter->action == FILTER_ACTION_BAN || filter->action == FILTER_ACTION_SLOW;
	char duration[DURATION_TEXT_BYTES];

	buffer_put_text(out, filter_action_word(filter->action));
	if (!has_time)
		return;
	duration_format(filter->time_ms, duration);
	buffer_format(out, ":%s", filter->time_ms ? duration : "0");
}

static void put_filter(struct call *call, const struct filter *filter)
{
	CLEANUP(buffer_done) struct buffer places = { 0 }, action = { 0 };

	filter_places_format(filter->places, &places);
	put_action(filter, &action);
	reply(call, RPL_FILTER, filter->name, filter_match_word(filter->match), places.bytes,
		action.bytes, state_of_filter(filter), (unsigned long long) filter->n_hits,
		filter->pattern);
}

static bool continue_filters(struct answer_part *part)
{
	while (answer_may_go_on(part)) {
		const struct filter *filter = answer_next_filter(part);

		if (!filter)
			return true;
		if (mask_match(part->cursor->text, filter->name))
			put_filter(part->call, filter);
	}
	return false;
}

static void end_filters(struct answer_part *part)
{
	reply(part->call, RPL_ENDOFFILTERS);
}

static const struct long_answer answer_filters = {
	.kind = ANSWER_KIND_FILTERS,
	.privilege = "filter",
	.go_on = continue_filters,
	.has_masks = true,
	.end = end_filters,
};

static void run_filter_list(struct call *call)
{
	const char *mask = call->n_params > 1 ? call->params[1] : "*";

	long_answer_begin(call, &answer_filters, mask, NULL);
}

static void run_filter_show(struct call *call)
{
	const struct filter *filter = lookup_filter(call);
	char since[DATE_BYTES], hit[DATE_BYTES];

	if (!filter)
		return;
	put_filter(call, filter);
	date_format_plain(filter->set_wall_ms, since);
	date_format_plain(filter->hit_wall_ms, hit);
	notice_filterer(call, "Set by %s on %s; reason: %s", filter->setter, since,
		filter->reason ? filter->reason : "none");
	notice_filterer(call, "%llu hits, the last %s%s; %llu times at the limit of steps",
		(unsigned long long) filter->n_hits, filter->hit_wall_ms ? "on " : "never",
		filter->hit_wall_ms ? hit : "", (unsigned long long) filter->n_limits);
}

struct test {
	struct call *call;
	size_t n_hits;
};

static void on_test_result(void *data, struct filter *filter, enum filter_result result)
{
	struct test *test = data;
	CLEANUP(buffer_done) struct buffer places = { 0 };

	test->n_hits++;
	filter_places_format(filter->places, &places);
	notice_filterer(test->call, "%s %s (%s on %s%s)",
		result == FILTER_RESULT_LIMIT ? "At its limit of steps:" : "It matches",
		filter->name, filter_action_word(filter->action), places.bytes,
		filter->is_dry ? ", dry run" : "");
}

/* Which filters would match, whatever the place? Nothing is counted. */
static void run_filter_test(struct call *call)
{
	struct test test = { .call = call };

	filters_match(call->world, FILTER_PLACES, call->params[1], on_test_result, &test);
	if (!test.n_hits)
		notice_filterer(call, "No filter matches");
}

static const struct filter_request {
	const char *name;
	int min_params; /* beside the name */
	void (*run)(struct call *call);
} requests[] = {
	{ "ADD", 5, run_filter_add },
	{ "DEL", 1, run_filter_del },
	{ "DRY", 1, run_filter_dry },
	{ "LIST", 0, run_filter_list },
	{ "ON", 1, run_filter_on },
	{ "REASON", 1, run_filter_reason },
	{ "SHOW", 1, run_filter_show },
	{ "TEST", 1, run_filter_test },
};

static void run(struct call *call)
{
	for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
		if (!text_equals_ignoring_case(call->params[0], requests[i].name))
			continue;
		if (call->n_params > requests[i].min_params)
			requests[i].run(call);
		else
			reply_usage(call);
		return;
	}
	reply_usage(call);
}

COMMAND(filter) = {
	.name = "FILTER",
	.min_params = 1,
	.cost = 2,
	.privilege = "filter",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.answers = { &answer_filters },
	.papoctl = "LIST SHOW filters, ADD filter add, DEL filter remove, ON filter on, DRY "
		   "filter dry, REASON filter reason, TEST filter test",
	.usage = "ADD <name> literal|glob|regex|alike|mentions|repeat <places> "
		 "<action>[:<duration>][:dry] <pattern> | "
		 "DEL|ON|DRY|SHOW <name> | REASON <name> [<reason>] | LIST [<mask>] | TEST <text>",
	.help = "Filters what users say and how they call themselves. Places: text, nick, "
		"realname, topic, away, part, with commas. Actions: tell, slow, strip, block, "
		"mute, kick, ban; with dry, hits are only counted. DRY and ON change that. TEST "
		"shows which filters match a text. LIST shows name, match, places, action, "
		"state, hits and pattern. See filters in papod.conf(5) for what they mean.",
};
