/* The lines between papod and an outside checker of passwords and tokens: papod-checker(7). Each is
 * a JSON object. papod writes requests and reads answers, a checker the reverse. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/json_lines.h"

#define CHECKER_LINE_BYTES JSON_LINE_BYTES
#define CHECKER_NAME_BYTES 255		       /* of the account in an answer, at most */
#define CHECKER_MOST_REQUESTS 64	       /* of a connection that have no answer yet */
#define CHECKER_REASON_BYTES JSON_REASON_BYTES /* why a line was refused; quotes nothing of it */
#define CHECKER_MOST_ID INT64_MAX	       /* ids are positive */

enum checker_kind {
	CHECKER_KIND_UNKNOWN, /* of a later papod */
	CHECKER_KIND_PASSWORD,
	CHECKER_KIND_TOKEN,
};

enum checker_text {
	CHECKER_TEXT_ACCOUNT, /* with a token: NULL unless the client named one */
	CHECKER_TEXT_PASSWORD,
	CHECKER_TEXT_MECHANISM, /* of SASL, with a token */
	CHECKER_TEXT_TOKEN,
	CHECKER_TEXT_TOKEN_TYPE,
	CHECKER_TEXT_ADDRESS,	  /* of the client */
	CHECKER_TEXT_CERTIFICATE, /* of the client: its SHA-256 in hexadecimal digits */
	CHECKER_TEXT_LISTENER,
	CHECKER_TEXT_COUNT
};

struct checker_request {
	uint64_t id;
	enum checker_kind kind;
	bool uses_tls;
	char *texts[CHECKER_TEXT_COUNT]; /* owned; NULL: the line has none */
};

enum checker_result {
	CHECKER_RESULT_OK,
	CHECKER_RESULT_NO,
	CHECKER_RESULT_BUSY,  /* try again */
	CHECKER_RESULT_ERROR, /* the same, and something is wrong with the checker */
};

struct checker_answer {
	uint64_t id;
	enum checker_result result;
	char *account; /* OK: who it is, without control characters; else NULL. Owned, as the next
			*/
	char *text;    /* for a log; NULL: none */
};

void checker_request_done(struct checker_request *request); /* overwrites secrets */
void checker_answer_done(struct checker_answer *answer);

/* Append a line with its line feed to a buffer, which is secret. False, and nothing is appended: a
 * text is not UTF-8, or the line is too long. */
bool checker_format_request(const struct checker_request *request, struct buffer *out);
bool checker_format_answer(const struct checker_answer *answer, struct buffer *out);

/* The line comes without its line feed. Members that are not known are ignored. */
bool checker_parse_request(const char *line, size_t length, char reason[CHECKER_REASON_BYTES],
	struct checker_request *ret_request);
bool checker_parse_answer(const char *line, size_t length, char reason[CHECKER_REASON_BYTES],
	struct checker_answer *ret_answer);
