/* Owns the taking of a passed socket: sd_listen_fds(3). */
#include "service/passed_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

int passed_socket_take(const char *unit, struct buffer *why)
{
	int fd = SD_LISTEN_FDS_START;

	if (sd_listen_fds(1) != 1)
		buffer_format(why, "systemd passes no socket: start %s", unit);
	else if (sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) <= 0)
		buffer_put_text(why,
			"the socket that systemd passes is no Unix stream socket that listens");
	else if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		buffer_put_text(why, strerror(errno));
	else
		return fd;
	return -1;
}
