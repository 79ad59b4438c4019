/* Owns the end of sessions and users: ERROR, QUIT, and their log entries. */
#include "action/closing.h"

#include "action/going_away.h"
#include "action/history_notes.h"
#include "action/notices.h"
#include "action/operators.h"
#include "action/presence.h"
#include "action/remark.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/line.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/message.h"
#include "world/always_on.h"
#include "world/devices.h"
#include "world/fanout.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"

static void tell_neighbours(struct call *call, const char *reason)
{
	struct fanout fanout;

	fanout_begin(
		&fanout, call->world, call->outbox, ":%s QUIT :%s", call->user->source, reason);
	fanout_from_message(&fanout, call->user, call->line_id);
	fanout_to_neighbours(&fanout, call->user);
	fanout_end(&fanout);
}

/* Modern IRC, "QUIT message": the prefix tells a client's reason, even an empty one, from the
 * server's. */
static void put_quit(struct buffer *out, const char *words)
{
	buffer_format(out, "Quit: %s", words ? words : "");
}

static void begin_quit(struct fanout *fanout, struct call *call, const char *words)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	put_quit(&reason, words);
	fanout_begin(fanout, call->world, call->outbox, ":%s QUIT :%s", call->user->source,
		reason.bytes);
	fanout_from_message(fanout, call->user, call->line_id);
}

/* The user's last session has ended. The words are from the client; NULL: the reason is the
 * server's. */
static void quit_user(struct world *world, struct outbox *outbox, struct user *user,
	const char *reason, const char *words)
{
	struct call call = {
		.world = world, .outbox = outbox, .user = user, .line_id = msgid_next(world)
	};

	history_note_quit(&call, reason, words);
	if (words)
		remark_to_neighbours(&call, words, false, begin_quit);
	else
		tell_neighbours(&call, reason);
	tell_offline(world, outbox, user->nick);
	user_end(world, user);
}

static void notify_of_leaving(struct world *world, struct outbox *outbox,
	const struct session *session, const char *reason)
{
	CLEANUP(mem_freep) char *who = notice_who(session);

	notice_operators(
		world, outbox, NOTICE_KIND_CONNECT, "Client exiting: %s [%s]", who, reason);
}

/* The session has ended already, so its own user gets no notice. */
static void tell_of_leaving(struct world *world, struct outbox *outbox,
	const struct session *session, const char *reason)
{
	log_session(outbox, LOGBOOK_CLIENT_CLOSED, session, "REASON", reason);
	if (session->user && notice_is_wanted(world, NOTICE_KIND_CONNECT))
		notify_of_leaving(world, outbox, session, reason);
}

static void begin_without_client(struct world *world, const struct session *last)
{
	user_set_detached(last->user, device_seen_until(world, last));
	always_on_touch(world, last->user);
}

static void end_and_announce(struct world *world, struct outbox *outbox, struct session *session,
	const char *reason, const char *words)
{
	struct user *user = session->user;
	uint32_t old_flags = user ? user->flags : 0;

	session_end(world, session);
	tell_of_leaving(world, outbox, session, reason);
	if (user && list_is_empty(&user->sessions) && !user_is_always_on(world, user)) {
		quit_user(world, outbox, user, reason, words);
	} else if (user) {
		announce_user_modes(world, outbox, user, old_flags);
		operator_left(world, outbox, user);
		if (list_is_empty(&user->sessions))
			begin_without_client(world, session);
		away_follow(world, outbox, user);
	}
}

void drop_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason)
{
	if (!session->is_closing)
		end_and_announce(world, outbox, session, reason, NULL);
}

static void send_error(struct outbox *outbox, uint64_t id, const char *host, const char *reason)
{
	struct buffer text = { 0 };
	struct line *line;

	buffer_format(&text, "ERROR :Closing link: %s (%s)", host, reason);
	message_finish(&text, false);
	line = line_new(text.bytes, text.length);
	outbox_send(outbox, id, line);
	line_unref(line);
	buffer_done(&text);
	outbox_add(outbox, EFFECT_CLOSE, id);
}

static void say_goodbye(struct outbox *outbox, const struct session *session, const char *reason)
{
	char address[ADDRESS_TEXT_BYTES];

	address_format(&session->address, address);
	send_error(outbox, session->id, session->user ? session->user->host : address, reason);
}

void close_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason)
{
	if (session->is_closing)
		return;
	say_goodbye(outbox, session, reason);
	drop_session(world, outbox, session, reason);
}

void close_session_as_asked(
	struct world *world, struct outbox *outbox, struct session *session, const char *words)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	if (session->is_closing)
		return;
	put_quit(&reason, words);
	say_goodbye(outbox, session, reason.bytes);
	end_and_announce(world, outbox, session, reason.bytes, words);
}

void refuse_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason)
{
	if (session->is_closing)
		return;
	say_goodbye(outbox, session, reason);
	log_session(outbox, LOGBOOK_CLIENT_REFUSED, session, "CLASS",
		session_class(world, session)->name, "REASON", reason);
	session_end(world, session);
}

void close_user(struct world *world, struct outbox *outbox, struct user *user, const char *reason)
{
	struct session *session, *after;

	LIST_EACH_SAFE (session, after, &user->sessions, in_user) {
		say_goodbye(outbox, session, reason);
		session_end(world, session);
		tell_of_leaving(world, outbox, session, reason);
	}
	quit_user(world, outbox, user, reason, NULL);
}

void close_others(struct world *world, struct outbox *outbox, const struct session *session,
	const char *reason)
{
	struct session *other, *after;

	LIST_EACH_SAFE (other, after, &session->user->sessions, in_user)
		if (other != session)
			close_session(world, outbox, other, reason);
}

void close_everybody(struct world *world, struct outbox *outbox, const char *reason)
{
	struct session *session, *after;
	struct user *user;

	LIST_EACH_SAFE (session, after, &world->sessions, in_world) {
		say_goodbye(outbox, session, reason);
		session_end(world, session);
	}
	ORDERED_EACH (user, &world->users)
		user_end(world, user);
}

void refuse_connection(
	struct world *world, struct outbox *outbox, const struct event *event, const char *reason)
{
	char id[NUMBER_BYTES], address[ADDRESS_TEXT_BYTES];
	CLEANUP(mem_freep) char *listener = mem_text_n(event->text, event->text_length);

	address_format(&event->address, address);
	send_error(outbox, event->session, address, reason);
	outbox_log(outbox, LOGBOOK_CLIENT_REFUSED, "SESSION", text_format_u64(event->session, id),
		"ADDRESS", address, "LISTENER", listener, "CLASS",
		settings_class_of(world->settings, &event->address, listener)->name, "REASON",
		reason);
	notice_operators(
		world, outbox, NOTICE_KIND_REFUSED, "Client refused: [%s] %s", address, reason);
}
