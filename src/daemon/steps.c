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

/* A turn may be late for its deadline; later than that, something was wrong. */
#define MOST_LATE_MS 2000

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

/* The machine slept, or somebody had stopped us. What clients have sent meanwhile waits to be
 * read, so the time since the last turn must not count against them: all would time out. */
static void skip_stall(struct server *server)
{
	uint64_t now_ms = loop_now_ms(server->loop);

	if (now_ms > server->expected_ms && now_ms - server->expected_ms > MOST_LATE_MS)
		server->stalled_ms += now_ms - server->turn_ms;
}

/* Both clocks are read once a turn. */
uint64_t server_now_ms(struct server *server)
{
	struct timespec now;

	if (server->turn_ms != loop_now_ms(server->loop)) {
		skip_stall(server);
		server->turn_ms = loop_now_ms(server->loop);
		clock_gettime(CLOCK_REALTIME, &now);
		server->wall_ms = (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
	}
	return server->turn_ms - server->stalled_ms;
}

uint64_t server_loop_ms(const struct server *server, uint64_t now_ms)
{
	return now_ms > UINT64_MAX - server->stalled_ms ? UINT64_MAX : now_ms + server->stalled_ms;
}

static void stamp(struct server *server, struct event *event)
{
	event->now_ms = server_now_ms(server);
	event->wall_ms = server->wall_ms;
	event->seed = hash_random(&server->dice);
}

static void handle(struct server *server, struct event *event)
{
	stamp(server, event);
	if (server->recording)
		recording_add(server->recording, event);
	survival_log_event(server, event);
	dispatch(server->world, event, &server->outbox);
	survival_log_done(server);
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
