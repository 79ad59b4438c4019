/* Answers to commands that came with a label. IRCv3 labeled-response: what the session is sent
 * while its command runs is the answer. One line gets the label; several get a batch that has
 * it; none is an ACK. An answer that continues later, as long ones do and those that wait for a
 * worker, is a batch that stays open until then. */
#pragma once

#include "action/command.h"

/* If the command has a label and the session knows labels, its answer begins here. */
void label_begin_tagged(struct call *call);
static inline void label_begin(struct call *call)
{
	if (call->tags)
		label_begin_tagged(call);
}

/* The answer comes later: returns the label, which the caller frees, or NULL. */
char *label_defer(struct call *call);
/* The deferred answer begins; NULL: it has no label. */
void label_resume(struct call *call, const char *label);

/* Label the effects from this one on as the answer or a part of it. Does nothing without a
 * label. */
void label_answer(struct call *call, size_t first_effect);
