/* papoctl: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "papoctl/ask.h"
#include "papoctl/import.h"
#include "papoctl/table.h"
#include "papoctl/words.h"
#include "service/command_line.h"

#define PROGRAM "papoctl"

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	COMMAND_LINE_TOOL_OPTIONS,
};

static void put_command_help(const struct report_row *row, struct buffer *help)
{
	CLEANUP(buffer_done) struct buffer usage = { 0 };

	buffer_format(&usage, "%s", row->command);
	report_put_usage(row, &usage);
	buffer_format(help, "  %s\n      %s\n", usage.bytes, row->help);
}

static void write_help(struct buffer *help)
{
	buffer_put_text(help, "Usage: " PROGRAM " [OPTION]... [COMMAND]\n\n"
			      "Shows and controls a running papod.\n\nCommands:\n");
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		put_command_help(report_row(i), help);
	import_put_help(help);
	buffer_put_text(help, "\nOptions:\n"
			      "  -j, --json                 print JSON, for programs\n");
}

static void print_json(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	fputc('\n', stdout);
}

static int print_answer(
	const struct report_row *row, const struct answer_of_papod *asked, bool is_json)
{
	if (report_is_act(row) && !is_json)
		printf("%s\n", json_string_value(asked->message));
	else if (report_is_act(row))
		print_json(asked->message);
	else if (!is_json)
		table_print(stdout, row, asked->rows);
	else
		print_json(row->is_single ? json_array_get(asked->rows, 0) : asked->rows);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	perror(PROGRAM ": standard output");
	return EX_IOERR;
}

static int run_words(size_t n_words, char **words, bool is_json)
{
	struct words call;
	struct answer_of_papod asked;
	int status = words_take(PROGRAM, n_words, words, &call);

	if (status)
		return status;
	status = call_papod(PROGRAM, &call, &asked);
	if (!status) {
		status = print_answer(call.row, &asked, is_json || call.wants_json);
		answer_of_papod_done(&asked);
	}
	json_decref(call.parameters);
	return status;
}

int main(int argc, char **argv)
{
	static char status_word[] = "status";
	char *status_words[] = { status_word };
	CLEANUP(buffer_done) struct buffer help = { 0 };
	struct command_line line = { .program = PROGRAM, .is_tool = true };
	bool is_json = false;
	int letter, status;

	if (argc > 1 && strcmp(argv[1], "import") == 0)
		return import_run(PROGRAM, argc - 1, argv + 1);
	write_help(&help);
	line.help = help.bytes;
	/* Options of a command are behind it. */
	while ((letter = getopt_long(argc, argv, "+jhV", long_options, NULL)) != -1) {
		is_json |= letter == 'j';
		if (letter != 'j' && !command_line_take(&line, letter, &status))
			return status;
	}
	if (optind == argc)
		return run_words(1, status_words, is_json);
	return run_words((size_t) (argc - optind), argv + optind, is_json);
}
