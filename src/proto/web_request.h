/* Requests of HTTP that papod-gate passes to papod, and papod's answers: what goes over the socket
 * of a message REQUEST, see gate_message.h. It is a stream of frames, each its length (4 bytes,
 * little endian) and so many bytes:
 *
 *     gate -> papod   the head of the request, in fields of base/pack.h
 *                     its body, which may be empty
 *     papod -> gate   the head of the answer, in such fields
 *                     its content, in any number of frames that are not empty
 *                     an empty frame
 *
 * A stream that ends before the empty frame belongs to a papod that has ended. Unknown fields are
 * skipped, so one of the two programs may be newer than the other. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "proto/http.h"

#define WEB_BODY_BYTES (256 * 1024) /* of a request, at most */
#define WEB_FRAME_BYTES (64 * 1024) /* of any other frame, at most */

/* The texts are the values of fields of HTTP; NULL: the request does not have it. */
struct web_request {
	uint8_t method;	 /* enum http_method */
	bool is_head;	 /* HEAD instead of GET: the gate drops the content */
	bool is_private; /* no one else could read the request on its way */
	struct address address;
	char *target; /* path and query */
	char *accept;
	char *authorization; /* secret */
	char *content_type;
	char *signature; /* HMAC of the body, see web_signature.h */
	char *event;	 /* what happened, of webhooks */
	char *last_event_id;
};

struct web_answer {
	uint32_t status; /* enum http_status */
	char *content_type;
	char *allow;	  /* with 405 */
	uint32_t retry_s; /* Retry-After; 0: none */
	bool wants_token; /* WWW-Authenticate */
	bool has_length;  /* or the end shows it */
	uint64_t content_length;
};

/* Append a frame. */
void web_frame_put(struct buffer *out, const void *bytes, size_t length);
/* Begin one whose bytes follow; the result is for web_frame_end(). */
size_t web_frame_begin(struct buffer *out);
void web_frame_end(struct buffer *out, size_t begun);

/* Append what is content of an answer, in as many frames as it needs; for none of it, nothing: an
 * empty frame is the end of the answer. web_content_end() takes the place of web_frame_end(). */
void web_content_put(struct buffer *out, const void *bytes, size_t length);
void web_content_end(struct buffer *out, size_t begun);

enum web_frame {
	WEB_FRAME_PARTIAL, /* bytes are missing */
	WEB_FRAME_WHOLE,   /* the bytes follow the head of the frame, see web_frame_bytes() */
	WEB_FRAME_BAD,	   /* it is longer than most_bytes */
};
/* Look at the frame at the start. */
enum web_frame web_frame_look(const struct buffer *in, size_t most_bytes, size_t *ret_length);
static inline const char *web_frame_bytes(const struct buffer *in)
{
	return in->bytes + sizeof(uint32_t);
}
void web_frame_drop(struct buffer *in, size_t length);

/* Append the fields. */
void web_request_save(struct buffer *out, const struct web_request *request);
void web_answer_save(struct buffer *out, const struct web_answer *answer);
/* False: malformed. True: the caller calls ..._done(). */
bool web_request_load(const void *bytes, size_t length, struct web_request *ret_request);
bool web_answer_load(const void *bytes, size_t length, struct web_answer *ret_answer);
void web_request_done(struct web_request *request);
void web_answer_done(struct web_answer *answer);
