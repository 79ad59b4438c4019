/* One line for many recipients: written once for each set of capabilities that matters, shared by
 * reference, and sent at most once to each session where requested.
 *
 * A line may have a variant for the holders of one capability, as JOIN has with extended-join. It
 * is still one event with one walk over the recipients, and one id. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/line.h"
#include "world/line_tags.h"

struct world;
struct outbox;
struct session;
struct user;
struct channel;
struct member;

#define FANOUT_VARIANT TAG_SETS

struct fanout {
	struct world *world;
	struct outbox *outbox;
	struct buffer text;	      /* without tags, with CR LF */
	const struct session *except; /* not to this session; NULL: to all */
	uint64_t needs;		      /* only to sessions with all of these capabilities */
	uint64_t lacks;		      /* only to sessions with none of these */
	struct buffer variant;	      /* see fanout_variant() */
	uint64_t variant_cap;	      /* its holders are sent the variant; 0: none */
	const char *key;	      /* only to sessions that subscribe to it; NULL: to all */
	uint32_t skips;		      /* not to users with any of these flags, see user.h */

	/* Input of the tags; set by the functions below before the line is sent. */
	const struct user *source;    /* NULL: the server */
	uint64_t id;		      /* see msgid.h; 0: none */
	const struct user *relay;     /* the user who relays it; NULL: not relayed */
	const char *batch;	      /* its reference; NULL: none */
	bool is_end;		      /* no more of the past is there, IRCv3 chathistory */
	bool is_joined;		      /* to the line before it in the batch. IRCv3 multiline */
	const struct edit *edit;      /* the change that it announces; NULL: none */
	const struct past_line *past; /* it was sent before, and has the tags of then; NULL: no */
	const char *client_tags;      /* from the sending client, "+a=b;+c"; NULL: none */

	/* The written forms of the line, and where to find them: indexed by the groups of tags that
	 * a session wants (enum tag_group as bits), with FANOUT_VARIANT if it gets the variant. */
	uint8_t slots[2 * TAG_SETS]; /* 0: not written yet */
	uint8_t n_lines;
	struct line *lines[2 * TAG_SETS + 1]; /* from index 1 */
};

/* A text that is too long for a line is cut, not inside a UTF-8 character; line ends in it become
 * spaces. */
void fanout_begin(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
void fanout_begin_v(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));
/* The same in pieces: the caller puts the line into the buffer between the two calls. */
struct buffer *fanout_open(struct fanout *fanout, struct world *world, struct outbox *outbox);
void fanout_close(struct fanout *fanout);
/* The line that sessions with that capability are sent instead. */
void fanout_variant(struct fanout *fanout, uint64_t cap, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fanout_end(struct fanout *fanout);

/* This user caused the line: it gets an id and the tags about the user. NULL: the server did. */
void fanout_from(struct fanout *fanout, const struct user *source);
/* The same for a part of a message, with the id of the message; 0: none. */
void fanout_from_message(struct fanout *fanout, const struct user *source, uint64_t id);
void fanout_tag(struct fanout *fanout, const char *client_tags); /* borrowed; NULL or none */
/* This user relays the message of the line's source. */
void fanout_relayed_by(struct fanout *fanout, const struct user *relay);
void fanout_in_batch(struct fanout *fanout, const char *reference); /* borrowed; NULL: none */

/* The line in that session's form, even if the session is closing; the caller gets a reference. */
struct line *fanout_line(struct fanout *fanout, const struct session *session);

void fanout_to_session(struct fanout *fanout, const struct session *session);
void fanout_to_user(struct fanout *fanout, const struct user *user); /* all its sessions */
void fanout_to_channel(struct fanout *fanout, const struct channel *channel);
/* To members with at least this rank; 0: all. */
void fanout_to_rank(struct fanout *fanout, const struct channel *channel, uint32_t rank);
/* To the members of that rank who may know that the member is there. */
void fanout_to_rank_about(struct fanout *fanout, const struct member *member, uint32_t rank);
/* To all on its channel who may know that the member is there, itself included. */
void fanout_about(struct fanout *fanout, const struct member *member);
void fanout_about_to_others(struct fanout *fanout, const struct member *member);
/* To all on its channel who may not know. */
void fanout_to_unseeing(struct fanout *fanout, const struct member *member);
/* To all users who see the user on some channel, once each; not to the user itself. */
void fanout_to_neighbours(struct fanout *fanout, const struct user *user);
/* The same in steps, each with its own line: first mark, then for each membership send to the users
 * on its channel that no earlier step has reached. */
void fanout_mark_neighbours(struct world *world, const struct user *user);
void fanout_to_unmarked(struct fanout *fanout, const struct member *member);
