/* Owns the functions for `.is_offered` of rows. */
#include "world/offers.h"

#include "world/world.h"

bool world_has_accounts(const struct world *world)
{
	return world->offers & WORLD_OFFER_ACCOUNTS;
}

bool world_has_tls(const struct world *world)
{
	return world->offers & WORLD_OFFER_TLS;
}
