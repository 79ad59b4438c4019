/* Owns the options that all of papod's smaller programs have, and what is said about errors. */
#include "service/command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/text.h"

static void print_command_help(const struct command_line *line)
{
	printf("%s%s"
	       "  -h, --help                 print this, exit\n"
	       "  -V, --version              print the version, exit\n\n"
	       "Manual: man %s\n",
		line->help,
		line->is_tool ? ""
			      : "  -v, --verbose              also log debug entries to the "
				"terminal\n",
		line->program);
}

bool command_line_take(struct command_line *line, int letter, int *ret_status)
{
	*ret_status = 0;
	switch (letter) {
	case 'v':
		line->is_verbose = true;
		return true;
	case 'h':
		print_command_help(line);
		return false;
	case 'V':
		printf("%s " PACKAGE_VERSION "\n", line->program);
		return false;
	}
	fprintf(stderr, "%s --help lists all options\n", line->program);
	*ret_status = EX_USAGE;
	return false;
}

bool command_line_number(const struct command_line *line, const char *option,
	const uint64_t range[2], uint64_t *ret_number)
{
	uint64_t number;

	if (text_parse_u64(optarg, &number) && number >= range[0] && number <= range[1]) {
		*ret_number = number;
		return true;
	}
	fprintf(stderr, "%s: --%s: \"%s\" is no number from %ju to %ju\n", line->program, option,
		optarg, (uintmax_t) range[0], (uintmax_t) range[1]);
	return false;
}

bool command_line_is_over(const struct command_line *line, int argc, char **argv)
{
	if (optind >= argc)
		return true;
	fprintf(stderr, "%s: unexpected argument \"%s\"; see %s --help\n", line->program,
		argv[optind], line->program);
	return false;
}
