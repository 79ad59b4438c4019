/* Filters that operators set, as fields of rows of the database. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "world/filters.h"

/* False: there is no such filter to be stored. */
bool filter_put_row(const struct world *world, const char *name, struct buffer *out);
/* A filter of that name in force stays as it is. False: malformed. */
bool filter_take_row(struct world *world, const char *name, struct pack fields);
