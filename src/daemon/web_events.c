/* Owns the queues of readers of events. */
#include "daemon/web_events.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/settings.h"
#include "daemon/web_report.h"
#include "proto/history_row.h"
#include "report/report_past.h"
#include "world/channel.h"

#define EVENTS_TYPE "text/event-stream"
#define QUEUE_BYTES (256 * 1024) /* what a busy channel says in a turn of the loop must fit */
#define MOST_FEEDS 64
#define RETRY_S 60
#define BEAT_MS 4000 /* so often at least, something is sent: the gate ends what is silent */
#define GREETING "retry: 5000\n\n"
#define TOO_SLOW ": you read too slowly, and have missed events\n\n"
#define NEW_SETTINGS ": the settings of the server have changed; connect again\n\n"
#define BEAT ":\n\n"

struct web_feed {
	char *channel;
	struct buffer queue;
	bool is_overrun;
	struct settings *settings; /* with which the token was checked */
	uint64_t beat_ms;
	size_t *n_feeds;
};

void web_feed_free(struct web_feed *feed)
{
	if (!feed)
		return;
	(*feed->n_feeds)--;
	free(feed->channel);
	buffer_done(&feed->queue);
	settings_unref(feed->settings);
	free(feed);
}

static uint64_t feed_clock(const struct web_sources *sources)
{
	return loop_now_ms(sources->metrics.loop);
}

/* Events */

static void queue_row(struct web_feed *feed, const struct history_row *row)
{
	json_t *list = json_array();
	char *text;

	report_past_put_row(REPORT_KIND_HISTORY, row, list);
	text = json_dumps(json_array_get(list, 0), JSON_COMPACT);
	json_decref(list);
	feed->is_overrun |= feed->queue.length + strlen(text) > QUEUE_BYTES;
	if (!feed->is_overrun)
		buffer_format(&feed->queue, "event: message\ndata: %s\n\n", text);
	free(text);
}

void web_events_note(
	const struct web_sources *sources, struct web_feed *feed, const struct effect *effect)
{
	const struct channel *channel = channel_find(engine_world(sources->engine), feed->channel);
	struct pack pack = pack_over(effect->bytes->bytes, effect->bytes->length);
	struct history_request request;
	struct pack_field field;

	while (channel && pack_next(&pack, &field)) {
		if (!history_request_load(&field, &request) ||
			request.kind != HISTORY_REQUEST_ADD ||
			request.row.target != (int64_t) channel->life)
			continue;
		request.row.name = piece_of(channel->name);
		queue_row(feed, &request.row);
	}
}

/* Answers */

static void end_feed(struct web_progress *progress, const char *reason, struct buffer *out)
{
	web_frame_put(out, reason, strlen(reason));
	web_frame_put(out, "", 0);
	progress->is_going_on = progress->is_waiting = false;
}

void web_events_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out)
{
	struct web_feed *feed = progress->feed;
	uint64_t now_ms = feed_clock(sources);

	if (feed->is_overrun) {
		end_feed(progress, TOO_SLOW, out);
	} else if (feed->settings != engine_world(sources->engine)->settings) {
		end_feed(progress, NEW_SETTINGS, out);
	} else if (feed->queue.length) {
		web_content_put(out, feed->queue.bytes, feed->queue.length);
		buffer_clear(&feed->queue);
		feed->beat_ms = now_ms + BEAT_MS;
	} else if (feed->beat_ms <= now_ms) {
		web_frame_put(out, BEAT, strlen(BEAT));
		feed->beat_ms = now_ms + BEAT_MS;
	}
}

uint64_t web_events_next_deadline(const struct web_feed *feed)
{
	return feed ? feed->beat_ms : UINT64_MAX;
}

void web_answer_events(const struct web_answering *answering)
{
	struct web_progress *progress = answering->progress;
	struct web_feed *feed;

	if (*answering->sources->n_feeds >= MOST_FEEDS) {
		web_refuse(answering,
			&(struct web_answer){
				.status = HTTP_STATUS_UNAVAILABLE, .retry_s = RETRY_S },
			"Too many programs read events; only 64 can");
		return;
	}
	if (!web_note_listener(answering))
		return;
	feed = mem_new(sizeof(*feed));
	feed->n_feeds = answering->sources->n_feeds;
	(*feed->n_feeds)++;
	feed->channel = mem_text(web_match_param(&answering->match, "place"));
	feed->settings = settings_ref(engine_world(answering->sources->engine)->settings);
	feed->beat_ms = feed_clock(answering->sources) + BEAT_MS;
	progress->feed = feed;
	progress->is_going_on = progress->is_waiting = true;
	web_begin_content(answering, EVENTS_TYPE);
	web_frame_put(answering->out, GREETING, strlen(GREETING));
}
