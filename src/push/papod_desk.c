/* Owns the connections. There is one papod, but after a crash its next process may connect before
 * the end of the last one is noticed; only a few connections are taken. A connection on which there
 * is nonsense is closed: what follows could not be understood either. */
#include "push/papod_desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/dialogue.h"
#include "net/reception.h"

#define MOST_CONNECTIONS 4
#define MOST_OUTPUT 1048576 /* papod that does not read it is stuck */

/* A message without an answer. */
struct desk_message {
	char id[PUSH_ID_BYTES + 1];
};

struct papod_connection {
	struct papod_desk *desk;
	struct list in_desk;
	struct dialogue dialogue; /* what is read is secret */
	struct desk_message messages[PUSH_MOST_MESSAGES];
	size_t n_messages;
};

struct papod_desk {
	struct papod_desk_needs needs;
	struct reception *reception;
	struct list connections;
};

static void free_papod_connection(struct papod_connection *connection)
{
	struct papod_desk *desk = connection->desk;

	list_remove(&connection->in_desk);
	dialogue_close(&connection->dialogue);
	free(connection);
	reception_leave(desk->reception);
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
		push_format_answer(id, result, reason, &connection->dialogue.out);
		(void) dialogue_flush(&connection->dialogue);
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
	const char *line;
	size_t length;

	while ((line = dialogue_next(&connection->dialogue, '\n', &length)))
		if (!take_desk_line(connection, line, length))
			return false;
	if (dialogue_left(&connection->dialogue) > PUSH_LINE_BYTES)
		return refuse_papod(connection, "the line is too long");
	return connection->dialogue.out.length <= MOST_OUTPUT;
}

static void on_papod_ready(void *data, uint32_t events)
{
	struct papod_connection *connection = data;

	if (dialogue_go_on(&connection->dialogue, events) || !take_desk_lines(connection))
		free_papod_connection(connection);
}

/* Connections */

static void on_papod_caller(void *data, int fd)
{
	struct papod_desk *desk = data;
	struct papod_connection *connection = mem_new(sizeof(*connection));

	connection->desk = desk;
	connection->dialogue.in.is_secret = true;
	list_init(&connection->in_desk);
	list_add_last(&desk->connections, &connection->in_desk);
	push_format_key(desk->needs.key, &connection->dialogue.out);
	if (dialogue_open(&connection->dialogue, desk->needs.loop, fd, on_papod_ready, connection))
		free_papod_connection(connection);
}

uint64_t papod_desk_next_deadline(const struct papod_desk *desk)
{
	return reception_next_deadline(desk->reception);
}

void papod_desk_tick(struct papod_desk *desk)
{
	reception_tick(desk->reception);
}

int papod_desk_new(const struct papod_desk_needs *needs, struct papod_desk **ret_desk)
{
	struct papod_desk *desk = mem_new(sizeof(*desk));
	const struct reception_needs reception = {
		.loop = needs->loop,
		.listener = needs->listener,
		.most = MOST_CONNECTIONS,
		.on_caller = on_papod_caller,
		.data = desk,
	};
	int error;

	desk->needs = *needs;
	list_init(&desk->connections);
	error = reception_new(&reception, &desk->reception);
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
	reception_free(desk->reception);
	free(desk);
}
