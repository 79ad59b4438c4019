/* Owns the connections. There is one papod, but after a crash its next process may connect before
 * the end of the last one is noticed; only a few connections are taken. A connection on which there
 * is nonsense is closed: what follows could not be understood either. */
#include "auth_pam/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "net/dialogue.h"
#include "net/reception.h"

#define MOST_CONNECTIONS 8

struct desk_connection {
	struct desk *desk;
	struct list in_desk;
	struct dialogue dialogue; /* what is read is secret, like the requests */
	size_t n_requests;	  /* without an answer */
};

/* It waits for a process. */
struct waiting_request {
	struct list in_desk;
	struct desk_connection *connection;
	struct checker_request request;
	uint64_t deadline_ms;
};

struct desk {
	struct desk_needs needs;
	struct children *children;
	struct reception *reception;
	struct list connections;
	struct list waiting; /* oldest first */
};

static void free_waiting_request(struct waiting_request *waiting)
{
	list_remove(&waiting->in_desk);
	checker_request_done(&waiting->request);
	free(waiting);
}

static void free_desk_connection(struct desk_connection *connection)
{
	struct desk *desk = connection->desk;
	struct waiting_request *waiting, *after;

	LIST_EACH_SAFE (waiting, after, &desk->waiting, in_desk)
		if (waiting->connection == connection)
			free_waiting_request(waiting);
	children_forget(desk->children, connection);
	list_remove(&connection->in_desk);
	dialogue_close(&connection->dialogue);
	free(connection);
	reception_leave(desk->reception);
}

/* Answers */

static void put_desk_answer(struct desk_connection *connection, const struct checker_answer *answer)
{
	struct checker_answer unwritable = {
		.id = answer->id,
		.result = CHECKER_RESULT_ERROR,
	};
	struct buffer *out = &connection->dialogue.out;

	connection->n_requests--;
	if (!checker_format_answer(answer, out))
		checker_format_answer(&unwritable, out);
}

/* What cannot be sent is lost with the connection, which its next event ends. */
static void flush_answers(struct desk_connection *connection)
{
	(void) dialogue_flush(&connection->dialogue);
}

static void on_child_answer(void *data, void *owner, const struct checker_answer *answer)
{
	(void) data;
	put_desk_answer(owner, answer);
	flush_answers(owner);
}

static void put_plain_answer(struct desk_connection *connection, uint64_t id,
	enum checker_result result, const char *text)
{
	struct checker_answer answer = { .id = id, .result = result, .text = mem_text(text) };

	put_desk_answer(connection, &answer);
	checker_answer_done(&answer);
}

/* Requests */

/* Takes what the request owns. */
static void queue_request(struct desk_connection *connection, struct checker_request *request)
{
	struct desk *desk = connection->desk;
	struct waiting_request *waiting = mem_new(sizeof(*waiting));

	waiting->connection = connection;
	waiting->request = *request;
	waiting->deadline_ms = loop_now_ms(desk->needs.loop) + desk->needs.children.timeout_ms;
	list_init(&waiting->in_desk);
	list_add_last(&desk->waiting, &waiting->in_desk);
}

/* False: the line is nonsense. */
static bool take_request_line(struct desk_connection *connection, const char *line, size_t length)
{
	char reason[CHECKER_REASON_BYTES];
	struct checker_request request;

	if (!checker_parse_request(line, length, reason, &request)) {
		log_entry(connection->desk->needs.log, LOGBOOK_AUTH_PAM_REQUEST_REFUSED, "REASON",
			reason);
		return false;
	}
	connection->n_requests++;
	if (connection->n_requests <= CHECKER_MOST_REQUESTS) {
		queue_request(connection, &request);
	} else {
		put_plain_answer(connection, request.id, CHECKER_RESULT_BUSY,
			"too many requests have no answer yet");
		checker_request_done(&request);
	}
	return true;
}

