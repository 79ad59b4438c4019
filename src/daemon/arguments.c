/* Owns the table of command line options; knows nothing of what they do. */
#include "daemon/arguments.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

#include "base/cleanup.h"

enum row_index {
	ROW_CONFIG,
	ROW_CHECK,
	ROW_APPLY,
	ROW_SHOW_CONFIG,
	ROW_CHANGED,
	ROW_SAMPLE_CONFIG,
	ROW_HASH_PASSWORD,
	ROW_BACKUP,
	ROW_RECORD,
	ROW_REPLAY,
	ROW_VERBOSE,
	ROW_HELP,
	ROW_VERSION,
	ROW_COUNT
};

static const struct argument_row rows[] = {
	[ROW_CONFIG] = {
		.name = "config",
		.letter = 'c',
		.argument = "FILE",
		.help = "read FILE, and conf.d/*.conf and secrets.ini beside it",
	},
	[ROW_CHECK] = {
		.name = "check",
		.letter = 't',
		.takes_operand = true,
		.action = ACTION_CHECK,
		.help = "check the configuration [of FILE], list all errors, exit",
	},
	[ROW_APPLY] = {
		.name = "apply",
		.action = ACTION_APPLY,
		.help = "check the configuration, bring it and its listeners into force, exit",
	},
	[ROW_SHOW_CONFIG] = {
		.name = "show-config",
		.takes_operand = true,
		.action = ACTION_SHOW_CONFIG,
		.help = "print every option [of FILE] with its value and its origin, exit",
	},
	[ROW_CHANGED] = {
		.name = "changed",
		.help = "with --show-config: only the options that a file sets",
	},
	[ROW_SAMPLE_CONFIG] = {
		.name = "sample-config",
		.action = ACTION_SAMPLE_CONFIG,
		.help = "print a papod.conf that explains every option, exit",
	},
	[ROW_HASH_PASSWORD] = {
		.name = "hash-password",
		.action = ACTION_HASH_PASSWORD,
		.help = "read a password, print its hash for secrets.ini, exit",
	},
	[ROW_BACKUP] = {
		.name = "backup",
		.argument = "FILE",
		.action = ACTION_BACKUP,
		.help = "copy the accounts and channels of the running papod to FILE, and what "
			"was said, too, if it is a directory, exit",
	},
	[ROW_RECORD] = {
		.name = "record",
		.argument = "FILE",
		.help = "record all events to FILE while serving, private messages too",
	},
	[ROW_REPLAY] = {
		.name = "replay",
		.argument = "FILE",
		.action = ACTION_REPLAY,
		.help = "replay a recording, print what the server sends, exit",
	},
	[ROW_VERBOSE] = {
		.name = "verbose",
		.letter = 'v',
		.help = "also log debug entries to the terminal",
	},
	[ROW_HELP] = {
		.name = "help",
		.letter = 'h',
		.action = ACTION_HELP,
		.help = "print this, exit",
	},
	[ROW_VERSION] = {
		.name = "version",
		.letter = 'V',
		.action = ACTION_VERSION,
		.help = "print the version, exit",
	},
};
static_assert(ARRAY_LENGTH(rows) == ROW_COUNT, "each option has a row");

const struct argument_row *arguments_row(size_t index)
{
	return index < ROW_COUNT ? &rows[index] : NULL;
}

/* The table in the form of getopt_long(), where val is the index of the row. */
static void make_getopt_tables(
	struct option options[ROW_COUNT + 1], char letters[2 * ROW_COUNT + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < ROW_COUNT; i++) {
		options[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = rows[i].letter ? rows[i].letter : 256 + (int) i,
		};
		if (rows[i].letter)
			letters[n++] = rows[i].letter;
		if (rows[i].letter && rows[i].argument)
			letters[n++] = ':';
	}
	options[ROW_COUNT] = (struct option){ 0 };
	letters[n] = '\0';
}

static enum row_index find_argument_row(int found)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (found == 256 + (int) i || (rows[i].letter && found == rows[i].letter))
			return (enum row_index) i;
	return ROW_COUNT;
}

static void take_argument(struct arguments *arguments, enum row_index row, const char *value)
{
	if (rows[row].action != ACTION_RUN)
		arguments->action = rows[row].action;
	if (row == ROW_CONFIG)
		arguments->config = value;
	else if (row == ROW_RECORD)
		arguments->record = value;
	else if (row == ROW_REPLAY)
		arguments->replay = value;
	else if (row == ROW_BACKUP)
		arguments->backup = value;
	else if (row == ROW_CHANGED)
		arguments->is_changed = true;
	else if (row == ROW_VERBOSE)
		arguments->is_verbose = true;
}

static bool may_have_operand(enum action action)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].takes_operand && rows[i].action == action)
			return true;
	return false;
}

static bool take_operands(int argc, char **argv, FILE *errors, struct arguments *arguments)
{
	if (optind < argc && !arguments->config && may_have_operand(arguments->action))
		arguments->config = argv[optind++];
	if (optind == argc)
		return true;
	fprintf(errors, "%s: unexpected argument \"%s\"; see %s --help\n", argv[0], argv[optind],
		argv[0]);
	return false;
}

bool arguments_parse(int argc, char **argv, FILE *errors, struct arguments *ret_arguments)
{
	struct option options[ROW_COUNT + 1];
	char letters[2 * ROW_COUNT + 1];
	struct arguments arguments = { .words = argv };
	enum row_index row;
	int found;

	make_getopt_tables(options, letters);
	optind = 0; /* forget an earlier parse */
	while ((found = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		row = find_argument_row(found);
		if (row == ROW_COUNT) { /* getopt has printed the reason */
			fprintf(errors, "%s --help lists all options\n", argv[0]);
			return false;
		}
		take_argument(&arguments, row, optarg);
	}
	if (!take_operands(argc, argv, errors, &arguments))
		return false;
	if (arguments.is_changed && arguments.action != ACTION_SHOW_CONFIG) {
		fprintf(errors, "%s: --changed needs --show-config\n", argv[0]);
		return false;
	}
	*ret_arguments = arguments;
	return true;
}

static void help_row(FILE *out, const struct argument_row *row)
{
	char words[40];

	snprintf(words, sizeof(words), "--%s%s%s", row->name,
		row->argument || row->takes_operand ? " " : "",
		row->argument	     ? row->argument
		: row->takes_operand ? "[FILE]"
				     : "");
	if (row->letter)
		fprintf(out, "  -%c, %-22s %s\n", row->letter, words, row->help);
	else
		fprintf(out, "      %-22s %s\n", words, row->help);
}

void arguments_help(FILE *out)
{
	fputs("Usage: papod [OPTION]...\n\n"
	      "An IRC server. Without options it reads " SYSCONFDIR "/papod.conf if it exists,\n"
	      "and serves in the foreground until it is interrupted.\n\n",
		out);
	for (size_t i = 0; i < ROW_COUNT; i++)
		help_row(out, &rows[i]);
	fputs("\nSignals: HUP reloads the configuration, USR2 restarts the program and keeps the\n"
	      "clients connected, TERM and INT stop the server.\n"
	      "Exit status: 0 done, 64 wrong command line, 65 bad recording, 66 no such file,\n"
	      "69 no listener could be opened, the state directory is in use, or there is nothing "
	      "to\n"
	      "back up, 71 the system refused something, 73 a file could not be created, 74 or not "
	      "be\n"
	      "written, 75 try again, 76 papod was not understood, 77 root or papod-admin is "
	      "needed,\n"
	      "78 errors in the configuration.\n"
	      "Manual: man papod, man papod.conf\n",
		out);
}
