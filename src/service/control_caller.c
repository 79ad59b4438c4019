/* Owns the way to the control socket, and why there is none. */
#include "service/control_caller.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "service/state_directory.h"

char *control_path(void)
{
	char *path = state_directory_path(CONTROL_SOCKET_FILE);
	const char *instance = getenv(CONTROL_INSTANCE);
	struct buffer text = { 0 };

	if (path)
		return path;
	buffer_format(&text, RUNSTATEDIR "/papod/%s%s" CONTROL_SOCKET_FILE,
		instance ? instance : "", instance ? "/" : "");
	return buffer_take(&text);
}

static void explain_absence(const char *program, const char *path)
{
	const char *instance = getenv(CONTROL_INSTANCE);

	fprintf(stderr, "%s: papod does not run, or is just being restarted: nothing answers at %s",
		program, path);
	if (!getenv("STATE_DIRECTORY"))
		fprintf(stderr,
			"; see systemctl status papod%s%s, or set STATE_DIRECTORY as for a papod "
			"that was started by hand",
			instance ? "@" : "", instance ? instance : "");
	fputc('\n', stderr);
}

static int explain_connect(const char *program, const char *path, int error)
{
	bool is_service = !getenv("STATE_DIRECTORY");
	bool is_absent = error == ENOENT || error == ECONNREFUSED;

	if (is_absent) {
		explain_absence(program, path);
		return EX_UNAVAILABLE;
	}
	fprintf(stderr, "%s: ", program);
	if (error == EACCES && is_service)
		fprintf(stderr,
			"%s is for root and members of the group papod-admin; add yourself with "
			"usermod -aG papod-admin USER, and log in again\n",
			path);
	else if (error == EACCES)
		fprintf(stderr, "%s is only for the user who has started that papod\n", path);
	else
		fprintf(stderr, "%s: %s\n", path, strerror(error));
	return error == EACCES ? EX_NOPERM : EX_OSERR;
}

int control_caller_connect(const char *program, int *ret_fd)
{
	CLEANUP(mem_freep) char *path = control_path();
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return explain_connect(program, path, ENAMETOOLONG);
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return explain_connect(program, path, errno);
	*ret_fd = fd;
	if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		return explain_connect(program, path, errno);
	return 0;
}
