/* Answers that may be too long to be given at once: to LIST, MONITOR, NAMES, WHO, WHOIS and
 * STATS. They are given in parts, each when the one before has gone out to its reader; no part
 * looks at more than a thousand things. Meanwhile no lines are taken from the session, so that what
 * it asks next is answered next. */
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
	size_t n_looks;	  /* left for this part */
	size_t look_cost; /* how many of them one takes */
	size_t max_bytes; /* it is said when that much is */
};

/* One kind of answer, in the column `answers` of a command's row. */
struct long_answer {
	enum answer_kind kind;
	/* Look at one thing after the other, as long as answer_may_go_on() says so. True: that
	 * was the last. */
	bool (*go_on)(struct answer_part *part);
	/* A look takes as long as the cursor's text is: it is matched against all of that. */
	bool has_masks;
	/* The numeric that always comes last; NULL: go_on() gives it. */
	void (*end)(struct answer_part *part);
};

/* Before each look. */
bool answer_may_go_on(struct answer_part *part);

/* The next one of a walk that began before the cursor's own, or NULL at its end. */
struct user *answer_next_user(struct answer_part *part);
struct channel *answer_next_channel(struct answer_part *part);
const struct monitor_entry *answer_next_monitored(struct answer_part *part);
const struct ban *answer_next_ban(struct answer_part *part);

/* The members of a channel that may be shown to the caller, in order of joining: begin, each, end.
 * Nobody may come or go meanwhile. */
struct answer_members {
	struct answer_part *part;
	const struct channel *channel;
	struct channel_view view;
	size_t first; /* places among its members; so the next two */
	size_t next;
	size_t end; /* of those that the part may look at */
};

void answer_members_begin(
	struct answer_members *members, struct answer_part *part, const struct channel *channel);
/* True: these were all. False: the rest needs another part. */
bool answer_members_end(const struct answer_members *members);

/* NULL: these were all, or all for this part. */
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

/* Under the name that was asked for, whatever it is called since the answer began; NULL: there is
 * none. */
struct channel *answer_find_channel(const struct answer_part *part, const char *name);

/* Each name of the list that was asked for. False: this one needs another part. */
bool answer_each_name(
	struct answer_part *part, bool (*put)(struct answer_part *part, const char *name));

/* What the caller asks is answered, at once if it is short. Options may be NULL. */
void long_answer_begin(
	struct call *call, const struct long_answer *row, const char *text, const char *options);
/* The same, from something with that number on. */
void long_answer_begin_from(
	struct call *call, const struct long_answer *row, const char *text, uint64_t number);

typedef const struct long_answer *(*long_answer_find_fn)(enum answer_kind kind);

/* All that the caller was sent has gone out, or is lost. */
void long_answer_go_on(struct call *call, enum drained status, long_answer_find_fn find);
