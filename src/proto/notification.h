/* A notification: a datagram with messages that papod sends to channels. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#define NOTIFICATION_BYTES 8192	 /* of a datagram */
#define NOTIFICATION_MESSAGES 32 /* of a datagram: each line to each of its channels */
#define NOTIFICATION_REASON_BYTES 256

/* One line for one channel. */
struct notification_message {
	const char *token;   /* valid, see name_syntax.h; NULL: none was sent */
	const char *channel; /* as sent, with its #; valid in some case mapping */
	const char *text;    /* UTF-8 of any length, not blank, without NUL, CR and LF */
};

struct notification {
	struct notification_message messages[NOTIFICATION_MESSAGES];
	size_t n_messages; /* 0: an empty message of irker, which only opens a connection there */
	struct buffer storage; /* memory of the messages; overwritten when it is freed */
};

/* Parse all messages or none. True: the caller must call notification_done(). False: the reason is
 * a line for humans, in UTF-8, without any token. */
bool notification_parse(const char *bytes, size_t length, char reason[NOTIFICATION_REASON_BYTES],
	struct notification *ret_notification);

void notification_done(struct notification *notification);
