/* Owns the notices to operators. */
#include "action/notices.h"

#include "action/reply.h"
#include "world/fanout.h"
#include "world/operating.h"
#include "world/user.h"

bool notice_is_wanted(const struct world *world, enum notice_kind kind)
{
	for (size_t i = 0; i < world->n_watchers; i++)
		if (world->watchers[i]->notices & kind)
			return true;
	return false;
}

/* Other clients of an operator have no powers. */
static void send_to_operator(struct fanout *fanout, const struct user *user)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		if (session_operator(session))
			fanout_to_session(fanout, session);
}

static void send_notice(struct world *world, struct outbox *outbox, enum notice_kind kind,
	const struct buffer *text)
{
	struct fanout fanout;

	/* The target is "*" so that all recipients share one line. */
	fanout_begin(&fanout, world, outbox, ":%s NOTICE * :*** %s", world->settings->server_name,
		text->bytes);
	fanout_from(&fanout, NULL);
	for (size_t i = 0; i < world->n_watchers; i++)
		if (world->watchers[i]->notices & kind)
			send_to_operator(&fanout, world->watchers[i]);
	fanout_end(&fanout);
}

void notice_operators(
	struct world *world, struct outbox *outbox, enum notice_kind kind, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	if (!notice_is_wanted(world, kind))
		return;
	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	send_notice(world, outbox, kind, &text);
	buffer_done(&text);
}

void notice_session_of_id(struct world *world, struct outbox *outbox, uint64_t id, const char *text)
{
	const struct session *session = session_find(world, id);

	if (session)
		notice_session(world, outbox, session, text);
}

void notice_failure(struct world *world, struct outbox *outbox, const struct event *event,
	const char *what_failed)
{
	struct buffer text = { 0 };

	buffer_format(&text, "%s: ", what_failed);
	buffer_put(&text, event->text, event->text_length);
	notice_operators(world, outbox, NOTICE_KIND_SERVER, "%s", text.bytes);
	notice_session_of_id(world, outbox, event->session, text.bytes);
	buffer_done(&text);
}

char *notice_who(const struct session *session)
{
	struct buffer who = { 0 };
	char address[ADDRESS_TEXT_BYTES];

	address_format(&session->address, address);
	if (session->user)
		buffer_format(&who, "%s (%s@%s) [%s]", session->user->nick, session->user->name,
			session->user->real_host, address);
	else
		buffer_format(&who, "%s [%s]", session_nick(session), address);
	return buffer_take(&who);
}
