/* What clients have got before they end: their devices have not missed it. */
#pragma once

#include <stdint.h>

struct connections;
struct engine;

/* The client has got all that it was sent, and has ended. */
void delivered_note(struct engine *engine, uint64_t session);
/* Tell all clients that the server stops, and note who has received everything until then. */
void delivered_stop(
	struct engine *engine, const struct connections *connections, const char *reason);
