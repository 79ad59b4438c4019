/* Answers that may be too long to be sent at once: to LIST, MONITOR, NAMES, WHO, WHOIS, STATS,
 * FILTER and EXPORT of NickServ, and replays of history.
 * They are sent in parts, each after the client has read the one before; no part visits more than a
 * thousand objects. Meanwhile the session is not read, so that its next request is answered
 * next. */
#pragma once

#include "action/command.h"
#include "world/answer_cursor.h"
#include "world/bans.h"
#include "world/channel.h"
#include "world/event.h"
#include "world/monitor.h"

/* One part of an answer. */
struct answer_part {
	struct call *call;
	struct answer_cursor *cursor;
	size_t n_looks;	  /* left in this part */
	size_t look_cost; /* looks that one object takes */
	size_t max_bytes; /* the part ends after this many */
};

/* One kind of answer, in the column `answers` of a command's row. */
struct long_answer {
	enum answer_kind kind;
	/* Look at one thing after the other while answer_may_go_on(). True: complete. */
	bool (*go_on)(struct answer_part *part);
	/* Who loses it while the parts are sent gets no more of them; NULL: none is needed. */
	const char *privilege;
	/* A look costs more the longer the cursor's text is: each mask in it is matched. */
	bool has_masks;
	/* Sends the numeric that always comes last; NULL: go_on() sends it. */
	void (*end)(struct answer_part *part);
};

/* Call before each look; false: the part is full. */
bool answer_may_go_on(struct answer_part *part);

/* The next object of the walk, NULL at its end. Objects newer than the cursor are left out. */
struct user *answer_next_user(struct answer_part *part);
struct channel *answer_next_channel(struct answer_part *part);
const struct monitor_entry *answer_next_monitored(struct answer_part *part);
const struct ban *answer_next_ban(struct answer_part *part);
const struct filter *answer_next_filter(struct answer_part *part);
const struct complaint *answer_next_complaint(struct answer_part *part);

/* The members of a channel that may be shown to the caller, in order of joining: begin, each, end.
 * No member may come or go meanwhile. */
struct answer_members {
	struct answer_part *part;
	const struct channel *channel;
	struct channel_view view;
	size_t first; /* indexes into channel->members, like the next two */
	size_t next;
	size_t end; /* behind the last that the part may look at */
};

void answer_members_begin(
	struct answer_members *members, struct answer_part *part, const struct channel *channel);
/* True: complete. False: the rest needs another part. */
bool answer_members_end(const struct answer_members *members);

/* NULL: the members, or this part, are at the end. */
static inline const struct member *answer_next_member(struct answer_members *members)
{
	const struct answer_part *part = members->part;

	while (members->next < members->end && part->call->said < part->max_bytes) {
		const struct member *member = members->channel->members[members->next++];

		if (channel_view_shows(&members->view, member))
			return member;
	}
	return NULL;
}

/* The channel that had this name when the answer began, even if it was renamed since; NULL if there
 * is none. */
struct channel *answer_find_channel(const struct answer_part *part, const char *name);

/* Call put for each name in the requested list. False: the current name needs another part. */
bool answer_each_name(
	struct answer_part *part, bool (*put)(struct answer_part *part, const char *name));

/* Begin the answer to the caller; a short one is complete at once. Options may be NULL. */
void long_answer_begin(
	struct call *call, const struct long_answer *row, const char *text, const char *options);
/* Begin at the object with that number. */
void long_answer_begin_from(
	struct call *call, const struct long_answer *row, const char *text, uint64_t number);

/* Begin with a cursor that is ready; takes ownership. */
void long_answer_add(
	struct call *call, const struct long_answer *row, struct answer_cursor *cursor);

/* What the session has asked for from the history has been answered, so the next part may follow.
 * Until then go_on() has returned false while the session waits. */
void long_answer_end_part(struct call *call);

typedef const struct long_answer *(*long_answer_find_fn)(enum answer_kind kind);

/* The caller's send queue is empty or was lost: send the next part, or drop the answer. */
void long_answer_go_on(struct call *call, enum drained status, long_answer_find_fn find);
