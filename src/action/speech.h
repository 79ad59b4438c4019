/* What somebody says: a PRIVMSG, NOTICE or TAGMSG, or the text that accompanies an act, as a topic
 * or a reason. It fills on its way: the command knows what was said, each target adds the rest. */
#pragma once

#include "action/command.h"
#include "world/channel.h"
#include "world/client_batch.h"
#include "world/fanout.h"

struct speech {
	struct call *call;
	const char *verb;
	const char *as;	  /* nick!user@host of somebody elsewhere who says it; NULL: the sender */
	const char *said; /* by the client; NULL: tags are all */
	const struct client_batch *batch; /* whose lines it consists of; NULL: one line */
	struct buffer tags;		  /* that go on to others */
	bool is_notice;
	bool is_typing;	       /* +typing alone, which clients send automatically */
	bool is_silent;	       /* the sender gets no refusals */
	bool is_for_operators; /* only operators of the channel get it; from outside: a knock */
	bool is_for_all;       /* never shown to operators alone, as messages are under mode U */
	bool is_state;	       /* as AWAY: modes d and x do not count it */

	/* Of one target after the other. */
	const char *target;	 /* as the line calls it */
	const char *text;	 /* as it may be heard there; NULL: only tags */
	struct user *user;	 /* who would hear it; NULL: a channel */
	struct channel *channel; /* NULL: a user */
	struct member *speaker;	 /* on the channel; NULL: from outside */
	uint32_t rank;		 /* members below it do not hear it; 0: all do */
	uint64_t id;		 /* of the message, see world/msgid.h */
};

struct speech speech_of(struct call *call, const char *said, bool is_notice);
void speech_done(struct speech *speech);

/* Those who hear it. */
typedef void (*speech_reach_fn)(struct fanout *fanout, const struct speech *speech);

/* Each line of it, to all of them. */
void speech_send(const struct speech *speech, speech_reach_fn reach);

/* The line with it. The sender's own client gets it back only if it asked for that: it is
 * excepted if not. */
void speech_begin(struct fanout *fanout, const struct speech *speech);
