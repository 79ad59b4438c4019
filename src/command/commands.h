/* All commands. Each has a line in commands.def, and ends the file that runs it with its row:
 *
 *	COMMAND(version) = { .name = "VERSION", ... };
 *
 * A row without a line does not compile, a line without a row does not link. */
#pragma once

#include <assert.h>

#include "action/command.h"
#include "world/answer_cursor.h"

enum command_index {
#define ROW(name) COMMAND_INDEX_##name,
#include "command/commands.def"
#undef ROW
	COMMAND_COUNT
};

#define ROW(name) extern const struct command command_##name;
#include "command/commands.def"
#undef ROW

#define COMMAND(name)                                                                              \
	static_assert(COMMAND_INDEX_##name < COMMAND_COUNT, "commands.def has no " #name);         \
	const struct command command_##name

/* All rows, sorted by name. */
const struct command *const *commands_all(size_t *ret_count);
const struct command *command_find(const char *name); /* in any case; NULL: unknown */
/* The same by its place in commands_all(); COMMAND_COUNT: unknown. */
uint16_t command_find_place(const char *name);
/* The row that gives this kind of answer; NULL: no command has one. */
const struct long_answer *command_find_answer(enum answer_kind kind);
