/* The lines of a log, of which some kilobytes are in memory at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct log_lines;

/* NULL: errno says why. Links and what is no file are not opened. */
struct log_lines *log_lines_open(const char *path);
void log_lines_close(struct log_lines *lines); /* NULL is allowed */
/* The next line, without its end, until the next call. Of a line that is too long there is only the
 * begin. False: there is none, or errno is not 0. */
bool log_lines_next(
	struct log_lines *lines, const char **ret_bytes, size_t *ret_length, bool *ret_is_cut);
