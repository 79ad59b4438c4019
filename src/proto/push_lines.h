/* The lines between papod and papod-push: papod-push(8). Each is a JSON object. papod-push begins
 * with its key; then papod sends messages, and papod-push answers each once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#define PUSH_LINE_BYTES 32768 /* at most, without the line feed */
#define PUSH_TEXT_BYTES 3993  /* of a message: RFC 8291 4 allows no more in 4096 bytes */
#define PUSH_ID_BYTES 48      /* at most, of an id */
#define PUSH_TOPIC_BYTES 32   /* RFC 8030 5.4 */
#define PUSH_MOST_MESSAGES 64 /* without an answer, in a connection */
#define PUSH_MOST_TTL 2419200 /* seconds: four weeks, as push services store them */
#define PUSH_REASON_BYTES 256 /* why a line was refused; quotes nothing of it */

enum push_urgency {
	PUSH_URGENCY_LOW,
	PUSH_URGENCY_NORMAL,
	PUSH_URGENCY_HIGH,
};

/* Owned texts. */
struct push_message {
	char *id;	/* of letters, digits and hyphens; never used for another message */
	char *endpoint; /* of push_url_parse() */
	char *p256dh;	/* the keys of push_keys_decode() */
	char *auth;
	char *topic; /* letters of base64url; it replaces one that waits. NULL: none */
	char *text;  /* UTF-8 */
	enum push_urgency urgency;
	uint32_t ttl; /* in seconds */
};

enum push_result {
	PUSH_RESULT_SENT,
	PUSH_RESULT_GONE,   /* the endpoint is not there any more */
	PUSH_RESULT_FAILED, /* this message is lost */
};

/* An answer, or papod-push's key. Owned texts. */
struct push_answer {
	char *key; /* base64url of push_keys.h; NULL: an answer to a message */
	char *id;
	enum push_result result;
	char *reason; /* for a log; NULL: none */
};

const char *push_urgency_name(enum push_urgency urgency);

void push_message_done(struct push_message *message);
void push_answer_done(struct push_answer *answer);

/* Append a line with its line feed. */
void push_format_message(const struct push_message *message, struct buffer *out);
void push_format_key(const char *key, struct buffer *out);
void push_format_answer(
	const char *id, enum push_result result, const char *reason, struct buffer *out);

/* The line comes without its line feed. Members that are not known are ignored. */
bool push_parse_message(const char *line, size_t length, char reason[PUSH_REASON_BYTES],
	struct push_message *ret_message);
bool push_parse_answer(const char *line, size_t length, char reason[PUSH_REASON_BYTES],
	struct push_answer *ret_answer);
