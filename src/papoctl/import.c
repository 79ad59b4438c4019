/* Owns the command line of papoctl import. */
#include "papoctl/import.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "papoctl/import_files.h"
#include "papoctl/import_logs.h"

enum {
	OPTION_TIME_ZONE = 256,
	OPTION_CHARSET,
	OPTION_BEFORE,
	OPTION_CHANNEL,
	OPTION_NETWORK
};

static const struct option import_options[] = {
	{ "dry-run", no_argument, NULL, 'n' },
	{ "into", required_argument, NULL, 'd' },
	{ "time-zone", required_argument, NULL, OPTION_TIME_ZONE },
	{ "charset", required_argument, NULL, OPTION_CHARSET },
	{ "before", required_argument, NULL, OPTION_BEFORE },
	{ "channel", required_argument, NULL, OPTION_CHANNEL },
	{ "network", required_argument, NULL, OPTION_NETWORK },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

void import_put_help(struct buffer *out)
{
	buffer_put_text(out,
		"  import [-n, --dry-run] [-d, --into DIRECTORY] KIND FILE...\n"
		"      Moves the configuration of another server to papod, or accounts and\n"
		"      channels of services into the one that runs. KIND is\n");
	import_put_kinds(out);
	buffer_put_text(out,
		"  import [-n, --dry-run] [OPTION]... znc|soju DIRECTORY...\n"
		"      Adds the logs of channels that a bouncer has written to the history:\n");
	import_logs_put_kinds(out);
	buffer_put_text(out,
		"      --channel '#THEIRS[=#OURS]'  only these channels; may be repeated\n"
		"      --network NAME               only those of this network; likewise\n"
		"      --before DATE                only what was said before, as 2026-01-31\n"
		"      --time-zone NAME             of the logs, instead of this machine's\n"
		"      --charset NAME               of lines that are not in UTF-8\n");
}

void import_each_option(void (*take)(const void *data, const char *option), const void *data)
{
	for (const struct option *option = import_options; option->name; option++) {
		CLEANUP(buffer_done) struct buffer name = { 0 };

		buffer_format(&name, "--%s", option->name);
		take(data, name.bytes);
	}
}

bool import_option_has_value(const char *word)
{
	if (strcmp(word, "-d") == 0)
		return true;
	for (const struct option *option = import_options; option->name; option++)
		if (option->has_arg == required_argument && text_starts_with(word, "--") &&
			strcmp(word + 2, option->name) == 0)
			return true;
	return false;
}

/* The lists have room for as many as there are words. */
static bool take_import_option(struct import_call *call, int letter)
{
	switch (letter) {
	case 'n':
		call->is_dry_run = true;
		return true;
	case 'd':
		call->directory = optarg;
		return true;
	case OPTION_TIME_ZONE:
		call->time_zone = optarg;
		break;
	case OPTION_CHARSET:
		call->charset = optarg;
		break;
	case OPTION_BEFORE:
		call->before = optarg;
		break;
	case OPTION_CHANNEL:
		call->channels[call->n_channels++] = optarg;
		break;
	case OPTION_NETWORK:
		call->networks[call->n_networks++] = optarg;
		break;
	default:
		return false;
	}
	call->has_log_options = true;
	return true;
}

static int print_import_help(void)
{
	CLEANUP(buffer_done) struct buffer help = { 0 };

	import_put_help(&help);
	fputs(help.bytes, stdout);
	return fflush(stdout) == 0 ? 0 : EX_IOERR;
}

static int refuse_import(const struct import_call *call, const char *problem)
{
	fprintf(stderr, "%s: %s; see %s import --help\n", call->program, problem, call->program);
	return EX_USAGE;
}

static int run_import_call(struct import_call *call, int argc, char **argv)
{
	int letter;

	optind = 0; /* begin anew, and take options behind the files, too */
	while ((letter = getopt_long(argc, argv, "nd:h", import_options, NULL)) != -1) {
		if (letter == 'h')
			return print_import_help();
		if (!take_import_option(call, letter))
			return refuse_import(call, "an option is wrong");
	}
	if (argc - optind < 2)
		return refuse_import(
			call, "expected import [--dry-run] [--into DIRECTORY] KIND FILE...");
	call->kind = argv[optind];
	call->files = argv + optind + 1;
	call->n_files = (size_t) (argc - optind - 1);
	if (call->has_log_options && !import_logs_is(call->kind))
		return refuse_import(call,
			"--channel, --network, --before, --time-zone and --charset are for logs");
	return import_files(call);
}

int import_run(const char *program, int argc, char **argv)
{
	struct import_call call = { .program = program, .directory = "." };
	int status;

	call.channels = mem_new((size_t) argc * sizeof(*call.channels));
	call.networks = mem_new((size_t) argc * sizeof(*call.networks));
	status = run_import_call(&call, argc, argv);
	free(call.channels);
	free(call.networks);
	return status;
}
