/* papod-auth-pam: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "auth_pam/auth_pam.h"
#include "base/text.h"
#include "service/log_sink.h"

#define PROGRAM "papod-auth-pam"

static const struct option long_options[] = {
	{ "least-uid", required_argument, NULL, 'u' },
	{ "pam-directory", required_argument, NULL, 'd' },
	{ "processes", required_argument, NULL, 'p' },
	{ "service", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static void print_auth_pam_help(void)
{
	fputs("Usage: " PROGRAM " [OPTION]...\n\n"
	      "Checks passwords for papod by asking PAM. systemd runs it as "
	      "papod-auth-pam.service.\n"
	      "\n"
	      "      --least-uid NUMBER     refuse users with a lower user ID, the system's "
	      "(1000)\n"
	      "      --pam-directory PATH   read the service there, not in /etc/pam.d\n"
	      "      --processes NUMBER     check so many passwords at a time (8)\n"
	      "      --service NAME         of PAM (papod)\n"
	      "      --timeout SECONDS      for an answer of PAM (8)\n"
	      "  -v, --verbose              also log debug entries to the terminal\n"
	      "  -h, --help                 print this, exit\n"
	      "  -V, --version              print the version, exit\n\n"
	      "Manual: man papod-auth-pam\n",
		stdout);
}

/* Parse the number of an option into *ret_number; false after saying what is wrong. */
static bool parse_option_number(
	const char *name, uint64_t least, uint64_t most, uint64_t *ret_number)
{
	uint64_t number;

	if (text_parse_u64(optarg, &number) && number >= least && number <= most) {
		*ret_number = number;
		return true;
	}
	fprintf(stderr, PROGRAM ": --%s: \"%s\" is no number from %ju to %ju\n", name, optarg,
		(uintmax_t) least, (uintmax_t) most);
	return false;
}

/* False: the status is the exit status. */
static bool take_auth_pam_option(
	int letter, struct auth_pam_options *options, bool *is_verbose, int *ret_status)
{
	uint64_t number = 0;
	bool is_good = true;

	*ret_status = EX_USAGE;
	switch (letter) {
	case 'u':
		is_good = parse_option_number("least-uid", 1, UINT32_MAX - 1, &number);
		options->login.least_uid = (uid_t) number;
		return is_good;
	case 'd':
		options->login.directory = optarg;
		return true;
	case 'p':
		is_good = parse_option_number("processes", 1, 64, &number);
		options->processes = number;
		return is_good;
	case 's':
		options->login.service = optarg;
		return true;
	case 't':
		is_good = parse_option_number("timeout", 1, 600, &number);
		options->timeout_ms = (uint32_t) number * 1000;
		return is_good;
	case 'v':
		*is_verbose = true;
		return true;
	case 'h':
		print_auth_pam_help();
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
	struct auth_pam_options options = {
		.login = { .service = "papod", .least_uid = 1000 },
		.processes = 8,
		.timeout_ms = 8000,
	};
	bool is_verbose = false;
	struct log_sink *sink;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "vhV", long_options, NULL)) != -1)
		if (!take_auth_pam_option(letter, &options, &is_verbose, &status))
			return status;
	if (optind < argc) {
		fprintf(stderr, PROGRAM ": unexpected argument \"%s\"; see " PROGRAM " --help\n",
			argv[optind]);
		return EX_USAGE;
	}
	sink = log_sink_new(PROGRAM, is_verbose);
	status = auth_pam_run(&options, log_sink_log(sink));
	return log_sink_end(sink, status);
}
