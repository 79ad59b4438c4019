/* A notification: what a datagram asks papod to say in channels. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#define NOTIFICATION_BYTES 8192	 /* of a datagram */
#define NOTIFICATION_MESSAGES 32 /* of a datagram: each line to each of its channels */
#define NOTIFICATION_REASON_BYTES 256

/* One line for one channel. */
struct notification_message {
	const char *token;   /* as name_syntax.h allows it; NULL: none was sent */
	const char *channel; /* as it was sent, with its #; valid in some case mapping */
	const char *text;    /* UTF-8 of any length, not blank, without NUL, CR and LF */
};

struct notification {
	struct notification_message messages[NOTIFICATION_MESSAGES];
	size_t n_messages; /* 0: an empty message of irker's, which only opens a connection there */
	struct buffer storage; /* what the messages point at; overwritten when it is freed */
};

/* All messages or none. True: the caller calls notification_done(). False: the reason is a line
 * for people, in UTF-8, without any token. */
bool notification_parse(const char *bytes, size_t length, char reason[NOTIFICATION_REASON_BYTES],
	struct notification *ret_notification);

void notification_done(struct notification *notification);
