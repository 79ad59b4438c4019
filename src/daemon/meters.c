/* Owns the counting of events. */
#include "daemon/meters.h"

#include "net/loop.h"

#define TLS1_3 0x0304

static void count_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct meters *meters = data;

	meters->entries[entry]++;
	log_fields(meters->sink, entry, fields);
}

void meters_init(struct meters *meters, const struct log *sink)
{
	*meters = (struct meters){
		.log = { count_entry, meters }, .sink = sink, .started_wall_ms = loop_wall_ms()
	};
}

void meters_begin_event(struct meters *meters, const struct event *event)
{
	if (event->kind != EVENT_LINE)
		return;
	meters->bytes_received += event->consumed;
	meters->begun_ns = meters->lines_received++ % METERS_TIMED_EVENTS ? 0 : loop_clock_ns();
}

static void count_line(struct meters *meters, const struct outbox *outbox)
{
	uint64_t now_ns;

	if (!outbox->notes.command)
		return;
	meters->commands[outbox->notes.command - 1]++;
	if (!meters->begun_ns)
		return;
	now_ns = loop_clock_ns();
	histogram_add(&meters->command_times[outbox->notes.command - 1], now_ns - meters->begun_ns);
}

static enum meters_tls tls_of(const struct tls_facts *facts)
{
	if (!facts)
		return METERS_TLS_NONE;
	return facts->version == TLS1_3 ? METERS_TLS_1_3 : METERS_TLS_1_2;
}

void meters_end_event(struct meters *meters, const struct event *event, const struct outbox *outbox)
{
	if (event->kind == EVENT_LINE)
		count_line(meters, outbox);
	else if (event->kind == EVENT_CONNECTED)
		meters->handshakes[tls_of(event->tls)]++;
	else if (event->kind == EVENT_STORED)
		meters->n_stored++;
	meters->n_banned += outbox->notes.n_banned;
	meters->n_history += outbox->notes.n_history;
}
