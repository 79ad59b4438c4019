/* Questions of the core to helpers that are not answered yet. They are stored until then, because a
 * new process asks them again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "world/outbox.h"

struct asked {
	uint32_t kind; /* enum effect_kind */
	uint64_t session;
	struct request request; /* its texts are owned */
};

/* All zero is an empty table. */
struct requests {
	struct asked *asked; /* oldest first */
	size_t count;
};

void requests_done(struct requests *requests);
void requests_add(struct requests *requests, uint32_t kind, uint64_t session,
	const struct request *request); /* copies the request */
void requests_remove(struct requests *requests, uint64_t request);
void requests_forget(struct requests *requests, uint64_t session);

void requests_save(struct buffer *out, uint16_t id, const struct requests *requests);
void requests_load(struct requests *requests, struct pack record);
