/* Owns what becomes of texts that filters match.
 *
 * All filters that match count; the strongest action is done, once. Operators are told of hits, but
 * not more often than every ten seconds for each filter, and never the text: it may be private.
 *
 * A text may make an expression reach its limit of steps. If such texts passed, or if they alone
 * switched the filter off, spammers would send them on purpose. Therefore the text is refused, and
 * its sender pays for the work. The filter is off only when texts of several people do so, who are
 * no newcomers: then the expression is to blame. */
#include "action/filtering.h"

#include <stdlib.h>
#include <string.h>

#include "action/ban_subject.h"
#include "action/newcomers.h"
#include "action/notices.h"
#include "action/punishing.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/operating.h"
#include "world/user.h"

#define OVERRUN_COST 10 /* units of flood control, for about a millisecond */

struct filter_look {
	struct call *call;
	enum filter_place place;
	const char *text;
	struct channel *channel;
	const char *key;		/* of metadata; NULL: it is none */
	const struct filter *strongest; /* NULL: none that does something */
	bool is_unchecked;		/* one that would refuse texts has reached its limit */
};

static const char unchecked[] =
	"a filter could not check it: make it shorter, or with less repetition";

static bool is_exempt_account(const struct settings *settings, const char *account)
{
	for (size_t i = 0; account && i < settings->n_filter_exempt_accounts; i++)
		if (casemap_equals(CASEMAP_ASCII, settings->filter_exempt_accounts[i], account))
			return true;
	return false;
}

static bool is_exempt_user(const struct settings *settings, const struct session *session)
{
	struct ban_subject subject = banning_subject(session);

	for (size_t i = 0; i < settings->n_filter_exempt_users; i++)
		if (ban_mask_fits(BAN_KIND_USER, settings->filter_exempt_users[i], &subject))
			return true;
	return false;
}

/* Notifications have no session: their sources are the administrator's. */
static bool is_exempt_from_filters(const struct call *call)
{
	const struct settings *settings = call->world->settings;
	const struct session *session = call->session;
	const char *account;

	if (!session || (call->user && session_operator(session)))
		return true;
	account = call->user ? call->user->account : session->registration->account;
	return is_exempt_account(settings, account) || is_exempt_user(settings, session);
}

static void put_scene(const struct filter_look *look, struct buffer *out)
{
	switch (look->place) {
	case FILTER_PLACE_TEXT:
		if (look->channel)
			buffer_format(out, "in a message to %s", look->channel->name);
		else
			buffer_put_text(out, "in a private message");
		return;
	case FILTER_PLACE_NICK:
		buffer_format(out, "in the nickname %s", look->text);
		return;
	case FILTER_PLACE_REALNAME:
		if (look->key)
			buffer_format(out, "in the metadata %s", look->key);
		else
			buffer_put_text(out, "in a real name");
		return;
	case FILTER_PLACE_TOPIC:
		if (look->key) {
			buffer_format(
				out, "in the metadata %s of %s", look->key, look->channel->name);
			return;
		}
		buffer_format(out, "in a topic of %s", look->channel ? look->channel->name : "*");
		return;
	case FILTER_PLACE_AWAY:
		buffer_put_text(out, "in an AWAY text");
		return;
	case FILTER_PLACE_PART:
		buffer_format(out, "in the reason of %s", look->call->command->name);
		return;
	}
}

static void tell_of_hit(const struct filter_look *look, struct filter *filter)
{
	const struct call *call = look->call;
	uint64_t untold = filter_take_untold(call->world, filter);
	CLEANUP(buffer_done) struct buffer scene = { 0 }, more = { 0 };
	CLEANUP(mem_freep) char *who = NULL;
	const char *action = filter_action_word(filter->action);
	const char *is_dry = filter->is_dry ? "yes" : NULL;
	char address[ADDRESS_TEXT_BYTES];

	if (!untold)
		return;
	put_scene(look, &scene);
	if (untold > 1)
		buffer_format(&more, ", and %llu times before", (unsigned long long) untold - 1);
	who = notice_who(call->session);
	address_format(&call->session->address, address);
	outbox_log(call->outbox, LOGBOOK_FILTER_HIT, "FILTER", filter->name, "ACTION", action,
		"DRY_RUN", is_dry, "NICK", call->user ? call->user->nick : NULL, "ADDRESS", address,
		"ACCOUNT", call->user ? call->user->account : NULL);
	notice_operators(call->world, call->outbox, NOTICE_KIND_FILTER,
		"Filter %s (%s%s) matched %s: %s%s", filter->name, action,
		is_dry ? ", dry run" : "", scene.bytes, who, buffer_text(&more));
}

