/* Owns the connection to papod-push, and what has no answer.
 *
 * Everything is sent and given up in pusher_tick(): the events of answers may announce new pushes,
 * which must not change the lists while they are walked. */
#include "daemon/pusher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action/pushing.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "daemon/line_socket.h"
#include "proto/push_lines.h"
#include "world/pushes.h"

#define MOST_SENDS 2 /* of one push */
/* Of one account without an answer: endpoints that do not answer hold up no other account. */
#define MOST_SENT_OF_ACCOUNT 8
#define LEAST_PAUSE_MS 100
#define MOST_PAUSE_MS 30000
/* papod-push tries for about three minutes. After that time a message is no news. */
#define PATIENCE_MS 600000

/* A push of the world. */
struct pushing {
	struct list in_pusher;
	uint64_t request;
	uint64_t account;
	uint64_t deadline_ms;
	unsigned int n_sends;
};

struct pusher {
	struct pusher_needs needs;
	struct line_socket *socket;
	char *path;	     /* of the connection */
	struct list waiting; /* both by their requests, and so by their deadlines */
	struct list sent;
	size_t n_sent;
	bool is_stuck;	    /* all that wait are of accounts with enough messages sent */
	uint64_t submitted; /* the last request that is here, or was */
	bool has_key;	    /* it came on this connection */
	uint64_t retry_ms;  /* do not connect before */
	uint64_t pause_ms;  /* before the next attempt but one */
	bool is_complaining;
};

static const struct world *world_of_pusher(const struct pusher *pusher)
{
	return engine_world(pusher->needs.engine);
}

static uint64_t now_of_pusher(const struct pusher *pusher)
{
	return loop_now_ms(pusher->needs.loop);
}

static bool pusher_is_wanted(const struct pusher *pusher)
{
	const struct world *world = world_of_pusher(pusher);

	return world && world->settings && world->settings->push.is_enabled;
}

static void name_pushing(const struct pusher *pusher, uint64_t request, char id[PUSH_ID_BYTES])
{
	snprintf(id, PUSH_ID_BYTES, "%llx-%llu",
		(unsigned long long) world_of_pusher(pusher)->birth, (unsigned long long) request);
}

static struct pushing *first_pushing(const struct list *list)
{
	return list_is_empty(list) ? NULL : LIST_FIRST(list, struct pushing, in_pusher);
}

static void put_pushing(struct list *list, struct pushing *pushing)
{
	struct list *at = list->previous;

	while (at != list &&
		CONTAINER_OF(at, struct pushing, in_pusher)->request > pushing->request)
		at = at->previous;
	list_add_last(at->next, &pushing->in_pusher);
}

/* Answers */

/* It is gone before the event, which may announce other ones. */
static void end_pushing(struct pusher *pusher, struct pushing *pushing, enum pushed status)
{
	struct event event = {
		.kind = EVENT_PUSHED,
		.request = pushing->request,
		.status = status,
		.text = "",
	};

	list_remove(&pushing->in_pusher);
	free(pushing);
	engine_handle(pusher->needs.engine, &event);
}

static void end_sent(struct pusher *pusher, struct pushing *pushing, enum pushed status)
{
	pusher->n_sent--;
	pusher->is_stuck = false;
	end_pushing(pusher, pushing, status);
}

/* The connection */

static void complain_of_push(struct pusher *pusher, const char *reason)
{
	if (!pusher->is_complaining)
		log_entry(pusher->needs.log, LOGBOOK_PUSHES_FAIL, "SOCKET",
			world_of_pusher(pusher)->settings->push.socket, "REASON", reason);
	pusher->is_complaining = true;
}

/* The connection has ended: what was sent waits again. */
static void take_back_pushings(struct pusher *pusher)
{
	struct pushing *first;

	while ((first = first_pushing(&pusher->sent))) {
		list_remove(&first->in_pusher);
		put_pushing(&pusher->waiting, first);
	}
	pusher->is_stuck = false;
	pusher->n_sent = 0;
}

static void close_pusher(struct pusher *pusher)
{
	line_socket_close(pusher->socket);
	take_back_pushings(pusher);
	pusher->has_key = false;
}

