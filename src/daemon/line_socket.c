/* Owns a socket to another program, and its two buffers. */
#include "daemon/line_socket.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/unix_socket.h"

struct line_socket {
	struct loop *loop;
	struct line_socket_calls calls;
	int fd; /* -1: not connected */
	struct loop_watch *watch;
	struct buffer in;
	struct buffer out; /* secret */
	uint64_t n_opened;
};

bool line_socket_is_open(const struct line_socket *socket)
{
	return socket->fd >= 0;
}

struct buffer *line_socket_out(struct line_socket *socket)
{
	return &socket->out;
}

/* Nothing of the passwords stays. */
static void forget_output(struct line_socket *socket)
{
	buffer_done(&socket->out);
	socket->out.is_secret = true;
}

void line_socket_close(struct line_socket *socket)
{
	if (socket->fd < 0)
		return;
	loop_watch_remove(TAKE(socket->watch));
	close(socket->fd);
	socket->fd = -1;
	buffer_done(&socket->in);
	forget_output(socket);
}

void line_socket_flush(struct line_socket *socket)
{
	struct buffer *out = &socket->out;
	int error;

	if (socket->fd < 0)
		return;
	error = unix_socket_flush(socket->fd, out);
	if (error) {
		socket->calls.on_lost(socket->calls.data, strerror(-error));
		return;
	}
	if (!out->length)
		forget_output(socket);
	loop_watch_change(socket->watch, out->length ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* The line is a copy: its use may close the connection. False: there is none. */
static bool take_socket_line(struct line_socket *socket)
{
	const char *end =
		socket->in.length ? memchr(socket->in.bytes, '\n', socket->in.length) : NULL;
	CLEANUP(mem_freep) char *line = NULL;
	size_t length;

	if (!end)
		return false;
	length = (size_t) (end - socket->in.bytes);
	line = mem_text_n(socket->in.bytes, length);
	buffer_drop(&socket->in, length + 1);
	socket->calls.on_line(socket->calls.data, line, length);
	return true;
}

static void take_socket_lines(struct line_socket *socket)
{
	uint64_t opened = socket->n_opened;

	while (socket->fd >= 0 && socket->n_opened == opened && take_socket_line(socket))
		continue;
	if (socket->fd >= 0 && socket->in.length > socket->calls.most_bytes)
		socket->calls.on_lost(
			socket->calls.data, "its answer makes no sense: the line is too long");
}

static void on_line_socket_ready(void *data, uint32_t events)
{
	struct line_socket *socket = data;
	char bytes[4096];
	ssize_t got;

	if (events & EPOLLOUT)
		line_socket_flush(socket);
	if (socket->fd < 0 || !(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	got = recv(socket->fd, bytes, sizeof(bytes), 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		socket->calls.on_lost(socket->calls.data, "it closed the connection");
		return;
	}
	buffer_put(&socket->in, bytes, (size_t) got);
	take_socket_lines(socket);
}

int line_socket_open(struct line_socket *socket, const char *path)
{
	int fd = unix_socket_connect(path), error;

	if (fd < 0)
		return fd;
	socket->fd = fd;
	socket->n_opened++;
	socket->watch = loop_watch_new(socket->loop, fd, on_line_socket_ready, socket);
	error = loop_watch_change(socket->watch, EPOLLIN);
	if (error)
		line_socket_close(socket);
	return error;
}

struct line_socket *line_socket_new(struct loop *loop, const struct line_socket_calls *calls)
{
	struct line_socket *socket = mem_new(sizeof(*socket));

	socket->loop = loop;
	socket->calls = *calls;
	socket->fd = -1;
	socket->out.is_secret = true;
	return socket;
}

void line_socket_free(struct line_socket *socket)
{
	if (!socket)
		return;
	line_socket_close(socket);
	forget_output(socket);
	free(socket);
}
