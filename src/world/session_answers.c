/* Owns what a session is still to be sent as answers. */
#include "world/answer_cursor.h"
#include "world/session.h"

void session_add_answer(struct session *session, struct answer_cursor *cursor)
{
	bool is_replay = cursor->kind == ANSWER_KIND_REPLAY;
	struct answer_cursor **place = &session->answer;

	while (*place && (is_replay || (*place)->kind != ANSWER_KIND_REPLAY))
		place = &(*place)->next;
	cursor->next = *place;
	*place = cursor;
}

struct answer_cursor *session_find_answer(const struct session *session, uint8_t kind)
{
	struct answer_cursor *cursor = session->answer;

	while (cursor && cursor->kind != kind)
		cursor = cursor->next;
	return cursor;
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
