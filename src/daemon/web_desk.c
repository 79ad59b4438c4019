/* Owns the connections of requests; knows nothing of what they ask. */
#include "daemon/web_desk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "daemon/web_events.h"

#define MOST_REQUESTS 512
#define READ_BYTES 16384
#define REQUEST_MS 10000 /* until all of a request is there */
#define IDLE_MS 60000	 /* without reading an answer */

struct web_visit {
	struct web_desk *desk;
	struct list node;
	int fd;
	struct loop_watch *watch;
	struct web_request request;
	bool has_head;
	bool has_begun;	  /* the answer */
	struct buffer in; /* secret */
	struct buffer out;
	struct web_progress progress;
	uint64_t deadline_ms;
};

struct web_desk {
	struct loop *loop;
	struct web_sources sources;
	struct web_reply reply; /* of the request that is being carried out */
	size_t n_feeds;
	struct list visits;
	size_t count;
};

struct web_desk *web_desk_new(struct loop *loop, const struct web_sources *sources)
{
	struct web_desk *desk = mem_new(sizeof(*desk));

	desk->loop = loop;
	desk->sources = *sources;
	desk->sources.guard = web_guard_new();
	desk->sources.reply = &desk->reply;
	desk->sources.n_feeds = &desk->n_feeds;
	list_init(&desk->visits);
	return desk;
}

static void web_visit_free(struct web_visit *visit)
{
	list_remove(&visit->node);
	visit->desk->count--;
	loop_watch_remove(visit->watch);
	close(visit->fd);
	web_request_done(&visit->request);
	web_progress_done(&visit->progress);
	buffer_done(&visit->in);
	buffer_done(&visit->out);
	free(visit);
}

void web_desk_free(struct web_desk *desk)
{
	struct web_visit *visit, *after;

	if (!desk)
		return;
	LIST_EACH_SAFE (visit, after, &desk->visits, node)
		web_visit_free(visit);
	web_guard_free(desk->sources.guard);
	buffer_done(&desk->reply.text);
	free(desk);
}

/* Most of the time there is no reader. */
static void note_news(struct web_desk *desk, const struct effect *effect)
{
	const struct web_visit *visit;

	LIST_EACH (visit, &desk->visits, node)
		if (visit->progress.feed)
			web_events_note(&desk->sources, visit->progress.feed, effect);
}

void web_desk_note(struct web_desk *desk, const struct effect *effect)
{
	if (effect->kind == EFFECT_HISTORY) {
		note_news(desk, effect);
	} else if (desk->reply.is_awaited) {
		buffer_clear(&desk->reply.text);
		buffer_put_text(&desk->reply.text, effect->text);
	}
}

/* Answers */

