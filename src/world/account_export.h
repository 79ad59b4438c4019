/* What the database holds about an account, for its owner. */
#pragma once

#include "base/buffer.h"

struct account;
struct world;

/* Write it as JSON, in lines of at most 410 bytes that end with a line feed; no text continues in
 * another line. Neither the password nor what verifies it is in there. */
void account_export(const struct world *world, const struct account *account, struct buffer *out);
