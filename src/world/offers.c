/* Owns the functions for `.is_offered` of rows. */
#include "world/offers.h"

#include "world/world.h"

bool world_has_accounts(const struct world *world, const struct settings *settings)
{
	(void) settings;
	return world->storage >= STORAGE_FAILING;
}

bool world_has_tls(const struct world *world, const struct settings *settings)
{
	(void) world;
	return settings_have_tls(settings);
}
