/* Owns the translation of what happens to connections into events, and of effects into operations
 * on connections. How clients arrive is in clients_arriving.c. */
#include "daemon/clients_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/delivered.h"
#include "proto/foreign.h"
#include "proto/gate_message.h"
#include "world/datagram.h"
#include "world/session.h"

#define EXPECTED_EFFECTS 32

static bool on_line(void *data, uint64_t id, const struct frame *frame)
{
	const struct clients *clients = data;
	struct event event = {
		.kind = EVENT_LINE,
		.session = id,
		.text = frame->bytes,
		.text_length = frame->length,
		.consumed = (uint32_t) frame->consumed,
		.is_too_long = frame->is_too_long,
	};

	engine_handle(clients->needs.engine, &event);
	return engine_saw_secret(clients->needs.engine);
}

static void end_session(struct clients *clients, uint64_t id, uint8_t kind, const char *reason)
{
	struct event event = {
		.kind = kind, .session = id, .text = reason, .text_length = strlen(reason)
	};

	engine_handle(clients->needs.engine, &event);
}

/* Also forgets the session's questions to helpers. */
static void on_closed(void *data, uint64_t id, const char *reason, bool is_delivered)
{
	struct clients *clients = data;

	if (is_delivered)
		delivered_note(clients->needs.engine, id);
	helpers_forget(clients->needs.helpers, id);
	end_session(clients, id, EVENT_CLOSED, reason);
}

/* The only switch over the kinds of effects. */
static void carry_out_effect(
	struct clients *clients, const struct effect *effect, const struct clients_others *others)
{
	switch (effect->kind) {
	case EFFECT_SEND:
		connection_send(clients->connections, effect->session, effect->line);
		return;
	case EFFECT_CLOSE:
		helpers_forget(clients->needs.helpers, effect->session);
		connection_close(clients->connections, effect->session);
		return;
	case EFFECT_PAUSE:
		connection_pause(clients->connections, effect->session);
		return;
	case EFFECT_RESUME:
		connection_resume(clients->connections, effect->session);
		return;
	case EFFECT_LIMITS:
		connection_set_limits(clients->connections, effect->session,
			effect->limits.send_queue, effect->limits.receive_queue);
		return;
	case EFFECT_NOTIFY:
		connection_notify_drained(clients->connections, effect->session);
		return;
	case EFFECT_REPLY:
		listeners_answer(clients->listeners, effect->text, strlen(effect->text));
		clients_others_carry_out(others, effect);
		return;
	case EFFECT_VERIFY:
	case EFFECT_LOOKUP:
	case EFFECT_AUTHENTICATE:
	case EFFECT_DERIVE:
	case EFFECT_CHECK:
	case EFFECT_SECRET:
	case EFFECT_STORE:
	case EFFECT_MAIL:
	case EFFECT_HISTORY:
	case EFFECT_RECALL:
	case EFFECT_PUSH:
	case EFFECT_UPLOADS:
	case EFFECT_BLOCKLISTS:
	case EFFECT_RELOAD:
	case EFFECT_RESTART:
	case EFFECT_LOG:
	case EFFECT_ERASE:
	case EFFECT_ACTED:
		clients_others_carry_out(others, effect);
		return;
	}
}

/* The token is not passed on: the event does not contain it. */
static void on_datagram(void *data, const struct datagram *datagram)
{
	const struct clients *clients = data;
	struct engine *engine = clients->needs.engine;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event;

	if (!engine_world(engine)->settings)
		return;
	event = datagram_event(engine_world(engine)->settings, datagram, &text);
	engine_handle(engine, &event);
}

static void expect_connections(
	const struct clients *clients, const struct outbox *outbox, size_t from)
{
	for (size_t i = from; i < outbox->count && i < from + EXPECTED_EFFECTS; i++)
		connection_expect(clients->connections, outbox->effects[i].session);
}

void clients_carry_out(
	struct clients *clients, const struct outbox *outbox, const struct clients_others *others)
{
	for (size_t i = 0; i < outbox->count; i++) {
		if (i % EXPECTED_EFFECTS == 0)
			expect_connections(clients, outbox, i);
		carry_out_effect(clients, &outbox->effects[i], others);
	}
}

