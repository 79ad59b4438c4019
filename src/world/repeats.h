/* How often users have said nearly the same, lately, for a filter that counts repetitions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "proto/filter_count.h"

struct world;
struct filter;
struct repeats;

void repeats_free(struct repeats *repeats); /* NULL is allowed */

/* Note the text, and forget what has not been repeated for long enough; *repeats is made if it is
 * NULL. True: it was said too often. */
bool repeats_note(struct repeats **repeats, const struct filter_count *limits, uint64_t now_ms,
	const char *text);

void repeats_save(struct buffer *out, uint16_t id, const struct filter *filter);
void repeats_load(struct world *world, struct pack record);
