/* Connections of proxies whose PROXY header has not arrived yet.
 *
 * Their input stays in the kernel until the header is complete, so each is only a socket: the next
 * process goes on with it as if it had just connected. A connection whose header is malformed, or
 * late, is sent the reason and closed, with a log entry. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/log.h"
#include "net/loop.h"
#include "proto/proxy.h"

struct proxied;

/* One connection. The texts last as long as the call. */
struct proxied_client {
	int fd;
	uint64_t id; /* the caller's */
	const char *listener;
	const struct address *proxy;
};

struct proxied_needs {
	struct loop *loop;
	const struct log *log;
	size_t most; /* connections at once; one more, and the oldest is refused */
	/* The header has arrived and is the start of the unread input, header->length bytes. The
	 * callee owns the descriptor. */
	void (*on_header)(
		void *data, const struct proxied_client *client, const struct proxy_header *header);
	/* The connection was shut down, and is closed next. NULL is allowed. */
	void (*on_gone)(void *data, uint64_t id);
	void *data;
};

struct proxied *proxied_new(const struct proxied_needs *needs);
/* Closes the sockets without shutdown, as the next process may have them. NULL is allowed. */
void proxied_free(struct proxied *proxied);

/* Wait for the header of a connected, non-blocking socket, owned from now on. */
void proxied_add(struct proxied *proxied, const struct proxied_client *client);
/* Refuse a connection from an address that may not send a header; closes the descriptor. */
void proxied_refuse(struct proxied *proxied, const struct proxied_client *client);

size_t proxied_count(const struct proxied *proxied);
typedef void (*proxied_fn)(void *data, const struct proxied_client *client);
void proxied_each(const struct proxied *proxied, proxied_fn call, void *data);

/* The address that counts: the one in the header, or else that of the connection. */
const struct address *proxied_address(
	const struct proxied_client *client, const struct proxy_header *header);
/* Remove the header from the input. False: the connection is lost. */
bool proxied_drop_header(int fd, const struct proxy_header *header);

/* Call in each turn: refuses those whose header is late. */
void proxied_tick(struct proxied *proxied);
uint64_t proxied_next_deadline(const struct proxied *proxied);
