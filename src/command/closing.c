/* Owns leaving: ERROR, QUIT, and the log of it. */
#include "command/closing.h"

#include "base/cleanup.h"
#include "base/line.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/monitor.h"
#include "command/notify.h"
#include "command/session_log.h"
#include "proto/message.h"
#include "world/fanout.h"
#include "world/session.h"
#include "world/user.h"

/* The user's last session has ended. */
static void quit_user(
	struct world *world, struct outbox *outbox, struct user *user, const char *reason)
{
	struct fanout fanout;

	fanout_begin(&fanout, world, outbox, ":%s QUIT :%s", user->source, reason);
	fanout_from(&fanout, user);
	fanout_to_neighbours(&fanout, user);
	fanout_end(&fanout);
	tell_offline(world, outbox, user->nick);
	user_end(world, user);
}

static void notify_of_leaving(struct world *world, struct outbox *outbox,
	const struct session *session, const char *reason)
{
	CLEANUP(mem_freep) char *who = notify_who(session);

	notify(world, outbox, NOTICE_KIND_CONNECT, "Client exiting: %s [%s]", who, reason);
}

/* It has ended already: nobody is told of the own end. */
static void tell_of_leaving(struct world *world, struct outbox *outbox,
	const struct session *session, const char *reason)
{
	log_session(outbox, LOGBOOK_CLIENT_CLOSED, session, "REASON", reason);
	if (session->user && notify_is_wanted(world, NOTICE_KIND_CONNECT))
		notify_of_leaving(world, outbox, session, reason);
}

void drop_session(
	struct world *world, struct outbox *outbox, struct session *session, const char *reason)
{
	struct user *user = session->user;

	if (session->is_closing)
		return;
	session_end(world, session);
	tell_of_leaving(world, outbox, session, reason);
	if (user && list_is_empty(&user->sessions))
		quit_user(world, outbox, user, reason);
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

void close_user(struct world *world, struct outbox *outbox, struct user *user, const char *reason)
{
	struct session *session, *after;

	LIST_EACH_SAFE (session, after, &user->sessions, in_user)
		close_session(world, outbox, session, reason);
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
	notify(world, outbox, NOTICE_KIND_REFUSED, "Client refused: [%s] %s", address, reason);
}
