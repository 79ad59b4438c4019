/* The numbers of messages in the index of words. Those from 1 on have the order of ids. What was
 * imported is counted below 0, in the order in which it came. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* So much room is below 0. */
#define ARCHIVE_FIRST_IMPORTED (-(INT64_C(1) << 40))

struct archive_numbers;

/* Results of SQLite. */
int archive_numbers_new(sqlite3 *handle, struct archive_numbers **ret_numbers);
void archive_numbers_free(struct archive_numbers *numbers); /* NULL is allowed */

/* The lowest number of a message with a higher id, if none has one the number behind the last. */
int archive_numbers_behind(struct archive_numbers *numbers, uint64_t id, int64_t *ret_number);
/* Is there a message that was imported? */
int archive_numbers_has_imported(struct archive_numbers *numbers, bool *ret_has);
