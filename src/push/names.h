/* Looks up the addresses of hosts: at systemd-resolved's socket, or if it does not run, with the C
 * library in a thread. Each host is looked up once for each message, and the addresses that are
 * checked are those that are used. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "net/loop.h"

#define NAMES_MOST 16 /* addresses of a host that count; a host with more has none */

struct lookup;

/* Without addresses, the reason says why. The lookup is freed afterwards. */
typedef void (*lookup_fn)(
	void *data, const struct address *addresses, size_t n_addresses, const char *reason);

struct lookup_needs {
	struct loop *loop;
	const char *resolver; /* the path of systemd-resolved's socket */
	const char *host;
	uint32_t timeout_ms;
	lookup_fn on_done; /* never called before lookup_new() returns */
	void *data;
};

struct lookup *lookup_new(const struct lookup_needs *needs);
void lookup_free(struct lookup *lookup); /* gives up; NULL is allowed */

uint64_t lookup_deadline(const struct lookup *lookup);
/* Its deadline has passed: it is over. */
void lookup_time_out(struct lookup *lookup);
