/* Owns dropping the rest of a client's input. */
#include "gate/linger.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

#define DROP_BYTES (64 * 1024) /* at once */

void linger_begin(int fd)
{
	shutdown(fd, SHUT_WR);
}

bool linger_is_over(int fd)
{
	ssize_t n = recv(fd, NULL, DROP_BYTES, MSG_DONTWAIT | MSG_TRUNC);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}
