/* Owns leaving: ERROR, QUIT, and the log of it. */
#include "command/closing.h"

#include <stdio.h>

#include "base/line.h"
#include "base/mem.h"
#include "command/reply.h"
#include "world/fanout.h"
#include "world/session.h"
#include "world/user.h"

static void log_closed(
	struct outbox *outbox, const struct session *session, const char *reason)
{
	char id[24], address[ADDRESS_TEXT_BYTES];

	snprintf(id, sizeof(id), "%llu", (unsigned long long) session->id);
	address_format(&session->address, address);
	outbox_log(outbox, LOGBOOK_CLIENT_CLOSED, "SESSION", id, "NICK",
		session->user ? session->user->nick : NULL, "ADDRESS", address, "LISTENER",
		session->listener, "REASON", reason);
}

/* The user's last session has ended. */
static void quit_user(
	struct world *world, struct outbox *outbox, struct user *user, const char *reason)
{
	struct fanout fanout;

	fanout_begin(&fanout, world, outbox, ":%s QUIT :%s", user->source, reason);
	fanout_to_neighbours(&fanout, user);
	fanout_end(&fanout);
	user_end(world, user);
}

void drop_session(struct world *world, struct outbox *outbox, struct session *session,
	const char *reason)
{
	struct user *user = session->user;

	if (session->is_closing)
		return;
	log_closed(outbox, session, reason);
	session_end(world, session);
	if (user && list_is_empty(&user->sessions))
		quit_user(world, outbox, user, reason);
}

void close_session(struct world *world, struct outbox *outbox, struct session *session,
	const char *reason)
{
	char address[ADDRESS_TEXT_BYTES];

	if (session->is_closing)
		return;
	address_format(&session->address, address);
	tell_session(world, outbox, session, "ERROR :Closing link: %s (%s)",
		session->user ? session->user->host : address, reason);
	outbox_add(outbox, EFFECT_CLOSE, session->id);
	drop_session(world, outbox, session, reason);
}

void close_user(
	struct world *world, struct outbox *outbox, struct user *user, const char *reason)
{
	struct session *session, *after;

	LIST_EACH_SAFE (session, after, &user->sessions, in_user)
		close_session(world, outbox, session, reason);
}

static void send_error(struct outbox *outbox, uint64_t id, const char *address, const char *reason)
{
	struct buffer text = { 0 };
	struct line *line;

	buffer_format(&text, "ERROR :Closing link: %s (%s)\r\n", address, reason);
	line = line_new(text.bytes, text.length);
	outbox_send(outbox, id, line);
	line_unref(line);
	buffer_done(&text);
}

void refuse_connection(struct world *world, struct outbox *outbox, const struct event *event,
	const char *reason)
{
	char id[24], address[ADDRESS_TEXT_BYTES];
	CLEANUP(mem_freep) char *listener = mem_text_n(event->text, event->text_length);

	snprintf(id, sizeof(id), "%llu", (unsigned long long) event->session);
	address_format(&event->address, address);
	send_error(outbox, event->session, address, reason);
	outbox_add(outbox, EFFECT_CLOSE, event->session);
	outbox_log(outbox, LOGBOOK_CLIENT_REFUSED, "SESSION", id, "ADDRESS", address, "LISTENER",
		listener, "CLASS",
		settings_class_of(world->settings, &event->address, listener)->name, "REASON",
		reason);
}
