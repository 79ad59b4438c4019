/* A store for scenarios: it keeps nothing but which names are taken, and answers at once or when
 * the scenario says so. The real one is tested in tests/unit/store and tests/e2e. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world/changes.h"
#include "world/event.h"

#define FAKE_NAMES 64

struct fake_store {
	struct fake_name {
		enum store_table table;
		uint64_t id;
		char *name; /* owned */
	} names[FAKE_NAMES];
	size_t n_names;
	uint64_t last_ids[STORE_TABLES];
	uint64_t answered; /* the last request */
	bool is_held;	   /* answers wait */
	bool is_failing;
};

void fake_store_done(struct fake_store *store);

/* A row that was stored before the server started. A new account gets its id. */
void fake_store_add(struct fake_store *store, struct store_row *row);

/* The answer to the oldest request without one. False: there is none, or answers are held. */
bool fake_store_answer(
	struct fake_store *store, const struct world *world, struct event *ret_event);
