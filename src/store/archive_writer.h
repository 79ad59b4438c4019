/* The thread that changes the history's file: the only one that writes and checkpoints. */
#pragma once

#include <sqlite3.h>

#include "store/archive_queue.h"
#include "store/archive_tables.h"

struct archive_writer;

/* Does not own its parts. */
struct archive_writer *archive_writer_new(
	sqlite3 *handle, struct archive_tables *tables, struct archive_queue *queue);
void archive_writer_free(struct archive_writer *writer); /* NULL is allowed; not while it runs */
int archive_writer_start(struct archive_writer *writer); /* 0 or a negative errno */
void archive_writer_join(struct archive_writer *writer); /* after archive_queue_stop() */
