/* Everything that the outside must do: the only output.
 *
 * The core fills the outbox while it handles one event; the daemon then carries the
 * effects out in their order and clears it. Filling allocates nothing per recipient. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/line.h"
#include "base/logbook.h"
#include "proto/message.h"

enum effect_kind {
	EFFECT_SEND,  /* session, line */
	EFFECT_CLOSE, /* session: close after its queue is sent. No further effects follow for it */
	EFFECT_PAUSE, /* session: take no more lines from it */
	EFFECT_RESUME, /* session: take lines again */
	EFFECT_LIMITS, /* session, limits: queue sizes of its class, at connect and reload */
	EFFECT_NOTIFY, /* session: send EVENT_DRAINED when its queue is empty */
	EFFECT_VERIFY, /* session, request: does the password match the hash? ANSWER_YES: the step
			  is that of its code, if one was needed */
	EFFECT_LOOKUP, /* session, request: the name of the address. ANSWER_YES: text is the name */
	EFFECT_RELOAD, /* session (may be 0): read the configuration again */
	EFFECT_RESTART,	     /* session: stop, and start again */
	EFFECT_LOG,	     /* entry: write it to the log */
	EFFECT_REPLY,	     /* text: to the sender of the datagram */
	EFFECT_AUTHENTICATE, /* session, request: check the message of its login. ANSWER_YES: the
				number is the id of the account, the text its name and the
				step that of the code, if one was needed; or the text is the last
				message of SCRAM. ANSWER_VOUCHED: as with EFFECT_CHECK */
	EFFECT_DERIVE, /* session, request: the verifier of a new password. ANSWER_YES: the text,
			  which ends with a space and invitation_hash() if there is one */
	EFFECT_CHECK,  /* session, request: does an outside checker say that the password belongs to
			  the account? ANSWER_VOUCHED: the text is the name of the account. Only
			  earlier releases ask so: the request may be in their snapshots */
	EFFECT_STORE,  /* session (may be 0): there is a new change to be stored, see changes.h */
	EFFECT_MAIL,   /* session (may be 0): there is a new mail to be sent, see mails.h */
	EFFECT_SECRET, /* session, request: a new secret of RFC 6238, or a new invitation.
			  ANSWER_YES: the text is one of totp_hash(), with invitation_hash() */
	EFFECT_HISTORY, /* session (may be 0), bytes: a request of proto/history_row.h */
	EFFECT_RECALL,	/* session, request: a question of proto/history_query.h. ANSWER_YES: the
			   text is the answer; ANSWER_NO: history cannot be read */
	EFFECT_ERASE,	/* number: the account has ended, and so do its uploaded files */
	EFFECT_PUSH,	/* there are new messages for devices, see pushes.h */
	EFFECT_UPLOADS, /* session, request: a question of proto/upload_list.h. ANSWER_YES: the text
			   is the report; ANSWER_NO: no gate has answered */
	EFFECT_ACTED, /* text, session (a request or 0): what came of an EVENT_ACT, for its caller;
			 see outbox_acted() */
	EFFECT_BLOCKLISTS, /* session, request: what do DNS blocklists say of the address?
			      ANSWER_YES: the text is a report of proto/blocklist.h */
};

/* See effect_has_request(). */
struct request {
	uint64_t id; /* returned in EVENT_ANSWER */
	struct address address;
	char *hash;	/* crypt(3), a verifier, or of totp_hash() */
	char *account;	/* as the client has named it */
	char *password; /* wiped when the outbox is cleared */
	struct bytes *question;
};

struct bytes {
	size_t length;
	char bytes[];
};

/* EFFECT_LIMITS, in bytes. */
struct limits {
	uint32_t send_queue;
	uint32_t receive_queue;
};

/* EFFECT_LOG: name, value, name, value ... NULL. The values are stored behind the array. */
struct log_fields {
	enum logbook entry;
	const char *fields[];
};

struct effect {
	enum effect_kind kind;
	uint64_t session;
	union {
		struct line *line;
		struct request *request;
		struct limits limits;
		struct log_fields *log;
		struct bytes *bytes;
		char *text;
		uint64_t number;
	};
};

struct outbox {
	struct effect *effects;
	size_t count;
	size_t capacity;
	/* Where the event's text contains a secret, such as a password or a mistyped one. Code that
	 * stores the text overwrites it with message_mask() once session_holds_secret() is false; a
	 * replay of the event then has the same outcome. Length 0: none. */
	struct message_place secret;
	struct buffer spare; /* memory for the text of the next line, see fanout.h */
	/* What happened, for those who count it. */
	struct outbox_notes {
		uint16_t command;  /* of a line, see commands_all(), from 1; the one after the last:
				      none that is known; 0: there was no line */
		uint16_t n_banned; /* that a ban of the server has refused */
		uint32_t n_history;
	} notes;
};

