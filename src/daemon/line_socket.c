/* Owns a dialogue with another program that may end and begin again. */
#include "daemon/line_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/dialogue.h"
#include "net/unix_socket.h"

struct line_socket {
	struct loop *loop;
	struct line_socket_calls calls;
	struct dialogue dialogue; /* what is sent is secret */
};

bool line_socket_is_open(const struct line_socket *socket)
{
	return dialogue_is_open(&socket->dialogue);
}

struct buffer *line_socket_out(struct line_socket *socket)
{
	return &socket->dialogue.out;
}

void line_socket_close(struct line_socket *socket)
{
	dialogue_close(&socket->dialogue);
}

static void lose_line_socket(struct line_socket *socket, int error)
{
	socket->calls.on_lost(socket->calls.data,
		error == -EPIPE ? "it closed the connection" : strerror(-error));
}

void line_socket_flush(struct line_socket *socket)
{
	int error = line_socket_is_open(socket) ? dialogue_flush(&socket->dialogue) : 0;

	if (error)
		lose_line_socket(socket, error);
}

/* Its use may close the connection, and open another one, on which nothing was read yet. */
static void take_socket_lines(struct line_socket *socket)
{
	const char *line;
	size_t length;

	while ((line = dialogue_next(&socket->dialogue, '\n', &length)))
		socket->calls.on_line(socket->calls.data, line, length);
	if (dialogue_left(&socket->dialogue) > socket->calls.most_bytes)
		socket->calls.on_lost(
			socket->calls.data, "its answer makes no sense: the line is too long");
}

static void on_line_socket_ready(void *data, uint32_t events)
{
	struct line_socket *socket = data;
	int error = dialogue_go_on(&socket->dialogue, events);

	if (error)
		lose_line_socket(socket, error);
	else
		take_socket_lines(socket);
}

int line_socket_open(struct line_socket *socket, const char *path)
{
	int fd = unix_socket_connect(path);

	if (fd < 0)
		return fd;
	return dialogue_open(&socket->dialogue, socket->loop, fd, on_line_socket_ready, socket);
}

struct line_socket *line_socket_new(struct loop *loop, const struct line_socket_calls *calls)
{
	struct line_socket *socket = mem_new(sizeof(*socket));

	socket->loop = loop;
	socket->calls = *calls;
	socket->dialogue.out.is_secret = true;
	return socket;
}

void line_socket_free(struct line_socket *socket)
{
	if (!socket)
		return;
	line_socket_close(socket);
	free(socket);
}
