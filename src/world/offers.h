/* Features that only some servers have, and that some modes and extended masks need. */
#pragma once

#include <stdbool.h>

struct settings;
struct world;

/* With these settings, which need not be those of the world. */
/* Its database is there; see enum storage_state. */
bool world_has_accounts(const struct world *world, const struct settings *settings);
bool world_has_tls(const struct world *world, const struct settings *settings);
