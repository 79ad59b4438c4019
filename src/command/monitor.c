/* Owns MONITOR. IRCv3 monitor. */
#include <string.h>

#include "action/long_answer.h"
#include "action/metadata_sync.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/name_syntax.h"
#include "world/services.h"
#include "world/session.h"
#include "world/user.h"

#define REFUSED_BYTES 300 /* of nicknames in one 734, to leave room for the rest */

/* Begin numerics with comma-separated nicknames. */
#define BEGIN_NICKS(words, call, numeric)                                                          \
	do {                                                                                       \
		reply_words_begin((words), (call), numeric, "");                                   \
		(words)->separator = ',';                                                          \
	} while (0)

static const struct monitor_entry *next_of(struct answer_part *part, bool *may_go_on)
{
	*may_go_on = answer_may_go_on(part);
	return *may_go_on ? answer_next_monitored(part) : NULL;
}

static bool put_list(struct answer_part *part)
{
	const struct monitor_entry *entry;
	struct reply_words nicks;
	bool may_go_on;

	BEGIN_NICKS(&nicks, part->call, RPL_MONLIST);
	while ((entry = next_of(part, &may_go_on)))
		reply_words_put(&nicks, entry->nick);
	reply_words_end(&nicks);
	if (may_go_on)
		reply(part->call, RPL_ENDOFMONLIST);
	return may_go_on;
}

static bool put_states(struct answer_part *part)
{
	const struct monitor_entry *entry;
	struct reply_words online, offline;
	bool may_go_on;

	BEGIN_NICKS(&online, part->call, RPL_MONONLINE);
	BEGIN_NICKS(&offline, part->call, RPL_MONOFFLINE);
	while ((entry = next_of(part, &may_go_on))) {
		const struct user *user = user_find(part->call->world, entry->nick);
		const struct service *service = service_find(entry->nick);

		if (service)
			reply_words_put(&online, service->source);
		else if (user)
			reply_words_put(&online, user->source);
		else
			reply_words_put(&offline, entry->nick);
	}
	reply_words_end(&online);
	reply_words_end(&offline);
	return may_go_on;
}

#define LISTED "L"
#define STATES "S"

static bool continue_monitored(struct answer_part *part)
{
	return strcmp(part->cursor->text, LISTED) == 0 ? put_list(part) : put_states(part);
}

static const struct long_answer answer_monitored = {
	.kind = ANSWER_KIND_MONITORED,
	.go_on = continue_monitored,
};

static void run_list_monitored(struct call *call)
{
	long_answer_begin(call, &answer_monitored, LISTED, NULL);
}

static void run_states(struct call *call)
{
	long_answer_begin(call, &answer_monitored, STATES, NULL);
}

static void run_clear_monitored(struct call *call)
{
	monitors_clear(call->world, call->session);
}

static void reply_refused(struct call *call, struct buffer *refused)
{
	if (refused->length)
		reply(call, ERR_MONLISTFULL, call->world->settings->monitor_entries,
			refused->bytes);
	buffer_clear(refused);
}

static void refuse_monitored(struct call *call, struct buffer *refused, const char *given)
{
	if (refused->length + strlen(given) > REFUSED_BYTES)
		reply_refused(call, refused);
	buffer_format(refused, "%s%s", refused->length ? "," : "", given);
}

/* Ignore an invalid nickname: no user can have it. */
static void add_monitored(struct call *call, struct buffer *refused, const char *given)
{
	const struct settings *settings = call->world->settings;
	CLEANUP(mem_freep) char *nick = name_normalise(call->world->casemap, given);

	if (!nick_is_valid(call->world->casemap, nick, settings->nick_length) ||
		monitor_find(call->world, call->session, nick))
		return;
	if (session_extras(call->session)->n_monitored < settings->monitor_entries)
		monitor_add(call->world, call->session, nick);
	else
		refuse_monitored(call, refused, given);
}

/* Send the metadata of the users of new entries, from this number on. */
static void sync_from(struct call *call, uint64_t first)
{
	const struct monitor_entry *entry;

	while ((entry = monitor_from(call->session, first))) {
		const struct user *user = user_find(call->world, entry->nick);

		if (user)
			metadata_sync_monitored(call, user);
		first = entry->number + 1;
	}
}

static void run_add(struct call *call)
{
	CLEANUP(mem_freep) char *given = mem_text(call->params[1]);
	CLEANUP(buffer_done) struct buffer refused = { 0 };
	uint64_t first = call->world->next_number + 1;
	char *rest = given, *nick;

	while ((nick = text_split(&rest, ',')))
		add_monitored(call, &refused, nick);
	reply_refused(call, &refused);
	long_answer_begin_from(call, &answer_monitored, STATES, first);
	sync_from(call, first);
}

static void run_remove_monitored(struct call *call)
{
	CLEANUP(mem_freep) char *given = mem_text(call->params[1]);
	char *rest = given, *nick;

	while ((nick = text_split(&rest, ','))) {
		CLEANUP(mem_freep) char *name = name_normalise(call->world->casemap, nick);
		struct monitor_entry *entry = monitor_find(call->world, call->session, name);

		if (entry)
			monitor_remove(call->world, entry);
	}
}

static const struct {
	const char *name;
	int min_params;
	void (*run)(struct call *call);
} subcommands[] = {
	{ "+", 2, run_add },
	{ "-", 2, run_remove_monitored },
	{ "C", 1, run_clear_monitored },
	{ LISTED, 1, run_list_monitored },
	{ STATES, 1, run_states },
};

static bool has_params(const struct call *call, int min_params)
{
	return call->n_params >= min_params &&
	       (min_params < 2 || text_has_piece(call->params[1], ','));
}

static void run(struct call *call)
{
	for (size_t i = 0; i < ARRAY_LENGTH(subcommands); i++) {
		if (!text_equals_ignoring_case(subcommands[i].name, call->params[0]))
			continue;
		if (has_params(call, subcommands[i].min_params))
			subcommands[i].run(call);
		else
			reply_usage(call);
		return;
	}
	reply_usage(call);
}

COMMAND(monitor) = {
	.name = "MONITOR",
	.min_params = 1,
	.cost = 2,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.answers = { &answer_monitored },
	.usage = "+ <nick>{,<nick>} | - <nick>{,<nick>} | C | L | S",
	.help = "Notifies you when users with these nicknames connect or disconnect: + adds "
		"nicknames, - removes them. C clears the list, L shows it, and S shows which of "
		"them are online.",
};
