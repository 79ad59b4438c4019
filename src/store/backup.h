/* Copies the database to another file in small steps, between which the connection may write: the
 * copy then contains that, too. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "store/fault.h"

struct backup;

/* The file gets its name when it is complete; one of that name is replaced. */
bool backup_new(sqlite3 *from, const char *path, struct backup **ret_backup,
	struct store_problem *ret_problem);
void backup_free(struct backup *backup); /* NULL is allowed; an incomplete file is removed */
void backup_remove(const char *path);	 /* and what a crash has left of an incomplete one */
/* SQLITE_OK: there is more to do. SQLITE_DONE: the file is complete. Otherwise an error. */
int backup_step(struct backup *backup, struct store_problem *ret_problem);
