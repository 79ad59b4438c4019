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
/* What came of the event that was added last: if it has a secret, that is overwritten. NULL is
 * fine. */
void recording_hide(
	struct recording *recording, const struct event *event, const struct outbox *outbox);
/* The same from what event_save() wrote; and the world that they happen to, if it
 * is not an empty one: then it comes first. */
void recording_add_saved(struct recording *recording, const void *bytes, size_t length);
void recording_add_world(struct recording *recording, const void *bytes, size_t length);
/* Writes what has been added. 0 or a negative errno: then the recording is over. */
int recording_flush(struct recording *recording);
void recording_free(struct recording *recording); /* flushes; NULL is fine */

enum replay_result {
	REPLAY_OK,
	REPLAY_NO_FILE,
	REPLAY_NOT_A_RECORDING,
	REPLAY_CUT_SHORT, /* all whole events were replayed */
};

/* Let the world, or an empty one, live through the events, and print each one's effects. */
enum replay_result replay(const char *path, FILE *out);
