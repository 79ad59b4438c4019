/* Owns the connection of the parent to papod. What papod sends over it is dropped: the processes
 * get the same. */
#include "gate/link_maker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/unix_socket.h"
#include "proto/gate_message.h"

struct link_maker {
	int fd;
	struct loop_watch *watch;
	void (*on_papod_gone)(void *data);
	void *data;
};

static void on_maker_ready(void *data, uint32_t events)
{
	struct link_maker *maker = data;
	char packet[GATE_MESSAGE_BYTES];
	ssize_t n = recv(maker->fd, packet, sizeof(packet), MSG_DONTWAIT);

	(void) events;
	if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	loop_watch_remove(TAKE(maker->watch));
	maker->on_papod_gone(maker->data);
}

struct link_maker *link_maker_new(
	struct loop *loop, int fd, void (*on_papod_gone)(void *data), void *data)
{
	struct link_maker *maker = mem_new(sizeof(*maker));

	*maker = (struct link_maker){ .fd = fd, .on_papod_gone = on_papod_gone, .data = data };
	maker->watch = loop_watch_new(loop, fd, on_maker_ready, maker);
	(void) loop_watch_change(maker->watch, EPOLLIN); /* the processes notice its end too */
	return maker;
}

void link_maker_free(struct link_maker *maker)
{
	if (!maker)
		return;
	loop_watch_remove(maker->watch);
	close(maker->fd);
	free(maker);
}

int link_maker_connect(const struct link_maker *maker, int *ret_fd)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	const struct gate_message link = { .kind = GATE_MESSAGE_KIND_LINK };
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	gate_message_save(&packet, &link);
	error = unix_socket_pass(maker->fd, &packet, ends[0], NULL);
	close(ends[0]);
	if (error)
		close(ends[1]);
	else
		*ret_fd = ends[1];
	return error;
}
