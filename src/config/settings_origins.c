/* Owns where values come from, and how tables find their structs in the settings. */
#include "config/settings_origins.h"

#include <string.h>

struct origin *settings_origins_of(
	const struct settings_origins *origins, enum option_table_id id, size_t index)
{
	return origins->rows[id] + index * option_table_n_origins(option_table_get(id));
}

const char *origin_file(const struct settings *settings, struct origin origin)
{
	return origin.source ? settings->sources[origin.source - 1].name : NULL;
}

void origin_format(const struct settings *settings, struct origin origin, struct buffer *out)
{
	if (!origin.source) {
		buffer_put_text(out, "default");
		return;
	}
	buffer_put_text(out, origin_file(settings, origin));
	if (origin.line)
		buffer_format(out, ":%u", origin.line);
}

const char *settings_source_name(const struct settings *settings, size_t index)
{
	return index < settings->n_sources ? settings->sources[index].name : NULL;
}

const char *settings_origin(
	const struct settings *settings, const char *option, unsigned int *ret_line)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_TOP);
	size_t index = (size_t) (option_find(table, option) - table->options);
	struct origin origin = settings->origins->rows[OPTION_TABLE_TOP][index];

	*ret_line = origin.line;
	return origin_file(settings, origin);
}

const char *settings_item_origin(const struct settings *settings, const char *list, size_t index,
	const char *option, unsigned int *ret_line)
{
	const struct option_table *table = option_table_find(list);
	const struct origin *origins = settings_origins_of(settings->origins, table->id, index);
	struct origin origin = origins[option_find(table, option) - table->options];

	*ret_line = origin.line;
	return origin_file(settings, origin);
}

void *settings_items(const struct settings *settings, enum option_table_id id, size_t *ret_count)
{
	const struct option_table *table = option_table_get(id);
	struct settings *self;
	void *items;

	if (!table->name) {
		memcpy(&self, &settings, sizeof(self));
		*ret_count = 1;
		return self;
	}
	memcpy(&items, (const char *) settings + table->items_offset, sizeof(items));
	memcpy(ret_count, (const char *) settings + table->count_offset, sizeof(*ret_count));
	return items;
}

void settings_set_items(
	struct settings *settings, enum option_table_id id, void *items, size_t count)
{
	const struct option_table *table = option_table_get(id);

	memcpy((char *) settings + table->items_offset, &items, sizeof(items));
	memcpy((char *) settings + table->count_offset, &count, sizeof(count));
}

const char *settings_item_name(enum option_table_id id, const void *item)
{
	const char *name;

	memcpy(&name, (const char *) item + option_table_get(id)->name_offset, sizeof(name));
	return name;
}

bool *settings_item_spoiled(enum option_table_id id, void *item)
{
	return (bool *) (void *) ((char *) item + option_table_get(id)->spoiled_offset);
}

char **settings_item_secret(enum option_table_id id, void *item)
{
	const struct option_table *table = option_table_get(id);

	return table->secret ? (char **) (void *) ((char *) item + table->secret_offset) : NULL;
}

char **settings_item_second_secret(enum option_table_id id, void *item)
{
	const struct option_table *table = option_table_get(id);

	return table->second_secret
		       ? (char **) (void *) ((char *) item + table->second_secret_offset)
		       : NULL;
}
