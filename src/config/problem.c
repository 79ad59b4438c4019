/* Owns the list of problems of a configuration. */
#include "config/problem.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"

void problems_done(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		free(problems->items[i].file);
		free(problems->items[i].option);
		free(problems->items[i].text);
	}
	free(problems->items);
	*problems = (struct problems){ 0 };
}

void problems_add_at(
	struct problems *problems, const struct problem_place *place, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	problems->items =
		mem_resize(problems->items, problems->count + 1, sizeof(*problems->items));
	problems->items[problems->count++] = (struct problem){
		.file = mem_text(place->file),
		.line = place->line,
		.option = mem_text(place->option),
		.text = buffer_take(&text),
		.is_warning = place->is_warning,
	};
	problems->n_errors += !place->is_warning;
}

void problem_format(const struct problem *problem, struct buffer *out)
{
	if (problem->file) {
		buffer_put_text(out, problem->file);
		if (problem->line)
			buffer_format(out, ":%u", problem->line);
		buffer_put_text(out, ": ");
	}
	if (problem->option)
		buffer_format(out, "%s: ", problem->option);
	buffer_put_text(out, problem->text);
}
