/* Compares the messages of a datagram, or the reason of its refusal, with a text. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

/* A token that is valid. */
#define TOKEN "0123456789abcdef"
#define TOO_MANY_MESSAGES                                                                          \
	"too many messages: at most 32, counting each line once for each of its channels"

/* Each message is a line: "TOKEN|#channel|text". */
void assert_bytes_say(const char *bytes, size_t length, const char *messages);
void assert_says(const char *text, const char *messages);

void assert_bytes_refused(const char *bytes, size_t length, const char *why);
void assert_refused(const char *text, const char *why);

/* Append the text so many times. */
void put_often(struct buffer *out, const char *text, int times);
