/* All handshakes and requests of web clients under way, and their limits: in time, in number, and
 * for each address.
 *
 * A flood must not keep others out. So a newcomer is never refused: over a limit, the oldest
 * handshake gives way, of the same address (IPv6: of the same /64) or of all. A handshake takes
 * some milliseconds, so only those that are stalled get old; a web client that reads its answer
 * becomes the youngest again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/log.h"
#include "gate/handshake.h"
#include "gate/web.h"
#include "net/loop.h"

struct door;

/* Where a client came in. */
struct door_listener {
	const char *name;
	bool has_tls;
	bool is_web;
	bool is_for_issuers; /* of certificates */
	bool is_private;     /* no one else can read what passes, even without TLS */
};

/* A client that papod can take over. The keys are secret. */
struct door_client {
	int fd;
	const char *listener;
	const struct address *address;
	const struct tls_facts *facts;
	const struct tls_keys *keys; /* NULL: no TLS */
	bool is_web;
	uint8_t protocol; /* of WebSocket, see web.h. The same for the next. */
	uint32_t n_skipped;
};

struct door_needs {
	struct loop *loop;
	const struct log *log;
	struct handshake_needs handshakes;
	struct web_needs requests;
	struct web_needs issuers; /* their requests */
	size_t most;		  /* handshakes at once */
	size_t most_from_source;
	/* A handshake is done, and the request of a web client. The callee owns the descriptor; the
	 * rest lasts as long as the call. */
	void (*on_client)(void *data, const struct door_client *client);
	void *data;
};

struct door *door_new(const struct door_needs *needs);
void door_free(struct door *door); /* closes the sockets; NULL is allowed */

/* A client has connected; the door owns the descriptor. */
void door_accept(struct door *door, int fd, const struct door_listener *listener,
	const struct address *address);

/* Refuse one before its handshake, with a log entry; closes the descriptor. */
void door_refuse(struct door *door, int fd, const struct door_listener *listener,
	const struct address *address, const char *reason);

size_t door_count(const struct door *door); /* handshakes that may still become clients */
/* Call in each turn: ends what has taken too long. */
void door_tick(struct door *door);
uint64_t door_next_deadline(const struct door *door);
