/* Owns the connections. Further calls of a connection are read when its question has an answer, so
 * that a caller cannot make papod-lookup store more than one call. */
#include "lookup/name_desk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/mem.h"
#include "net/unix_socket.h"

struct name_connection {
	struct name_desk *desk;
	struct list in_desk;
	struct heap_node timer;
	int fd;
	struct loop_watch *watch;
	struct buffer in;
	struct buffer out;
	bool is_asking;
	bool is_ending; /* after what is in out */
};

struct name_desk {
	struct name_desk_needs needs;
	struct name_pool *pool;
	struct loop_watch *watch; /* of the listener */
	struct list connections;
	size_t n_connections;
	struct heap timers;
};

static void watch_name_callers(struct name_desk *desk)
{
	loop_watch_change(desk->watch, desk->n_connections < NAME_DESK_CONNECTIONS ? EPOLLIN : 0);
}

static void free_name_connection(struct name_connection *connection)
{
	struct name_desk *desk = connection->desk;

	if (connection->is_asking)
		name_pool_forget(desk->pool, connection);
	list_remove(&connection->in_desk);
	heap_remove(&desk->timers, &connection->timer);
	desk->n_connections--;
	loop_watch_remove(connection->watch);
	close(connection->fd);
	buffer_done(&connection->in);
	buffer_done(&connection->out);
	free(connection);
	watch_name_callers(desk);
}

static void give_name_time(struct name_connection *connection, uint32_t time_ms)
{
	struct name_desk *desk = connection->desk;

	heap_set(&desk->timers, &connection->timer, loop_now_ms(desk->needs.loop) + time_ms);
}

/* Nothing is read while a question has no answer, or an answer no reader; but a hang-up is
 * noticed. */
static uint32_t wanted_name_events(const struct name_connection *connection)
{
	if (connection->out.length)
		return EPOLLOUT;
	return connection->is_asking ? EPOLLRDHUP : EPOLLIN;
}

/* False: the connection is at its end. */
static bool flush_replies(struct name_connection *connection)
{
	if (unix_socket_flush(connection->fd, &connection->out) < 0 ||
		(connection->is_ending && !connection->out.length))
		return false;
	return loop_watch_change(connection->watch, wanted_name_events(connection)) == 0;
}

/* Calls */

static void refuse_name_call(struct name_connection *connection, const char *reason)
{
	log_entry(connection->desk->needs.log, LOGBOOK_LOOKUP_REFUSED, "REASON", reason);
	resolve_put_refusal(&connection->out);
	connection->is_ending = true;
}

static void take_name_call(struct name_connection *connection, const char *text, size_t length)
{
	struct name_desk *desk = connection->desk;
	struct resolve_question question;

	if (!resolve_read_call(text, length, &question, &connection->out))
		return;
	connection->is_asking = name_pool_ask(desk->pool, &question, connection);
	if (connection->is_asking)
		give_name_time(connection, desk->needs.timeout_ms);
	else
		resolve_put_failure(RESOLVE_ANSWER_FAILED, &connection->out);
}

static void take_name_calls(struct name_connection *connection)
{
	const char *end;

	while (!connection->is_asking && !connection->is_ending && connection->in.length) {
		end = memchr(connection->in.bytes, '\0', connection->in.length);
		if (!end)
			break;
		take_name_call(
			connection, connection->in.bytes, (size_t) (end - connection->in.bytes));
		buffer_drop(&connection->in, (size_t) (end + 1 - connection->in.bytes));
	}
	if (!connection->is_asking && !connection->is_ending &&
		connection->in.length >= RESOLVE_CALL_BYTES)
		refuse_name_call(connection, "a call is too long");
}

static bool read_name_calls(struct name_connection *connection)
{
	char bytes[RESOLVE_CALL_BYTES];
	ssize_t got = recv(connection->fd, bytes, sizeof(bytes), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0)
		return false;
	buffer_put(&connection->in, bytes, (size_t) got);
	take_name_calls(connection);
	return flush_replies(connection);
}

