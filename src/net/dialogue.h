/* A dialogue with another program on this machine over a stream socket: bytes that were read and
 * not used yet, and bytes that are not sent yet. A message ends with a delimiter, such as a line
 * feed or a NUL. Its owner limits both buffers: nothing is dropped here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "net/loop.h"

/* All zero is closed. Both buffers may be secret; their memory is given back when they are empty.
 */
struct dialogue {
	int fd;
	struct loop_watch *watch; /* NULL: closed */
	struct buffer in;
	size_t n_taken;	   /* bytes of in */
	struct buffer out; /* put messages there, and flush */
};

/* Take over the descriptor, which does not block, and watch for input, and for room if there is
 * output already. 0, or a negative errno: it is closed. */
int dialogue_open(
	struct dialogue *dialogue, struct loop *loop, int fd, loop_ready_fn on_ready, void *data);
void dialogue_close(struct dialogue *dialogue); /* empties both buffers, too; may be closed */
bool dialogue_is_open(const struct dialogue *dialogue);

/* Each returns 0, or a negative errno: the connection is lost, and the caller closes it. -EPIPE:
 * the other program has closed it. */
int dialogue_flush(struct dialogue *dialogue); /* and watch for room while there is output */
int dialogue_read(struct dialogue *dialogue);  /* once, and at most 16 KiB */
/* What the events of the watch call for: flush, and read. An answer can be read although nothing
 * can be sent any more. */
int dialogue_go_on(struct dialogue *dialogue, uint32_t events);

/* The next message, without its delimiter; NULL: it is incomplete. Valid until the next call, and
 * until the dialogue reads or is closed. */
const char *dialogue_next(struct dialogue *dialogue, char delimiter, size_t *ret_length);
/* Bytes that were read, and are in no message that was taken. */
size_t dialogue_left(const struct dialogue *dialogue);
