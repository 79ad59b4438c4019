/* Owns the requests that papod answers, and what has arrived of the answers: one frame, or the
 * bytes of a read. papod writes no more until there is room. */
#include "gate/passing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"

#define MOST_PASSED 512
#define SHARES 4 /* so many addresses can fill everything */
#define RETRY_MS 100
#define READ_BYTES 16384

struct passing {
	struct loop *loop;
	struct papod_link *link;
	struct list all; /* oldest first */
	size_t count;
	size_t body_bytes; /* of all */
};

struct passed {
	struct passing *passing;
	struct list node;
	struct address network;
	size_t body_bytes;
	int fd; /* -1: papod does not have it yet, or has ended */
	struct loop_watch *watch;
	struct buffer out; /* of the request; secret */
	size_t n_sent;
	struct buffer in;
	size_t taken; /* bytes of the first frame, which was taken; SIZE_MAX: none was */
	struct web_answer answer;
	bool has_answer;
	bool is_lost;
	uint64_t retry_ms;    /* UINT64_MAX: papod has it */
	uint64_t deadline_ms; /* UINT64_MAX: papod answers */
	void (*on_news)(void *data);
	void *data;
};

struct passing *passing_new(struct loop *loop, struct papod_link *link)
{
	struct passing *passing = mem_new(sizeof(*passing));

	passing->loop = loop;
	passing->link = link;
	list_init(&passing->all);
	return passing;
}

void passing_free(struct passing *passing)
{
	free(passing);
}

struct share {
	size_t count;
	size_t body_bytes;
};

static struct share share_of_network(const struct passing *passing, const struct address *network)
{
	struct share share = { 0 };
	const struct passed *passed;

	LIST_EACH (passed, &passing->all, node) {
		if (memcmp(&passed->network, network, sizeof(*network)) != 0)
			continue;
		share.count++;
		share.body_bytes += passed->body_bytes;
	}
	return share;
}

struct passed *passed_new(struct passing *passing, const struct address *address,
	void (*on_news)(void *data), void *data)
{
	struct address network = address_household(address);
	struct passed *passed;

	if (passing->count >= MOST_PASSED ||
		share_of_network(passing, &network).count >= MOST_PASSED / SHARES)
		return NULL;
	passed = mem_new(sizeof(*passed));
	passed->passing = passing;
	passed->network = network;
	passed->fd = -1;
	passed->out.is_secret = true;
	passed->taken = SIZE_MAX;
	passed->retry_ms = passed->deadline_ms = UINT64_MAX;
	passed->on_news = on_news;
	passed->data = data;
	list_add_last(&passing->all, &passed->node);
	passing->count++;
	return passed;
}

bool passed_reserve(struct passed *passed, size_t n_bytes)
{
	struct passing *passing = passed->passing;
	size_t own_bytes = share_of_network(passing, &passed->network).body_bytes;

	if (n_bytes > PASSING_BODIES - passing->body_bytes ||
		n_bytes > PASSING_BODIES / SHARES - own_bytes)
		return false;
	passing->body_bytes += n_bytes;
	passed->body_bytes += n_bytes;
	return true;
}

static void release_body(struct passed *passed)
{
	passed->passing->body_bytes -= passed->body_bytes;
	passed->body_bytes = 0;
}

static void hang_up(struct passed *passed)
{
	loop_watch_remove(TAKE(passed->watch));
	if (passed->fd >= 0)
		close(TAKE_FD(passed->fd));
}

void passed_free(struct passed *passed)
{
	if (!passed)
		return;
	list_remove(&passed->node);
	passed->passing->count--;
	release_body(passed);
	hang_up(passed);
	buffer_done(&passed->out);
	buffer_done(&passed->in);
	web_answer_done(&passed->answer);
	free(passed);
}

/* The stream */

static bool has_whole_frame(const struct passed *passed)
{
	size_t length;

	return web_frame_look(&passed->in, WEB_FRAME_BYTES, &length) != WEB_FRAME_PARTIAL;
}

static void watch_papod(struct passed *passed)
{
	uint32_t events = passed->n_sent < passed->out.length ? EPOLLOUT : 0;

	if (!has_whole_frame(passed))
		events |= EPOLLIN;
	if (loop_watch_change(passed->watch, events) != 0)
		hang_up(passed);
}

