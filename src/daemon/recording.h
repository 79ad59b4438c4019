/* The events file of --record and --replay.
 *
 *     "papod events 1\n"  then records of base/pack.h:  1 an event, see event_save()
 *                                                       2 the world before them, world_save()
 *
 * It holds everything clients have sent, except passwords: a replay has the answers. A file that
 * ends in the middle of a record (the disk was full, the server was killed) is good up to there. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "world/event.h"
#include "world/outbox.h"

struct recording;

/* A new file that only its owner may read; an old one is overwritten. 0 or a negative errno. */
int recording_create(const char *path, struct recording **ret_recording);
void recording_add(struct recording *recording, const struct event *event);
/* Overwrite the secret, if any, in the last added event, whose outbox this is. NULL is allowed. */
void recording_hide(
	struct recording *recording, const struct event *event, const struct outbox *outbox);
/* Add an event saved by event_save(); and the initial world, which comes first if it is not
 * empty. */
void recording_add_saved(struct recording *recording, const void *bytes, size_t length);
void recording_add_world(struct recording *recording, const void *bytes, size_t length);
/* Write the added records. 0, or a negative errno, which ends the recording. */
int recording_flush(struct recording *recording);
void recording_free(struct recording *recording); /* flushes; NULL is allowed */

enum replay_result {
	REPLAY_OK,
	REPLAY_NO_FILE,
	REPLAY_NOT_A_RECORDING,
	REPLAY_CUT_SHORT, /* all whole events were replayed */
};

/* Replay the events on the recorded world, or an empty one, and print the effects of each. */
enum replay_result replay(const char *path, FILE *out);
