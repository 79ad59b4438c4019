/* The number of clients per address, network and class, for the limits of classes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/list.h"
#include "base/map.h"
#include "base/pack.h"
#include "config/settings.h"

/* Sent to a client when papod has as many as it may have or can serve. */
#define CENSUS_FULL "The server is full, try again later"

struct census {
	struct map places;  /* addresses and networks, by their text */
	struct list recent; /* places with recent connections, the most recent last */
	uint32_t *classes;  /* counts, by index in the settings */
	size_t n_classes;
};

void census_init(struct census *census, uint64_t seed_low, uint64_t seed_high);
void census_done(struct census *census);

/* Reset the counts of classes before they are counted again after a reload. */
void census_reset_classes(struct census *census, size_t n_classes);
void census_add_class(struct census *census, const struct settings *settings,
	const struct class_settings *class, int change);

void census_add_address(struct census *census, const struct address *address);
void census_remove_address(struct census *census, const struct address *address);

/* Count a new connection. The limit of their rate follows from the class's limit of clients. */
void census_note_arrival(struct census *census, const struct class_settings *class,
	const struct address *address, uint64_t now_ms);

/* Why another client of this class may not connect from that address; NULL: it may. */
const char *census_refuse(const struct census *census, const struct settings *settings,
	const struct class_settings *class, const struct address *address, uint64_t now_ms);

bool census_is_in_order(const struct census *census, uint64_t now_ms);

/* Save only the recent connections: connected clients are counted again at load. */
void census_save(struct buffer *out, uint16_t id, const struct census *census);
void census_load(struct census *census, struct pack record);
