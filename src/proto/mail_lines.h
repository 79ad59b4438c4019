/* The lines between papod and papod-mail: papod-mail(8). Each is a JSON object. papod sends one
 * message over a connection and reads one answer.
 *
 * A message comes apart from its headers: nothing in a field can become a header of its own, or end
 * the mail. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "proto/json_lines.h"

#define MAIL_LINE_BYTES JSON_LINE_BYTES
#define MAIL_SUBJECT_BYTES 200		    /* at most */
#define MAIL_TEXT_BYTES 16384		    /* at most */
#define MAIL_TEXT_LINE_BYTES 900	    /* of one line; RFC 5322 2.1.1 allows 998 */
#define MAIL_REASON_BYTES JSON_REASON_BYTES /* why a line was refused; quotes nothing of it */

/* Owned texts. */
struct mail_message {
	char *to;      /* an address of mail_address_is_valid() */
	char *from;    /* likewise; NULL: sendmail's choice */
	char *subject; /* one line of UTF-8 without control characters */
	char *text;    /* UTF-8: lines that end with a line feed, with tabs but no other controls */
};

enum mail_result {
	MAIL_RESULT_SENT,    /* sendmail has taken it */
	MAIL_RESULT_REFUSED, /* trying again is useless */
	MAIL_RESULT_FAILED,
};

struct mail_answer {
	enum mail_result result;
	char *reason; /* for a log; NULL: none. Owned */
};

void mail_message_done(struct mail_message *message); /* overwrites the text */
void mail_answer_done(struct mail_answer *answer);

/* Append a line with its line feed; the buffer is secret. False, and nothing is appended: a text is
 * not as it must be; the reason says which. */
bool mail_format_message(
	const struct mail_message *message, char reason[MAIL_REASON_BYTES], struct buffer *out);
void mail_format_answer(enum mail_result result, const char *reason, struct buffer *out);

/* The line comes without its line feed. Members that are not known are ignored. */
bool mail_parse_message(const char *line, size_t length, char reason[MAIL_REASON_BYTES],
	struct mail_message *ret_message);
bool mail_parse_answer(const char *line, size_t length, char reason[MAIL_REASON_BYTES],
	struct mail_answer *ret_answer);

/* Append the message with its headers, as sendmail -t reads it. RFC 5322, RFC 2045, RFC 2047. */
void mail_write(const struct mail_message *message, struct buffer *out);
