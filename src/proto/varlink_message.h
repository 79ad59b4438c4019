/* Messages of Varlink: JSON objects, each followed by a NUL. A call names a method; a reply does
 * not, and may be an error. https://varlink.org/Method-Call */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#define VARLINK_MESSAGE_BYTES 65536 /* at most in a message that papod reads, with the NUL */

/* All of it belongs to the root. */
struct varlink_message {
	json_t *root;
	const char *method; /* NULL: a reply */
	const char *error;  /* of a reply; NULL: none */
	json_t *parameters; /* an object; NULL: none */
	bool is_oneway;	    /* a call without a reply */
	bool is_upgrade;    /* after the reply, the caller would speak another protocol */
	bool wants_more;    /* a call that may be answered by several replies */
	bool is_continued;  /* a reply after which another one follows */
};

/* Without the NUL. False: malformed. */
bool varlink_message_parse(const char *text, size_t length, struct varlink_message *ret_message);
void varlink_message_done(struct varlink_message *message);

/* An unsigned number; false: missing, or something else. */
bool varlink_message_number(
	const struct varlink_message *message, const char *name, uint64_t *ret_number);
/* NULL: missing, or something else. */
const char *varlink_message_text(const struct varlink_message *message, const char *name);

/* Append a message and its NUL. They take ownership of the parameters; NULL: none. */
void varlink_message_put_call(struct buffer *out, const char *method, json_t *parameters);
void varlink_message_put_reply(struct buffer *out, json_t *parameters);
/* A call with "more", and a reply to it that another one follows, if is_continued. */
void varlink_message_put_call_for_more(struct buffer *out, const char *method, json_t *parameters);
void varlink_message_put_part(struct buffer *out, json_t *parameters, bool is_continued);
/* With one parameter, a text. */
void varlink_message_put_error(
	struct buffer *out, const char *error, const char *name, const char *value);
