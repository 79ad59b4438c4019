/* Owns what a session is still to be sent as answers. */
#include "world/answer_cursor.h"
#include "world/session.h"

void session_add_answer(struct session *session, struct answer_cursor *cursor)
{
	struct answer_cursor **last = &session->answer;

	while (*last)
		last = &(*last)->next;
	*last = cursor;
}

void session_drop_answer(struct session *session)
{
	struct answer_cursor *answered = session->answer;

	session->answer = answered->next;
	answer_cursor_free(answered);
}

bool session_awaits_answer(const struct session *session)
{
	return !session->is_closing &&
	       session->pauses & (SESSION_PAUSE_ANSWER | SESSION_PAUSE_READ);
}
