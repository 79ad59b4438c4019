/* Owns the fields of the rows of filters. */
#include "world/filter_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/store_row.h"
#include "world/world.h"

/* Numbers from 64 on are never reused. */
static const struct field filter_row_fields[] = {
	{ STORE_MODERATION_TEXT, FIELD_TEXT, FIELD_AT(filter, char *, pattern) },
	{ STORE_MODERATION_SETTER, FIELD_TEXT, FIELD_AT(filter, char *, setter) },
	{ STORE_MODERATION_CREATED, FIELD_U64, FIELD_AT(filter, uint64_t, set_wall_ms) },
	{ 64, FIELD_U8, FIELD_AT(filter, uint8_t, match) },
	{ 65, FIELD_U8, FIELD_AT(filter, uint8_t, action) },
	{ 66, FIELD_U32, FIELD_AT(filter, uint32_t, places) },
	{ 67, FIELD_U64, FIELD_AT(filter, uint64_t, time_ms) },
	{ 68, FIELD_BOOL, FIELD_AT(filter, bool, is_dry) },
	{ 69, FIELD_TEXT, FIELD_AT(filter, char *, reason) },
	{ 70, FIELD_U64, FIELD_AT(filter, uint64_t, n_hits) },
	{ 71, FIELD_U64, FIELD_AT(filter, uint64_t, hit_wall_ms) },
};

bool filter_put_row(const struct world *world, const char *name, struct buffer *out)
{
	const struct filter *filter = filters_find(world, name);

	if (!filter || filter->origin != FILTER_ORIGIN_COMMAND)
		return false;
	fields_save(out, filter_row_fields, ARRAY_LENGTH(filter_row_fields), filter);
	return true;
}

static void free_filter_row(struct filter *fields)
{
	free(fields->pattern);
	free(fields->setter);
	free(fields->reason);
}

static bool is_clean_reason(const char *reason)
{
	return !reason || (!strpbrk(reason, "\r\n") && strlen(reason) <= FILTER_REASON_BYTES);
}

static bool is_possible_row(const char *name, const struct filter *fields)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };

	return filter_name_is_valid(name) && fields->pattern && fields->places &&
	       is_clean_reason(fields->reason) && *filter_match_word(fields->match) &&
	       *filter_action_word(fields->action) &&
	       filter_is_possible(fields->match, fields->action, fields->pattern, &why);
}

bool filter_take_row(struct world *world, const char *name, struct pack pack)
{
	CLEANUP(free_filter_row) struct filter fields = { 0 };
	struct filter *known = filters_find(world, name);
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(filter_row_fields, ARRAY_LENGTH(filter_row_fields), &fields, &field);
	if (!is_possible_row(name, &fields))
		return false;
	if (known)
		return true;
	if (!fields.setter)
		fields.setter = mem_text(world->settings->server_name);
	filter_restore(world, name, &fields);
	return true;
}
