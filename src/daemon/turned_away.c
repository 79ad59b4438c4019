/* Owns the farewell of clients that a recovery cannot keep: each gets the reason, and the log their
 * number.
 *
 * A socket that is closed with unread input loses its last output. So these clients become
 * connections for a moment, which linger like all others when they are closed. */
#include "daemon/turned_away.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/resume.h"
#include "net/wrapping.h"
#include "world/session.h"

#define FILES_OF_OUR_OWN 300 /* a batch of the parking, and other files */

static const char *const cause_texts[] = {
	[TURNED_AWAY_UNKNOWN] = "they connected after the last state that papod could restore",
	[TURNED_AWAY_CHANGED] = "papod could not restore what they sent or received last",
	[TURNED_AWAY_SYSTEM] = "the system refused to restore their connections",
	[TURNED_AWAY_UNREADABLE] = "another release of papod stored their sockets",
	[TURNED_AWAY_ALL] = "nothing could be restored",
	[TURNED_AWAY_SESSIONLESS] = "the snapshot lacked their sessions or connections",
	[TURNED_AWAY_SOCKETLESS] = "their sockets were not found",
	[TURNED_AWAY_AGAIN] = "an earlier restart lost them, and may not have sent them the reason",
};
static_assert(ARRAY_LENGTH(cause_texts) == TURNED_AWAY_CAUSES, "each cause has its text");

/* For the client. */
static const char *const farewells[] = {
	[TURNED_AWAY_UNKNOWN] = "your session was lost, please connect again",
	[TURNED_AWAY_CHANGED] = "your last messages were lost, please connect again",
	[TURNED_AWAY_SYSTEM] = "your connection could not be restored, please connect again",
	[TURNED_AWAY_UNREADABLE] = "your session was lost, please connect again",
	[TURNED_AWAY_ALL] = "nothing could be restored, please connect again",
	[TURNED_AWAY_SESSIONLESS] = "your session was lost, please connect again",
	[TURNED_AWAY_SOCKETLESS] = "your connection was lost",
	[TURNED_AWAY_AGAIN] = "your last messages were lost, please connect again",
};
static_assert(ARRAY_LENGTH(farewells) == TURNED_AWAY_CAUSES, "each cause has its farewell");

void turned_away_done(struct turned_away *away)
{
	free(away->sockets);
	*away = (struct turned_away){ 0 };
}

/* Begins with a line end, because the last output may have been a partial line. */
static void write_farewell(
	const struct turned_away *away, const struct turned_away_socket *socket, struct buffer *out)
{
	struct address address = { 0 };
	char host[ADDRESS_TEXT_BYTES] = "*";

	if (listeners_peer(socket->fd, &address))
		address_format(&address, host);
	buffer_put(out, "\r\n", 2);
	if (socket->cause == TURNED_AWAY_ALL)
		buffer_format(out,
			"ERROR :Closing link: %s (The server could not restore its state after a "
			"restart: %s)"
			"\r\n",
			host, away->reason);
	else
		buffer_format(out, "ERROR :Closing link: %s (%s: %s)\r\n", host, LOST_REASON,
			farewells[socket->cause]);
}

