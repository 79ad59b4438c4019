/* What is said with PRIVMSG, NOTICE and TAGMSG, to whomever. */
#pragma once

#include "action/command.h"
#include "world/client_batch.h"
#include "world/fanout.h"

struct speech {
	struct call *call;
	const char *verb;
	const char *as;	  /* nick!user@host of somebody elsewhere who says it; NULL: the sender */
	const char *text; /* NULL: tags are all that is said */
	const struct client_batch *batch; /* whose lines the text consists of; NULL: one line */
	bool is_notice;
	bool is_typing;	    /* +typing alone, which clients send automatically every few letters */
	bool is_silent;	    /* the sender gets no refusals */
	struct buffer tags; /* that go on to others */
};

struct speech speech_of(struct call *call, const char *text, bool is_notice);
void speech_done(struct speech *speech);

/* What is sent of it. */
struct spoken {
	const struct speech *speech;
	const char *target;
	const char *text; /* in place of the speech's own */
	bool is_plain;	  /* without colours, as the text is */
	uint64_t id;	  /* of the message, see world/msgid.h */
};

/* Those who hear it. */
typedef void (*speech_reach_fn)(struct fanout *fanout, const void *audience);

/* Each line of it, to all of them. */
void speech_send(const struct spoken *spoken, speech_reach_fn reach, const void *audience);

/* A line with it, to that target, perhaps with another text. The sender's own client gets it
 * back only if it asked for that: it is excepted if not. */
void speech_begin(
	struct fanout *fanout, const struct speech *speech, const char *target, const char *text);
