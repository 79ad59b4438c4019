/* papoctl: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "papoctl/ask.h"
#include "papoctl/complete.h"
#include "papoctl/import.h"
#include "papoctl/instances.h"
#include "papoctl/invite.h"
#include "papoctl/own.h"
#include "papoctl/shown.h"
#include "papoctl/table.h"
#include "papoctl/words.h"
#include "service/command_line.h"

#define PROGRAM "papoctl"
#define METRICS "metrics"
#define TOO_LONG                                                                                   \
	"not everything was looked at, because that took too long: see --in, --since and --before"

#define WATCH_SECONDS 2

struct command_options {
	bool is_json;
	uint64_t watch_seconds; /* 0: once */
};

static const struct option long_options[] = {
	{ "instance", required_argument, NULL, 'i' },
	{ "json", no_argument, NULL, 'j' },
	{ "watch", optional_argument, NULL, 'w' },
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
	buffer_put_text(help, "  " METRICS "\n      Numbers for Prometheus\n");
	import_put_help(help);
	buffer_put_text(help, "\nOptions:\n"
			      "  -i, --instance NAME        ask papod@NAME.service\n"
			      "  -j, --json                 print JSON, for programs\n"
			      "  -w, --watch[=SECONDS]      repeat a report every 2 seconds\n");
}

static int finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	perror(PROGRAM ": standard output");
	return EX_IOERR;
}

static void print_json(json_t *value)
{
	shown_print_json(stdout, value, JSON_INDENT(2) | JSON_ENCODE_ANY);
}

static void print_json_lines(const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *) (uintptr_t) rows, i, row)
	{
		shown_print_json(stdout, row, JSON_COMPACT);
	}
}

static int print_answer(
	const struct report_row *row, const struct answer_of_papod *asked, bool is_json)
{
	if (asked->is_partial)
		fprintf(stderr, PROGRAM ": %s\n", row->partial ? row->partial : TOO_LONG);
	if (row == report_row(REPORT_KIND_WHY) && !is_json && !json_array_size(asked->rows))
		fputs(PROGRAM ": nothing that papod knows refuses, slows down or mutes it\n",
			stderr);
	if (row->is_stream)
		return finish_output();
	if (report_is_act(row) && !is_json)
		shown_print(stdout, json_string_value(asked->message));
	else if (report_is_act(row))
		print_json(asked->message);
	else if (!is_json)
		table_print(stdout, row, asked->rows);
	else
		print_json(row->is_single ? json_array_get(asked->rows, 0) : asked->rows);
	return finish_output();
}

static int print_metrics(bool is_json)
{
	json_t *texts, *text;
	size_t i;
	int status;

	if (is_json) {
		fputs(PROGRAM ": metrics have a format of their own; leave out --json\n", stderr);
		return EX_USAGE;
	}
	status = ask_for_metrics(PROGRAM, &texts);
	if (status)
		return status;
	json_array_foreach(texts, i, text)
	{
		fputs(json_string_value(text), stdout);
	}
	json_decref(texts);
	return finish_output();
}

static int invite(const struct words *call, bool is_json)
{
	CLEANUP(buffer_done) struct buffer invitation = { .is_secret = true };
	struct answer_of_papod answer;
	int status = invite_prepare(PROGRAM, call, &invitation);
	json_t *sentence;

	if (!status)
		status = call_papod(PROGRAM, call, &answer);
	if (status)
		return status;
	if (invitation.length) {
		sentence = invite_describe(&invitation, answer.message);
		json_decref(answer.message);
		answer.message = sentence;
	}
	status = print_answer(call->row, &answer, is_json);
	answer_of_papod_done(&answer);
	return status;
}

