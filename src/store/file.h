/* Files of databases, without SQLite. */
#pragma once

#include "store/fault.h"

char *file_path_with(const char *path, const char *ending); /* to be freed */
/* Create an empty file that only its owner can read, in place of any other; SQLite gives the files
 * that belong to it the same mode. 0 or a negative errno. */
int file_make_empty(const char *path);
int file_sync_directory(const char *path); /* that of the file. 0 or a negative errno. */
void file_set_problem(struct store_problem *problem, const char *path, int error);
