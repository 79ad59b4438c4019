/* Calls of SQLite that fail when a test says so: FAULTY_CALLS in room.mk lets the linker put these
 * in their place. Those that SQLite makes by itself are not among them. */
#pragma once

#include <stdbool.h>

/* The call with this number, counted from 1, reports a failure; 0: none. With is_after it is
 * carried out before. */
void faulty_calls_fail(long call, bool is_after);
long faulty_calls_made(void); /* since then */

/* The next checkpoints fail, which are not counted above. */
void faulty_calls_fail_checkpoints(long n);
long faulty_calls_checkpoints(void); /* since then */

/* Connections that are opened from now on wait so long for a lock at most; 0: as long as they want.
 */
void faulty_calls_wait_at_most(int ms);
