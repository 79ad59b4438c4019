/* papod-auth-pam: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "auth_pam/auth_pam.h"
#include "service/command_line.h"
#include "service/log_sink.h"

#define PROGRAM "papod-auth-pam"

static const struct option long_options[] = {
	{ "least-uid", required_argument, NULL, 'u' },
	{ "pam-directory", required_argument, NULL, 'd' },
	{ "processes", required_argument, NULL, 'p' },
	{ "service", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	COMMAND_LINE_OPTIONS,
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n\n"
	"Checks passwords for papod by asking PAM. systemd runs it as "
	"papod-auth-pam.service.\n"
	"\n"
	"      --least-uid NUMBER     refuse users with a lower user ID, the system's "
	"(1000)\n"
	"      --pam-directory PATH   read the service there, not in /etc/pam.d\n"
	"      --processes NUMBER     check so many passwords at a time (8)\n"
	"      --service NAME         of PAM (papod)\n"
	"      --timeout SECONDS      for an answer of PAM (8)\n";

static const uint64_t uids[] = { 1, UINT32_MAX - 1 }, process_counts[] = { 1, 64 },
		      timeouts[] = { 1, 600 };

/* False: the status is the exit status. */
static bool take_auth_pam_option(
	struct command_line *line, int letter, struct auth_pam_options *options, int *ret_status)
{
	uint64_t number = 0;
	bool is_good = true;

	*ret_status = EX_USAGE;
	switch (letter) {
	case 'u':
		is_good = command_line_number(line, "least-uid", uids, &number);
		options->login.least_uid = (uid_t) number;
		return is_good;
	case 'd':
		options->login.directory = optarg;
		return true;
	case 'p':
		is_good = command_line_number(line, "processes", process_counts, &number);
		options->processes = number;
		return is_good;
	case 's':
		options->login.service = optarg;
		return true;
	case 't':
		is_good = command_line_number(line, "timeout", timeouts, &number);
		options->timeout_ms = (uint32_t) number * 1000;
		return is_good;
	}
	return command_line_take(line, letter, ret_status);
}

int main(int argc, char **argv)
{
	struct auth_pam_options options = {
		.login = { .service = "papod", .least_uid = 1000 },
		.processes = 8,
		.timeout_ms = 8000,
	};
	struct command_line line = { .program = PROGRAM, .help = help };
	struct log_sink *sink;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "vhV", long_options, NULL)) != -1)
		if (!take_auth_pam_option(&line, letter, &options, &status))
			return status;
	if (!command_line_is_over(&line, argc, argv))
		return EX_USAGE;
	sink = log_sink_new(PROGRAM, line.is_verbose);
	status = auth_pam_run(&options, log_sink_log(sink));
	return log_sink_end(sink, status);
}