static bool send_request(struct passed *passed)
{
	ssize_t n;

	while (passed->n_sent < passed->out.length) {
		n = send(passed->fd, passed->out.bytes + passed->n_sent,
			passed->out.length - passed->n_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		passed->n_sent += (size_t) n;
	}
	buffer_done(&passed->out);
	passed->out.is_secret = true;
	passed->n_sent = 0;
	release_body(passed);
	return true;
}

/* False: papod has ended. */
static bool read_passed_answer(struct passed *passed)
{
	char bytes[READ_BYTES];
	ssize_t n = recv(passed->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	buffer_put(&passed->in, bytes, (size_t) n);
	return n > 0;
}

static void on_passed_ready(void *data, uint32_t events)
{
	struct passed *passed = data;
	bool goes_on = send_request(passed);

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		goes_on = read_passed_answer(passed);
	if (!goes_on)
		hang_up(passed);
	else
		watch_papod(passed);
	if (passed->fd < 0 || has_whole_frame(passed))
		passed->on_news(passed->data);
}

static void connect_to_papod(struct passed *passed)
{
	struct loop *loop = passed->passing->loop;
	int ends[2];

	passed->retry_ms = loop_now_ms(loop) + RETRY_MS;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	if (papod_link_pass(passed->passing->link, ends[1])) {
		passed->fd = ends[0];
		passed->watch = loop_watch_new(loop, ends[0], on_passed_ready, passed);
		passed->retry_ms = UINT64_MAX;
		watch_papod(passed);
	} else {
		close(ends[0]);
	}
	close(ends[1]);
}

void passed_begin(
	struct passed *passed, const struct web_request *request, const struct buffer *body)
{
	size_t begun = web_frame_begin(&passed->out);

	web_request_save(&passed->out, request);
	web_frame_end(&passed->out, begun);
	web_frame_put(&passed->out, body->bytes, body->length);
	passed->deadline_ms = loop_now_ms(passed->passing->loop) + PASSING_MS;
	connect_to_papod(passed);
}

/* Parts */

static enum passed_part lose_passed(struct passed *passed)
{
	passed->is_lost = true;
	hang_up(passed);
	return PASSED_LOST;
}

static void drop_taken(struct passed *passed)
{
	if (passed->taken == SIZE_MAX)
		return;
	web_frame_drop(&passed->in, passed->taken);
	passed->taken = SIZE_MAX;
	if (passed->fd >= 0)
		watch_papod(passed);
}

static enum passed_part wait_for_news(struct passed *passed)
{
	bool may_come = passed->fd >= 0 || passed->retry_ms != UINT64_MAX;

	return may_come && !passed->is_lost ? PASSED_WAITS : lose_passed(passed);
}

static enum passed_part take_head(struct passed *passed, size_t length)
{
	if (!web_answer_load(web_frame_bytes(&passed->in), length, &passed->answer))
		return lose_passed(passed);
	passed->has_answer = true;
	passed->deadline_ms = UINT64_MAX;
	return PASSED_HEAD;
}

enum passed_part passed_take(struct passed *passed)
{
	size_t length;

	drop_taken(passed);
	switch (web_frame_look(&passed->in, WEB_FRAME_BYTES, &length)) {
	case WEB_FRAME_PARTIAL:
		return wait_for_news(passed);
	case WEB_FRAME_BAD:
		return lose_passed(passed);
	case WEB_FRAME_WHOLE:
		break;
	}
	passed->taken = length;
	if (!passed->has_answer)
		return take_head(passed, length);
	return length ? PASSED_CONTENT : PASSED_END;
}

const struct web_answer *passed_answer(const struct passed *passed)
{
	return &passed->answer;
}

const char *passed_content(const struct passed *passed, size_t *ret_length)
{
	*ret_length = passed->taken;
	return web_frame_bytes(&passed->in);
}

/* Time */

uint64_t passing_next_deadline(const struct passing *passing)
{
	uint64_t first_ms = UINT64_MAX;
	const struct passed *passed;

	LIST_EACH (passed, &passing->all, node) {
		first_ms = loop_earlier(first_ms, passed->deadline_ms);
		first_ms = loop_earlier(first_ms, passed->retry_ms);
	}
	return first_ms;
}

static void give_up_passed(struct passed *passed)
{
	passed->is_lost = true;
	passed->deadline_ms = passed->retry_ms = UINT64_MAX;
	hang_up(passed);
	passed->on_news(passed->data);
}

void passing_tick(struct passing *passing)
{
	uint64_t now_ms = loop_now_ms(passing->loop);
	struct passed *passed, *after;

	LIST_EACH_SAFE (passed, after, &passing->all, node) {
		if (passed->deadline_ms <= now_ms)
			give_up_passed(passed);
		else if (passed->retry_ms <= now_ms)
			connect_to_papod(passed);
	}
}
