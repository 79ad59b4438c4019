/* The tags that the server puts in front of lines, one row each. Which of them a session gets
 * depends on its capabilities; the rows are grouped by these, so that a line is written once for
 * each set of groups that a recipient wants. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct fanout;

/* A line that was sent before. The texts are borrowed; NULL: none. */
struct past_line {
	uint64_t wall_ms;
	uint64_t id;
	uint64_t birth; /* of the world that drew the id */
	const char *account;
	const char *relay;
	const char *operator_name;
	bool is_operator;
	bool is_bot;
	bool is_context; /* of the line before it, IRCv3 chathistory */
};

/* Another text of a message. IRCv3 message-edit. The text is borrowed. */
struct edit {
	uint64_t id;
	const char *text;
};

enum tag_group {
	TAG_GROUP_TIME,
	TAG_GROUP_GENERAL,
	TAG_GROUP_ACCOUNT,
	TAG_GROUP_OPER,
	TAG_GROUP_BATCH,
	TAG_GROUP_RELAY,
	TAG_GROUPS,
};

/* The number of sets of groups. */
#define TAG_SETS (1u << TAG_GROUPS)

/* The name of each tag, for the documents; NULL after the last. */
const char *line_tag_name(size_t index);

uint8_t line_tags_wanted(uint64_t caps);	   /* by a session with these capabilities */
uint8_t line_tags_of(const struct fanout *fanout); /* the groups that the line has */
/* "@time=...;account=... ", or nothing. */
void line_tags_put(const struct fanout *fanout, uint32_t set, struct buffer *out);
