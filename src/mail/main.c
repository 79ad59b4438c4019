/* papod-mail: the command line. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/text.h"
#include "mail/take_mail.h"
#include "service/log_sink.h"

#define PROGRAM "papod-mail"

static const struct option long_options[] = {
	{ "timeout", required_argument, NULL, 't' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static void print_mail_help(void)
{
	fputs("Usage: " PROGRAM " [OPTION]... [COMMAND [ARGUMENT]...]\n\n"
	      "Takes a mail of papod from standard input and passes it to a command, which is "
	      "\"/usr/sbin/sendmail -t -i\" if not given. systemd runs it as "
	      "papod-mail@.service.\n"
	      "\n"
	      "      --timeout SECONDS      for the command (60)\n"
	      "  -v, --verbose              also log debug entries to the terminal\n"
	      "  -h, --help                 print this, exit\n"
	      "  -V, --version              print the version, exit\n\n"
	      "Manual: man papod-mail\n",
		stdout);
}

static bool parse_timeout(uint32_t *ret_ms)
{
	uint64_t seconds;

	if (text_parse_u64(optarg, &seconds) && seconds >= 1 && seconds <= 60) {
		*ret_ms = (uint32_t) seconds * 1000;
		return true;
	}
	fprintf(stderr, PROGRAM ": --timeout: \"%s\" is no number from 1 to 60\n", optarg);
	return false;
}

/* False: the status is the exit status. */
static bool take_mail_option(
	int letter, struct sendmail *sendmail, bool *is_verbose, int *ret_status)
{
	*ret_status = EX_USAGE;
	switch (letter) {
	case 't':
		return parse_timeout(&sendmail->timeout_ms);
	case 'v':
		*is_verbose = true;
		return true;
	case 'h':
		print_mail_help();
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
	char program[] = "/usr/sbin/sendmail", from_headers[] = "-t", keep_dots[] = "-i";
	char *const usual[] = { program, from_headers, keep_dots, NULL };
	struct sendmail sendmail = { .command = usual, .timeout_ms = 60000 };
	bool is_verbose = false;
	struct log_sink *sink;
	int letter, status;

	/* Options behind the first word belong to the command. */
	while ((letter = getopt_long(argc, argv, "+vhV", long_options, NULL)) != -1)
		if (!take_mail_option(letter, &sendmail, &is_verbose, &status))
			return status;
	if (optind < argc)
		sendmail.command = argv + optind;
	if (sendmail.command[0][0] != '/') {
		fprintf(stderr, PROGRAM ": \"%s\" is no path that begins with a slash\n",
			sendmail.command[0]);
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	sink = log_sink_new(PROGRAM, is_verbose);
	status = take_mail(&sendmail, log_sink_log(sink));
	return log_sink_end(sink, status);
}
