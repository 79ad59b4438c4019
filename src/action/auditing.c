/* Owns what goes into the audit log. */
#include "action/auditing.h"

#include <string.h>

#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/duration.h"
#include "world/changes.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

static void store_entry(struct world *world, struct outbox *outbox, const struct audit_entry *entry)
{
	struct change *change;

	if (!world->settings->audit.entries)
		return;
	if (world->storage != STORAGE_WORKS) {
		audit_keep(world, entry);
		return;
	}
	change = change_new();
	audit_add(world, change, entry);
	audit_remove_old(world, change);
	change_ask(world, outbox, NULL, change);
}

void auditing_report(struct world *world, struct outbox *outbox, const struct audit_entry *entry)
{
	outbox_log(outbox, LOGBOOK_OPERATOR_ACT, "OPERATOR", entry->operator, "SOURCE",
		entry->source, "COMMAND", entry->act, "TARGET", entry->target, "PARAMETERS",
		entry->details);
	store_entry(world, outbox, entry);
}

/* Lines to the caller, how it is read, and what is asked for it. */
static bool is_for_caller(const struct effect *effect, const struct session *caller)
{
	return effect->session == caller->id &&
	       (effect->kind == EFFECT_SEND || effect->kind == EFFECT_PAUSE ||
		       effect->kind == EFFECT_RESUME || effect->kind == EFFECT_NOTIFY ||
		       effect->kind == EFFECT_RECALL);
}

static bool has_come_of(const struct call *call, size_t first_effect)
{
	for (size_t i = first_effect; i < call->outbox->count; i++)
		if (!is_for_caller(&call->outbox->effects[i], call->session))
			return true;
	return call->has_acted;
}

static void put_details(const struct audited_act *act, int from, int to, struct buffer *out)
{
	for (int i = from; i < to; i++)
		buffer_format(out, "%s%s", out->length ? " " : "", act->params[i]);
}

static void log_call(const struct call *call, const struct audit_entry *entry)
{
	log_session(call->outbox, LOGBOOK_OPERATOR_ACT, call->session, "OPERATOR", entry->operator,
		"SOURCE", entry->source, "COMMAND", entry->act, "TARGET", entry->target,
		"PARAMETERS", entry->details);
}

/* What stands before the target comes after it. */
static void audit_use(struct call *call, const struct audited_act *act, int target)
{
	CLEANUP(buffer_done) struct buffer details = { 0 };
	struct audit_entry entry = {
		.operator= session_operator(call->session),
		.source = call->user->source,
		.act = (char *) (uintptr_t) act->name,
		.target = target < act->n_params ? (char *) (uintptr_t) act->params[target] : NULL,
	};

	put_details(act, 0, target < act->n_params ? target : 0, &details);
	put_details(act, target + 1, act->n_params, &details);
	entry.details = details.length ? details.bytes : NULL;
	log_call(call, &entry);
	store_entry(call->world, call->outbox, &entry);
}

static void audit_call(
	struct call *call, size_t first_effect, const struct audited_act *act, int target)
{
	bool has_happened = call->power && session_operator(call->session) && call->user &&
			    has_come_of(call, first_effect);

	call->power = NULL;
	call->has_used_power = call->has_used_power || has_happened;
	if (has_happened)
		audit_use(call, act, target);
}

void auditing_act(struct call *call, size_t first_effect, const struct audited_act *act)
{
	audit_call(call, first_effect, act, 0);
}

static bool begins_with_time(const struct call *call)
{
	uint64_t ms;

	return call->command->flags & COMMAND_TAKES_TIME && call->n_params > 1 &&
	       duration_parse(call->params[0], &ms);
}

int auditing_count_params(const struct call *call)
{
	const uint32_t flags = call->command->flags;

	if (flags & COMMAND_SAYS && call->n_params)
		return call->n_params - 1;
	if (flags & COMMAND_CHANGES_MODES && call->n_params > 2 && strchr(call->params[1], 'k'))
		return 2;
	return call->n_params;
}

void auditing_command(struct call *call, size_t first_effect)
{
	struct audited_act act = { call->command->name, call->params, auditing_count_params(call) };

	audit_call(call, first_effect, &act, begins_with_time(call));
}

void auditing_sweep(struct world *world, struct outbox *outbox)
{
	struct change *change;

	if (world->storage != STORAGE_WORKS)
		return;
	change = change_new();
	if (audit_remove_old(world, change))
		change_ask(world, outbox, NULL, change);
	else
		change_free(change);
}