bool effect_has_request(enum effect_kind kind);

void outbox_done(struct outbox *outbox);
void outbox_clear(struct outbox *outbox); /* releases what the effects own; keeps the memory */
void outbox_grow(struct outbox *outbox);  /* for the next function */

/* Returns an effect to be filled by the caller; for the functions below. */
static inline struct effect *outbox_new_effect(
	struct outbox *outbox, enum effect_kind kind, uint64_t session)
{
	struct effect *effect;

	if (outbox->count == outbox->capacity)
		outbox_grow(outbox);
	effect = &outbox->effects[outbox->count++];
	effect->kind = kind;
	effect->session = session;
	return effect;
}

/* Takes a reference of its own. */
static inline void outbox_send(struct outbox *outbox, uint64_t session, struct line *line)
{
	outbox_new_effect(outbox, EFFECT_SEND, session)->line = line_ref(line);
}

static inline void outbox_note_command(struct outbox *outbox, uint16_t command)
{
	outbox->notes.command = command;
}

static inline void outbox_note_ban(struct outbox *outbox)
{
	outbox->notes.n_banned++;
}

/* Both take a reference of their own. Inserting moves the effects from the index on. */
void outbox_insert_line(struct outbox *outbox, size_t index, uint64_t session, struct line *line);
void outbox_replace_line(struct outbox *outbox, size_t index, struct line *line);
void outbox_add(struct outbox *outbox, enum effect_kind kind, uint64_t session);
void outbox_limits(struct outbox *outbox, uint64_t session, struct limits limits);
void outbox_verify(struct outbox *outbox, uint64_t session, uint64_t request, const char *hash,
	const char *password);
void outbox_blocklists(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct address *address);
void outbox_lookup(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct address *address);

void outbox_authenticate(struct outbox *outbox, uint64_t session, uint64_t request);
void outbox_derive(struct outbox *outbox, uint64_t session, uint64_t request, const char *password);
/* The text is a code and a password, with a space between them. If the code is not that of the
 * hash, the answer is ANSWER_NO, with a text. */
void outbox_derive_with_code(struct outbox *outbox, uint64_t session, uint64_t request,
	const char *hash, const char *text);
void outbox_make_secret(struct outbox *outbox, uint64_t session, uint64_t request);

/* The bytes are copied. The session (may be 0) has asked for it. */
void outbox_history(struct outbox *outbox, uint64_t session, const struct buffer *request);
void outbox_recall(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct buffer *question);

void outbox_reply(struct outbox *outbox, const char *text); /* which is copied */
/* The sentence is copied, and begins with a '+' in the effect if it was done, or else a '-'. */
void outbox_acted(struct outbox *outbox, bool is_done, const char *sentence);
/* The mark instead of '-' if the act is a report about something that is not there. */
#define ACTED_MISSING '!'
/* It is asked for, and done with the answer to this request; see the next. */
void outbox_act_pending(struct outbox *outbox, uint64_t request);
/* That has come: the session of the effect is the request. */
void outbox_acted_later(
	struct outbox *outbox, uint64_t request, bool is_done, const char *sentence);
/* Another answer: the mark says of which form. The request is 0 if it comes at once. */
void outbox_acted_text(struct outbox *outbox, uint64_t request, char mark, const char *answer);
/* A part of the answer, as JSON: it goes on with the answer to the next request. */
void outbox_acted_part(struct outbox *outbox, uint64_t request, uint64_t next, const char *json);
/* NULL: it is not the text of outbox_acted_part(). */
const char *outbox_read_part(const char *text, uint64_t *ret_next);
/* A change that an act has asked for is stored, or not. */
struct acted_later {
	uint64_t request; /* of the change */
	uint64_t status;  /* enum stored */
};
void outbox_stored(struct outbox *outbox, uint64_t request, uint64_t status);
/* Is it the text of outbox_stored()? */
bool outbox_read_stored(const char *text, struct acted_later *ret_later);
void outbox_ask_uploads(
	struct outbox *outbox, uint64_t session, uint64_t request, const struct buffer *question);
void outbox_erase(struct outbox *outbox, uint64_t account);

/* Fields as in log_fn: a NULL value leaves its field out. Values are copied, names are literals. */
void outbox_log_fields(struct outbox *outbox, enum logbook entry, const char *const *fields);
#define outbox_log(outbox, entry, ...)                                                             \
	outbox_log_fields(                                                                         \
		(outbox), (entry), (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* Equal for two outboxes that contain the same kinds of effects for the same sessions in the same
 * order and send the same bytes; otherwise different, except by chance. Other fields of effects
 * (limits, requests, log fields) do not count. Cheap. */
uint64_t outbox_fingerprint(const struct outbox *outbox);

/* Describe each effect as text: --replay prints this, and tests compare it. */
void outbox_describe(const struct outbox *outbox, struct buffer *out);