/* False: the gate has closed the connection. */
static bool send_frames(struct web_visit *visit)
{
	ssize_t n;

	if (!visit->out.length)
		return true;
	n = send(visit->fd, visit->out.bytes, visit->out.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
	buffer_drop(&visit->out, (size_t) n);
	visit->deadline_ms = loop_now_ms(visit->desk->loop) + IDLE_MS;
	return true;
}

static uint32_t wanted_visit_events(const struct web_visit *visit)
{
	return visit->out.length || !visit->progress.is_waiting ? EPOLLOUT : EPOLLHUP;
}

/* The visit may be gone afterwards. */
static void go_on_with_visit(struct web_visit *visit)
{
	bool is_over = !send_frames(visit);

	if (!visit->out.length && !visit->progress.is_going_on)
		is_over = true;
	if (!visit->out.length && visit->progress.is_waiting)
		visit->deadline_ms = UINT64_MAX;
	if (is_over || loop_watch_change(visit->watch, wanted_visit_events(visit)) != 0)
		web_visit_free(visit);
}

static void put_next_frames(struct web_visit *visit)
{
	if (!visit->out.length && visit->progress.is_going_on) {
		web_answers_go_on(&visit->desk->sources, &visit->progress, &visit->out);
		visit->deadline_ms = loop_now_ms(visit->desk->loop) + IDLE_MS;
	}
	go_on_with_visit(visit);
}

/* What it waits for may have come. */
static void look_at_waiting_visits(struct web_desk *desk)
{
	struct web_visit *visit, *after;

	LIST_EACH_SAFE (visit, after, &desk->visits, node)
		if (visit->progress.is_waiting && !visit->out.length)
			put_next_frames(visit);
}

/* Requests */

static bool take_head_frame(struct web_visit *visit, size_t length)
{
	if (!web_request_load(web_frame_bytes(&visit->in), length, &visit->request))
		return false;
	web_frame_drop(&visit->in, length);
	visit->has_head = true;
	return true;
}

static void begin_answer(struct web_visit *visit, size_t length)
{
	const struct http_text body = { web_frame_bytes(&visit->in), length };

	visit->has_begun = true;
	web_answers_begin(
		&visit->desk->sources, &visit->request, &body, &visit->progress, &visit->out);
	web_request_done(&visit->request);
	buffer_done(&visit->in);
	go_on_with_visit(visit);
}

/* The visit may be gone afterwards. */
static void take_frames(struct web_visit *visit)
{
	size_t length, most = visit->has_head ? WEB_BODY_BYTES : WEB_FRAME_BYTES;
	enum web_frame frame = web_frame_look(&visit->in, most, &length);

	if (frame == WEB_FRAME_WHOLE && visit->has_head) {
		begin_answer(visit, length);
		return;
	}
	if (frame == WEB_FRAME_BAD || (frame == WEB_FRAME_WHOLE && !take_head_frame(visit, length)))
		web_visit_free(visit);
	else if (frame == WEB_FRAME_WHOLE)
		take_frames(visit);
}

static void read_frames(struct web_visit *visit)
{
	char bytes[READ_BYTES];
	ssize_t n = recv(visit->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		web_visit_free(visit);
		return;
	}
	buffer_put(&visit->in, bytes, (size_t) n);
	explicit_bzero(bytes, (size_t) n);
	take_frames(visit);
}

static void on_visit_ready(void *data, uint32_t events)
{
	struct web_visit *visit = data;

	if (visit->has_begun && events & (EPOLLHUP | EPOLLERR))
		web_visit_free(visit);
	else if (visit->has_begun)
		put_next_frames(visit);
	else
		read_frames(visit);
}

/* Without room the gate is told nothing, and answers that papod is busy. */
void web_desk_take(struct web_desk *desk, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct web_visit *visit;

	if (desk->count >= MOST_REQUESTS || flags < 0 ||
		fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		close(fd);
		return;
	}
	visit = mem_new(sizeof(*visit));
	visit->desk = desk;
	visit->fd = fd;
	visit->in.is_secret = true;
	visit->watch = loop_watch_new(desk->loop, fd, on_visit_ready, visit);
	visit->deadline_ms = loop_now_ms(desk->loop) + REQUEST_MS;
	list_add_last(&desk->visits, &visit->node);
	desk->count++;
	if (loop_watch_change(visit->watch, EPOLLIN) != 0)
		web_visit_free(visit);
}

/* Time */

uint64_t web_desk_next_deadline(const struct web_desk *desk)
{
	uint64_t first_ms = UINT64_MAX;
	const struct web_visit *visit;

	LIST_EACH (visit, &desk->visits, node) {
		first_ms = loop_earlier(first_ms, visit->deadline_ms);
		if (!visit->out.length)
			first_ms = loop_earlier(
				first_ms, web_events_next_deadline(visit->progress.feed));
	}
	return first_ms;
}

void web_desk_tick(struct web_desk *desk)
{
	uint64_t now_ms = loop_now_ms(desk->loop);
	struct web_visit *visit, *after;

	LIST_EACH_SAFE (visit, after, &desk->visits, node)
		if (visit->deadline_ms <= now_ms)
			web_visit_free(visit);
	look_at_waiting_visits(desk);
}
