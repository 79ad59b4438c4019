/* Owns the translation of what happens to connections into events, and of effects into what shall
 * happen to them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/server.h"
#include "proto/foreign.h"
#include "world/session.h"

#define FULL "ERROR :The server is full, try again later\r\n"
#define FULL_TOLD_EVERY_MS 60000
#define EXPECTED_EFFECTS 32

static void on_line(void *data, uint64_t id, const struct frame *frame)
{
	const struct server *server = data;
	struct event event = {
		.kind = EVENT_LINE,
		.session = id,
		.text = frame->bytes,
		.text_length = frame->length,
		.consumed = (uint32_t) frame->consumed,
		.is_too_long = frame->is_too_long,
	};

	engine_handle(server->engine, &event);
}

static void end_session(struct server *server, uint64_t id, uint8_t kind, const char *reason)
{
	struct event event = {
		.kind = kind, .session = id, .text = reason, .text_length = strlen(reason)
	};

	engine_handle(server->engine, &event);
}

/* The answers that it waited for are not wanted any more. */
static void on_closed(void *data, uint64_t id, const char *reason)
{
	struct server *server = data;

	helpers_forget(server->helpers, id);
	end_session(server, id, EVENT_CLOSED, reason);
}

static void carry_out(struct server *server, const struct effect *effect,
	const struct server_other_effects *others)
{
	switch (effect->kind) {
	case EFFECT_SEND:
		connection_send(server->connections, effect->session, effect->line);
		return;
	case EFFECT_CLOSE:
		helpers_forget(server->helpers, effect->session);
		connection_close(server->connections, effect->session);
		return;
	case EFFECT_PAUSE:
		connection_pause(server->connections, effect->session);
		return;
	case EFFECT_RESUME:
		connection_resume(server->connections, effect->session);
		return;
	case EFFECT_LIMITS:
		connection_set_limits(server->connections, effect->session,
			effect->limits.send_queue, effect->limits.receive_queue);
		return;
	case EFFECT_NOTIFY:
		connection_notify_drained(server->connections, effect->session);
		return;
	case EFFECT_VERIFY:
	case EFFECT_LOOKUP:
	case EFFECT_RELOAD:
	case EFFECT_RESTART:
	case EFFECT_LOG:
		others->carry_out(others->data, effect);
		return;
	}
}

static void expect(const struct server *server, const struct outbox *outbox, size_t from)
{
	for (size_t i = from; i < outbox->count && i < from + EXPECTED_EFFECTS; i++)
		connection_expect(server->connections, outbox->effects[i].session);
}

void server_carry_out(struct server *server, const struct outbox *outbox,
	const struct server_other_effects *others)
{
	for (size_t i = 0; i < outbox->count; i++) {
		if (i % EXPECTED_EFFECTS == 0)
			expect(server, outbox, i);
		carry_out(server, &outbox->effects[i], others);
	}
}

static void answer_foreign(struct server *server, uint64_t id, const char *protocol)
{
	char text[FOREIGN_ANSWER_BYTES];
	struct line *line;

	foreign_answer(protocol, text);
	line = line_new(text, strlen(text));
	connection_send(server->connections, id, line);
	line_unref(line);
}

static void on_foreign(void *data, uint64_t id, const char *protocol)
{
	struct server *server = data;
	const struct session *session = session_find(engine_world(server->engine), id);
	char number[24], address[ADDRESS_TEXT_BYTES], reason[64];

	if (session) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long) id);
		address_format(&session->address, address);
		log_entry(server->log, LOGBOOK_FOREIGN_PROTOCOL, "SESSION", number, "ADDRESS",
			address, "LISTENER", session->listener, "PROTOCOL", protocol);
	}
	answer_foreign(server, id, protocol);
	snprintf(reason, sizeof(reason), "Speaks %s, not IRC", protocol);
	on_closed(server, id, reason);
}

static void on_overflow(void *data, uint64_t id, const char *reason)
{
	end_session(data, id, EVENT_OVERFLOW, reason);
}

static void on_noise(void *data, uint64_t id, uint32_t bytes, bool is_swallowing)
{
	survival_log_note(
		data, EVENT_LOG_NOISE, (struct event_log_note){ id, bytes, is_swallowing });
}

static void on_cut(void *data, uint64_t id, uint64_t bytes)
{
	survival_log_note(data, EVENT_LOG_CUT, (struct event_log_note){ id, bytes, false });
}

static void on_gone(void *data, uint64_t id)
{
	const struct server *server = data;

	if (server->parking)
		parking_forget(server->parking, id);
}

