/* What the server has told its clients and an input cannot know: clients may say it. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "base/line.h"

#define HEARD_IDS 8

struct heard {
	char ids[HEARD_IDS][32]; /* of messages, the newest first */
	char code[16];		 /* that confirms a DROP or a TRANSFER */
};

void heard_note(struct heard *heard, const struct line *line);
/* $0 is the newest id of a message, $7 the eighth, $c the code. */
void heard_fill(const struct heard *heard, const char *text, struct buffer *out);
