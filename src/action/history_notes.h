/* What happens on channels and between users, as requests to record it. */
#pragma once

#include "action/speech.h"
#include "proto/history_row.h"

/* The message was delivered. */
void history_note_speech(const struct speech *speech);

/* The line was sent, or is about to be, about something on the channel that all members may
 * know. */
void history_note_event(
	const struct fanout *fanout, struct channel *channel, enum history_verb verb);
/* The same for all channels on which the line's source can be seen. */
void history_note_everywhere(const struct fanout *fanout, enum history_verb verb);
/* The user leaves the server, with lines that have call->line_id. The words are the user's own, and
 * may not suit each channel; NULL: the reason is the server's. */
void history_note_quit(struct call *call, const char *reason, const char *words);

/* The message is redacted, or its text is another one now. */
void history_note_redaction(struct call *call, uint64_t id);
void history_note_edit(struct call *call, uint64_t id, const char *text);

/* What the account has said until now goes. */
void history_forget_account(struct call *call, uint64_t account);
/* Erase what has ended during this event. */
void history_erase_ended(struct world *world, struct outbox *outbox);
void history_send_request(struct outbox *outbox, const struct history_request *request);
