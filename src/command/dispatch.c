/* Owns the handling of an event: the rows refuse, the commands run, the sweep comes last. */
#include "command/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "action/auditing.h"
#include "action/banning.h"
#include "action/cap_news.h"
#include "action/channel_access.h"
#include "action/closing.h"
#include "action/history_notes.h"
#include "action/label.h"
#include "action/long_answer.h"
#include "action/lookup.h"
#include "action/marking.h"
#include "action/moderating.h"
#include "action/notices.h"
#include "action/notifying.h"
#include "action/pushing.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/code_mails.h"
#include "bots/nickserv_invitation.h"
#include "bots/nickserv_passwd.h"
#include "bots/nickserv_register.h"
#include "bots/nickserv_reset.h"
#include "bots/nickserv_totp.h"
#include "bots/nickserv_uploads.h"
#include "command/administering.h"
#include "command/batch.h"
#include "command/chathistory.h"
#include "command/commands.h"
#include "command/isupport.h"
#include "command/line_secret.h"
#include "command/logins.h"
#include "command/oper.h"
#include "command/register.h"
#include "command/registration.h"
#include "command/rehash.h"
#include "command/restart.h"
#include "command/stored.h"
#include "command/timers.h"
#include "command/webirc.h"
#include "proto/message.h"
#include "proto/push_keys.h"
#include "world/devices.h"
#include "world/flow.h"
#include "world/history.h"
#include "world/login.h"
#include "world/pushes.h"
#include "world/registered_channels.h"
#include "world/removed_bans.h"
#include "world/rows.h"
#include "world/session.h"
#include "world/user.h"

/* The cost of a line without a known command. */
#define COST_OF_NONSENSE 1

/* "JOIN :" and "KICK #a ,," would otherwise do nothing and get no answer. */
static bool lacks_names(const struct call *call)
{
	if (!(call->command->flags & COMMAND_NEEDS_NAMES))
		return false;
	for (int i = 0; i < call->command->min_params; i++)
		if (!text_has_piece(call->params[i], ','))
			return true;
	return false;
}

static bool knows_command(const struct session *session, const struct command *command)
{
	return (session->caps & command->cap) == command->cap || session->caps & command->other_cap;
}

/* True: the row refused the call. */
static bool refuse_call(struct call *call, const struct message *message)
{
	const struct command *command = call->command;

	if (!command || !knows_command(call->session, command))
		reply(call, ERR_UNKNOWNCOMMAND, message->command);
	else if (!call->user && !(command->flags & COMMAND_BEFORE_REGISTRATION) &&
		 !(command->early_cap & call->session->caps))
		reply(call, ERR_NOTREGISTERED);
	else if (call->n_params < command->min_params || lacks_names(call))
		reply_usage(call);
	else
		return command->privilege && !lookup_privilege(call, command->privilege);
	return true;
}

/* IRCv3 utf8only. True: the line was refused. */
static bool refuse_bytes(struct call *call, bool is_good)
{
	if (is_good)
		return false;
	reply_fail(call, "INVALID_UTF8",
		":Your line was refused, it is not UTF-8; set your client to UTF-8 and repeat it");
	return true;
}

static void run_command(struct call *call, const struct message *message, bool is_good)
{
	size_t first_effect = call->outbox->count;

	label_begin(call);
	if (refuse_bytes(call, is_good) || refuse_call(call, message))
		return;
	if (!(call->command->flags & COMMAND_REACHES_OTHERS) || !banning_mutes(call))
		call->command->run(call);
	if (call->power)
		auditing_command(call, first_effect);
}

static uint32_t cost_of(const struct call *call)
{
	if (!call->command)
		return COST_OF_NONSENSE;
	return call->is_free && !call->is_charged ? 0 : call->command->cost;
}

static const struct command *find_noted_command(const struct call *call, const char *name)
{
	uint16_t place = command_find_place(name);
	size_t count;

	outbox_note_command(call->outbox, (uint16_t) (place + 1));
	return place < COMMAND_COUNT ? commands_all(&count)[place] : NULL;
}

static uint32_t run_message(struct call *call, const struct message *message, bool is_good)
{
	call->command = find_noted_command(call, message->command);
	call->params = message->params;
	call->n_params = message->n_params;
	call->tags = message->tags;
	if (!batch_takes(call))
		run_command(call, message, is_good);
	return cost_of(call);
}

