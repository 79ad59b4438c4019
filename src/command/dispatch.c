/* Owns the way of an event to those who handle it; the timers and the sweep come last. */
#include "command/dispatch.h"

#include "action/banning.h"
#include "action/cap_news.h"
#include "action/channel_access.h"
#include "action/closing.h"
#include "action/history_notes.h"
#include "action/label.h"
#include "action/long_answer.h"
#include "action/marking.h"
#include "action/moderating.h"
#include "action/notices.h"
#include "action/notifying.h"
#include "action/pushing.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/code_mails.h"
#include "bots/nickserv_invitation.h"
#include "bots/nickserv_passwd.h"
#include "bots/nickserv_register.h"
#include "bots/nickserv_reset.h"
#include "bots/nickserv_totp.h"
#include "bots/nickserv_uploads.h"
#include "command/administering.h"
#include "command/chathistory.h"
#include "command/client_line.h"
#include "command/commands.h"
#include "command/isupport.h"
#include "command/logins.h"
#include "command/oper.h"
#include "command/register.h"
#include "command/registration.h"
#include "command/rehash.h"
#include "command/restart.h"
#include "command/stored.h"
#include "command/timers.h"
#include "command/webirc.h"
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
		client_line_arrived(world, outbox, session, event);
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
