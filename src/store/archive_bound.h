/* The most bytes that a history may have. */
#pragma once

#include <stdint.h>

struct archive_tables;

/* 0: any number, as at first. Any thread may say so. */
void archive_bound_set(struct archive_tables *tables, uint64_t most_bytes);
/* Note the removal of some of the oldest rows if there are too many bytes, once earlier removals
 * are done. SQLITE_DONE: there are not. */
int archive_bound_keep(struct archive_tables *tables);
