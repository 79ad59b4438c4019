/* Calls of io.systemd.Resolve: to systemd-resolved, or if that does not run, to papod-lookup(8).
 * Each has a connection of its own, because both answer the calls of one connection one after the
 * other. So many are made at once; more of them wait. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "net/loop.h"
#include "proto/resolve_message.h"

struct resolving;
struct resolve_call;

/* Where names are asked for, in this order. */
struct resolving_sockets {
	const char *resolved;
	const char *lookup;
};

#define LOOKUP_SOCKET "/run/papod-lookup/socket"
#define RESOLVING_SOCKETS                                                                          \
	(struct resolving_sockets)                                                                 \
	{                                                                                          \
		RESOLVED_SOCKET, LOOKUP_SOCKET                                                     \
	}

/* Does one of them listen? socket: only this one counts; NULL: all. */
bool resolving_is_possible(const struct resolving_sockets *sockets, const char *socket);

struct resolving_needs {
	struct loop *loop;
	const struct log *log;
	struct resolving_sockets sockets; /* their texts are copied */
	size_t most_at_once;
	size_t most_calls;
};

struct resolving *resolving_new(const struct resolving_needs *needs);
void resolving_stop(struct resolving *resolving); /* no call begins any more: all will be freed */
void resolving_free(struct resolving *resolving); /* when all calls are */

/* Only this socket is asked; NULL: all. */
void resolving_use(struct resolving *resolving, const char *socket);

/* The reply, without its NUL; NULL: none, none in time, or several to one question. Never called
 * from inside resolve_call_new(). The owner frees the call, or asks again; after NULL it must free
 * it. */
typedef void (*resolve_reply_fn)(void *data, const char *text, size_t length);

/* Takes the bytes of the question. NULL: too many calls have no reply. */
struct resolve_call *resolve_call_new(struct resolving *resolving, struct buffer *question,
	uint64_t timeout_ms, resolve_reply_fn on_reply, void *data);
/* After a reply: the next question, on the same connection and within the same time. */
void resolve_call_again(struct resolve_call *call, struct buffer *question);
void resolve_call_free(struct resolve_call *call); /* NULL is allowed */

/* Log that the answers are bad, once until resolving_praise(). */
void resolving_complain(struct resolving *resolving, const char *reason);
void resolving_praise(struct resolving *resolving);

uint64_t resolving_next_deadline(const struct resolving *resolving);
void resolving_tick(struct resolving *resolving);
