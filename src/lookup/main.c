/* papod-lookup: the command line. */
#include <getopt.h>
#include <sysexits.h>

#include "lookup/name_service.h"
#include "service/command_line.h"
#include "service/log_sink.h"

#define PROGRAM "papod-lookup"

static const struct option long_options[] = {
	{ "idle", required_argument, NULL, 'i' },
	{ "listen", required_argument, NULL, 'l' },
	{ "threads", required_argument, NULL, 't' },
	{ "timeout", required_argument, NULL, 'T' },
	COMMAND_LINE_OPTIONS,
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n\n"
	"Asks name servers for papod. systemd runs it as papod-lookup.service.\n\n"
	"      --idle SECONDS         end after so long without a question; 0: never (60)\n"
	"      --listen PATH          open a Unix socket there, instead of using that of\n"
	"                             systemd, and never end\n"
	"      --threads NUMBER       ask so many questions at a time (32)\n"
	"      --timeout SECONDS      for an answer (10)\n";

static const uint64_t idle_times[] = { 0, 86400 }, thread_counts[] = { 1, 256 },
		      timeouts[] = { 1, 600 };

/* False: the status is the exit status. */
static bool take_lookup_option(struct command_line *line, int letter,
	struct name_service_options *options, int *ret_status)
{
	uint64_t number = 0;
	bool is_good;

	*ret_status = EX_USAGE;
	switch (letter) {
	case 'i':
		is_good = command_line_number(line, "idle", idle_times, &number);
		options->idle_ms = (uint32_t) number * 1000;
		return is_good;
	case 'l':
		options->listen = optarg;
		options->idle_ms = 0;
		return true;
	case 't':
		is_good = command_line_number(line, "threads", thread_counts, &number);
		options->threads = (uint32_t) number;
		return is_good;
	case 'T':
		is_good = command_line_number(line, "timeout", timeouts, &number);
		options->timeout_ms = (uint32_t) number * 1000;
		return is_good;
	}
	return command_line_take(line, letter, ret_status);
}

int main(int argc, char **argv)
{
	struct command_line line = { .program = PROGRAM, .help = help };
	struct name_service_options options = {
		.threads = 32,
		.timeout_ms = 10000,
		.idle_ms = 60000,
	};
	struct log_sink *sink;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "vhV", long_options, NULL)) != -1)
		if (!take_lookup_option(&line, letter, &options, &status))
			return status;
	if (!command_line_is_over(&line, argc, argv))
		return EX_USAGE;
	sink = log_sink_new(PROGRAM, line.is_verbose);
	status = name_service_run(&options, log_sink_log(sink));
	return log_sink_end(sink, status);
}
