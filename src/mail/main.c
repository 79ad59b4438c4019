/* papod-mail: the command line. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>

#include "mail/take_mail.h"
#include "service/command_line.h"
#include "service/log_sink.h"

#define PROGRAM "papod-mail"

static const struct option long_options[] = {
	{ "timeout", required_argument, NULL, 't' },
	COMMAND_LINE_OPTIONS,
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]... [COMMAND [ARGUMENT]...]\n\n"
	"Takes a mail of papod from standard input and passes it to a command, which is "
	"\"/usr/sbin/sendmail -t -i\" if not given. systemd runs it as "
	"papod-mail@.service.\n"
	"\n"
	"      --timeout SECONDS      for the command (60)\n";

/* False: the status is the exit status. */
static bool take_mail_option(
	struct command_line *line, int letter, struct sendmail *sendmail, int *ret_status)
{
	static const uint64_t range[] = { 1, 60 };
	uint64_t seconds;

	if (letter != 't')
		return command_line_take(line, letter, ret_status);
	*ret_status = EX_USAGE;
	if (!command_line_number(line, "timeout", range, &seconds))
		return false;
	sendmail->timeout_ms = (uint32_t) seconds * 1000;
	return true;
}

int main(int argc, char **argv)
{
	char program[] = "/usr/sbin/sendmail", from_headers[] = "-t", keep_dots[] = "-i";
	char *const usual[] = { program, from_headers, keep_dots, NULL };
	struct sendmail sendmail = { .command = usual, .timeout_ms = 60000 };
	struct command_line line = { .program = PROGRAM, .help = help };
	struct log_sink *sink;
	int letter, status;

	/* Options behind the first word belong to the command. */
	while ((letter = getopt_long(argc, argv, "+vhV", long_options, NULL)) != -1)
		if (!take_mail_option(&line, letter, &sendmail, &status))
			return status;
	if (optind < argc)
		sendmail.command = argv + optind;
	if (sendmail.command[0][0] != '/') {
		fprintf(stderr, PROGRAM ": \"%s\" is no path that begins with a slash\n",
			sendmail.command[0]);
		return EX_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	sink = log_sink_new(PROGRAM, line.is_verbose);
	status = take_mail(&sendmail, log_sink_log(sink));
	return log_sink_end(sink, status);
}
