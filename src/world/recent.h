/* The ids of recent messages, without their text, to decide who may redact or edit a message.
 * IRCv3 message-redaction, message-edit. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct recent_message {
	uint64_t id;   /* see msgid.h */
	uint64_t user; /* the number of its author on a channel, or of its recipient */
	uint32_t rank; /* the lowest rank of its recipients; 0: all members */
	bool is_fixed; /* it has no text of its author that could be edited */
};

struct recent {
	struct recent_message *items; /* a ring; their ids ascend */
	uint32_t capacity;	      /* a power of two, or 0 */
	uint32_t first;		      /* index of the oldest */
	uint32_t count;
};

void recent_done(struct recent *recent);
/* Beyond `most` messages the oldest are forgotten. The id must be higher than all before. */
void recent_add(struct recent *recent, struct recent_message message, size_t most);
const struct recent_message *recent_find(const struct recent *recent, uint64_t id); /* or NULL */
void recent_forget(struct recent *recent, uint64_t id);

void recent_save(struct buffer *out, uint16_t id, const struct recent *recent);
void recent_load(struct recent *recent, struct pack record);
