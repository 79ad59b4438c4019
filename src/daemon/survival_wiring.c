/* Owns the calls from survival to rooms and files that it does not know. */
#include "daemon/survival_wiring.h"

#include <string.h>
#include <sys/epoll.h>

#include "net/resume.h"
#include "net/wrapping.h"

#define MOST_BYTE_COUNTS 131072 /* by slot; only used ones take memory */

static int keep_descriptor(void *data, int fd, const char *name)
{
	const struct survival_wiring *wiring = data;

	return notifier_keep(wiring->notifier, fd, name);
}

static int drop_descriptor(void *data, const char *name)
{
	const struct survival_wiring *wiring = data;

	return notifier_drop(wiring->notifier, name);
}

static uint64_t now_ms(void *data)
{
	const struct survival_wiring *wiring = data;

	return loop_now_ms(wiring->loop);
}

static int watch_descriptor(void *data, int fd, void (*on_ready)(void *target, uint32_t events),
	void *target, void **ret_watch)
{
	const struct survival_wiring *wiring = data;
	struct loop_watch *watch = loop_watch_new(wiring->loop, fd, on_ready, target);
	int error = loop_watch_change(watch, EPOLLIN);

	if (error)
		loop_watch_remove(watch);
	else
		*ret_watch = watch;
	return error;
}

static void unwatch_descriptor(void *data, void *watch)
{
	(void) data;
	loop_watch_remove(watch);
}

static void save_snapshot(void *data, struct buffer *out)
{
	const struct survival_wiring *wiring = data;

	out->is_secret = wiring->secrets.count > 0;
	snapshot_save(&wiring->parts, out);
}

static void on_survival_news(void *data)
{
	const struct survival_wiring *wiring = data;

	*wiring->has_news = true;
}

static bool secrets_want_snapshot(void *data)
{
	const struct survival_wiring *wiring = data;

	return secret_places_want_snapshot(&wiring->secrets, survival_event_log(wiring->survival));
}

static bool has_connections(void *data)
{
	const struct survival_wiring *wiring = data;

	return connections_count(wiring->parts.connections) > 0;
}

static void park_socket(void *data, int fd, uint64_t id)
{
	const struct survival_wiring *wiring = data;

	survival_park_later(wiring->survival, fd, id, "");
}

static void park_proxied(void *data, const struct proxied_client *client)
{
	const struct survival_wiring *wiring = data;

	survival_park_later(wiring->survival, client->fd, client->id, client->listener);
}

static void fill_new_log(void *data)
{
	struct survival_wiring *wiring = data;

	secret_places_load(&wiring->secrets, engine_world(wiring->parts.engine));
	connections_each_socket(wiring->parts.connections, park_socket, data);
	proxied_each(wiring->proxied, park_proxied, data);
}

static void use_memories(void *data, const struct memories *memories)
{
	const struct survival_wiring *wiring = data;
	void *byte_counts = memories_bytes(memories, MEMORY_BYTE_COUNTS);
	void *partials = memories_bytes(memories, MEMORY_PARTIALS);
	void *wrappings = memories_bytes(memories, MEMORY_WRAPPINGS);
	const int *pipe_fds = memories_pipe(memories);

	if (byte_counts && pipe_fds)
		connections_keep_byte_counts(
			wiring->parts.connections, byte_counts, MOST_BYTE_COUNTS, pipe_fds);
	if (partials)
		connections_keep_partials(wiring->parts.connections, partials);
	if (wrappings && !connections_keep_wrappings(wiring->parts.connections, wrappings))
		log_entry(wiring->log, LOGBOOK_NOT_KEPT, "REASON",
			"another release of papod stored the keys of clients with TLS");
}

void survival_wiring_connect(struct survival_wiring *wiring)
{
	const struct survival_needs needs = {
		.keeper = { notifier_has_manager(wiring->notifier), keep_descriptor, drop_descriptor, wiring },
		.saver = {
			.log = wiring->log,
			.now_ms = now_ms,
			.watch = watch_descriptor,
			.unwatch = unwatch_descriptor,
			.save = save_snapshot,
			.wants_snapshot = secrets_want_snapshot,
			.on_news = on_survival_news,
			.data = wiring,
		},
		.memory_bytes = {
			[MEMORY_BYTE_COUNTS] = MOST_BYTE_COUNTS * sizeof(struct byte_counts),
			[MEMORY_PARTIALS] = sizeof(struct partial_lines),
			[MEMORY_WRAPPINGS] = sizeof(struct wrappings),
		},
		.has_connections = has_connections,
		.begin_log = fill_new_log,
		.use = use_memories,
	};

	wiring->survival = survival_new(&needs);
}

void survival_wiring_done(struct survival_wiring *wiring)
{
	survival_free(wiring->survival);
	buffer_done(&wiring->event_bytes);
	secret_places_done(&wiring->secrets);
}

int survival_wiring_park(void *data, int fd, uint64_t id, const char *listener)
{
	const struct survival_wiring *wiring = data;

	return survival_park(wiring->survival, fd, id, listener);
}

void survival_wiring_unpark(void *data, uint64_t id)
{
	const struct survival_wiring *wiring = data;

	survival_unpark(wiring->survival, id);
}

void survival_wiring_note(void *data, enum event_log_kind kind, struct event_log_note note)
{
	const struct survival_wiring *wiring = data;

	survival_log_note(wiring->survival, kind, note);
}

void survival_wiring_log_event(struct survival_wiring *wiring, const struct event *event)
{
	if (!survival_has_log(wiring->survival))
		return;
	buffer_clear(&wiring->event_bytes);
	event_save(&wiring->event_bytes, event);
	survival_log_event(wiring->survival, &wiring->event_bytes);
}

static void note_secret(
	struct survival_wiring *wiring, const struct event *event, const struct outbox *outbox)
{
	struct event_log *log = survival_event_log(wiring->survival);
	struct event_log_record record = event_log_last_event(log);

	secret_places_note(&wiring->secrets, log,
		survival_has_log(wiring->survival) ? &record : NULL, event, outbox);
	explicit_bzero(wiring->event_bytes.bytes, wiring->event_bytes.length);
}

void survival_wiring_log_done(
	struct survival_wiring *wiring, const struct event *event, const struct outbox *outbox)
{
	struct event_log *log = survival_event_log(wiring->survival);

	if (!log)
		return;
	if (outbox->secret.length)
		note_secret(wiring, event, outbox);
	if (survival_has_log(wiring->survival))
		survival_log_done(wiring->survival, outbox_fingerprint(outbox), outbox->count);
	secret_places_settle(
		&wiring->secrets, log, engine_world(wiring->parts.engine), event, outbox);
}
