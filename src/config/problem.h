/* All problems of a configuration, for humans. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct problem {
	char *file;	   /* NULL: not about one file */
	unsigned int line; /* 1-based; 0: not about one line */
	char *option;	   /* NULL: not about one option */
	char *text;	   /* what was found, what is allowed, similar names */
	bool is_warning;
};

struct problems {
	struct problem *items;
	size_t count;
	size_t n_errors; /* the count without warnings */
};

void problems_done(struct problems *problems);

/* The place of a problem, as in struct problem. */
struct problem_place {
	bool is_warning;
	const char *file;
	unsigned int line;
	const char *option;
};
void problems_add_at(struct problems *problems, const struct problem_place *place,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with the place as single arguments, then the format and its values. */
#define problems_add(problems, is_warning, file, line, option, ...)                                \
	problems_add_at((problems),                                                                \
		&(const struct problem_place){ (is_warning), (file), (line), (option) },           \
		__VA_ARGS__)

/* One line, without newline: "/etc/papod/papod.conf:12: limits.nick_length: found ..." */
void problem_format(const struct problem *problem, struct buffer *out);
