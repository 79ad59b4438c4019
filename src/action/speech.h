/* A message: PRIVMSG, NOTICE or TAGMSG, or the text of an action, such as a topic or a reason. The
 * command fills in the text, each target the rest. */
#pragma once

#include "action/command.h"
#include "world/channel.h"
#include "world/client_batch.h"
#include "world/fanout.h"

struct speech {
	struct call *call;
	const char *verb;
	const char *as;			  /* nick!user@host of a relayed author; NULL: the sender */
	const char *said;		  /* the client's text; NULL: only tags */
	const struct client_batch *batch; /* whose lines it consists of; NULL: one line */
	struct buffer tags;		  /* which are passed on */
	char *reaction;			  /* owned: IRCv3 react, which clients show; NULL: none */
	/* Of filters, once for all targets: */
	uint8_t filter_verdict; /* enum filter_verdict; stripped: what is left is `said` */
	const char *filter_reason;
	char *filtered; /* owned: what is left */
	bool is_notice;
	bool is_filtered;      /* filters have been asked */
	bool is_typing;	       /* +typing alone, which clients send automatically */
	bool is_silent;	       /* the sender gets no refusals */
	bool is_for_operators; /* only channel operators get it; from a user outside: a knock */
	bool is_for_all;       /* never to operators alone, as messages under mode U are */
	bool is_as_member;     /* mode n does not count, though it comes from outside */
	bool is_state;	       /* like AWAY: modes d and x do not count it */

	/* Set for each target in turn. */
	const char *target;	 /* as in the line */
	const char *text;	 /* the text as allowed there; NULL: only tags */
	struct user *user;	 /* the recipient; NULL: a channel */
	struct channel *channel; /* NULL: a user */
	struct member *speaker;	 /* on the channel; NULL: from outside */
	uint32_t rank;		 /* the lowest rank of recipients; 0: all */
	uint64_t id;		 /* the message's, see world/msgid.h */
};

struct speech speech_of(struct call *call, const char *said, bool is_notice);
void speech_done(struct speech *speech);

/* Send the line to the recipients. */
typedef void (*speech_reach_fn)(struct fanout *fanout, const struct speech *speech);

/* A line of a multiline message, as the recipients hear it; owned by the caller. */
char *speech_line_text(const struct speech *speech, const struct client_line *line);
/* Send each line to all recipients. */
void speech_send(const struct speech *speech, speech_reach_fn reach);

/* Begin the line. The sender's own client is excluded unless it has echo-message. */
void speech_begin(struct fanout *fanout, const struct speech *speech);
