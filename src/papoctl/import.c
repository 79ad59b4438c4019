/* Owns the command line of papoctl import. */
#include "papoctl/import.h"

#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "papoctl/import_files.h"

static const struct option import_options[] = {
	{ "dry-run", no_argument, NULL, 'n' },
	{ "into", required_argument, NULL, 'd' },
	{ 0 },
};

void import_put_help(struct buffer *out)
{
	buffer_put_text(out,
		"  import [-n, --dry-run] [-d, --into DIRECTORY] KIND FILE...\n"
		"      Moves the configuration of another server to papod, or accounts and\n"
		"      channels of services into the one that runs. KIND is\n");
	import_put_kinds(out);
}

int import_run(const char *program, int argc, char **argv)
{
	struct import_call call = { .program = program, .directory = "." };
	int letter;

	optind = 1;
	while ((letter = getopt_long(argc, argv, "nd:", import_options, NULL)) != -1) {
		if (letter == '?')
			return EX_USAGE;
		if (letter == 'n')
			call.is_dry_run = true;
		else
			call.directory = optarg;
	}
	if (argc - optind < 2) {
		fprintf(stderr,
			"%s: expected import [--dry-run] [--into DIRECTORY] KIND FILE...; see %s "
			"--help\n",
			program, program);
		return EX_USAGE;
	}
	call.kind = argv[optind];
	call.files = argv + optind + 1;
	call.n_files = (size_t) (argc - optind - 1);
	return import_files(&call);
}
