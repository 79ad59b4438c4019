/* The files of papod.conf, found and read, but not parsed:
 *
 *     papod.conf       may be missing, unless it was named
 *     conf.d/NAME.conf beside it, in the order of their names
 *
 * papod and papod-generator must agree on them, so both read them here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "config/problem.h"
#include "config/settings.h"

/* The names and texts are owned. */
struct config_files {
	struct source *items;
	size_t count;
};

void config_files_done(struct config_files *files);

/* Append a file; the list takes ownership of the text. */
void config_files_add(
	struct config_files *files, enum source_kind kind, const char *name, char *text);

/* Append the main file and its drop-ins. NULL is the default file. Files that cannot be read are
 * problems. */
void config_files_read(struct config_files *files, const char *config, struct problems *problems);

/* The directory of the drop-ins and secrets.ini; the caller frees. NULL: the default file's. */
char *config_files_directory(const char *config);

/* Read a whole regular file as a string; the caller frees. 0, or a negative errno: -EFBIG over the
 * maximum, -EILSEQ a NUL byte in it, -ENODEV not a regular file. ret_mode gets its permissions and
 * may be NULL. */
int config_files_read_one(
	const char *path, size_t max_bytes, char **ret_text, unsigned int *ret_mode);

/* Append what the error means and what to do about it. */
void config_files_explain(const char *path, int error, struct buffer *out);

/* Append the command with which root lets the user papod read the file, or enter the directory. */
void config_files_advise(const char *path, bool is_directory, struct buffer *out);