/* A line as it is passed to its command. */
struct given {
	const char *text;
	size_t length;
	char *repaired; /* owned; NULL: the line needed no repair */
	size_t repaired_bytes;
	bool is_good; /* UTF-8, or the server does not care */
};

/* Programs that store text as UTF-16 may send an emoji as two surrogates. No other invalid bytes
 * have exactly one meaning. */
static void repair_line(struct given *given)
{
	given->repaired = mem_text_n(given->text, given->length);
	given->repaired_bytes = given->length;
	given->length = text_join_surrogates(given->repaired, given->length);
	given->text = given->repaired;
	given->is_good = text_is_utf8(given->text, given->length);
}

/* The repaired copy may contain a secret. */
static void given_done(struct given *given)
{
	if (given->repaired)
		explicit_bzero(given->repaired, given->repaired_bytes);
	free(given->repaired);
}

static struct given examine_line(const struct world *world, const struct event *event)
{
	struct given given = { .text = event->text, .length = event->text_length };

	given.is_good = event->is_too_long || !world->settings->utf8_only ||
			text_is_utf8(given.text, given.length);
	if (!given.is_good)
		repair_line(&given);
	return given;
}

/* An unknown command may be a misspelled one with a password. */
static bool may_hold_secret(const struct call *call)
{
	return !call->command || (call->command->secret && !call->holds_no_secret) ||
	       call->asks_service;
}

static uint32_t run_line(struct call *call, const struct event *event)
{
	CLEANUP(given_done) struct given given = examine_line(call->world, event);
	uint32_t cost = COST_OF_NONSENSE;
	struct message message;

	switch (event->is_too_long ? MESSAGE_TOO_LONG
				   : message_parse(given.text, given.length, &message)) {
	case MESSAGE_OK:
		cost = run_message(call, &message, given.is_good);
		break;
	case MESSAGE_TOO_LONG:
		reply(call, ERR_INPUTTOOLONG);
		break;
	case MESSAGE_NOT_TEXT:
		reply(call, ERR_UNKNOWNERROR, "The line contains a NUL or CR byte and was ignored");
		break;
	case MESSAGE_EMPTY:
		break;
	}
	if (may_hold_secret(call))
		explicit_bzero(message.bytes, sizeof(message.bytes));
	return cost;
}

static void slow_down(struct world *world, struct outbox *outbox, struct session *session)
{
	CLEANUP(mem_freep) char *who = notice_who(session);

	if (session_tell_slowed(world, session))
		notice_operators(world, outbox, NOTICE_KIND_FLOOD,
			"Client slowed down, it sends too much: %s", who);
	flow_pause(world, outbox, session, SESSION_PAUSE_FLOOD);
}

static void on_line_event(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	size_t first_effect = outbox->count;
	uint32_t cost;

	session_is_alive(world, session);
	traffic_count(&session->received, event->consumed);
	cost = run_line(&call, event);
	if (call.n_misplaced)
		outbox->secret = line_secret_misplaced(event, call.n_misplaced);
	else if (may_hold_secret(&call))
		outbox->secret = line_secret_find(event);
	if (call.is_labeled)
		label_answer(&call, first_effect);
	if (call.command)
		usage_count(&world->usage, call.command->name, event->consumed);
	if (!session->is_closing && session_spend(world, session, cost))
		slow_down(world, outbox, session);
}

static void on_verifier_derived(struct call *call, const struct event *event)
{
	enum login_kind kind = (enum login_kind) login_of(call->session)->kind;

	if (kind == LOGIN_KIND_NICKSERV_REGISTER)
		nickserv_register_derived(call, event);
	else if (kind == LOGIN_KIND_PASSWD)
		passwd_derived(call, event);
	else if (kind == LOGIN_KIND_SETPASS)
		setpass_derived(call, event);
	else if (kind == LOGIN_KIND_TOTP_ON)
		totp_secret_made(call, event);
	else if (kind == LOGIN_KIND_INVITATION)
		invitation_made(call, event);
	else
		register_derived(call, event);
}