/* Connect again after a pause. */
static void lose_pusher(struct pusher *pusher, const char *reason)
{
	complain_of_push(pusher, reason);
	if (pusher->has_key)
		pusher->pause_ms = 0;
	close_pusher(pusher);
	pusher->pause_ms = pusher->pause_ms ? 2 * pusher->pause_ms : LEAST_PAUSE_MS;
	if (pusher->pause_ms > MOST_PAUSE_MS)
		pusher->pause_ms = MOST_PAUSE_MS;
	pusher->retry_ms = now_of_pusher(pusher) + pusher->pause_ms;
}

static void on_pusher_lost(void *data, const char *reason)
{
	lose_pusher(data, reason);
}

static void open_pusher(struct pusher *pusher)
{
	int error;

	mem_set_text(&pusher->path, world_of_pusher(pusher)->settings->push.socket);
	error = line_socket_open(pusher->socket, pusher->path);
	if (error)
		lose_pusher(pusher, strerror(-error));
}

/* Lines */

static void take_pusher_key(struct pusher *pusher, const char *key)
{
	const char *known = world_of_pusher(pusher)->vapid;
	struct event event = {
		.kind = EVENT_PUSHED,
		.status = PUSHED_KEY,
		.text = key,
		.text_length = strlen(key),
	};

	pusher->has_key = true;
	if (pusher->is_complaining)
		log_entry(pusher->needs.log, LOGBOOK_PUSHES_WORK, "SOCKET", pusher->path);
	pusher->is_complaining = false;
	if (!known || strcmp(known, key) != 0)
		engine_handle(pusher->needs.engine, &event);
}

static struct pushing *find_pushing(const struct pusher *pusher, const char *id)
{
	struct pushing *pushing;
	char name[PUSH_ID_BYTES];

	LIST_EACH (pushing, &pusher->sent, in_pusher) {
		name_pushing(pusher, pushing->request, name);
		if (strcmp(name, id) == 0)
			return pushing;
	}
	return NULL;
}

static void take_pusher_answer(struct pusher *pusher, const struct push_answer *answer)
{
	static const enum pushed statuses[] = {
		[PUSH_RESULT_SENT] = PUSHED_SENT,
		[PUSH_RESULT_GONE] = PUSHED_GONE,
		[PUSH_RESULT_FAILED] = PUSHED_FAILED,
	};
	struct pushing *pushing;

	if (answer->key) {
		take_pusher_key(pusher, answer->key);
		return;
	}
	pushing = find_pushing(pusher, answer->id);
	if (pushing) /* else it was given up */
		end_sent(pusher, pushing, statuses[answer->result]);
}

static void on_pusher_line(void *data, const char *line, size_t length)
{
	CLEANUP(push_answer_done) struct push_answer answer = { 0 };
	CLEANUP(buffer_done) struct buffer problem = { 0 };
	char reason[PUSH_REASON_BYTES];

	if (push_parse_answer(line, length, reason, &answer)) {
		take_pusher_answer(data, &answer);
		return;
	}
	buffer_format(&problem, "its answer makes no sense: %s", reason);
	lose_pusher(data, problem.bytes);
}

/* Sending */

/* False: there is nothing to send any more. */
static bool write_pushing(const struct pusher *pusher, const struct pushing *pushing)
{
	const struct world *world = world_of_pusher(pusher);
	const struct push *push = push_find(world, pushing->request);
	CLEANUP(push_message_done) struct push_message message = { 0 };
	char id[PUSH_ID_BYTES];

	if (!push || !pushing_compose(world, push, &message))
		return false;
	name_pushing(pusher, pushing->request, id);
	message.id = mem_text(id);
	push_format_message(&message, line_socket_out(pusher->socket));
	return true;
}

static void send_pushing(struct pusher *pusher, struct pushing *pushing)
{
	if (pushing->n_sends == MOST_SENDS || !write_pushing(pusher, pushing)) {
		end_pushing(pusher, pushing, PUSHED_FAILED);
		return;
	}
	pushing->n_sends++;
	list_remove(&pushing->in_pusher);
	put_pushing(&pusher->sent, pushing);
	pusher->n_sent++;
}

static bool has_enough_sent(const struct pusher *pusher, uint64_t account)
{
	const struct pushing *pushing;
	size_t n = 0;

	LIST_EACH (pushing, &pusher->sent, in_pusher)
		n += pushing->account == account;
	return n >= MOST_SENT_OF_ACCOUNT;
}

/* NULL: none. */
static struct pushing *find_sendable(const struct pusher *pusher)
{
	struct pushing *pushing;

	LIST_EACH (pushing, &pusher->waiting, in_pusher)
		if (!has_enough_sent(pusher, pushing->account))
			return pushing;
	return NULL;
}