static int make_call(struct words *call, bool is_json)
{
	struct answer_of_papod answer;
	int status = 0;

	if (!call->row->method)
		return own_command(PROGRAM, call);
	if (call->row == report_row(REPORT_KIND_INVITATION_ADD))
		return invite(call, is_json);
	if (call->row == report_row(REPORT_KIND_RELOAD) && !own_may_reload(PROGRAM, &status))
		return status;
	call->on_rows = call->row->is_stream ? print_json_lines : NULL;
	status = call_papod(PROGRAM, call, &answer);
	if (status)
		return status;
	status = print_answer(call->row, &answer, is_json);
	answer_of_papod_done(&answer);
	return status;
}

/* Until it is interrupted. A papod that is restarted meanwhile is asked again. */
static int watch_call(struct words *call, bool is_json, uint64_t seconds)
{
	const bool is_terminal = isatty(STDOUT_FILENO);
	int status = 0;

	while (!status || status == EX_TEMPFAIL || status == EX_UNAVAILABLE) {
		if (is_terminal)
			fputs("\033[H\033[2J", stdout);
		status = make_call(call, is_json);
		if (!is_terminal && !is_json)
			putchar('\n');
		fflush(stdout);
		sleep((unsigned int) seconds);
	}
	return status;
}

static int run_words(size_t n_words, char **words, const struct command_options *options)
{
	struct words call;
	bool is_json = options->is_json;
	int status;

	if (words_explain(PROGRAM, n_words, words))
		return finish_output();
	status = words_take(PROGRAM, n_words, words, &call);
	if (status)
		return status;
	is_json = is_json || call.wants_json;
	if (options->watch_seconds && !call.row->member) {
		fprintf(stderr, PROGRAM ": --watch is for reports\n");
		status = EX_USAGE;
	} else if (options->watch_seconds) {
		status = watch_call(&call, is_json, options->watch_seconds);
	} else {
		status = make_call(&call, is_json);
	}
	json_decref(call.parameters);
	return status;
}

static int run_import(int argc, char **argv, const struct command_options *options)
{
	if (!options->is_json && !options->watch_seconds)
		return import_run(PROGRAM, argc, argv);
	fputs(PROGRAM ": --json and --watch are for reports, not for import\n", stderr);
	return EX_USAGE;
}

/* False: the program ends with the status. */
static bool take_own_option(
	struct command_line *line, int letter, struct command_options *options, int *ret_status)
{
	static const uint64_t range[] = { 1, 86400 };

	*ret_status = EX_USAGE;
	if (letter == 'i')
		return instances_choose(PROGRAM, optarg);
	if (letter == 'j')
		options->is_json = true;
	else if (letter == 'w' && optarg)
		return command_line_number(line, "watch", range, &options->watch_seconds);
	else if (letter == 'w')
		options->watch_seconds = WATCH_SECONDS;
	else
		return command_line_take(line, letter, ret_status);
	return true;
}

int main(int argc, char **argv)
{
	static char status_word[] = "status";
	char *status_words[] = { status_word };
	CLEANUP(buffer_done) struct buffer help = { 0 };
	struct command_line line = { .program = PROGRAM, .is_tool = true };
	struct command_options options = { 0 };
	int letter, status;

	write_help(&help);
	line.help = help.bytes;
	/* Options of a command are behind it. */
	while ((letter = getopt_long(argc, argv, "+i:jw::hV", long_options, NULL)) != -1)
		if (!take_own_option(&line, letter, &options, &status))
			return status;
	if (optind < argc && strcmp(argv[optind], report_row(REPORT_KIND_COMPLETE)->command) == 0)
		return complete_words(PROGRAM, (size_t) (argc - optind - 1), argv + optind + 1);
	if (optind == argc)
		return run_words(1, status_words, &options);
	if (argc - optind == 1 && strcmp(argv[optind], METRICS) == 0)
		return print_metrics(options.is_json);
	if (strcmp(argv[optind], "import") == 0)
		return run_import(argc - optind, argv + optind, &options);
	return run_words((size_t) (argc - optind), argv + optind, &options);
}
