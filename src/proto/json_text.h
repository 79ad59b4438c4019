/* Texts in JSON. RFC 8259 7. */
#pragma once

#include "base/buffer.h"

/* The text in quotes, or null. Bytes that are not UTF-8 become U+FFFD. */
void json_put_text(struct buffer *out, const char *text);
/* So much of the text as fits into that many bytes, at least 8, in quotes. Returns what is left. */
const char *json_put_part(struct buffer *out, const char *text, size_t most_bytes);