static void on_answer_event(struct call *call, const struct event *event)
{
	struct world *world = call->world;
	struct outbox *outbox = call->outbox;
	struct session *session = call->session;

	registration_answered(world, outbox, session, event);
	if (session->wait == SESSION_WAIT_NONE || session->request != event->request)
		return;
	switch (flow_answered(world, outbox, session)) {
	case SESSION_WAIT_NONE:
	case SESSION_WAIT_NAME:
	case SESSION_WAIT_STORE:
	case SESSION_WAIT_REFUSAL:
		return;
	case SESSION_WAIT_VERIFIER:
		on_verifier_derived(call, event);
		return;
	case SESSION_WAIT_LOGIN:
		logins_checked(call, event);
		return;
	case SESSION_WAIT_PASSWORD:
		registration_verified(world, outbox, session, event);
		return;
	case SESSION_WAIT_GATEWAY:
		webirc_verified(world, outbox, session, event);
		return;
	case SESSION_WAIT_OPER:
		oper_verified(world, outbox, session, event);
		return;
	case SESSION_WAIT_HISTORY:
		chathistory_answered(call, event);
		return;
	case SESSION_WAIT_UPLOADS:
		uploads_answered(call, event);
		return;
	}
}

/* A long answer continues. */
static void on_answer_going_on(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	size_t first_effect = outbox->count;

	if (event->kind == EVENT_ANSWER)
		on_answer_event(&call, event);
	else
		long_answer_go_on(&call, (enum drained) event->status, command_find_answer);
	label_answer(&call, first_effect);
}

/* Events about one existing session. */
static void on_session(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	CLEANUP(mem_freep) char *text = NULL;

	if (event->kind == EVENT_LINE) {
		on_line_event(world, outbox, session, event);
	} else if (event->kind == EVENT_ANSWER || event->kind == EVENT_DRAINED) {
		on_answer_going_on(world, outbox, session, event);
	} else if (event->kind == EVENT_CLOSED) {
		text = mem_text_n(event->text, event->text_length);
		drop_session(world, outbox, session, text);
	} else if (event->kind == EVENT_OVERFLOW) {
		text = mem_text_n(event->text, event->text_length);
		close_session(world, outbox, session, text);
	} else if (event->kind == EVENT_DELIVERED) {
		session_is_alive(world, session);
	} else if (event->kind == EVENT_ASLEEP) {
		flow_pause(world, outbox, session, SESSION_PAUSE_ASLEEP);
	} else if (event->kind == EVENT_AWAKE) {
		flow_wake(world, outbox, session);
	}
}

static void take_push_key(struct world *world, const struct event *event)
{
	CLEANUP(mem_freep) char *key = mem_text_n(event->text, event->text_length);

	world_set_vapid(world, key);
}

/* News that change what the server offers: see offers.h, and IRCv3 sts. */
static void offers_changed(struct world *world, struct outbox *outbox, const struct event *event)
{
	const struct cap_basis before = cap_basis_of(world);
	CLEANUP(mem_freep) char *old_isupport = isupport_text(world);

	if (event->kind == EVENT_STORAGE)
		world_set_storage(world, (enum storage_state) event->status);
	else if (event->kind == EVENT_PUSHED)
		take_push_key(world, event);
	else
		world_take_certificates(world, event);
	isupport_tell_changes(world, outbox, old_isupport);
	cap_basis_changed(world, outbox, &before);
}

/* The journal has the reason. */
static void tell_of_storage(struct world *world, struct outbox *outbox, enum storage_state before)
{
	if (before == STORAGE_WORKS && world->storage == STORAGE_FAILING)
		notice_operators(world, outbox, NOTICE_KIND_SERVER,
			"The database cannot be written: no account, channel or ban is stored; the "
			"log of the server has the reason");
	else if (before == STORAGE_FAILING && world->storage == STORAGE_WORKS)
		notice_operators(
			world, outbox, NOTICE_KIND_SERVER, "The database can be written again");
}

/* The database has sent rows, or its state has changed. */
static void on_storage(struct world *world, struct outbox *outbox, const struct event *event)
{
	enum storage_state before = (enum storage_state) world->storage;
	bool were_complete = before >= STORAGE_FAILING;

	if (event->status == STORAGE_NONE)
		rows_forget(world);
	if (!rows_take_all(world, event->text, event->text_length))
		outbox_log(outbox, LOGBOOK_ROWS_MALFORMED);
	if (event->status >= STORAGE_FAILING && !were_complete)
		rows_complete(world, event->request, event->number);
	if (event->status != world->storage)
		offers_changed(world, outbox, event);
	tell_of_storage(world, outbox, before);
	if (event->status >= STORAGE_FAILING && !were_complete)
		rows_arrived(world, outbox);
	if (event->status == STORAGE_WORKS) {
		registered_channels_touch_unsaved(world);
		bans_touch(&world->bans);
		moderation_retry(world);
	}
}