/* False: the connection must end. */
static bool take_request_lines(struct desk_connection *connection)
{
	const char *line;
	size_t length;

	while ((line = dialogue_next(&connection->dialogue, '\n', &length)))
		if (!take_request_line(connection, line, length))
			return false;
	if (dialogue_left(&connection->dialogue) <= CHECKER_LINE_BYTES)
		return true;
	log_entry(connection->desk->needs.log, LOGBOOK_AUTH_PAM_REQUEST_REFUSED, "REASON",
		"the line is too long");
	return false;
}

static void on_desk_connection_ready(void *data, uint32_t events)
{
	struct desk_connection *connection = data;
	struct dialogue *dialogue = &connection->dialogue;

	if (dialogue_go_on(dialogue, events) || !take_request_lines(connection) ||
		dialogue_flush(dialogue))
		free_desk_connection(connection);
}

static void start_request(struct desk *desk, struct waiting_request *waiting)
{
	int error = children_start(desk->children, &waiting->request, waiting->connection);

	if (error) {
		put_plain_answer(waiting->connection, waiting->request.id, CHECKER_RESULT_ERROR,
			strerror(-error));
		flush_answers(waiting->connection);
	}
	free_waiting_request(waiting);
}

static void start_requests(struct desk *desk)
{
	while (!list_is_empty(&desk->waiting) && children_have_room(desk->children))
		start_request(desk, LIST_FIRST(&desk->waiting, struct waiting_request, in_desk));
}

/* papod no longer waits for them. */
static void drop_late_requests(struct desk *desk)
{
	struct waiting_request *waiting, *after;

	LIST_EACH_SAFE (waiting, after, &desk->waiting, in_desk) {
		if (waiting->deadline_ms > loop_now_ms(desk->needs.loop))
			break;
		put_plain_answer(waiting->connection, waiting->request.id, CHECKER_RESULT_BUSY,
			"no process was free in time");
		flush_answers(waiting->connection);
		free_waiting_request(waiting);
	}
}

/* Connections */

static void on_desk_caller(void *data, int fd)
{
	struct desk *desk = data;
	struct desk_connection *connection = mem_new(sizeof(*connection));

	connection->desk = desk;
	connection->dialogue.in.is_secret = true;
	list_init(&connection->in_desk);
	list_add_last(&desk->connections, &connection->in_desk);
	if (dialogue_open(&connection->dialogue, desk->needs.loop, fd, on_desk_connection_ready,
		    connection))
		free_desk_connection(connection);
}

uint64_t desk_next_deadline(const struct desk *desk)
{
	uint64_t deadline_ms = loop_earlier(
		children_next_deadline(desk->children), reception_next_deadline(desk->reception));
	const struct waiting_request *first;

	if (list_is_empty(&desk->waiting))
		return deadline_ms;
	first = LIST_FIRST(&desk->waiting, struct waiting_request, in_desk);
	return loop_earlier(first->deadline_ms, deadline_ms);
}

void desk_tick(struct desk *desk)
{
	reception_tick(desk->reception);
	children_tick(desk->children);
	drop_late_requests(desk);
	start_requests(desk);
}

int desk_new(const struct desk_needs *needs, struct desk **ret_desk)
{
	struct desk *desk = mem_new(sizeof(*desk));
	const struct reception_needs reception = {
		.loop = needs->loop,
		.listener = needs->listener,
		.most = MOST_CONNECTIONS,
		.on_caller = on_desk_caller,
		.data = desk,
	};
	int error;

	desk->needs = *needs;
	desk->needs.children.loop = needs->loop;
	desk->needs.children.on_answer = on_child_answer;
	desk->children = children_new(&desk->needs.children);
	list_init(&desk->connections);
	list_init(&desk->waiting);
	error = reception_new(&reception, &desk->reception);
	if (error)
		desk_free(desk);
	else
		*ret_desk = desk;
	return error;
}

void desk_free(struct desk *desk)
{
	if (!desk)
		return;
	while (!list_is_empty(&desk->connections))
		free_desk_connection(
			LIST_FIRST(&desk->connections, struct desk_connection, in_desk));
	children_free(desk->children);
	reception_free(desk->reception);
	free(desk);
}
