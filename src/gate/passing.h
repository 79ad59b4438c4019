/* Requests of HTTP that papod answers, such as those for its metrics. Each goes over a connection
 * of its own, see proto/web_request.h. papod may be away for a moment: it is asked until it has the
 * request, and not again after that, because it may have carried it out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "gate/papod_link.h"
#include "net/loop.h"
#include "proto/web_request.h"

struct passing;
struct passed;

#define PASSING_MS 8000			  /* after which papod must have begun to answer */
#define PASSING_BODIES (16 * 1024 * 1024) /* bytes of bodies that wait here, at most */

/* What comes next of an answer. */
enum passed_part {
	PASSED_WAITS,	/* on_news() follows */
	PASSED_HEAD,	/* see passed_answer() */
	PASSED_CONTENT, /* see passed_content() */
	PASSED_END,
	PASSED_LOST, /* papod is away, does not answer, or has ended in the middle */
};

struct passing *passing_new(struct loop *loop, struct papod_link *link);
void passing_free(struct passing *passing); /* without requests; NULL is allowed */

/* NULL: there are too many, or a quarter of these from this address. */
struct passed *passed_new(struct passing *passing, const struct address *address,
	void (*on_news)(void *data), void *data);
/* More bytes of its body have come, and take room until papod has them. False: there is none,
 * likewise. */
bool passed_reserve(struct passed *passed, size_t n_bytes);
void passed_free(struct passed *passed); /* NULL is allowed */

/* Begin with the body complete; both are copied. */
void passed_begin(
	struct passed *passed, const struct web_request *request, const struct buffer *body);
/* Take the next part. What was taken before is gone. */
enum passed_part passed_take(struct passed *passed);
const struct web_answer *passed_answer(const struct passed *passed);
const char *passed_content(const struct passed *passed, size_t *ret_length);

void passing_tick(struct passing *passing);
uint64_t passing_next_deadline(const struct passing *passing);
