/* Owns the list of all commands; the row of each is at the end of its file. */
#include <stdlib.h>

#include "action/long_answer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "command/commands.h"

static const struct command *const rows[] = {
#define ROW(name) &command_##name,
#include "command/commands.def"
#undef ROW
};
static_assert(ARRAY_LENGTH(rows) == COMMAND_COUNT, "");

const struct command *const *commands_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(rows);
	return rows;
}

/* The name may be in any case; names of rows are in capitals. */
static int compare_command(const void *name, const void *row)
{
	const char *a = name, *b = (*(const struct command *const *) row)->name;

	while (*a && text_upper(*a) == *b) {
		a++;
		b++;
	}
	return (unsigned char) text_upper(*a) - (unsigned char) *b;
}

uint16_t command_find_place(const char *name)
{
	const struct command *const *found =
		bsearch(name, rows, ARRAY_LENGTH(rows), sizeof(rows[0]), compare_command);

	return found ? (uint16_t) (found - rows) : COMMAND_COUNT;
}

const struct command *command_find(const char *name)
{
	uint16_t place = command_find_place(name);

	return place < COMMAND_COUNT ? rows[place] : NULL;
}

const struct long_answer *command_find_answer(enum answer_kind kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		for (size_t k = 0; k < COMMAND_ANSWERS; k++)
			if (rows[i]->answers[k] && rows[i]->answers[k]->kind == kind)
				return rows[i]->answers[k];
	return NULL;
}
