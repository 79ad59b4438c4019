/* papod-push: the command line. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>

#include "push/push.h"
#include "service/log_sink.h"

#define PROGRAM "papod-push"

static const struct option long_options[] = {
	{ "ca-file", required_argument, NULL, 'a' },
	{ "config", required_argument, NULL, 'c' },
	{ "resolver", required_argument, NULL, 'r' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static void print_push_help(void)
{
	fputs("Usage: " PROGRAM " [OPTION]...\n\n"
	      "Sends messages of papod to the push services of clients. systemd runs it as\n"
	      "papod-push.service.\n"
	      "\n"
	      "      --ca-file PATH         trust the issuers of certificates in this file, not\n"
	      "                             those of the system\n"
	      "  -c, --config FILE          read FILE, and conf.d/*.conf beside it\n"
	      "      --resolver PATH        the socket of systemd-resolved\n"
	      "                             (/run/systemd/resolve/io.systemd.Resolve)\n"
	      "  -v, --verbose              also log debug entries to the terminal\n"
	      "  -h, --help                 print this, exit\n"
	      "  -V, --version              print the version, exit\n\n"
	      "Signals: HUP reads the configuration again; TERM and INT end it.\n"
	      "Manual: man papod-push\n",
		stdout);
}

/* False: the status is the exit status. */
static bool take_push_option(
	int letter, struct push_options *options, bool *is_verbose, int *ret_status)
{
	*ret_status = EX_USAGE;
	switch (letter) {
	case 'a':
		options->ca_file = optarg;
		return true;
	case 'c':
		options->config = optarg;
		return true;
	case 'r':
		options->resolver = optarg;
		return true;
	case 'v':
		*is_verbose = true;
		return true;
	case 'h':
		print_push_help();
		*ret_status = 0;
		return false;
	case 'V':
		puts(PROGRAM " " PACKAGE_VERSION);
		*ret_status = 0;
		return false;
	}
	fputs(PROGRAM " --help lists all options\n", stderr);
	return false;
}

int main(int argc, char **argv)
{
	struct push_options options = { .resolver = "/run/systemd/resolve/io.systemd.Resolve" };
	bool is_verbose = false;
	struct log_sink *sink;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "c:vhV", long_options, NULL)) != -1)
		if (!take_push_option(letter, &options, &is_verbose, &status))
			return status;
	if (optind < argc) {
		fprintf(stderr, PROGRAM ": unexpected argument \"%s\"; see " PROGRAM " --help\n",
			argv[optind]);
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	sink = log_sink_new(PROGRAM, is_verbose);
	status = push_run(&options, log_sink_log(sink));
	return log_sink_end(sink, status);
}
