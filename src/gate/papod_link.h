/* The connection to papod, and the clients that papod has not taken yet.
 *
 * A client belongs to the gate until papod answers. papod may end at any moment: then the gate
 * connects again and offers all clients that it still has, in their order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "net/loop.h"
#include "proto/gate_message.h"
#include "tls/crypto.h"

struct papod_link;

struct papod_link_needs {
	struct loop *loop;
	const struct log *log;
	struct tls_crypto *crypto; /* for the last line to clients that papod refuses */
	const char *path;	   /* where papod listens; NULL: the gate was started by papod */
	int fd;			   /* then: the socket from papod, owned from now on */
	/* The papod that started this gate has ended, so the gate must end too. */
	void (*on_papod_gone)(void *data);
	/* A message of the kind BANS. */
	void (*on_bans)(void *data, const struct gate_message *message);
	/* Log so much, see struct gate_message; 0 also when papod is lost. NULL is allowed. */
	void (*on_level)(void *data, uint8_t level);
	/* A message of the kind ERASE. */
	void (*on_erase)(void *data, const struct gate_message *message);
	/* A message of the kind FILES. */
	void (*on_files)(void *data, const struct gate_message *message);
	void *data;
};

struct papod_link *papod_link_new(const struct papod_link_needs *needs);
void papod_link_free(struct papod_link *link); /* closes the clients; NULL is allowed */

/* Offer a client: the link sets its number and owns the descriptor, the rest is copied. With too
 * many clients waiting, the oldest one is closed. */
void papod_link_offer(struct papod_link *link, int fd, struct gate_message *client);
/* Say whether clients can verify the certificates, and what they are, now and to each later papod.
 * The facts are copied. */
void papod_link_state(
	struct papod_link *link, enum certificates certificates, const struct buffer *facts);
/* Pass a socket to papod, over which the gate asks for someone with this address. The descriptor
 * stays open here. False: papod is away. */
bool papod_link_ask(struct papod_link *link, int fd, const struct address *address,
	const struct tls_facts *facts);
/* The same for a request of HTTP, see proto/web_request.h. */
bool papod_link_pass(struct papod_link *link, int fd);
/* Ask which of these accounts have ended: they come in an ERASE. What finds no room is dropped. */
void papod_link_owners(const struct papod_link *link, const struct buffer *accounts);
/* Answer a message of the kind FILES. A report that finds no room is lost, as if the gate were
 * away. */
void papod_link_report(const struct papod_link *link, uint64_t number, const struct buffer *report);
size_t papod_link_count(const struct papod_link *link); /* clients without an answer */

/* Call in each turn: connects again. */
void papod_link_tick(struct papod_link *link);
uint64_t papod_link_next_deadline(const struct papod_link *link);
