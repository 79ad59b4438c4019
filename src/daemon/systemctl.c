/* Owns the running of systemctl. */
#include "daemon/systemctl.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"

#define MOST_WORDS 8

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_OSERR;
}

int systemctl_run(const char *const *words)
{
	char *arguments[MOST_WORDS + 2] = { (char *) (uintptr_t) "systemctl" };
	pid_t pid;
	int error;

	for (size_t i = 0; i < MOST_WORDS && words[i]; i++)
		arguments[i + 1] = (char *) (uintptr_t) words[i];
	error = posix_spawnp(&pid, "systemctl", NULL, NULL, arguments, environ);
	if (!error)
		return wait_for(pid);
	fprintf(stderr, "papod: systemctl cannot be run: %s\n", strerror(error));
	return EX_OSERR;
}

char *systemctl_show(const char *unit, const char *property)
{
	struct buffer command = { 0 }, output = { 0 };
	FILE *pipe;
	int byte;

	buffer_format(&command, "systemctl show --value -p %s %s", property, unit);
	pipe = popen(command.bytes, "re");
	buffer_done(&command);
	buffer_put_text(&output, "");
	while (pipe && (byte = getc(pipe)) != EOF)
		buffer_put_byte(&output, (char) byte);
	if (pipe)
		pclose(pipe);
	if (output.length && output.bytes[output.length - 1] == '\n')
		buffer_cut(&output, output.length - 1);
	buffer_put_byte(&output, '\0');
	return buffer_take(&output);
}
