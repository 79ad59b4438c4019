/* Owns the step from the list bans of the settings to bans of the world.
 *
 * A ban that an operator has set already becomes the configuration's, and so loses its end. */
#include "action/configured_bans.h"

#include <string.h>

#include "action/banning.h"
#include "base/cleanup.h"

static bool is_ban_listed(const struct settings *settings, const struct ban *ban)
{
	for (size_t i = 0; i < settings->n_bans; i++)
		if (settings->bans[i].ban_kind == ban->kind &&
			strcmp(settings->bans[i].mask, ban->mask) == 0)
			return true;
	return false;
}

static void end_unlisted_bans(struct world *world)
{
	struct ban *ban;

	ORDERED_EACH (ban, &world->bans.all)
		if (ban->origin == BAN_ORIGIN_CONFIGURATION && !is_ban_listed(world->settings, ban))
			ban_free(&world->bans, ban);
}

static void put_ban_place(const struct settings *settings, size_t index, struct buffer *out)
{
	unsigned int line = 0;
	const char *file = settings_item_origin(settings, "bans", index, "mask", &line);

	buffer_format(out, "%s:%u", file, line);
}

static void set_listed_ban(struct world *world, size_t index)
{
	const struct ban_settings *listed = &world->settings->bans[index];
	struct ban *ban = bans_find(world, listed->ban_kind, listed->mask);
	CLEANUP(buffer_done) struct buffer place = { 0 };

	put_ban_place(world->settings, index, &place);
	if (!ban)
		ban = ban_new(world, listed->ban_kind, listed->mask, place.bytes, listed->reason);
	ban_set_configured(&world->bans, ban, place.bytes, listed->reason);
}

void configured_bans_apply(struct world *world, struct outbox *outbox, const struct settings *old)
{
	uint64_t first = world->next_number + 1;

	end_unlisted_bans(world);
	for (size_t i = 0; i < world->settings->n_bans; i++)
		set_listed_ban(world, i);
	if (settings_exempt_differ(old, world->settings))
		first = 0;
	if (ordered_last_number(&world->bans.all) >= first)
		banning_enforce_since(world, outbox, first);
}
