/* What DNS blocklists say of a client. The daemon asks them for EFFECT_BLOCKLISTS; what their
 * answers mean is decided here, by the settings in force when they come. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "config/settings.h"
#include "proto/blocklist.h"

struct world;

struct listing {
	enum blocklist_action action; /* the strictest of all lists; NONE: it is in none of them */
	char *where;		      /* "a.example (127.0.0.2), b.example (127.0.0.4)"; or NULL */
	char *reason;		      /* of the list with that action; NULL: none */
};

/* Are lists asked about the address? */
bool listing_is_wanted(const struct world *world, const struct address *address);

/* Is one of these answers of the list one that counts? It is *ret_answer. */
bool listing_counts(const struct blocklist_settings *list, const struct address *answers,
	size_t n_answers, const struct address **ret_answer);

/* The report is one of blocklist_report_put(). */
struct listing listing_read(const struct settings *settings, const char *report, size_t length);
void listing_done(struct listing *listing);
