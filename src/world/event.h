/* Everything that can happen to the world: its only input.
 *
 * An event carries everything that its handling may depend on, time and dice included, so
 * that the same events give the same bytes. Events are what --record writes, what --replay
 * reads and what a crashed server remembers. Pointers are borrowed: they must live
 * until dispatch() returns, and the core keeps none of them except the settings (by reference). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/pack.h"
#include "config/settings.h"
#include "proto/tls_facts.h"

enum event_kind {
	EVENT_SETTINGS =
		1,	 /* settings: the first event ever, and each reload; session and text: who
			    requested it, and what remains to be done; either may be missing */
	EVENT_CONNECTED, /* session, address, text: the listener's name, uid, tls */
	EVENT_LINE,	 /* session, text, consumed; or is_too_long */
	EVENT_CLOSED,	 /* session, text: why, as others see it */
	EVENT_OVERFLOW,	 /* session, text: which queue is full, of output or of input */
	EVENT_DRAINED,	 /* session, status: its queue is empty (requested by EFFECT_NOTIFY) */
	EVENT_TICK,	 /* a deadline has passed, see world_next_deadline(); or certificates */
	EVENT_ANSWER,	 /* request, status, text: what a helper found, see outbox.h */
	EVENT_RELOAD_FAILED,  /* text: the first problem; the old settings stay */
	EVENT_STOP,	      /* text: why; all clients are sent it and closed */
	EVENT_RESTART_FAILED, /* session (may be 0), text: why; the server continues as it is */
	EVENT_ASLEEP,	      /* session: for now its client can neither be sent to nor read from */
	EVENT_AWAKE,	      /* session: its client can be served again */
	EVENT_DATAGRAM,	      /* listener, address, status, text: see datagram.h */
	EVENT_STORAGE,	      /* text, status, request, number: rows of the database; see rows.h */
	EVENT_STORED,	      /* request, status, number: a change is on the disk, or refused */
	EVENT_MAILED, /* request, status, text: a mail was sent, and this is the hash of its code */
	EVENT_HISTORY, /* session (may be 0), status (enum history_store), number: the highest id of
			  messages in a database of them, which is open now */
	EVENT_PUSHED,  /* request, status, text: see pushes.h */
	EVENT_DELIVERED, /* session: its client has got all that was sent, and is about to end */
	EVENT_ACT,	 /* text: what an administrator wants done, see report_acts.h */
};

/* The status of an EVENT_DRAINED. */
enum drained {
	DRAINED_TAKEN,
	DRAINED_LOST, /* the peer accepts no more output */
};

/* The status of an EVENT_ANSWER. */
enum answer {
	ANSWER_YES,
	ANSWER_NO,
	ANSWER_BUSY,	/* too many requests are pending; this one was not made */
	ANSWER_VOUCHED, /* an outside checker says that the client is who the text names: an account
			   of the checker, which may not be there yet */
	ANSWER_UNCHECKED, /* no checker has answered */
	ANSWER_NO_LOGIN,  /* PASS sent something else */
};

struct event {
	uint8_t kind;	      /* enum event_kind */
	uint8_t certificates; /* enum certificates; UNKNOWN: no news */
	bool is_too_long;
	uint32_t consumed; /* bytes of input that a line took */
	uint32_t uid;	   /* of a Unix peer; UINT32_MAX: unknown */
	uint64_t now_ms;   /* monotonic: never goes back, only differences count */
	uint64_t wall_ms;  /* since 1970, for humans; may jump */
	uint64_t seed;	   /* dice for this event */
	uint64_t session;  /* 0: none. Never used twice; low 32 bits are its slot */
	uint64_t request;  /* from the effect */
	uint64_t
		status; /* enum answer, drained, datagram_status, storage, stored, mailed, pushed */
	/* The id of what was stored, or of the account whose password was right; 0: none. */
	uint64_t number;
	uint64_t step; /* of the code that was right, see proto/totp.h; 0: none was needed;
			* TOTP_STEP_WRONG */
	struct address address;
	const char *listener;	     /* of a datagram: the listener's name; NULL: none */
	const struct tls_facts *tls; /* NULL: the client does not use TLS */
	const char *text;
	size_t text_length;
	struct settings *settings;
};

/* The id of an event's record, in recordings and in the log that outlives the process, so records
 * can be copied from one to the other. */
#define EVENT_RECORD 1

/* Save as one record, which ends with the text of a line. */
void event_save(struct buffer *out, const struct event *event);

/* Replace the tokens of notifications and the secrets of codes in saved events with other ones. */
void event_mask_tokens(const void *bytes, size_t length);

/* False: not an event. The texts point into the field's bytes. */
bool event_load(const struct pack_field *field, struct event *ret_event);
/* Release what event_load() gave to it: settings and facts of TLS. */
void event_done(struct event *event);
/* Load only what needs no event_done(): neither the settings, which may be malformed, nor the facts
 * of TLS. */
struct event event_load_head(const struct pack_field *field);
