/* Which messages were said of late, by id and without their text: so many that whoever wants
 * one of them removed can be told whether it may. IRCv3 message-redaction. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct recent_message {
	uint64_t id;   /* see msgid.h */
	uint64_t user; /* the number of who said it on a channel, or to whom it was said */
	uint32_t rank; /* that who heard it there had at least; 0: everybody did */
};

struct recent {
	struct recent_message *items; /* a ring; their ids ascend */
	uint32_t capacity;	      /* a power of two, or 0 */
	uint32_t first;		      /* where the oldest is */
	uint32_t count;
};

void recent_done(struct recent *recent);
/* At most so many are kept; the oldest are forgotten. The id is higher than any before. */
void recent_add(struct recent *recent, struct recent_message message, size_t most);
const struct recent_message *recent_find(const struct recent *recent, uint64_t id); /* or NULL */
void recent_forget(struct recent *recent, uint64_t id);

void recent_save(struct buffer *out, uint16_t id, const struct recent *recent);
void recent_load(struct recent *recent, struct pack record);
