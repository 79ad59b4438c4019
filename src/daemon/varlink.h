/* One call over Varlink to systemd-resolved, as JSON texts that end with a NUL.
 * https://varlink.org, org.freedesktop.resolve1(5) and io.systemd.Resolve. Bytes only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/buffer.h"

/* The calls, their final NUL included. */
void varlink_ask_name(const struct address *address, struct buffer *out);
void varlink_ask_addresses(const char *name, const struct address *like, struct buffer *out);

enum varlink_answer {
	VARLINK_YES,
	VARLINK_NO,	 /* there is no such name, or the resolver says so with an error */
	VARLINK_STRANGE, /* not an answer that we understand */
};

/* The first name, the caller frees. */
enum varlink_answer varlink_read_name(const char *text, size_t length, char **ret_name);
/* Is the address among the answer's? */
enum varlink_answer varlink_read_addresses(
	const char *text, size_t length, const struct address *address);
