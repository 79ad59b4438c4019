/* What one of the gate's processes does about uploaded files from time to time: it removes those
 * that have expired or are incomplete, and asks papod which accounts have ended. */
#pragma once

#include <stdint.h>

#include "base/log.h"
#include "gate/papod_link.h"
#include "gate/upload_request.h"
#include "net/loop.h"

struct tidying;

struct tidying_needs {
	struct loop *loop;
	const struct log *log;
	const struct upload_site *site; /* may change between two calls. The same for the next. */
	struct uploads *const *store;
	struct papod_link *link;
};

struct tidying *tidying_new(const struct tidying_needs *needs);
void tidying_free(struct tidying *tidying); /* NULL is allowed */
/* The settings have changed: tidy soon. */
void tidying_begin(struct tidying *tidying);
/* Accounts have ended: a message of the kind ERASE. */
void tidying_erase(const struct tidying *tidying, const struct gate_message *message);

void tidying_tick(struct tidying *tidying);
uint64_t tidying_next_deadline(const struct tidying *tidying);
