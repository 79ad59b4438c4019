/* What the command lines of papod's smaller programs have in common. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct command_line {
	const char *program;
	const char *help; /* the text of --help, up to the common options */
	bool is_verbose;
	bool is_tool; /* it logs nothing, so there is no --verbose */
};

/* The last of the long options; their letters are "vhV", and those of a tool "hV". */
#define COMMAND_LINE_OPTIONS { "verbose", no_argument, NULL, 'v' }, COMMAND_LINE_TOOL_OPTIONS
#define COMMAND_LINE_TOOL_OPTIONS                                                                  \
	{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },                 \
	{                                                                                          \
		0                                                                                  \
	}

/* Carry out an option that the program has no other use for: a common one, or an error. False: the
 * program ends with the status. */
bool command_line_take(struct command_line *line, int letter, int *ret_status);
/* The number behind the option. False: it is none of these, which was reported. */
bool command_line_number(const struct command_line *line, const char *option,
	const uint64_t range[2], uint64_t *ret_number);
/* False: there are words behind the options, which was reported. */
bool command_line_is_over(const struct command_line *line, int argc, char **argv);
