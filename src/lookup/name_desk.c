/* Owns the connections. Further calls of a connection are read when its question has an answer, so
 * that a caller cannot make papod-lookup store more than one call. */
#include "lookup/name_desk.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/mem.h"
#include "net/dialogue.h"
#include "net/reception.h"
#include "net/unix_socket.h"

struct name_connection {
	struct name_desk *desk;
	struct list in_desk;
	struct heap_node timer;
	struct dialogue dialogue;
	bool is_asking;
	bool is_ending; /* after what is to be sent */
};

struct name_desk {
	struct name_desk_needs needs;
	struct name_pool *pool;
	struct reception *reception;
	struct list connections;
	struct heap timers;
};

static void free_name_connection(struct name_connection *connection)
{
	struct name_desk *desk = connection->desk;

	if (connection->is_asking)
		name_pool_forget(desk->pool, connection);
	list_remove(&connection->in_desk);
	heap_remove(&desk->timers, &connection->timer);
	dialogue_close(&connection->dialogue);
	free(connection);
	reception_leave(desk->reception);
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
	if (connection->dialogue.out.length)
		return EPOLLOUT;
	return connection->is_asking ? EPOLLRDHUP : EPOLLIN;
}

/* False: the connection is at its end. */
static bool flush_replies(struct name_connection *connection)
{
	struct dialogue *dialogue = &connection->dialogue;

	if (unix_socket_flush(dialogue->fd, &dialogue->out) < 0 ||
		(connection->is_ending && !dialogue->out.length))
		return false;
	return loop_watch_change(dialogue->watch, wanted_name_events(connection)) == 0;
}

/* Calls */

static void refuse_name_call(struct name_connection *connection, const char *reason)
{
	log_entry(connection->desk->needs.log, LOGBOOK_LOOKUP_REFUSED, "REASON", reason);
	resolve_put_refusal(&connection->dialogue.out);
	connection->is_ending = true;
}

static void take_name_call(struct name_connection *connection, const char *text, size_t length)
{
	struct name_desk *desk = connection->desk;
	struct buffer *out = &connection->dialogue.out;
	struct resolve_question question;

	if (!resolve_read_call(text, length, &question, out))
		return;
	connection->is_asking = name_pool_ask(desk->pool, &question, connection);
	if (connection->is_asking)
		give_name_time(connection, desk->needs.timeout_ms);
	else
		resolve_put_failure(RESOLVE_ANSWER_FAILED, out);
}

static void take_name_calls(struct name_connection *connection)
{
	const char *text;
	size_t length;

	while (!connection->is_asking &&
		(text = dialogue_next(&connection->dialogue, '\0', &length)))
		take_name_call(connection, text, length);
	if (!connection->is_asking && dialogue_left(&connection->dialogue) >= RESOLVE_CALL_BYTES)
		refuse_name_call(connection, "a call is too long");
}

/* False: the connection is at its end. */
static bool read_name_calls(struct name_connection *connection)
{
	if (dialogue_read(&connection->dialogue))
		return false;
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
	buffer_put(&connection->dialogue.out, reply->bytes, reply->length);
	go_on_with_calls(connection);
}

/* Connections */

static void on_name_caller(void *data, int fd)
{
	struct name_desk *desk = data;
	struct name_connection *connection = mem_new(sizeof(*connection));

	connection->desk = desk;
	list_init(&connection->in_desk);
	list_add_last(&desk->connections, &connection->in_desk);
	give_name_time(connection, desk->needs.idle_ms);
	if (dialogue_open(&connection->dialogue, desk->needs.loop, fd, on_name_connection_ready,
		    connection))
		free_name_connection(connection);
}

/* A connection whose time is up: without an answer, it gets an error and may ask again; without a
 * whole call, or if it does not read, it ends. */
static void end_name_time(struct name_connection *connection)
{
	if (connection->is_asking) {
		name_pool_forget(connection->desk->pool, connection);
		resolve_put_timeout(&connection->dialogue.out);
		go_on_with_calls(connection);
		return;
	}
	if (dialogue_left(&connection->dialogue) && !connection->is_ending) {
		refuse_name_call(connection, "a call did not come to its end");
		(void) dialogue_flush(&connection->dialogue);
	}
	free_name_connection(connection);
}

size_t name_desk_count(const struct name_desk *desk)
{
	return reception_count(desk->reception);
}

uint64_t name_desk_next_deadline(const struct name_desk *desk)
{
	const struct heap_node *first = heap_first(&desk->timers);

	return loop_earlier(
		first ? first->deadline_ms : UINT64_MAX, reception_next_deadline(desk->reception));
}

void name_desk_tick(struct name_desk *desk)
{
	struct heap_node *first;

	reception_tick(desk->reception);
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
	const struct reception_needs reception = {
		.loop = needs->loop,
		.listener = needs->listener,
		.most = NAME_DESK_CONNECTIONS,
		.on_caller = on_name_caller,
		.data = desk,
	};
	int error;

	desk->needs = *needs;
	list_init(&desk->connections);
	error = reception_new(&reception, &desk->reception);
	if (!error)
		error = name_pool_new(&pool, &desk->pool);
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
	reception_free(desk->reception);
	name_pool_free(desk->pool);
	heap_done(&desk->timers);
	free(desk);
}