static bool can_push(const struct pusher *pusher)
{
	return pusher->has_key && line_socket_is_open(pusher->socket) && !pusher->is_stuck &&
	       !list_is_empty(&pusher->waiting) && pusher->n_sent < PUSH_MOST_MESSAGES;
}

static void send_pushings(struct pusher *pusher)
{
	if (!can_push(pusher))
		return;
	while (can_push(pusher)) {
		struct pushing *next = find_sendable(pusher);

		pusher->is_stuck = !next;
		if (next)
			send_pushing(pusher, next);
	}
	line_socket_flush(pusher->socket);
}

/* Giving up. Both lists are in the order of their deadlines. */

static void give_up_pushings(struct pusher *pusher, uint64_t until_ms)
{
	struct pushing *first;

	while ((first = first_pushing(&pusher->sent)) && first->deadline_ms <= until_ms)
		end_sent(pusher, first, PUSHED_FAILED);
	while ((first = first_pushing(&pusher->waiting)) && first->deadline_ms <= until_ms)
		end_pushing(pusher, first, PUSHED_FAILED);
}

void pusher_submit(struct pusher *pusher)
{
	const struct world *world = world_of_pusher(pusher);
	const struct push *push;

	LIST_EACH (push, &world->pushes.announced, in_world) {
		struct pushing *pushing;

		if (push->request <= pusher->submitted)
			continue;
		pusher->submitted = push->request;
		pushing = mem_new(sizeof(*pushing));
		pushing->request = push->request;
		pushing->account = push->account;
		pushing->deadline_ms = now_of_pusher(pusher) + PATIENCE_MS;
		list_init(&pushing->in_pusher);
		list_add_last(&pusher->waiting, &pushing->in_pusher);
		pusher->is_stuck = false;
	}
}

static void drop_pushings(struct list *list)
{
	struct pushing *first;

	while ((first = first_pushing(list))) {
		list_remove(&first->in_pusher);
		free(first);
	}
}

void pusher_close(struct pusher *pusher)
{
	close_pusher(pusher);
	drop_pushings(&pusher->waiting);
	pusher->submitted = 0;
}

uint64_t pusher_next_deadline(const struct pusher *pusher)
{
	uint64_t deadline_ms = UINT64_MAX;
	const struct pushing *sent = first_pushing(&pusher->sent);
	const struct pushing *waiting = first_pushing(&pusher->waiting);

	if (can_push(pusher))
		return 0;
	if (sent)
		deadline_ms = sent->deadline_ms;
	if (waiting)
		deadline_ms = loop_earlier(deadline_ms, waiting->deadline_ms);
	if (pusher_is_wanted(pusher) && !line_socket_is_open(pusher->socket))
		deadline_ms = loop_earlier(deadline_ms, pusher->retry_ms);
	return deadline_ms;
}

/* The administrator has changed his mind. */
static void follow_settings(struct pusher *pusher)
{
	if (!line_socket_is_open(pusher->socket))
		return;
	if (!pusher_is_wanted(pusher) ||
		strcmp(pusher->path, world_of_pusher(pusher)->settings->push.socket) != 0)
		close_pusher(pusher);
}

/* At each turn of the loop, mostly without anything to do. */
void pusher_tick(struct pusher *pusher)
{
	follow_settings(pusher);
	if (!pusher_is_wanted(pusher)) {
		give_up_pushings(pusher, UINT64_MAX);
		return;
	}
	give_up_pushings(pusher, now_of_pusher(pusher));
	if (!line_socket_is_open(pusher->socket) && pusher->retry_ms <= now_of_pusher(pusher))
		open_pusher(pusher);
	send_pushings(pusher);
}

struct pusher *pusher_new(const struct pusher_needs *needs)
{
	struct pusher *pusher = mem_new(sizeof(*pusher));
	const struct line_socket_calls calls = {
		on_pusher_line,
		on_pusher_lost,
		pusher,
		PUSH_LINE_BYTES,
	};

	pusher->needs = *needs;
	pusher->socket = line_socket_new(needs->loop, &calls);
	list_init(&pusher->waiting);
	list_init(&pusher->sent);
	return pusher;
}

void pusher_free(struct pusher *pusher)
{
	if (!pusher)
		return;
	line_socket_free(pusher->socket);
	drop_pushings(&pusher->sent);
	drop_pushings(&pusher->waiting);
	free(pusher->path);
	free(pusher);
}
