/* One CAP message with a list of words, split into as many lines as needed. */
#pragma once

#include "action/command.h"

enum cap_more {
	CAP_MORE_MARKED,  /* all lines but the last have an asterisk: CAP LS 302 */
	CAP_MORE_PLAIN,	  /* each line is a message of its own */
	CAP_MORE_DROPPED, /* what does not fit into one line is left out */
};

struct cap_lines {
	struct call *call;
	const char *verb;
	enum cap_more more;
	struct buffer words;
	bool is_full; /* CAP_MORE_DROPPED: nothing more fits */
};

void cap_lines_begin(
	struct cap_lines *lines, struct call *call, const char *verb, enum cap_more more);
void cap_lines_put(struct cap_lines *lines, const char *word);
void cap_lines_end(struct cap_lines *lines); /* at least one line, even an empty one */

/* The names of capabilities, or "name=value". */
void cap_lines_say(
	struct call *call, const char *verb, uint64_t caps, enum cap_more more, bool with_values);
