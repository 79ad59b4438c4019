/* Owns former names of channels. */
#include "world/renaming.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/channel.h"
#include "world/world.h"

static const struct field renaming_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(renaming, char *, name) },
	{ 2, FIELD_U64, FIELD_AT(renaming, uint64_t, expires_ms) },
};

static void renaming_free(struct renaming *renaming)
{
	free(renaming->name);
	free(renaming->folded);
	free(renaming);
}

static void forget_renaming(struct world *world, struct renaming *renaming)
{
	map_remove(&world->renamings, renaming);
	list_remove(&renaming->in_channel);
	renaming_free(renaming);
}

static struct renaming *find_renaming(const struct world *world, const char *name)
{
	char folded[CASEMAP_KEY_BYTES];

	casemap_fold_into(world->casemap, folded, name);
	return map_find(&world->renamings, folded);
}

static size_t count_renamings(const struct channel *channel)
{
	const struct renaming *renaming;
	size_t n = 0;

	LIST_EACH (renaming, &channel->renamings, in_channel)
		n++;
	return n;
}

static void put_renaming(struct world *world, struct renaming *renaming)
{
	struct list *before = &renaming->channel->renamings;

	if (count_renamings(renaming->channel) == RENAMINGS)
		forget_renaming(world, LIST_FIRST(before, struct renaming, in_channel));
	renaming->folded = casemap_fold(world->casemap, renaming->name);
	list_add_last(before, &renaming->in_channel);
	map_add(&world->renamings, renaming);
}

void renaming_new(struct world *world, struct channel *channel, const char *name)
{
	uint64_t lifetime_ms = world->settings->rename_redirect_ms;
	struct renaming *renaming;

	if (!lifetime_ms)
		return;
	renaming = mem_new(sizeof(*renaming));
	renaming->channel = channel;
	renaming->name = mem_text(name);
	renaming->expires_ms = world->now_ms + lifetime_ms;
	put_renaming(world, renaming);
}

void renaming_forget(struct world *world, const char *name)
{
	struct renaming *renaming = find_renaming(world, name);

	if (renaming)
		forget_renaming(world, renaming);
}

void renamings_forget_of_channel(struct world *world, struct channel *channel)
{
	while (!list_is_empty(&channel->renamings))
		forget_renaming(
			world, LIST_FIRST(&channel->renamings, struct renaming, in_channel));
}

struct channel *renaming_find(const struct world *world, const char *name)
{
	const struct renaming *renaming = find_renaming(world, name);

	return renaming && world->now_ms < renaming->expires_ms ? renaming->channel : NULL;
}

void renamings_save(struct buffer *out, uint16_t id, const struct channel *channel)
{
	const struct renaming *renaming;

	LIST_EACH (renaming, &channel->renamings, in_channel) {
		size_t record = pack_begin(out, id);

		fields_save(out, renaming_fields, ARRAY_LENGTH(renaming_fields), renaming);
		pack_end(out, record);
	}
}

void renaming_load(struct world *world, struct channel *channel, struct pack record)
{
	struct renaming *renaming = mem_new(sizeof(*renaming));
	struct pack_field field;

	renaming->channel = channel;
	while (pack_next(&record, &field))
		fields_load(renaming_fields, ARRAY_LENGTH(renaming_fields), renaming, &field);
	if (renaming->name && strlen(renaming->name) <= CHANNEL_NAME_BYTES &&
		!find_renaming(world, renaming->name) && !channel_find(world, renaming->name))
		put_renaming(world, renaming);
	else
		renaming_free(renaming);
}
