/* Owns the lines of one second.
 *
 * Users of IRC choose the lines, and a log may have many of them in a second: a map finds each,
 * with a seed that they do not know. */
#include "papoctl/line_copies.h"

#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

#include "base/mem.h"

struct line_copy {
	char *line;
	uint64_t count;
};

static const char *line_of_copy(const void *item)
{
	const struct line_copy *copy = item;

	return copy->line;
}

static void begin_copies(struct line_copies *copies)
{
	uint64_t seed[2];

	while (getrandom(seed, sizeof(seed), 0) != (ssize_t) sizeof(seed))
		;
	map_init(&copies->by_text, line_of_copy, seed[0], seed[1]);
}

static struct line_copy *add_copy(struct line_copies *copies, const char *line)
{
	struct line_copy *copy = mem_new(sizeof(*copy));

	copy->line = mem_text(line);
	map_add(&copies->by_text, copy);
	if (!(copies->count & (copies->count - 1)))
		copies->items = mem_resize(copies->items, copies->count ? copies->count * 2 : 1,
			sizeof(*copies->items));
	copies->items[copies->count++] = copy;
	return copy;
}

uint64_t line_copies_note(struct line_copies *copies, const char *line)
{
	struct line_copy *copy;

	if (!copies->count)
		begin_copies(copies);
	copy = map_find(&copies->by_text, line);
	if (!copy)
		copy = add_copy(copies, line);
	return copy->count++;
}

void line_copies_clear(struct line_copies *copies)
{
	for (size_t i = 0; i < copies->count; i++) {
		free(copies->items[i]->line);
		free(copies->items[i]);
	}
	free(copies->items);
	map_done(&copies->by_text);
	*copies = (struct line_copies){ 0 };
}
