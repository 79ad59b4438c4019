/* The DNS names of clients' addresses. A name counts only if it leads back to the address. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "daemon/resolving.h"

struct resolver;

/* name: NULL if there is none, or none in time. Never called from inside resolver_ask(). */
typedef void (*resolver_done_fn)(void *data, uint64_t session, uint64_t request, const char *name);

struct resolver_needs {
	struct loop *loop;
	const struct log *log;
	struct resolving_sockets sockets;
	resolver_done_fn on_done;
	void *data;
};

struct resolver *resolver_new(const struct resolver_needs *needs);
void resolver_free(struct resolver *resolver);

/* See resolving_use(). */
void resolver_use(struct resolver *resolver, const char *socket);

/* False: too many questions are unanswered, and there will be no answer. */
bool resolver_ask(struct resolver *resolver, uint64_t session, uint64_t request,
	const struct address *address, uint32_t timeout_ms);
void resolver_forget(struct resolver *resolver, uint64_t session);

uint64_t resolver_next_deadline(const struct resolver *resolver);
void resolver_tick(struct resolver *resolver);
