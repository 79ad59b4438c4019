/* Owns reading what units are made of from files with mistakes. */
#include "config/unit_sources.h"

#include <stdlib.h>

#include "base/mem.h"
#include "config/listen_text.h"

/* Warnings are about what else the files say. */
static void add_errors(struct problems *problems, const struct problems *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct problem *problem = &all->items[i];

		if (!problem->is_warning)
			problems_add(problems, false, problem->file, problem->line, problem->option,
				"%s", problem->text);
	}
}

struct settings *unit_sources_settings(const struct source *sources, size_t n_sources,
	char *(*find)(const char *text), struct problems *problems)
{
	struct source *parts = mem_new(n_sources * sizeof(*parts));
	struct problems all = { 0 };
	struct settings *settings;

	for (size_t i = 0; i < n_sources; i++)
		parts[i] = (struct source){
			.kind = sources[i].kind,
			.name = sources[i].name,
			.text = find(sources[i].text),
		};
	settings = settings_parse_leniently(parts, n_sources, &all);
	add_errors(problems, &all);
	problems_done(&all);
	for (size_t i = 0; i < n_sources; i++)
		free((char *) (uintptr_t) parts[i].text);
	free(parts);
	return settings;
}

void unit_sources_parse(const struct source *sources, size_t n_sources, struct problems *problems,
	struct socket_unit *ret_unit, struct gate_unit *ret_gate)
{
	size_t n_errors = problems->n_errors;
	struct settings *settings =
		unit_sources_settings(sources, n_sources, listen_text, problems);

	socket_unit_of_settings(settings, problems, ret_unit);
	gate_unit_of_settings(settings, ret_gate);
	settings_unref(settings);
	if (problems->n_errors == n_errors)
		return;
	ret_unit->is_default |= !ret_unit->tcp.count;
	ret_gate->is_default |= !ret_gate->tcp.count;
}
