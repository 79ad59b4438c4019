/* papod-generator: run by systemd at boot and at each daemon-reload, systemd.generator(7). It must
 * neither wait nor fail: whatever is wrong, the machine must boot. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "generator/generator.h"

/* The journal may not run yet, but it reads the kernel's log later. */
static int open_log(void)
{
	const char *scope = getenv("SYSTEMD_SCOPE");
	int fd = -1;

	if (scope && strcmp(scope, "system") == 0)
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return fd;
}

static void print_problem(const struct problem *problem, int kernel_log)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	if (kernel_log >= 0)
		buffer_format(&line, "<%d>papod-generator[%d]: ",
			problem->is_warning ? LOG_DAEMON | LOG_WARNING : LOG_DAEMON | LOG_ERR,
			(int) getpid());
	problem_format(problem, &line);
	buffer_put_byte(&line, '\n');
	if (kernel_log < 0)
		fputs(line.bytes, stderr);
	else if (write(kernel_log, line.bytes, line.length) < 0)
		fputs(line.bytes, stderr);
}

int main(int argc, char **argv)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	int kernel_log;

	if (argc != 2 && argc != 4 && argc != 5) {
		fputs("Usage: papod-generator NORMAL [EARLY LATE [FILE]]\n"
		      "Writes drop-ins with the listeners and certificates of papod.conf, or of "
		      "FILE,\n"
		      "into NORMAL; systemd runs it, see systemd.generator(7).\n",
			stderr);
		return EX_USAGE;
	}
	generator_run(argc == 5 ? argv[4] : NULL, argv[1], &problems);
	kernel_log = open_log();
	for (size_t i = 0; i < problems.count; i++)
		print_problem(&problems.items[i], kernel_log);
	if (kernel_log >= 0)
		close(kernel_log);
	return 0;
}
