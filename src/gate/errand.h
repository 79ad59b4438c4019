/* What a request wants that no page answers: the steps of an upload, or of a request that papod
 * answers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "proto/tls_facts.h"

/* Where the request comes from. */
struct errand_peer {
	const struct address *address;
	const struct tls_facts *facts; /* version 0: no TLS */
	bool is_private;	       /* with TLS, or inside of the machine */
	void (*on_answer)(void *data); /* papod has answered: go_on() is next */
	void *data;
};

enum errand_step {
	ERRAND_STEP_ANSWERED, /* the answer is complete; the connection is closed behind it */
	ERRAND_STEP_FILE,     /* its head is in the answer; the rest is that of the file */
	ERRAND_STEP_ASKS,     /* until on_answer() */
	ERRAND_STEP_RECEIVES, /* the body, see take(). An answer is to be sent before */
	ERRAND_STEP_PART,     /* of an answer: go_on() when it is sent */
};

struct errand_answer {
	struct buffer head; /* or all of it */
	/* ERRAND_STEP_FILE: what follows is owned by the caller */
	int fd;
	uint64_t length;
};

struct errand;

struct errand_kind {
	/* What is to be sent is appended to the answer, here and below. */
	enum errand_step (*go_on)(struct errand *errand, struct buffer *answer);
	/* Bytes of the body; those behind its end are not wanted. */
	enum errand_step (*take)(
		struct errand *errand, const void *bytes, size_t length, struct buffer *answer);
	/* It took too long, and its client is closed next. */
	void (*time_out)(const struct errand *errand, struct buffer *answer);
	void (*free)(struct errand *errand);
};

/* The first member of each. */
struct errand {
	const struct errand_kind *kind;
};

static inline void errand_free(struct errand *errand) /* NULL is allowed */
{
	if (errand)
		errand->kind->free(errand);
}
