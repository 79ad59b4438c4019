/* Declarations shared by the files of parking. Other files must not include this.
 *
 * A message's bytes are its note: fields of the pack format (base/pack.h) with the id and the
 * listener of each descriptor. */
#pragma once

#include <sys/types.h>

#include "base/buffer.h"
#include "base/interned.h"
#include "survival/parking.h"

/* Descriptors in one message. Finding one of them again needs this many free descriptors. A message
 * of this size takes a KiB in the kernel, no more per descriptor than the largest one. */
#define BATCH 64
#define MOST_FDS 253 /* in one message of another release: SCM_MAX_FD of the kernel */
#define ASLEEP (-2)  /* a value of parked.fd */
#define NOTE_BYTES (96 * 1024)
#define MOVE_IDS 2048 /* at most, in one step of tidying */

/* A socket that is in a lot or waits to be parked. */
struct parked {
	uint64_t id; /* 0: this slot of the index is free */
	int fd;	     /* the caller's; -1: forgotten, only copies are left; or ASLEEP */
	uint16_t name;
	uint16_t copies; /* number of copies in all lots */
};

/* Sockets by id. Pointers into it are valid until something is added or removed. */
struct parking_index {
	struct parked *slots;
	uint32_t capacity; /* a power of two, or 0 */
	uint32_t count;
};

struct lot {
	int receive_fd;
	int send_fd;
	int max_bytes;	     /* of SO_SNDBUF */
	uint32_t n_messages; /* in its queue */
	uint32_t n_left;     /* of those, not visited yet in this round of tidying */
	size_t next_offset;  /* the current peek offset of the socket; 0: unknown */
};

struct parking {
	struct lot lots[PARKING_LOTS];
	struct parking_end ends[PARKING_ENDS];
	struct parking_index index;
	struct interned names; /* of listeners */
	size_t n_copies;       /* sockets in flight, without unknown ones */
	size_t n_live;	       /* in the index, not forgotten, with at least one copy */
	size_t n_asleep;       /* of those */
	size_t n_waiting;
	uint32_t next_slot; /* of the index, where the next search for them begins */
	size_t most_copies; /* that may be in flight, from the last reading of the limit */
	uint64_t retry_ms;  /* while blocked */
	uint64_t tidy_ms;   /* 0: not set */
	bool is_blocked;    /* something could not be sent */
	bool is_walked;	    /* the index knows what is in the lots */
	bool has_strangers;
	struct buffer note;
	uint64_t moved[MOVE_IDS];
	char received[NOTE_BYTES];
};

struct note {
	size_t count;
	uint64_t ids[MOST_FDS];
	uint16_t names[MOST_FDS]; /* indexes into parking->names.texts */
};

/* parking_index.c */
struct parked *parking_index_find(const struct parking_index *index, uint64_t id); /* or NULL */
struct parked *parking_index_add(struct parking_index *index, uint64_t id);	   /* must be new */
void parking_index_remove(struct parking_index *index, uint64_t id);

/* parking_note.c */
uint16_t parking_name(struct parking *parking, const char *name, size_t length);
/* Write the note of a message with 1 to BATCH sockets. */
void parking_write_note(struct parking *parking, struct parked *const *items, size_t n_items);
/* Read the note of the received message; empty if malformed. */
void parking_read_note(struct parking *parking, size_t length, struct note *ret_note);

/* parking_lot.c. A message that would use the reserve is refused. */
int lot_open(struct lot *lot, const int *fds); /* negative descriptors: create the lot */
void lot_close(struct lot *lot);
/* 0 or a negative errno; the second may use the reserve, without which full lots could
 * never be tidied. */
int lot_send(struct lot *lot, const struct buffer *note, const int *fds, size_t n_fds);
int lot_send_at_last(struct lot *lot, const struct buffer *note, const int *fds, size_t n_fds);
/* Peek at the message at that offset in bytes from the start of the queue. Its length, or a
 * negative errno; EAGAIN: there is none. Bytes beyond NOTE_BYTES are cut off. */
ssize_t lot_peek(struct lot *lot, size_t offset, char *note);
/* The same, with new descriptors for the sockets in it (MOST_FDS at most), beginning with the
 * first, as many as may be opened. */
ssize_t lot_peek_fds(struct lot *lot, size_t offset, char *note, int *fds, size_t *ret_n_fds);
/* Remove messages from the front, which closes their sockets. */
void lot_pop(struct lot *lot, uint32_t n_messages);

/* parking_tidy.c */
void parking_look_at_limit(struct parking *parking);
bool parking_is_crowded(const struct parking *parking); /* no more may be in flight */
/* Send in one message to lot 1 or 2; 0 or a negative errno. */
int parking_send(struct parking *parking, struct parked *const *items, size_t n_items);
void parking_start_round(struct parking *parking);
bool parking_is_in_round(const struct parking *parking);
int parking_go_on(struct parking *parking); /* one step of the round; returns as parking_move() */
/* Move the sockets at the front of a lot, from its n_left messages. 0, or a negative errno, and
 * nothing has changed. */
int parking_move(struct parking *parking, struct lot *from);