static void on_lost_removal(struct world *world, struct outbox *outbox, const struct event *event)
{
	notice_session_of_id(world, outbox, event->session,
		"What you have removed is still in the history, because its database cannot be "
		"written now. Please remove it again later.");
	notice_operators(world, outbox, NOTICE_KIND_SERVER,
		"Messages that were to be removed are still in the history: see the log");
}

static void on_history(struct world *world, struct outbox *outbox, const struct event *event)
{
	history_take_last_id(world, event->number);
	switch ((enum history_store) event->status) {
	case HISTORY_STORE_DISK:
		return;
	case HISTORY_STORE_MEMORY:
	case HISTORY_STORE_NO_MEMORY:
		history_set_memory(world, event->status == HISTORY_STORE_MEMORY);
		return;
	case HISTORY_STORE_FAILS:
		notice_operators(world, outbox, NOTICE_KIND_SERVER,
			"The database of history cannot be used now: see the log");
		return;
	case HISTORY_STORE_WORKS:
		notice_operators(
			world, outbox, NOTICE_KIND_SERVER, "The database of history works again");
		return;
	case HISTORY_STORE_LOST:
		on_lost_removal(world, outbox, event);
		return;
	}
}

/* papod-push has told its key, or has sent a message. */
static void on_pushed(struct world *world, struct outbox *outbox, const struct event *event)
{
	uint8_t point[PUSH_POINT_BYTES];

	if (event->status == PUSHED_KEY &&
		push_base64_decode(event->text, event->text_length, point, sizeof(point)))
		offers_changed(world, outbox, event);
	else if (event->status < PUSHED_KEY)
		pushing_answered(world, outbox, event);
}

static void on_stop(struct world *world, struct outbox *outbox, const struct event *event)
{
	CLEANUP(mem_freep) char *text = mem_text_n(event->text, event->text_length);

	devices_note_all(world);
	marks_store(world, outbox);
	filters_touch(world); /* for their counters */
	close_everybody(world, outbox, text);
}

static void on_event(struct world *world, struct outbox *outbox, const struct event *event)
{
	struct session *session = session_find(world, event->session);

	switch ((enum event_kind) event->kind) {
	case EVENT_SETTINGS:
		settings_arrived(world, outbox, event);
		return;
	case EVENT_RELOAD_FAILED:
		reload_failed(world, outbox, event);
		return;
	case EVENT_RESTART_FAILED:
		restart_failed(world, outbox, event);
		return;
	case EVENT_CONNECTED:
		registration_begin(world, outbox, event);
		return;
	case EVENT_STOP:
		on_stop(world, outbox, event);
		return;
	case EVENT_DATAGRAM:
		notify_channels(world, outbox, event);
		return;
	case EVENT_TICK:
		if (event->certificates)
			offers_changed(world, outbox, event);
		return;
	case EVENT_STORAGE:
		if (event->status <= STORAGE_WORKS)
			on_storage(world, outbox, event);
		return;
	case EVENT_STORED:
		change_stored(world, outbox, event);
		return;
	case EVENT_MAILED:
		code_mailed(world, outbox, event);
		return;
	case EVENT_HISTORY:
		on_history(world, outbox, event);
		return;
	case EVENT_ACT:
		report_act(world, outbox, event, administer);
		return;
	case EVENT_PUSHED:
		on_pushed(world, outbox, event);
		return;
	case EVENT_LINE:
	case EVENT_CLOSED:
	case EVENT_OVERFLOW:
	case EVENT_DRAINED:
	case EVENT_ANSWER:
	case EVENT_ASLEEP:
	case EVENT_AWAKE:
	case EVENT_DELIVERED:
		if (session)
			on_session(world, outbox, session, event);
		else
			administering_answered(world, outbox, event);
		return;
	}
}

void dispatch(struct world *world, const struct event *event, struct outbox *outbox)
{
	world_set_time(world, event->now_ms, event->wall_ms, event->seed);
	if (!world->settings && event->kind != EVENT_SETTINGS)
		return;
	on_event(world, outbox, event);
	run_timers(world, outbox);
	if (!list_is_empty(&world->touched_channels))
		registered_channels_store(world, outbox);
	if (world->bans.is_touched)
		banning_store(world, outbox);
	if (world->moderation.is_touched)
		moderating_store(world, outbox);
	if (world->n_mails)
		code_mails_go_on(world, outbox);
	if (world->ended_lives.length)
		history_erase_ended(world, outbox);
	world_sweep(world);
}
