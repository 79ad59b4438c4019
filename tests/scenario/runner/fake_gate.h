/* What a gate reports of uploaded files, at once and always the same: the account 1 has thirteen
 * files, the account 2 has one, and no gate answers a question about others. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "world/outbox.h"

/* The status of the answer to an EFFECT_UPLOADS, and its text, which the caller frees. */
uint64_t fake_gate_report(const struct request *request, struct buffer *text);
