/* Owns the connections. There is one papod, but after a crash its next process may connect before
 * the end of the last one is noticed; only a few connections are taken. A connection on which there
 * is nonsense is closed: what follows could not be understood either. */
#include "push/papod_desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "push/sockets.h"

#define MOST_CONNECTIONS 4
#define MOST_OUTPUT 1048576 /* papod that does not read it is stuck */

/* A message without an answer. */
struct desk_message {
	char id[PUSH_ID_BYTES + 1];
};

struct papod_connection {
	struct papod_desk *desk;
	struct list in_desk;
	int fd;
	struct loop_watch *watch;
	struct buffer in;
	struct buffer out;
	struct desk_message messages[PUSH_MOST_MESSAGES];
	size_t n_messages;
};

struct papod_desk {
	struct papod_desk_needs needs;
	struct loop_watch *watch; /* of the listener */
	struct list connections;
	size_t n_connections;
};

static void watch_callers(struct papod_desk *desk)
{
	loop_watch_change(desk->watch, desk->n_connections < MOST_CONNECTIONS ? EPOLLIN : 0);
}

static void free_papod_connection(struct papod_connection *connection)
{
	struct papod_desk *desk = connection->desk;

	list_remove(&connection->in_desk);
	desk->n_connections--;
	loop_watch_remove(connection->watch);
	close(connection->fd);
	buffer_done(&connection->in);
	buffer_done(&connection->out);
	free(connection);
	watch_callers(desk);
}

/* Answers */

static struct papod_connection *find_messenger(const struct papod_desk *desk, const char *id)
{
	struct papod_connection *connection;

	LIST_EACH (connection, &desk->connections, in_desk)
		for (size_t i = 0; i < connection->n_messages; i++)
			if (strcmp(connection->messages[i].id, id) == 0) {
				connection->messages[i] =
					connection->messages[--connection->n_messages];
				return connection;
			}
	return NULL;
}

/* What cannot be sent is lost with the connection, which its next event ends. */
void papod_desk_answer(
	struct papod_desk *desk, const char *id, enum push_result result, const char *reason)
{
	struct papod_connection *connection;

	while ((connection = find_messenger(desk, id))) {
		push_format_answer(id, result, reason, &connection->out);
		sockets_flush(connection->fd, connection->watch, &connection->out);
	}
}

/* Messages */

static bool refuse_papod(const struct papod_connection *connection, const char *reason)
{
	log_entry(connection->desk->needs.log, LOGBOOK_PUSH_REQUEST_REFUSED, "REASON", reason);
	return false;
}

/* False: the connection must end. */
static bool take_desk_line(struct papod_connection *connection, const char *line, size_t length)
{
	struct papod_desk_needs *needs = &connection->desk->needs;
	char reason[PUSH_REASON_BYTES];
	struct push_message message;

	if (!push_parse_message(line, length, reason, &message))
		return refuse_papod(connection, reason);
	if (connection->n_messages == PUSH_MOST_MESSAGES) {
		push_message_done(&message);
		return refuse_papod(connection, "too many messages have no answer yet");
	}
	text_copy(connection->messages[connection->n_messages++].id, PUSH_ID_BYTES + 1, message.id);
	needs->on_message(needs->data, &message);
	return true;
}

static bool take_desk_lines(struct papod_connection *connection)
{
	const char *end, *start = connection->in.bytes, *stop = start + connection->in.length;

	while ((end = memchr(start, '\n', (size_t) (stop - start)))) {
		if (!take_desk_line(connection, start, (size_t) (end - start)))
			return false;
		start = end + 1;
	}
	buffer_drop(&connection->in, (size_t) (start - connection->in.bytes));
	if (connection->in.length > PUSH_LINE_BYTES)
		return refuse_papod(connection, "the line is too long");
	return connection->out.length <= MOST_OUTPUT;
}

static bool read_papod(struct papod_connection *connection)
{
	char bytes[16384];
	ssize_t got = recv(connection->fd, bytes, sizeof(bytes), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return false;
	buffer_put(&connection->in, bytes, (size_t) got);
	return take_desk_lines(connection);
}

static void on_papod_ready(void *data, uint32_t events)
{
	struct papod_connection *connection = data;
	bool is_good = true;

	if (events & EPOLLOUT)
		is_good = sockets_flush(connection->fd, connection->watch, &connection->out);
	if (is_good && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		is_good = read_papod(connection);
	if (!is_good)
		free_papod_connection(connection);
}

/* Connections */

static void add_papod_connection(struct papod_desk *desk, int fd)
{
	struct papod_connection *connection = mem_new(sizeof(*connection));

	connection->desk = desk;
	connection->fd = fd;
	connection->in.is_secret = true;
	connection->watch = loop_watch_new(desk->needs.loop, fd, on_papod_ready, connection);
	list_init(&connection->in_desk);
	list_add_last(&desk->connections, &connection->in_desk);
	desk->n_connections++;
	push_format_key(desk->needs.key, &connection->out);
	if (!sockets_flush(fd, connection->watch, &connection->out))
		free_papod_connection(connection);
}

static void on_papod_caller(void *data, uint32_t events)
{
	struct papod_desk *desk = data;
	int fd = accept4(desk->needs.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void) events;
	if (fd >= 0)
		add_papod_connection(desk, fd);
	watch_callers(desk);
}

int papod_desk_new(const struct papod_desk_needs *needs, struct papod_desk **ret_desk)
{
	struct papod_desk *desk = mem_new(sizeof(*desk));
	int error;

	desk->needs = *needs;
	list_init(&desk->connections);
	desk->watch = loop_watch_new(needs->loop, needs->listener, on_papod_caller, desk);
	error = loop_watch_change(desk->watch, EPOLLIN);
	if (error)
		papod_desk_free(desk);
	else
		*ret_desk = desk;
	return error;
}

void papod_desk_free(struct papod_desk *desk)
{
	if (!desk)
		return;
	while (!list_is_empty(&desk->connections))
		free_papod_connection(
			LIST_FIRST(&desk->connections, struct papod_connection, in_desk));
	loop_watch_remove(desk->watch);
	close(desk->needs.listener);
	free(desk);
}
