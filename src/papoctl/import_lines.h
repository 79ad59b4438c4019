/* Lines of one channel's logs on their way to papod, many in a call. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "moving/bouncer_log.h"
#include "papoctl/import_files.h"

/* How many lines came to which end. */
struct import_counts {
	uint64_t n_new;
	uint64_t n_present;
	uint64_t n_too_old;
	uint64_t n_too_new;
	uint64_t n_unfit;
};

struct import_lines {
	const struct import_call *call;
	const char *channel;
	struct import_counts counts; /* what papod said of them */
	bool is_without_papod;	     /* a dry run: all of them are new */
	bool is_continued;	     /* papod has noted the import */
	json_t *messages;	     /* of the next call */
	size_t n_bytes;		     /* about so many, as JSON */
};

/* Where a line is in its second. */
struct import_place {
	int64_t second; /* since 1970 */
	uint64_t position;
	uint64_t copy; /* of a line that is the same */
};

/* Does papod take the line? Texts of calls have a limit. */
bool import_lines_fit(const struct bouncer_line *line);
/* 0, or an exit status after a message. */
int import_lines_add(struct import_lines *lines, const struct bouncer_line *line,
	const struct import_place *place);
/* Send what was added; NULL is allowed in `messages`. */
int import_lines_send(struct import_lines *lines);
void import_lines_done(struct import_lines *lines);
