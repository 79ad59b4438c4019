/* Features that only some servers have, and that some modes and extended masks need. */
#pragma once

#include <stdbool.h>

struct settings;
struct world;

enum world_offer {
	WORLD_OFFER_ACCOUNTS = 1 << 0,
};

/* With these settings, which need not be those of the world. */
bool world_has_accounts(const struct world *world, const struct settings *settings);
bool world_has_tls(const struct world *world, const struct settings *settings);