static void answer_foreign(struct clients *clients, uint64_t id, const char *protocol)
{
	char text[FOREIGN_ANSWER_BYTES];
	struct line *line;

	foreign_answer(protocol, text);
	line = line_new(text, strlen(text));
	connection_send(clients->connections, id, line);
	line_unref(line);
}

static void on_foreign(void *data, uint64_t id, const char *protocol)
{
	struct clients *clients = data;
	const struct session *session = session_find(engine_world(clients->needs.engine), id);
	char number[24], address[ADDRESS_TEXT_BYTES], reason[64];

	if (session) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long) id);
		address_format(&session->address, address);
		log_entry(clients->needs.log, LOGBOOK_FOREIGN_PROTOCOL, "SESSION", number,
			"ADDRESS", address, "LISTENER", session->listener, "PROTOCOL", protocol);
	}
	answer_foreign(clients, id, protocol);
	snprintf(reason, sizeof(reason), "Speaks %s, not IRC", protocol);
	on_closed(clients, id, reason, false);
}

static void on_overflow(void *data, uint64_t id, const char *reason)
{
	end_session(data, id, EVENT_OVERFLOW, reason);
}

static void on_noise(void *data, uint64_t id, uint32_t bytes, bool is_swallowing)
{
	const struct clients_needs *needs = &((struct clients *) data)->needs;

	needs->note(
		needs->data, EVENT_LOG_NOISE, (struct event_log_note){ id, bytes, is_swallowing });
}

static void on_cut(void *data, uint64_t id, uint64_t bytes)
{
	const struct clients_needs *needs = &((struct clients *) data)->needs;

	needs->note(needs->data, EVENT_LOG_CUT, (struct event_log_note){ id, bytes, false });
}

static void on_gone(void *data, uint64_t id)
{
	const struct clients_needs *needs = &((struct clients *) data)->needs;

	needs->unpark(needs->data, id);
}

void clients_end_session(struct clients *clients, uint64_t session, const char *reason)
{
	end_session(clients, session, EVENT_CLOSED, reason);
}

void clients_drop(struct clients *clients, uint64_t session, const char *reason)
{
	connection_close(clients->connections, session);
	on_closed(clients, session, reason, false);
}

static void on_drained(void *data, uint64_t id, bool is_lost)
{
	const struct clients *clients = data;
	struct event event = { .kind = EVENT_DRAINED, .session = id };

	event.status = is_lost ? DRAINED_LOST : DRAINED_TAKEN;
	engine_handle(clients->needs.engine, &event);
}

void clients_note_certificates(
	const struct clients *clients, enum certificates certificates, struct gate_bytes facts)
{
	struct engine *engine = clients->needs.engine;
	struct event event = { .kind = EVENT_TICK,
		.certificates = (uint8_t) certificates,
		.text = facts.length ? (const char *) facts.bytes : NULL,
		.text_length = facts.length };

	if (world_has_certificate_news(engine_world(engine), &event))
		engine_handle(engine, &event);
}

struct clients *clients_new(const struct clients_needs *needs)
{
	struct clients *clients = mem_new(sizeof(*clients));
	const struct connection_callbacks callbacks = {
		.on_line = on_line,
		.on_foreign = on_foreign,
		.on_closed = on_closed,
		.on_overflow = on_overflow,
		.on_drained = on_drained,
		.on_noise = on_noise,
		.on_cut = on_cut,
		.on_gone = on_gone,
		.data = clients,
	};

	clients->needs = *needs;
	clients->connections = connections_new(needs->loop, needs->log, &callbacks);
	clients->listeners =
		listeners_new(needs->loop, needs->log, clients_accept, on_datagram, clients);
	clients_begin_arrivals(clients);
	return clients;
}

void clients_free(struct clients *clients)
{
	if (!clients)
		return;
	listeners_free(clients->listeners);
	proxied_free(clients->proxied);
	connections_free(clients->connections);
	free(clients);
}

struct connections *clients_connections(const struct clients *clients)
{
	return clients->connections;
}

struct listeners *clients_listeners(const struct clients *clients)
{
	return clients->listeners;
}
