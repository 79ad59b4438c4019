/* How many clients come from where: the numbers behind the limits of classes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/map.h"
#include "config/settings.h"

struct census {
	struct map places; /* addresses and networks, by their text */
	uint32_t *classes; /* by index in the settings */
	size_t n_classes;
};

void census_init(struct census *census, uint64_t seed_low, uint64_t seed_high);
void census_done(struct census *census);

/* Forget the classes; they are counted anew after a reload. */
void census_reset_classes(struct census *census, size_t n_classes);
void census_add_class(struct census *census, const struct settings *settings,
	const struct class_settings *class, int change);

void census_add_address(struct census *census, const struct address *address);
void census_remove_address(struct census *census, const struct address *address);

/* Why one more client of this class may not come from there; NULL: it may. */
const char *census_refuse(const struct census *census, const struct settings *settings,
	const struct class_settings *class, const struct address *address);
