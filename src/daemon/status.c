/* Owns the text of the status, and when it is sent. */
#include "daemon/status.h"

#include <inttypes.h>

#include "daemon/hint.h"

static struct status_counts count_in_world(const struct world *world)
{
	return (struct status_counts){
		.n_users = world_count_users(world),
		.n_channels = world_count_channels(world),
		.n_said = notification_sources_count_said(&world->notification_sources),
		.n_refused = notification_sources_count_refused(&world->notification_sources),
	};
}

static uint64_t count_dropped_datagrams(const struct listeners *listeners)
{
	struct datagram_counts counts;
	uint64_t n_dropped = 0;

	for (size_t i = 0; i < listeners_count(listeners); i++)
		if (listeners_count_datagrams(listeners, i, &counts))
			n_dropped += counts.n_dropped;
	return n_dropped;
}

static void describe_notifications(
	const struct status_counts *counts, uint64_t n_dropped, struct buffer *out)
{
	if (counts->n_said || counts->n_refused || n_dropped)
		buffer_format(out, "; %" PRIu64 " notification%s said, %" PRIu64 " refused",
			counts->n_said, counts->n_said == 1 ? "" : "s", counts->n_refused);
	if (n_dropped)
		buffer_format(out, ", %" PRIu64 " dropped by the kernel", n_dropped);
}

void status_describe(const struct status *status, struct buffer *out)
{
	const struct status_needs *needs = &status->needs;
	struct status_counts counts = count_in_world(engine_world(needs->engine));

	buffer_format(out, "%zu user%s, %zu channel%s", counts.n_users,
		counts.n_users == 1 ? "" : "s", counts.n_channels,
		counts.n_channels == 1 ? "" : "s");
	describe_notifications(&counts, count_dropped_datagrams(needs->listeners), out);
	reload_describe_listeners(needs->reload, out);
	survival_describe(needs->survival, out);
	sleepers_describe(needs->sleepers, out);
	reload_describe_refusal(needs->reload, out);
}

static bool are_same_counts(const struct status_counts *one, const struct status_counts *other)
{
	return one->n_users == other->n_users && one->n_channels == other->n_channels &&
	       one->n_said == other->n_said && one->n_refused == other->n_refused;
}

/* The other parts of the status change only with a reload, which sends the status itself. The
 * kernel drops datagrams only while others wait, which are then said or refused. */
static void update_status(struct status *status)
{
	const struct status_needs *needs = &status->needs;
	struct status_counts counts = count_in_world(engine_world(needs->engine));
	struct buffer text = { 0 };

	if (are_same_counts(&counts, &status->told) && !status->has_news)
		return;
	status->has_news = false;
	status->told = counts;
	status_describe(status, &text);
	notifier_status(needs->notifier, text.bytes);
	buffer_done(&text);
}

void status_note_news(void *data)
{
	struct status *status = data;

	status->has_news = true;
}

void status_tick(struct status *status, uint64_t now_ms)
{
	if (!notifier_has_manager(status->needs.notifier))
		return;
	update_status(status);
	notifier_tick(status->needs.notifier, now_ms);
}

void status_announce_start(const struct status *status, const struct log *log, bool is_successor)
{
	const struct status_needs *needs = &status->needs;
	const char *source_names = reload_source_names(needs->reload);
	struct buffer listeners = { 0 }, text = { 0 };

	listeners_describe(needs->listeners, &listeners);
	log_entry(log, LOGBOOK_STARTED, "VERSION", PACKAGE_VERSION, "LISTENERS", listeners.bytes,
		"SOURCES", source_names[0] ? source_names : "built-in defaults");
	if (!notifier_has_manager(needs->notifier) && !is_successor)
		hint_print(buffer_text(&listeners));
	status_describe(status, &text);
	notifier_state(needs->notifier, "READY=1", text.bytes);
	buffer_done(&listeners);
	buffer_done(&text);
}