void server_end_session(struct server *server, uint64_t session, const char *reason)
{
	end_session(server, session, EVENT_CLOSED, reason);
}

void server_drop(struct server *server, uint64_t session, const char *reason)
{
	connection_close(server->connections, session);
	on_closed(server, session, reason);
}

static void on_drained(void *data, uint64_t id, bool is_lost)
{
	const struct server *server = data;
	struct event event = {
		.kind = EVENT_DRAINED,
		.session = id,
		.status = is_lost ? DRAINED_LOST : DRAINED_TAKEN,
	};

	engine_handle(server->engine, &event);
}

const struct connection_callbacks server_connection_callbacks = {
	.on_line = on_line,
	.on_foreign = on_foreign,
	.on_closed = on_closed,
	.on_overflow = on_overflow,
	.on_drained = on_drained,
	.on_noise = on_noise,
	.on_cut = on_cut,
	.on_gone = on_gone,
};

/* Our files, the recording, the resolver and a reload need descriptors too. */
static bool is_full(const struct server *server, int fd)
{
	return (uint64_t) fd + server->settings->loop_reserved_files >= server->most_files;
}

/* A client that can connect must not be able to fill the log. */
static uint64_t full_deadline(const struct server *server)
{
	return server->full_told_ms ? server->full_told_ms + FULL_TOLD_EVERY_MS : 0;
}

static void log_refused(struct server *server, const char *listener, const char *reason)
{
	char clients[24];

	snprintf(clients, sizeof(clients), "%zu", server->n_refused);
	log_entry(server->log, LOGBOOK_CLIENT_REFUSED, "LISTENER", listener, "CLIENTS", clients,
		"REASON", reason);
	server->full_told_ms = loop_now_ms(server->loop);
	server->n_refused = 0;
}

static void refuse_full(struct server *server, int fd, const char *listener, const char *reason)
{
	(void) !send(fd, FULL, sizeof(FULL) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
	server->n_refused++;
	if (loop_now_ms(server->loop) >= full_deadline(server))
		log_refused(server, listener, reason);
}

uint64_t server_refused_deadline(const struct server *server)
{
	return server->n_refused ? full_deadline(server) : UINT64_MAX;
}

void server_tell_of_refused(struct server *server)
{
	if (server_refused_deadline(server) <= loop_now_ms(server->loop))
		log_refused(server, NULL, "the server was full; raise LimitNOFILE=");
}

static void announce(struct server *server, uint64_t id, int fd, const char *listener,
	const struct address *address)
{
	struct event event = {
		.kind = EVENT_CONNECTED,
		.session = id,
		.address = *address,
		.uid = address->family == ADDRESS_FAMILY_UNIX ? listeners_peer_uid(fd) : UINT32_MAX,
		.text = listener,
		.text_length = strlen(listener),
	};

	engine_handle(server->engine, &event);
}

void server_welcome(struct server *server, uint64_t id, int fd, const char *listener)
{
	struct address address = { 0 };

	/* Who is gone already will be found out by reading. */
	(void) listeners_peer(fd, &address);
	announce(server, id, fd, listener, &address);
}

/* What is not parked would be lost with this process. NULL: it is parked, or need not be. */
static const char *why_not_parked(int error)
{
	switch (error) {
	case -ETOOMANYREFS:
		return "no more sockets can be kept for a restart; raise LimitNOFILE=";
	case -EAGAIN:
		return "no more sockets can be kept for a restart; raise net.core.wmem_max";
	}
	return NULL;
}

/* Parked before anything else: from then on it outlives us, as a newcomer if no more has come of
 * it. */
static bool take_in(
	struct server *server, uint64_t id, int fd, const char *listener, bool has_inherited)
{
	const char *reason;

	if (!id) {
		close(fd);
		return false;
	}
	reason = why_not_parked(survival_park(server, fd, id, listener));
	if (reason) {
		connection_abandon(server->connections, id);
		refuse_full(server, fd, listener, reason);
		return false;
	}
	if (connections_add(server->connections, id, fd, has_inherited))
		return true;
	shutdown(fd, SHUT_RDWR);
	on_gone(server, id);
	close(fd);
	return false;
}

void server_accept(
	void *data, int fd, const char *listener, const struct address *address, bool has_inherited)
{
	struct server *server = data;
	uint64_t id;

	if (is_full(server, fd)) {
		refuse_full(server, fd, listener,
			"no file descriptors are left for clients; raise LimitNOFILE=");
		return;
	}
	id = connections_reserve(server->connections);
	if (take_in(server, id, fd, listener, has_inherited))
		announce(server, id, fd, listener, address);
}
