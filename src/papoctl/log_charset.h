/* Lines of logs in UTF-8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct log_charset;

/* Lines that are not in UTF-8 are in that character set; NULL: Windows-1252. NULL: the system does
 * not know it. */
struct log_charset *log_charset_new(const char *name);
void log_charset_free(struct log_charset *charset); /* NULL is allowed */
/* Write the line to the buffer, which is emptied before. What stands for no character becomes a
 * question mark. False: it was in UTF-8. */
bool log_charset_convert(
	struct log_charset *charset, const char *bytes, size_t length, struct buffer *out);
