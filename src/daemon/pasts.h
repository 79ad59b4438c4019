/* Both databases of what was said, for EFFECT_HISTORY and EFFECT_RECALL: the one in the state
 * directory, and another one in the runtime directory, for channels that are recorded in memory.
 * systemd keeps that directory, which is on no disk, until the service or the machine stops. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "daemon/past.h"

struct pasts;

struct pasts *pasts_new(const struct past_needs *needs);
void pasts_free(struct pasts *pasts); /* writes what it can; NULL is allowed */

/* The world is there: open the databases, if the settings want them. */
void pasts_begin(struct pasts *pasts);
/* False: it is lost, in one of them at least. */
bool pasts_add(struct pasts *pasts, const struct bytes *request);
void pasts_ask(
	struct pasts *pasts, uint64_t session, uint64_t request, const struct bytes *question);
/* Questions that are no client's, whose answers go to this function. */
#define PASTS_NO_SESSION 0
typedef void (*pasts_reading_fn)(void *data, uint64_t request, const struct buffer *answer);
void pasts_use_readings(struct pasts *pasts, pasts_reading_fn on_answer, void *data);
/* That in the state directory, see past_back_up(). */
bool pasts_back_up(struct pasts *pasts, const char *path, past_backup_fn on_done, void *data,
	const char **ret_reason);
/* Before another program takes over, or a stop: write everything, close the files. */
void pasts_close(struct pasts *pasts);

void pasts_save(const struct pasts *pasts, struct buffer *out, uint16_t id);
void pasts_load(struct pasts *pasts, struct pack record);
void pasts_forget(struct pasts *pasts); /* what was loaded or added, and could not be written yet */

uint64_t pasts_next_deadline(const struct pasts *pasts);
void pasts_tick(struct pasts *pasts);
size_t pasts_waiting_bytes(const struct pasts *pasts); /* not written yet */
