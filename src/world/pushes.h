/* Messages for devices, until papod-push has sent them. IRCv3 webpush.
 *
 * A message waits for push.delay: it is dropped if its reader answers in the same conversation or
 * its author deletes it. Then it gets a number, an EFFECT_PUSH announces it, and the daemon
 * passes it to papod-push. The EVENT_PUSHED says what became of it.
 *
 * What holds when a process ends: a message that waits or has no answer is part of the world, and
 * the next papod asks papod-push about it again under the same name (the world's birth and the
 * number). papod-push sends nothing twice: it remembers the names of the last 512 messages. If it
 * ends itself, papod repeats once what had no answer, so that a device may get a message twice, and
 * only then; the topic of RFC 8030 lets a push service that still has the first one replace it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"
#include "world/outbox.h"

struct world;

#define PUSHES_MOST 1024       /* more messages are not pushed */
#define PUSHES_OF_ACCOUNT 64   /* likewise */
#define PUSHED_TALKS_MOST 1024 /* the oldest are forgotten */

/* The status of an EVENT_PUSHED. */
enum pushed {
	PUSHED_SENT,
	PUSHED_GONE,   /* the subscription has ended */
	PUSHED_FAILED, /* the message is lost */
	PUSHED_KEY,    /* the text is the key of papod-push, which is there now */
};

/* Owned texts. */
struct push {
	struct list in_world;
	uint64_t request; /* from world->next_request; 0: it waits */
	uint64_t account;
	uint64_t id; /* of the message, see msgid.h; 0: a read marker */
	uint64_t due_ms;
	char *url;  /* of the endpoint, which may be gone */
	char *talk; /* the folded name of the channel, or of the other user */
	char *text; /* the line, without its end */
};

/* A conversation with messages that devices may still show. */
struct pushed_talk {
	struct list in_world;
	uint64_t account;
	char *talk;
};

struct pushes {
	struct list waiting;   /* by due_ms */
	struct list announced; /* by their requests */
	struct list talks;     /* struct pushed_talk, oldest first */
	uint32_t n_waiting;
	uint32_t n_announced;
	uint32_t n_talks;
};

void pushes_init(struct pushes *pushes);
void pushes_done(struct pushes *pushes);

/* May the account get another one? */
bool pushes_have_room(const struct world *world, uint64_t account);
/* Takes the texts. */
void push_add(struct world *world, const struct push *fields);
struct push *push_find(const struct world *world, uint64_t request); /* NULL: none */
void push_end(struct world *world, struct push *push);

/* Announce those that are due. */
void pushes_announce(struct world *world, struct outbox *outbox);
/* In the event clock; UINT64_MAX: never. */
uint64_t pushes_next_deadline(const struct pushes *pushes);

/* Drop what waits: of an account in a conversation, of an endpoint, or a message. */
void pushes_drop_talk(struct world *world, uint64_t account, const char *talk);
void pushes_drop_endpoint(struct world *world, uint64_t account, const char *url);
void pushes_drop_message(struct world *world, uint64_t id);

/* Drop what waits of a conversation and is not newer than that. */
void pushes_drop_read(struct world *world, uint64_t account, const char *talk, uint64_t wall_ms);

/* A message of the conversation was sent. */
void pushes_note_talk(struct world *world, const struct push *push);
/* The conversation was read. True: devices may still show something of it. */
bool pushes_forget_talk(struct world *world, uint64_t account, const char *talk);
/* The account has ended. */
void pushes_forget_account(struct world *world, uint64_t account);

void pushes_save_talks(struct buffer *out, uint16_t id, const struct pushes *pushes);
void pushed_talk_load(struct world *world, struct pack record);
void pushes_save(struct buffer *out, uint16_t id, const struct pushes *pushes);
/* One of another release that makes no sense is left out. */
void push_load(struct world *world, struct pack record);
/* The first contradiction, or NULL. */
const char *pushes_check(const struct world *world);