static void tell_of_overrun(const struct filter_look *look, const struct filter *filter)
{
	const struct call *call = look->call;
	CLEANUP(buffer_done) struct buffer scene = { 0 };
	CLEANUP(mem_freep) char *who = NULL;
	char address[ADDRESS_TEXT_BYTES];

	put_scene(look, &scene);
	who = notice_who(call->session);
	address_format(&call->session->address, address);
	outbox_log(call->outbox, LOGBOOK_FILTER_OVERRUN, "FILTER", filter->name, "NICK",
		call->user ? call->user->nick : NULL, "ADDRESS", address, "ACCOUNT",
		call->user ? call->user->account : NULL);
	notice_operators(call->world, call->outbox, NOTICE_KIND_FILTER,
		"Filter %s (%s%s) took too many steps %s: %s", filter->name,
		filter_action_word(filter->action), filter->is_dry ? ", dry run" : "", scene.bytes,
		who);
}

static void tell_of_switching_off(const struct call *call, const struct filter *filter)
{
	outbox_log(call->outbox, LOGBOOK_FILTER_OFF, "FILTER", filter->name, "PATTERN",
		filter->pattern);
	notice_operators(call->world, call->outbox, NOTICE_KIND_FILTER,
		"Filter %s is off now: its expression took too many steps with texts of several "
		"users. Make it simpler, or try it again with FILTER ON %s",
		filter->name, filter->name);
}

static void note_overrun(struct filter_look *look, struct filter *filter)
{
	const struct call *call = look->call;

	(void) session_spend(call->world, call->session, OVERRUN_COST);
	if (filter_note_overrun(call->world, filter))
		tell_of_overrun(look, filter);
	if (!newcomers_is_new(call) && filter_blame(call->world, filter, &call->session->address))
		tell_of_switching_off(call, filter);
	if (!filter->is_dry && filter->action >= FILTER_ACTION_STRIP)
		look->is_unchecked = true;
}

static void on_filter_result(void *data, struct filter *filter, enum filter_result result)
{
	struct filter_look *look = data;

	if (result == FILTER_RESULT_LIMIT) {
		note_overrun(look, filter);
		return;
	}
	filter_note_hit(look->call->world, filter);
	tell_of_hit(look, filter);
	if (!filter->is_dry && (!look->strongest || filter->action > look->strongest->action))
		look->strongest = filter;
}

/* Does the filter's action; false: it could not, and the text is refused. */
static bool act(const struct filter_look *look, struct filtering *filtering)
{
	const struct filter *filter = look->strongest;

	switch ((enum filter_action) filter->action) {
	case FILTER_ACTION_TELL:
		filtering->verdict = FILTER_VERDICT_PASS;
		return true;
	case FILTER_ACTION_SLOW:
		filtering->verdict = FILTER_VERDICT_PASS;
		return punish_slow(look->call, filter);
	case FILTER_ACTION_STRIP:
		filtering->stripped = filter_strip(filter->pattern, filter->match, look->text);
		filtering->verdict = FILTER_VERDICT_STRIP;
		return filtering->stripped;
	case FILTER_ACTION_MUTE:
		filtering->verdict = FILTER_VERDICT_SWALLOW;
		return punish_address(look->call, filter, BAN_KIND_MUTE);
	case FILTER_ACTION_KICK:
		filtering->verdict = FILTER_VERDICT_EXPEL;
		return punish_kick(look->call, filter, look->channel);
	case FILTER_ACTION_BAN:
		filtering->verdict = FILTER_VERDICT_EXPEL;
		return punish_address(look->call, filter, BAN_KIND_USER) &&
		       look->call->session->is_closing;
	case FILTER_ACTION_BLOCK:
		return false;
	}
	return false;
}

