/* Texts in JSON. RFC 8259 7. */
#pragma once

#include "base/buffer.h"

/* The text in quotes, or null. Bytes that are not UTF-8 become U+FFFD. */
void json_put_text(struct buffer *out, const char *text);
