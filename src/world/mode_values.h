/* The values of channel modes with a parameter when set: from text and back. */
#pragma once

#include "world/modes.h"

bool set_forward(struct channel *channel, const char *text);
bool set_join_rate(struct channel *channel, const char *text);
bool set_limit(struct channel *channel, const char *text);
bool set_line_rate(struct channel *channel, const char *text);
bool set_slow(struct channel *channel, const char *text);

bool write_forward(const struct channel *channel, struct buffer *out);
bool write_join_rate(const struct channel *channel, struct buffer *out);
bool write_limit(const struct channel *channel, struct buffer *out);
bool write_line_rate(const struct channel *channel, struct buffer *out);
bool write_slow(const struct channel *channel, struct buffer *out);
