/* All that can happen to the world: the one way in.
 *
 * An event carries everything that its handling may depend on, time and dice included, so
 * that the same events give the same bytes. Events are what --record writes, what --replay
 * reads and what a crashed server remembers. Pointers are borrowed: they must live
 * until dispatch() returns, and the core keeps none of them but the settings (by reference). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/pack.h"
#include "config/settings.h"

enum event_kind {
	EVENT_SETTINGS = 1, /* settings: the first event ever, and each reload; session and text:
			     * who asked, and what has yet to be done; either may be none */
	EVENT_CONNECTED,    /* session, address, text: the listener's name, uid */
	EVENT_LINE,	    /* session, text, consumed; or is_too_long */
	EVENT_CLOSED,	    /* session, text: why, as others shall see it */
	EVENT_OVERFLOW,	    /* session, text: of what there is too much, to send or to listen to */
	EVENT_DRAINED,	    /* session, status: its queue is empty (asked for by EFFECT_NOTIFY) */
	EVENT_TICK,	    /* time has come; see world_next_deadline() */
	EVENT_ANSWER, /* request, status, text: what an EFFECT_VERIFY or EFFECT_LOOKUP found */
	EVENT_RELOAD_FAILED,  /* text: the first problem; the old settings stay */
	EVENT_STOP,	      /* text: why; everybody is told and closed */
	EVENT_RESTART_FAILED, /* session (may be 0), text: why; the server goes on as it is */
	EVENT_ASLEEP, /* session: nothing can be sent to its client nor read from it, for now */
	EVENT_AWAKE,  /* session: that is over */
};

/* The status of an EVENT_DRAINED. */
enum drained {
	DRAINED_TAKEN,
	DRAINED_LOST, /* its peer takes nothing any more */
};

/* The status of an EVENT_ANSWER. */
enum answer {
	ANSWER_YES,
	ANSWER_NO,
	ANSWER_BUSY, /* too much is being asked; nothing was found out */
};

struct event {
	uint8_t kind; /* enum event_kind */
	bool is_too_long;
	uint32_t consumed; /* bytes of input that a line took */
	uint32_t uid;	   /* of a Unix peer; UINT32_MAX: unknown */
	uint64_t now_ms;   /* monotonic: never goes back, only differences count */
	uint64_t wall_ms;  /* since 1970, for people; may jump */
	uint64_t seed;	   /* dice for this event */
	uint64_t session;  /* 0: none. Never used twice; low 32 bits are its slot */
	uint64_t request;  /* as the effect gave it */
	uint64_t status;   /* of answers: enum answer; enum drained */
	struct address address;
	const char *text;
	size_t text_length;
	struct settings *settings;
};

/* The id of an event's record, in recordings and in the log that outlives the process: what stands
 * in one can be copied into the other. */
#define EVENT_RECORD 1

/* As one record, which ends with the text of a line. */
void event_save(struct buffer *out, const struct event *event);

/* False: not an event. The text points into the field's bytes; settings, if any, are one
 * reference that the caller drops. */
bool event_load(const struct pack_field *field, struct event *ret_event);
/* All but the settings, which need not make sense. */
struct event event_load_head(const struct pack_field *field);
