/* The call ResolveHostname of systemd-resolved, over Varlink: io.systemd.Resolve. Bytes only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/buffer.h"

/* The call, its final NUL included. */
void resolved_ask(const char *host, struct buffer *out);
/* The addresses of all families, at most so many. False: an error, or no answer of that form. */
bool resolved_read(
	const char *text, size_t length, struct address *addresses, size_t most, size_t *ret_count);