/* Nothing can be sent: the client is gone, or has been sent its farewell and lingers. */
static bool is_over(int fd)
{
	return send(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN;
}

static bool is_crowded(const struct turned_away *away, int fd)
{
	return (uint64_t) fd + FILES_OF_OUR_OWN >= clients_most_files(away->clients);
}

static void end_at_once(const struct turned_away *away, const struct turned_away_socket *socket)
{
	CLEANUP(buffer_done) struct buffer farewell = { 0 };

	write_farewell(away, socket, &farewell);
	(void) !send(socket->fd, farewell.bytes, farewell.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(socket->fd, SHUT_RDWR);
}

bool turned_away_add(struct turned_away *away, int fd, uint64_t id, enum turned_away_cause cause)
{
	const struct turned_away_socket socket = { .id = id, .fd = fd, .cause = cause };

	if (is_over(fd))
		return false;
	away->counts[cause]++;
	/* Plain text between records would only look like an attack. */
	if (connection_is_wrapped(clients_connections(away->clients), id))
		return false;
	if (is_crowded(away, fd)) {
		end_at_once(away, &socket);
		return false;
	}
	if (away->n_sockets % 64 == 0)
		away->sockets =
			mem_resize(away->sockets, away->n_sockets + 64, sizeof(*away->sockets));
	away->sockets[away->n_sockets++] = socket;
	return true;
}

static void send_farewell(
	const struct turned_away *away, const struct turned_away_socket *socket, uint64_t id)
{
	struct connections *connections = clients_connections(away->clients);
	CLEANUP(buffer_done) struct buffer farewell = { 0 };
	struct line *line;

	write_farewell(away, socket, &farewell);
	line = line_new(farewell.bytes, farewell.length);
	connection_send(connections, id, line);
	line_unref(line);
	connection_close(connections, id);
}

/* Uses a new id, because the old one's slot may be taken. */
static void dismiss_socket(const struct turned_away *away, const struct turned_away_socket *socket)
{
	struct connections *connections = clients_connections(away->clients);
	uint64_t id;

	if (socket->id)
		survival_unpark(away->survival, socket->id);
	id = connections_reserve(connections);
	if (id && connections_add(connections, id, socket->fd, false)) {
		send_farewell(away, socket, id);
		return;
	}
	end_at_once(away, socket);
	close(socket->fd);
}

void turned_away_dismiss(struct turned_away *away)
{
	struct connections *connections = clients_connections(away->clients);

	for (size_t i = 0; i < away->n_sockets; i++)
		if (away->sockets[i].id)
			connections_skip_id(connections, away->sockets[i].id);
	for (size_t i = 0; i < away->n_sockets; i++)
		dismiss_socket(away, &away->sockets[i]);
	away->n_sockets = 0;
}

struct odd_ones {
	const struct turned_away *away;
	struct turned_away_socket *sockets;
	size_t count;
};

static void add_odd_one(struct odd_ones *odd, uint64_t id, int fd)
{
	odd->sockets = mem_resize(odd->sockets, odd->count + 1, sizeof(*odd->sockets));
	odd->sockets[odd->count++] =
		(struct turned_away_socket){ .id = id, .fd = fd, .cause = TURNED_AWAY_SESSIONLESS };
}

static void look_at_socket(void *data, int fd, uint64_t id)
{
	struct odd_ones *odd = data;

	if (connection_is_open(clients_connections(odd->away->clients), id) &&
		!session_find(engine_world(odd->away->engine), id))
		add_odd_one(odd, id, fd);
}

static void look_at_sessions(struct odd_ones *odd)
{
	const struct session *session;

	LIST_EACH (session, &engine_world(odd->away->engine)->sessions, in_world)
		if (!connection_is_open(clients_connections(odd->away->clients), session->id))
			add_odd_one(odd, session->id, -1);
}

void turned_away_odd_ones(struct turned_away *away)
{
	struct odd_ones odd = { .away = away };

	connections_each_socket(clients_connections(away->clients), look_at_socket, &odd);
	look_at_sessions(&odd);
	away->counts[TURNED_AWAY_SESSIONLESS] += odd.count;
	for (size_t i = 0; i < odd.count; i++) {
		if (odd.sockets[i].fd < 0)
			clients_end_session(away->clients, odd.sockets[i].id, LOST_REASON);
		else
			send_farewell(away, &odd.sockets[i], odd.sockets[i].id);
	}
	free(odd.sockets);
}

void turned_away_log(const struct turned_away *away)
{
	for (enum turned_away_cause cause = 0; cause < TURNED_AWAY_CAUSES; cause++) {
		char count[24];

		if (!away->counts[cause])
			continue;
		snprintf(count, sizeof(count), "%zu", away->counts[cause]);
		log_entry(away->log, LOGBOOK_CLIENTS_LOST, "COUNT", count, "REASON",
			cause == TURNED_AWAY_ALL ? away->reason : cause_texts[cause]);
	}
}
