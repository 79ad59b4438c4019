/* The DNS names of clients' addresses. papod asks systemd-resolved through its socket, without
 * blocking, with one short connection per client; without systemd-resolved, the worker asks the C
 * library. A name counts only if it leads back to the address. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/log.h"
#include "net/loop.h"

struct resolver;

/* name: NULL if there is none, or none in time. Never called from inside resolver_ask(). */
typedef void (*resolver_done_fn)(void *data, uint64_t session, uint64_t request, const char *name);

struct resolver_calls {
	resolver_done_fn on_done;
	void *data;
};

#define RESOLVER_SOCKET "/run/systemd/resolve/io.systemd.Resolve"

/* Does systemd-resolved answer there? papod.service has no network access to ask others. */
bool resolver_has_resolved(const char *socket_path);

/* 0 or a negative errno. */
int resolver_new(struct loop *loop, const struct log *log, const char *socket_path,
	const struct resolver_calls *calls, struct resolver **ret_resolver);
void resolver_free(struct resolver *resolver);

/* False: too many questions are unanswered, and there will be no answer. */
bool resolver_ask(struct resolver *resolver, uint64_t session, uint64_t request,
	const struct address *address, uint32_t timeout_ms);
void resolver_forget(struct resolver *resolver, uint64_t session);

uint64_t resolver_next_deadline(const struct resolver *resolver);
void resolver_tick(struct resolver *resolver);
