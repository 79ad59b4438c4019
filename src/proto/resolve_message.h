/* The calls of io.systemd.Resolve that papod makes and papod-lookup answers, and their replies, as
 * messages of Varlink: org.freedesktop.resolve1(5), io.systemd.Resolve. Bytes only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/buffer.h"

/* Where systemd-resolved answers. */
#define RESOLVED_SOCKET "/run/systemd/resolve/io.systemd.Resolve"

#define RESOLVE_CALL_BYTES 4096 /* at most in a call that is read, with the NUL */
#define RESOLVE_HOST_BYTES 255	/* in the name of a host, with the NUL */

/* The calls, their final NUL included. */
void resolve_ask_name(const struct address *address, struct buffer *out);
/* ADDRESS_FAMILY_NONE: addresses of both families. */
void resolve_ask_addresses(const char *host, enum address_family family, struct buffer *out);

enum resolve_answer {
	RESOLVE_ANSWER_YES,
	RESOLVE_ANSWER_NO,	/* there is none */
	RESOLVE_ANSWER_FAILED,	/* the resolver could not find out */
	RESOLVE_ANSWER_STRANGE, /* an unknown form of answer */
};

/* The first name; the caller frees. */
enum resolve_answer resolve_read_name(const char *text, size_t length, char **ret_name);
/* The addresses, at most so many; YES: at least one. */
enum resolve_answer resolve_read_addresses(
	const char *text, size_t length, struct address *addresses, size_t most, size_t *ret_count);

/* A call that is read. */
struct resolve_question {
	bool is_for_name; /* of the address; otherwise, addresses of the host */
	struct address address;
	char host[RESOLVE_HOST_BYTES];
	enum address_family family; /* NONE: both */
};

/* Without the NUL. False: the call is refused, with the reply that was put into out. */
bool resolve_read_call(
	const char *text, size_t length, struct resolve_question *ret_question, struct buffer *out);

/* The replies, their final NUL included. */
void resolve_put_name(const char *name, struct buffer *out);
void resolve_put_addresses(
	const char *host, const struct address *addresses, size_t count, struct buffer *out);
/* NO: there is no such record; otherwise, the name servers did not tell. */
void resolve_put_failure(enum resolve_answer answer, struct buffer *out);
void resolve_put_timeout(struct buffer *out);
/* A call that never becomes whole, or is no call at all. */
void resolve_put_refusal(struct buffer *out);
