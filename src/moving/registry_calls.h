/* The calls by which papoctl gives accounts and channels to a running papod: some at a time, and
 * all accounts first, because channels refer to them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "moving/registry.h"

#define REGISTRY_CALL_RECORDS 64

struct registry_call {
	json_t *parameters; /* owned */
	/* In the order of the results. A large entry has several records in a row. */
	struct registry_entry *entries[REGISTRY_CALL_RECORDS];
	size_t n_records;
};

/* Where it goes on; all zero at the start. */
struct registry_cursor {
	bool is_at_channels;
	size_t index;
	size_t part; /* of a large entry */
};

/* False: there is nothing left. The last call was answered: what papod has refused is left out. */
bool registry_next_call(const struct registry *registry, struct registry_cursor *cursor,
	struct registry_call *ret_call);
void registry_call_done(struct registry_call *call);

/* "account ana: its password, 2 nicknames", for a dry run. */
void registry_describe(const struct registry_entry *entry, struct buffer *out);
