/* The state of the server for humans, in systemctl status. */
#pragma once

#include "base/buffer.h"
#include "daemon/engine.h"
#include "daemon/reload.h"
#include "daemon/sleepers.h"
#include "net/listeners.h"
#include "service/notifier.h"
#include "survival/survival.h"

struct status_needs {
	struct engine *engine;
	struct notifier *notifier;
	/* Each describes its current problems. */
	const struct reload *reload;
	const struct survival *survival;
	const struct sleepers *sleepers;
	const struct listeners *listeners;
};

struct status_counts {
	size_t n_users;
	size_t n_channels;
	uint64_t n_said; /* notifications; the same for refused */
	uint64_t n_refused;
};

/* All zero except for the needs: nothing was sent yet. */
struct status {
	struct status_needs needs;
	bool has_news;		   /* it must be sent again */
	struct status_counts told; /* in the last status */
};

/* Tell the log, the service manager and a person at the terminal that the server is ready. */
void status_announce_start(const struct status *status, const struct log *log, bool is_successor);
void status_describe(const struct status *status, struct buffer *out);
void status_note_news(void *status);			  /* it must be sent again */
void status_tick(struct status *status, uint64_t now_ms); /* the end of a turn */
