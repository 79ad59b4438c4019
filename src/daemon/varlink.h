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
	VARLINK_NO,	 /* no such name, or an error from the resolver */
	VARLINK_STRANGE, /* an unknown form of answer */
};

/* The first name; the caller frees. */
enum varlink_answer varlink_read_name(const char *text, size_t length, char **ret_name);
/* Does the answer contain the address? */
enum varlink_answer varlink_read_addresses(
	const char *text, size_t length, const struct address *address);
