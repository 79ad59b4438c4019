/* Owns finding rows of the option table by name. */
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/options.h"

const struct option_table *option_table_find(const char *name)
{
	for (size_t i = 0; i < OPTION_TABLES; i++) {
		const struct option_table *table = option_table_get((enum option_table_id) i);

		if (table->name && strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

const struct option *option_find(const struct option_table *table, const char *path)
{
	for (size_t i = 0; i < table->n_options; i++)
		if (strcmp(table->options[i].path, path) == 0)
			return &table->options[i];
	return NULL;
}

size_t option_group_length(const struct option *option)
{
	const char *dot = strchr(option->path, '.');

	return dot ? (size_t) (dot - option->path) : 0;
}

bool option_is_group(const struct option_table *table, const char *name)
{
	for (size_t i = 0; i < table->n_options; i++) {
		size_t length = option_group_length(&table->options[i]);

		if (length && strlen(name) == length &&
			memcmp(table->options[i].path, name, length) == 0)
			return true;
	}
	return false;
}

bool option_is_read_elsewhere(const char *name)
{
	const struct option *option = option_find(option_table_get(OPTION_TABLE_TOP), name);
	CLEANUP(mem_freep) char *list = mem_text_n(name, strcspn(name, "."));
	const struct option_table *table = option_table_find(list);

	return (option && option->has_other_readers) || (table && table->has_other_readers);
}
