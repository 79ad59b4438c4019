/* Features that only some servers have, and that some modes and extended masks need. */
#pragma once

#include <stdbool.h>

struct world;

enum world_offer {
	WORLD_OFFER_ACCOUNTS = 1 << 0,
	WORLD_OFFER_TLS = 1 << 1,
};

bool world_has_accounts(const struct world *world);
bool world_has_tls(const struct world *world);
