/* Asks DNS blocklists about the addresses of clients: all lists at once, and each address once,
 * however many clients have it. What the answers mean is the world's to decide (world/listing.h).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/settings.h"
#include "daemon/resolving.h"

struct blocklists;

/* report: of blocklist_report_put(). */
typedef void (*blocklists_done_fn)(
	void *data, uint64_t session, uint64_t request, const struct buffer *report);

struct blocklists_needs {
	struct loop *loop;
	const struct log *log;
	struct resolving_sockets sockets;
	blocklists_done_fn on_done;
	void *data;
};

struct blocklists *blocklists_new(const struct blocklists_needs *needs);
void blocklists_free(struct blocklists *blocklists);

/* The lists, the socket and the time that the answers may take. */
void blocklists_use(struct blocklists *blocklists, struct settings *settings);

/* An answer that is known already comes at once. */
void blocklists_ask(struct blocklists *blocklists, uint64_t session, uint64_t request,
	const struct address *address);
void blocklists_forget(struct blocklists *blocklists, uint64_t session);

uint64_t blocklists_next_deadline(const struct blocklists *blocklists);
void blocklists_tick(struct blocklists *blocklists);

/* What has become of questions, since the list is in the configuration. */
struct blocklist_count {
	const char *zone;
	uint64_t n_asked;
	uint64_t n_listed; /* with an answer that counts */
	uint64_t n_unanswered;
};

/* False: there are no more lists. */
bool blocklists_count(
	const struct blocklists *blocklists, size_t index, struct blocklist_count *ret_count);
