/* Owns the way of an event: stamped, recorded, dispatched, its effects carried out. Events
 * that come meanwhile wait, so that the core never meets itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "daemon/server.h"

struct pending_event {
	struct event event;
	char *text;
	struct pending_event *next;
};

static void pending_free(struct pending_event *pending)
{
	settings_unref(pending->event.settings);
	free(pending->text);
	free(pending);
}

static void add_pending(struct server *server, const struct event *event)
{
	struct pending_event *pending = mem_new(sizeof(*pending));

	pending->event = *event;
	if (event->text)
		pending->event.text = pending->text = mem_text_n(event->text, event->text_length);
	if (event->settings)
		settings_ref(event->settings);
	*server->pending_end = pending;
	server->pending_end = &pending->next;
}

static struct pending_event *take_pending(struct server *server)
{
	struct pending_event *pending = server->pending;

	if (!pending)
		return NULL;
	server->pending = pending->next;
	if (!server->pending)
		server->pending_end = &server->pending;
	return pending;
}

void server_forget_pending(struct server *server)
{
	struct pending_event *pending;

	while ((pending = take_pending(server)))
		pending_free(pending);
}

/* Both clocks are read once a turn. */
static void stamp(struct server *server, struct event *event)
{
	struct timespec now;

	if (server->turn_ms != loop_now_ms(server->loop)) {
		server->turn_ms = loop_now_ms(server->loop);
		clock_gettime(CLOCK_REALTIME, &now);
		server->wall_ms = (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
	}
	event->now_ms = server->turn_ms;
	event->wall_ms = server->wall_ms;
	event->seed = hash_random(&server->dice);
}

static void handle(struct server *server, struct event *event)
{
	stamp(server, event);
	if (server->recording)
		recording_add(server->recording, event);
	dispatch(server->world, event, &server->outbox);
	server_carry_out(server, &server->outbox);
	outbox_clear(&server->outbox);
}

void server_handle(struct server *server, struct event *event)
{
	struct pending_event *pending;

	if (server->is_handling) {
		add_pending(server, event);
		return;
	}
	server->is_handling = true;
	handle(server, event);
	while ((pending = take_pending(server))) {
		handle(server, &pending->event);
		pending_free(pending);
	}
	server->is_handling = false;
}
