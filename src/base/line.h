/* One rendered line, shared by everybody who is sent it: immutable, counted.
 * The count is not atomic: lines belong to the loop's thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct line {
	uint32_t refs;
	uint32_t length; /* with its CR LF */
	char bytes[];
};

struct line *line_new(const char *bytes, size_t length); /* one reference, the caller's */
struct line *line_ref(struct line *line);
void line_unref(struct line *line); /* NULL is fine */
