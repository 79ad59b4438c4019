/* Owns finding the place of a problem among the origins of values. */
#include "config/draft_problem.h"

#include "base/cleanup.h"

static size_t option_index(enum option_table_id id, const char *path)
{
	const struct option_table *table = option_table_get(id);

	return (size_t) (option_find(table, path) - table->options);
}

struct origin draft_item_origin(const struct draft_item *item, const char *option)
{
	const struct draft_list *items = &item->draft->lists[item->id];

	return draft_list_origins(items, item->index)[option_index(item->id, option)];
}

struct origin draft_top_origin(const struct draft *draft, const char *path)
{
	return draft->origins[option_index(OPTION_TABLE_TOP, path)];
}

void draft_add_problem(const struct draft *draft, bool is_warning, struct origin origin,
	const char *option, const char *text)
{
	problems_add(draft->problems, is_warning, origin_file(draft->settings, origin), origin.line,
		option, "%s", text);
}

/* All values of an entry are in one file. */
static struct origin find_item_place(const struct draft_item *item)
{
	const struct origin *origins =
		draft_list_origins(&item->draft->lists[item->id], item->index);
	size_t n_options = option_table_get(item->id)->n_options;
	struct origin first = { 0 };

	for (size_t i = 0; i < n_options; i++)
		if (origins[i].source && (!first.source || origins[i].line < first.line))
			first = origins[i];
	return first;
}

void draft_add_item_problem(
	const struct draft_item *item, bool is_warning, const char *option, const char *text)
{
	struct origin origin = draft_item_origin(item, option);
	CLEANUP(buffer_done) struct buffer path = { 0 };

	buffer_format(&path, "%s.%s", option_table_get(item->id)->name, option);
	if (!origin.source)
		origin = find_item_place(item);
	draft_add_problem(item->draft, is_warning, origin, path.bytes, text);
}
