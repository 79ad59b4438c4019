/* papod-push: the command line. */
#include <getopt.h>
#include <signal.h>
#include <sysexits.h>

#include "proto/resolve_message.h"
#include "push/push.h"
#include "service/command_line.h"
#include "service/log_sink.h"

#define PROGRAM "papod-push"

static const struct option long_options[] = {
	{ "ca-file", required_argument, NULL, 'a' },
	{ "config", required_argument, NULL, 'c' },
	{ "resolver", required_argument, NULL, 'r' },
	COMMAND_LINE_OPTIONS,
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n\n"
	"Sends messages of papod to the push services of clients. systemd runs it as\n"
	"papod-push.service.\n\n"
	"Signals: HUP reads the configuration again; TERM and INT end it.\n\n"
	"      --ca-file PATH         trust the issuers of certificates in this file, not\n"
	"                             those of the system\n"
	"  -c, --config FILE          read FILE, and conf.d/*.conf beside it\n"
	"      --resolver PATH        the socket of systemd-resolved\n"
	"                             (/run/systemd/resolve/io.systemd.Resolve)\n";

/* False: the status is the exit status. */
static bool take_push_option(
	struct command_line *line, int letter, struct push_options *options, int *ret_status)
{
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
	}
	return command_line_take(line, letter, ret_status);
}

int main(int argc, char **argv)
{
	struct command_line line = { .program = PROGRAM, .help = help };
	struct push_options options = { .resolver = RESOLVED_SOCKET };
	struct log_sink *sink;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "c:vhV", long_options, NULL)) != -1)
		if (!take_push_option(&line, letter, &options, &status))
			return status;
	if (!command_line_is_over(&line, argc, argv))
		return EX_USAGE;
	signal(SIGPIPE, SIG_IGN);
	sink = log_sink_new(PROGRAM, line.is_verbose);
	status = push_run(&options, log_sink_log(sink));
	return log_sink_end(sink, status);
}