static void on_name_connection_ready(void *data, uint32_t events)
{
	struct name_connection *connection = data;
	bool is_good = !(events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP));

	if (is_good && (events & EPOLLOUT))
		is_good = flush_replies(connection);
	if (is_good && (events & EPOLLIN))
		is_good = read_name_calls(connection);
	if (!is_good)
		free_name_connection(connection);
}

static void go_on_with_calls(struct name_connection *connection)
{
	connection->is_asking = false;
	give_name_time(connection, connection->desk->needs.idle_ms);
	take_name_calls(connection);
	if (!flush_replies(connection))
		free_name_connection(connection);
}

static void on_name_answer(void *data, void *owner, const struct buffer *reply)
{
	struct name_connection *connection = owner;

	(void) data;
	buffer_put(&connection->out, reply->bytes, reply->length);
	go_on_with_calls(connection);
}

/* Connections */

static void add_name_connection(struct name_desk *desk, int fd)
{
	struct name_connection *connection = mem_new(sizeof(*connection));

	connection->desk = desk;
	connection->fd = fd;
	connection->watch =
		loop_watch_new(desk->needs.loop, fd, on_name_connection_ready, connection);
	list_init(&connection->in_desk);
	list_add_last(&desk->connections, &connection->in_desk);
	desk->n_connections++;
	give_name_time(connection, desk->needs.idle_ms);
	if (loop_watch_change(connection->watch, EPOLLIN) < 0)
		free_name_connection(connection);
}

static void on_name_caller(void *data, uint32_t events)
{
	struct name_desk *desk = data;
	int fd = accept4(desk->needs.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void) events;
	if (fd >= 0)
		add_name_connection(desk, fd);
	watch_name_callers(desk);
}

/* A connection whose time is up: without an answer, it gets an error and may ask again; without a
 * whole call, or if it does not read, it ends. */
static void end_name_time(struct name_connection *connection)
{
	if (connection->is_asking) {
		name_pool_forget(connection->desk->pool, connection);
		resolve_put_timeout(&connection->out);
		go_on_with_calls(connection);
		return;
	}
	if (connection->in.length && !connection->is_ending) {
		refuse_name_call(connection, "a call did not come to its end");
		(void) unix_socket_flush(connection->fd, &connection->out);
	}
	free_name_connection(connection);
}

size_t name_desk_count(const struct name_desk *desk)
{
	return desk->n_connections;
}

uint64_t name_desk_next_deadline(const struct name_desk *desk)
{
	const struct heap_node *first = heap_first(&desk->timers);

	return first ? first->deadline_ms : UINT64_MAX;
}

void name_desk_tick(struct name_desk *desk)
{
	struct heap_node *first;

	while ((first = heap_first(&desk->timers)) &&
		first->deadline_ms <= loop_now_ms(desk->needs.loop))
		end_name_time(CONTAINER_OF(first, struct name_connection, timer));
}

int name_desk_new(const struct name_desk_needs *needs, struct name_desk **ret_desk)
{
	struct name_desk *desk = mem_new(sizeof(*desk));
	const struct name_pool_needs pool = {
		.loop = needs->loop,
		.most_threads = needs->most_threads,
		.answer = needs->answer,
		.on_done = on_name_answer,
		.data = desk,
	};
	int error;

	desk->needs = *needs;
	list_init(&desk->connections);
	error = name_pool_new(&pool, &desk->pool);
	if (!error) {
		desk->watch = loop_watch_new(needs->loop, needs->listener, on_name_caller, desk);
		error = loop_watch_change(desk->watch, EPOLLIN);
	}
	if (error)
		name_desk_free(desk);
	else
		*ret_desk = desk;
	return error;
}

void name_desk_free(struct name_desk *desk)
{
	if (!desk)
		return;
	while (!list_is_empty(&desk->connections))
		free_name_connection(
			LIST_FIRST(&desk->connections, struct name_connection, in_desk));
	loop_watch_remove(desk->watch);
	close(desk->needs.listener);
	name_pool_free(desk->pool);
	heap_done(&desk->timers);
	free(desk);
}
