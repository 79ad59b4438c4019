/* Two answers to one question become one, as a single store would have answered. */
#pragma once

#include "base/buffer.h"
#include "proto/history_query.h"

void history_merge(const struct history_query *query, const struct buffer *one,
	const struct buffer *other, struct buffer *out);
