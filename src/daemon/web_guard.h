/* How often addresses may send wrong tokens over HTTP. Networks of IPv6 with 64 bits count as one
 * address. Only so many are remembered: the one that was wrong the longest time ago is forgotten.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define WEB_GUARD_BURST 10   /* wrong tokens at once, */
#define WEB_GUARD_SECONDS 60 /* and in that time so many more */

struct web_guard;

struct web_guard *web_guard_new(void);
void web_guard_free(struct web_guard *guard); /* NULL is allowed */

/* False: it was wrong too often, and may not try now. */
bool web_guard_admits(
	const struct web_guard *guard, const struct address *address, uint64_t now_ms);
void web_guard_note_wrong(struct web_guard *guard, const struct address *address, uint64_t now_ms);
