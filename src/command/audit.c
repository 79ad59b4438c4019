/* Owns AUDIT: what operators have done. */
#include "action/reply.h"
#include "base/date.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/audit_log.h"
#include "world/user.h"

#define USUAL_LIMIT 20
#define MOST_ENTRIES 50

static void say_entry(struct call *call, const struct audit_entry *entry)
{
	char date[DATE_BYTES];

	date_format_plain(entry->time, date);
	reply_line(call, ":%s NOTICE %s :%s %s {%s} %s%s%s%s%s",
		call->world->settings->server_name, call->user->nick, date,
		entry->source ? entry->source : "*", entry->operator? entry->operator: "*",
		entry->act, entry->target ? " " : "", entry->target ? entry->target : "",
		entry->details ? " " : "", entry->details ? entry->details : "");
}

/* A lone number is the limit. */
static bool read_words(struct call *call, const char **ret_mask, uint32_t *ret_limit)
{
	uint64_t limit = USUAL_LIMIT;
	bool is_lone = call->n_params == 1 && text_parse_u64(call->params[0], &limit);
	const char *number = call->n_params > 1 ? call->params[1] : NULL;

	if ((number && !text_parse_u64(number, &limit)) || !limit || limit > MOST_ENTRIES) {
		reply_line(call, ":%s NOTICE %s :The limit is a number from 1 to %d.",
			call->world->settings->server_name, call->user->nick, MOST_ENTRIES);
		return false;
	}
	*ret_mask = is_lone || !call->n_params ? "*" : call->params[0];
	*ret_limit = (uint32_t) limit;
	return true;
}

static void run(struct call *call)
{
	const struct audit_entry *entry;
	const char *mask;
	uint32_t limit, n = 0;

	if (!read_words(call, &mask, &limit))
		return;
	entry = audit_first(call->world, mask, limit);
	for (; entry; entry = audit_next(call->world, entry, mask)) {
		say_entry(call, entry);
		n++;
	}
	reply_line(call, ":%s NOTICE %s :End of the audit log: %u of %u entries",
		call->world->settings->server_name, call->user->nick, n, call->world->audit.count);
}

COMMAND(audit) = {
	.name = "AUDIT",
	.cost = 5,
	.privilege = "audit",
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.papoctl = "audit",
	.usage = "[<mask>] [<limit>]",
	.help = "Shows what operators of the server have done, the newest entries last: when, who, "
		"with which command, to whom, and the reason. A mask with wildcards selects "
		"entries by operator, nick!user@host, command or target. The limit is 20 unless "
		"you name another one; the highest is 50 entries. For operators of the server.",
};
