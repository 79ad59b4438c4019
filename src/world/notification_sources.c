/* Owns the state of the sources of notifications. */
#include "world/notification_sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/bucket.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/world.h"

#define LOG_EVERY_MS 60000

#define WAITING_RECORD 100
#define REFUSED_RECORD 101

static const struct field source_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(notification_source, char *, name) },
	{ 2, FIELD_U64, FIELD_AT(notification_source, uint64_t, full_us) },
	{ 3, FIELD_U64, FIELD_AT(notification_source, uint64_t, n_said) },
	{ 4, FIELD_U64, FIELD_AT(notification_source, uint64_t, n_refused) },
};

static const struct field refused_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(refused_notification, char *, listener) },
	{ 2, FIELD_TEXT, FIELD_AT(refused_notification, char *, address) },
	{ 3, FIELD_TEXT, FIELD_AT(refused_notification, char *, reason) },
	{ 4, FIELD_U64, FIELD_AT(refused_notification, uint64_t, count) },
	{ 5, FIELD_U64, FIELD_AT(refused_notification, uint64_t, logged_ms) },
};

static const struct field waiting_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(waiting_notification, char *, channel) },
	{ 2, FIELD_TEXT, FIELD_AT(waiting_notification, char *, text) },
	{ 3, FIELD_U64, FIELD_AT(waiting_notification, uint64_t, expires_ms) },
};

void notification_sources_init(struct notification_sources *sources)
{
	list_init(&sources->all);
}

static void free_waiting(struct waiting_notification *waiting)
{
	list_remove(&waiting->in_source);
	free(waiting->channel);
	free(waiting->text);
	free(waiting);
}

static void free_notification_source(
	struct notification_sources *sources, struct notification_source *source)
{
	struct waiting_notification *waiting, *after;

	LIST_EACH_SAFE (waiting, after, &source->waiting, in_source)
		free_waiting(waiting);
	sources->n_waiting -= source->n_waiting;
	heap_remove(&sources->timers, &source->timer);
	list_remove(&source->in_all);
	free(source->refused.listener);
	free(source->refused.address);
	free(source->refused.reason);
	free(source->name);
	free(source);
}

void notification_sources_done(struct notification_sources *sources)
{
	struct notification_source *source, *after;

	LIST_EACH_SAFE (source, after, &sources->all, in_all)
		free_notification_source(sources, source);
	heap_done(&sources->timers);
}

static struct notification_source *add_source(struct world *world)
{
	struct notification_sources *sources = &world->notification_sources;
	struct notification_source *source = mem_new(sizeof(*source));

	list_init(&source->waiting);
	list_add_last(&sources->all, &source->in_all);
	source->timer.order = ++sources->last_number;
	return source;
}

struct notification_source *notification_source_get(struct world *world, const char *name)
{
	struct notification_source *source;

	LIST_EACH (source, &world->notification_sources.all, in_all)
		if (strcmp(source->name, name) == 0)
			return source;
	source = add_source(world);
	source->name = mem_text(name);
	return source;
}

static bool is_named(const struct settings *settings, const char *name)
{
	return !*name || settings_find_notifier(settings, name);
}

void notification_sources_keep(struct world *world, const struct settings *settings)
{
	struct notification_source *source, *after;

	LIST_EACH_SAFE (source, after, &world->notification_sources.all, in_all)
		if (!is_named(settings, source->name))
			free_notification_source(&world->notification_sources, source);
}

struct notification_source *notification_sources_due(struct world *world)
{
	struct heap_node *node = heap_first(&world->notification_sources.timers);

	if (!node || node->deadline_ms > world->now_ms)
		return NULL;
	return CONTAINER_OF(node, struct notification_source, timer);
}

/* The bucket may go into debt, as the flood budget of a client: a long text has many lines. */
bool notification_source_take(
	const struct world *world, struct notification_source *source, uint32_t n_lines)
{
	const struct notifier_settings *settings =
		settings_find_notifier(world->settings, source->name);
	uint64_t now_us = world->now_ms * 1000, unit_us;

	if (!settings)
		return false;
	unit_us = 1000000 / settings->rate; /* of 300 a second, each takes 3.3 ms */
	if (!bucket_can_take(source->full_us, now_us, unit_us, settings->burst - 1))
		return false;
	source->full_us = bucket_take(source->full_us, now_us, unit_us * n_lines);
	return true;
}

void notification_source_note_said(struct notification_source *source)
{
	source->n_said++;
}

static uint64_t log_deadline(const struct notification_source *source)
{
	const struct refused_notification *refused = &source->refused;

	if (!refused->count)
		return UINT64_MAX;
	return refused->logged_ms ? refused->logged_ms + LOG_EVERY_MS : 0;
}

/* Not always the oldest: messages from before a reload may have waited for another time. */
static uint64_t waiting_deadline(const struct notification_source *source)
{
	const struct waiting_notification *waiting;
	uint64_t deadline_ms = UINT64_MAX;

	LIST_EACH (waiting, &source->waiting, in_source)
		if (waiting->expires_ms < deadline_ms)
			deadline_ms = waiting->expires_ms;
	return deadline_ms;
}

void notification_source_set_timer(struct world *world, struct notification_source *source)
{
	uint64_t log_ms = log_deadline(source), waiting_ms = waiting_deadline(source);
	uint64_t deadline_ms = log_ms < waiting_ms ? log_ms : waiting_ms;

	if (deadline_ms == UINT64_MAX)
		heap_remove(&world->notification_sources.timers, &source->timer);
	else
		heap_set(&world->notification_sources.timers, &source->timer, deadline_ms);
}

static bool is_queue_full(const struct notification_source *source)
{
	return source->n_waiting == NOTIFICATIONS_WAITING;
}

