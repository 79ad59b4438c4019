/* papoctl: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "papoctl/ask.h"
#include "papoctl/table.h"
#include "service/command_line.h"

#define PROGRAM "papoctl"

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	COMMAND_LINE_TOOL_OPTIONS,
};

static void write_help(struct buffer *help)
{
	buffer_put_text(help, "Usage: " PROGRAM " [OPTION]... COMMAND\n\n"
			      "Shows what a running papod knows.\n\nCommands:\n");
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		buffer_format(help, "  %-10s %s\n", report_row(i)->command, report_row(i)->help);
	buffer_put_text(help, "\nOptions:\n"
			      "  -j, --json                 print JSON, for programs\n");
}

static int print_report(const struct report_row *row, json_t *rows, bool is_json)
{
	const size_t flags = JSON_INDENT(2) | JSON_ENCODE_ANY;

	if (!is_json)
		table_print(stdout, row, rows);
	else
		json_dumpf(row->is_single ? json_array_get(rows, 0) : rows, stdout, flags);
	if (is_json)
		fputc('\n', stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	perror(PROGRAM ": standard output");
	return EX_IOERR;
}

static int run_report_command(const char *command, bool is_json)
{
	enum report_kind kind;
	json_t *rows;
	int status;

	if (!report_find_command(command, &kind)) {
		fprintf(stderr, PROGRAM ": there is no command \"%s\"; see " PROGRAM " --help\n",
			command);
		return EX_USAGE;
	}
	status = ask_for_report(PROGRAM, report_row(kind), &rows);
	if (status)
		return status;
	status = print_report(report_row(kind), rows, is_json);
	json_decref(rows);
	return status;
}

int main(int argc, char **argv)
{
	CLEANUP(buffer_done) struct buffer help = { 0 };
	struct command_line line = { .program = PROGRAM, .is_tool = true };
	const char *command;
	bool is_json = false;
	int letter, status;

	write_help(&help);
	line.help = help.bytes;
	while ((letter = getopt_long(argc, argv, "jhV", long_options, NULL)) != -1) {
		is_json |= letter == 'j';
		if (letter != 'j' && !command_line_take(&line, letter, &status))
			return status;
	}
	command = optind < argc ? argv[optind++] : "status";
	if (!command_line_is_over(&line, argc, argv))
		return EX_USAGE;
	return run_report_command(command, is_json);
}
