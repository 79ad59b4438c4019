/* Owns SEARCH. IRCv3 search (pull request 496), and soju.im/search, which is the same with a batch
 * of another type. */
#include "command/search.h"

#include <stdlib.h>
#include <string.h>

#include "action/history_answer.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/tags.h"
#include "world/caps.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"

/* The texts that the query borrows. */
struct search {
	struct call *call;
	struct history_query query;
	char *words;
	char *from;
	char *in; /* NULL: everywhere */
};

static void search_done(struct search *search)
{
	history_query_done(&search->query);
	free(search->words);
	free(search->from);
	free(search->in);
}

/* Both bounds are part of the answer. */
static bool take_after(struct search *search, const char *value)
{
	uint64_t wall_ms;

	if (!date_parse_iso(value, &wall_ms))
		return false;
	search->query.after = msgid_at(wall_ms) ? msgid_at(wall_ms) - 1 : 0;
	search->query.is_forward = true;
	return true;
}

static bool take_before(struct search *search, const char *value)
{
	uint64_t wall_ms;

	if (!date_parse_iso(value, &wall_ms))
		return false;
	search->query.before = msgid_at(wall_ms + 1);
	return true;
}

static bool take_words(struct search *search, const char *value)
{
	mem_set_text(&search->words, value);
	search->query.words = piece_of(search->words);
	return *value;
}

static bool take_from(struct search *search, const char *value)
{
	mem_set_text(&search->from, value);
	search->query.from = piece_of(search->from);
	return *value;
}

static bool take_target(struct search *search, const char *value)
{
	mem_set_text(&search->in, value);
	return *value;
}

/* 0 is the limit of the server, as with CHATHISTORY. */
static bool take_limit(struct search *search, const char *value)
{
	char *end;
	unsigned long limit = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end)
		return false;
	if (limit && limit < search->query.limit)
		search->query.limit = (uint32_t) limit;
	return true;
}

#define WRONG_TIME "A time must read YYYY-MM-DDThh:mm:ss.sssZ"

static const struct search_attribute {
	const char *key;
	bool (*take)(struct search *search, const char *value); /* false: it makes no sense */
	const char *wrong;					/* what would */
} attributes[] = {
	{ "after", take_after, WRONG_TIME },
	{ "before", take_before, WRONG_TIME },
	{ "from", take_from, "Write the nick whose messages you look for" },
	{ "in", take_target, "Write the channel or nick where you look" },
	{ "limit", take_limit, "A limit is a number" },
	{ "text", take_words, "Write the words that you look for" },
};

/* NULL: unknown attributes are passed over, as unknown tags are. */
static const struct search_attribute *find_attribute(const struct tag *tag)
{
	for (size_t i = 0; i < ARRAY_LENGTH(attributes); i++)
		if (strlen(attributes[i].key) == tag->key_length &&
			memcmp(attributes[i].key, tag->key, tag->key_length) == 0)
			return &attributes[i];
	return NULL;
}

/* False: the caller has been sent FAIL. */
static bool read_attributes(struct search *search)
{
	const char *rest = search->call->params[0];
	struct tag tag;

	while (tags_next(&rest, &tag)) {
		const struct search_attribute *attribute = find_attribute(&tag);
		CLEANUP(mem_freep) char *value = tags_value(&tag);

		if (!attribute || attribute->take(search, value))
			continue;
		reply_fail(
			search->call, "INVALID_PARAMS", "%s :%s", attribute->key, attribute->wrong);
		return false;
	}
	return true;
}

static bool add_searched_places(struct search *search)
{
	struct call *call = search->call;
	CLEANUP(mem_freep) char *name = NULL;

	if (search->in)
		return history_add_target(call, &search->query, search->in, &name);
	history_add_channels(call, &search->query);
	search->query.owner = call->user->account_id;
	return true;
}

static void run(struct call *call)
{
	CLEANUP(search_done) struct search search = { .call = call };

	search.query.kind = HISTORY_QUERY_SEARCH;
	search.query.limit = call->world->settings->history.query_messages;
	if (!read_attributes(&search))
		return;
	if (add_searched_places(&search))
		history_ask(call, &search.query, "SEARCH *");
	else
		reply_fail(call, "INVALID_PARAMS", "in :Messages could not be retrieved");
}

void search_answered(struct call *call, const struct event *event)
{
	bool is_draft = call->session->caps & CAP_SEARCH;

	call->command = &command_search;
	if (event->status != ANSWER_YES)
		reply_fail(call, "INTERNAL_ERROR", ":The search could not be run");
	else
		history_show_found(call, is_draft ? "search" : "soju.im/search", event);
}

COMMAND(search) = {
	.name = "SEARCH",
	.min_params = 1,
	.cost = 4,
	.cap = CAP_SEARCH,
	.other_cap = CAP_SOJU_SEARCH,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.usage = "<attribute>=<value>{;<attribute>=<value>}",
	.help = "Searches what was said on your channels, and in private if you are logged in. The "
		"attributes are text (all of its words, where a star stands for any end), in "
		"(a channel or nickname), from (a nickname), after and before (times, as "
		"2026-01-31T12:00:00.000Z), and limit. A search that takes long is answered in "
		"part, with a NOTE.",
};
