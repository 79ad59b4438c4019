/* A file system for SQLite whose calls fail when a test says so. */
#pragma once

#include <stdbool.h>

/* All databases that are opened from now on use it. Unless its files have shared memory, what needs
 * some fails. */
void faulty_disk_install(bool has_memory);
void faulty_disk_remove(void);

/* The call with this number, counted from 1, gives this result; 0: none. With is_lasting, all later
 * ones do too, except locks. A write that fails has written half. */
void faulty_disk_fail(long call, int result, bool is_lasting);
long faulty_disk_calls(void);	  /* since then */
bool faulty_disk_is_synced(void); /* nothing was written to any file since a sync */