static void count_text(struct filter_look *look)
{
	if (look->place == FILTER_PLACE_TEXT && !newcomers_is_known(look->call))
		filters_count(look->call->world, look->channel, look->text, on_filter_result, look);
}

static struct filtering decide(const struct filter_look *look)
{
	struct filtering filtering = { .verdict = FILTER_VERDICT_PASS };

	if (look->strongest) {
		filtering.reason = filter_reason(look->strongest);
		if (!act(look, &filtering))
			filtering.verdict = FILTER_VERDICT_REFUSE;
	}
	if (look->is_unchecked && (filtering.verdict == FILTER_VERDICT_PASS ||
					  filtering.verdict == FILTER_VERDICT_STRIP)) {
		free(filtering.stripped);
		return (struct filtering){ FILTER_VERDICT_REFUSE, unchecked, NULL };
	}
	return filtering;
}

static void match_text(struct filter_look *look)
{
	filters_match(look->call->world, look->place, look->text, on_filter_result, look);
}

struct filtering filtering_of(
	struct call *call, enum filter_place place, const char *text, struct channel *channel)
{
	struct filter_look look = {
		.call = call, .place = place, .text = text, .channel = channel
	};
	const char *refusal = newcomers_may_not_link(call, text);

	if (refusal)
		return (struct filtering){ FILTER_VERDICT_REFUSE, refusal, NULL };
	if (filtering_looks_at(call, place) && !is_exempt_from_filters(call)) {
		match_text(&look);
		count_text(&look);
	}
	return decide(&look);
}

struct filtering filtering_of_reaction(
	struct call *call, const char *reaction, struct channel *channel)
{
	struct filter_look look = {
		.call = call, .place = FILTER_PLACE_TEXT, .text = reaction, .channel = channel
	};

	if (!is_exempt_from_filters(call))
		match_text(&look);
	return decide(&look);
}

struct filtering filtering_again(struct call *call, const char *text, struct channel *channel)
{
	struct filter_look look = {
		.call = call, .place = FILTER_PLACE_TEXT, .text = text, .channel = channel
	};

	if (!is_exempt_from_filters(call))
		count_text(&look);
	return decide(&look);
}

struct filtering filtering_of_metadata(
	struct call *call, const char *key, const char *value, struct channel *channel)
{
	struct filter_look look = { .call = call,
		.place = channel ? FILTER_PLACE_TOPIC : FILTER_PLACE_REALNAME,
		.text = value,
		.channel = channel,
		.key = key };

	if (filtering_looks_at(call, look.place) && !is_exempt_from_filters(call))
		match_text(&look);
	return decide(&look);
}

char *filtering_rest(struct call *call, enum filter_place place, const char *text)
{
	struct filtering filtering;

	if (!text)
		return NULL;
	filtering = filtering_of(call, place, text, NULL);
	if (filtering.verdict == FILTER_VERDICT_PASS)
		return mem_text(text);
	if (filtering.stripped && *filtering.stripped)
		return filtering.stripped;
	free(filtering.stripped);
	return NULL;
}

bool filters_refuse_nick(struct call *call, const char *nick)
{
	struct filtering filtering = filtering_of(call, FILTER_PLACE_NICK, nick, NULL);

	free(filtering.stripped);
	/* Who is muted need not know it, but has the nickname. */
	if (filtering.verdict == FILTER_VERDICT_PASS || filtering.verdict == FILTER_VERDICT_SWALLOW)
		return false;
	if (filtering.verdict != FILTER_VERDICT_EXPEL)
		reply(call, ERR_NICKNAMERESERVED, nick, filtering.reason);
	return true;
}