static void add_waiting(struct world *world, struct notification_source *source,
	struct waiting_notification *waiting)
{
	list_add_last(&source->waiting, &waiting->in_source);
	source->n_waiting++;
	world->notification_sources.n_waiting++;
}

bool notification_source_wait(struct world *world, struct notification_source *source,
	const char *channel, const char *text, uint64_t wait_ms)
{
	struct waiting_notification *waiting;

	if (is_queue_full(source))
		return false;
	waiting = mem_new(sizeof(*waiting));
	waiting->channel = mem_text(channel);
	waiting->text = mem_text(text);
	waiting->expires_ms = world->now_ms + wait_ms;
	add_waiting(world, source, waiting);
	notification_source_set_timer(world, source);
	return true;
}

void waiting_notification_free(struct world *world, struct notification_source *source,
	struct waiting_notification *waiting)
{
	free_waiting(waiting);
	source->n_waiting--;
	world->notification_sources.n_waiting--;
}

static bool has_waiting_for(
	const struct world *world, const struct notification_source *source, const char *channel)
{
	const struct waiting_notification *waiting;

	LIST_EACH (waiting, &source->waiting, in_source)
		if (casemap_equals(world->casemap, waiting->channel, channel))
			return true;
	return false;
}

void notification_sources_note_channel(struct world *world, const char *name)
{
	struct notification_sources *sources = &world->notification_sources;
	struct notification_source *source;

	if (!sources->n_waiting)
		return;
	LIST_EACH (source, &sources->all, in_all)
		if (has_waiting_for(world, source, name))
			heap_set(&sources->timers, &source->timer, 0);
}

void notification_source_refuse(struct world *world, struct notification_source *source,
	const char *listener, const struct address *address, const char *reason)
{
	struct refused_notification *refused = &source->refused;
	char text[ADDRESS_TEXT_BYTES];

	source->n_refused++;
	refused->count++;
	if (address)
		address_format(address, text);
	mem_set_text(&refused->listener, listener);
	mem_set_text(&refused->address, address ? text : NULL);
	mem_set_text(&refused->reason, reason);
	notification_source_set_timer(world, source);
}

bool notification_source_is_to_log(
	const struct world *world, const struct notification_source *source)
{
	return log_deadline(source) <= world->now_ms;
}

void notification_source_note_logged(struct world *world, struct notification_source *source)
{
	source->refused.count = 0;
	source->refused.logged_ms = world->now_ms;
	notification_source_set_timer(world, source);
}

uint64_t notification_sources_count_said(const struct notification_sources *sources)
{
	const struct notification_source *source;
	uint64_t n = 0;

	LIST_EACH (source, &sources->all, in_all)
		n += source->n_said;
	return n;
}

uint64_t notification_sources_count_refused(const struct notification_sources *sources)
{
	const struct notification_source *source;
	uint64_t n = 0;

	LIST_EACH (source, &sources->all, in_all)
		n += source->n_refused;
	return n;
}

void notification_source_save(
	struct buffer *out, uint16_t id, const struct notification_source *source)
{
	const struct waiting_notification *waiting;
	size_t record = pack_begin(out, id), inner;

	fields_save(out, source_fields, ARRAY_LENGTH(source_fields), source);
	inner = pack_begin(out, REFUSED_RECORD);
	fields_save(out, refused_fields, ARRAY_LENGTH(refused_fields), &source->refused);
	pack_end(out, inner);
	LIST_EACH (waiting, &source->waiting, in_source) {
		inner = pack_begin(out, WAITING_RECORD);
		fields_save(out, waiting_fields, ARRAY_LENGTH(waiting_fields), waiting);
		pack_end(out, inner);
	}
	pack_end(out, record);
}

/* A later release may let more wait: the last of them are lost. */
static void load_waiting(
	struct world *world, struct notification_source *source, struct pack record)
{
	struct waiting_notification *waiting = mem_new(sizeof(*waiting));
	struct pack_field field;

	list_init(&waiting->in_source);
	while (pack_next(&record, &field))
		fields_load(waiting_fields, ARRAY_LENGTH(waiting_fields), waiting, &field);
	if (waiting->channel && waiting->text && !is_queue_full(source))
		add_waiting(world, source, waiting);
	else
		free_waiting(waiting);
}

static void load_refused(struct refused_notification *refused, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(refused_fields, ARRAY_LENGTH(refused_fields), refused, &field);
}

void notification_source_load(struct world *world, struct pack record)
{
	struct notification_source *source = add_source(world);
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == WAITING_RECORD)
			load_waiting(world, source, pack_field_record(&field));
		else if (field.id == REFUSED_RECORD)
			load_refused(&source->refused, pack_field_record(&field));
		else
			fields_load(source_fields, ARRAY_LENGTH(source_fields), source, &field);
	if (source->name && is_named(world->settings, source->name))
		notification_source_set_timer(world, source);
	else
		free_notification_source(&world->notification_sources, source);
}

const char *notification_sources_check(const struct notification_sources *sources)
{
	const struct notification_source *source;
	size_t n_waiting = 0;

	LIST_EACH (source, &sources->all, in_all) {
		const struct waiting_notification *waiting;
		size_t n = 0;

		LIST_EACH (waiting, &source->waiting, in_source)
			n++;
		if (n != source->n_waiting || n > NOTIFICATIONS_WAITING)
			return "a source of notifications miscounts what waits";
		if ((n || source->refused.count) != !!source->timer.index)
			return "the timer of a source of notifications is wrong";
		n_waiting += n;
	}
	return n_waiting == sources->n_waiting ? NULL : "waiting notifications are miscounted";
}
