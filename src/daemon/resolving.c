/* Owns the calls without a reply; must not know what they ask, nor the JSON. */
#include "daemon/resolving.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/mem.h"
#include "net/dialogue.h"
#include "net/unix_socket.h"

#define MOST_REPLY_BYTES 65536

#define HELPER "resolver"
#define NO_RESOLVER                                                                                \
	"neither systemd-resolved nor papod-lookup listens; clients keep their addresses, and no " \
	"blocklist is asked; systemctl enable --now papod-lookup.socket"

struct resolve_call {
	struct resolving *resolving;
	struct list in_resolving;
	struct heap_node timer;
	resolve_reply_fn on_reply;
	void *data;
	struct dialogue dialogue; /* closed: it waits, or there is no resolver */
};

struct resolving {
	struct loop *loop;
	const struct log *log;
	char *resolved, *lookup;
	char *only; /* NULL: both */
	size_t most_at_once;
	size_t most_calls;
	struct list calls; /* which have begun */
	struct list waiting;
	struct heap timers;
	size_t n_calls;
	size_t n_connected;
	bool is_complaining; /* a failure was logged, and no call has succeeded since */
};

void resolving_complain(struct resolving *resolving, const char *reason)
{
	if (!resolving->is_complaining)
		log_entry(
			resolving->log, LOGBOOK_HELPER_FAILED, "HELPER", HELPER, "REASON", reason);
	resolving->is_complaining = true;
}

void resolving_praise(struct resolving *resolving)
{
	resolving->is_complaining = false;
}

/* Replies */

/* Without a reply. The timer must not fire again while the owner handles it. */
static void lose_call(struct resolve_call *call)
{
	heap_remove(&call->resolving->timers, &call->timer);
	call->on_reply(call->data, NULL, 0);
}

static void lose_resolver(struct resolve_call *call, const char *reason)
{
	resolving_complain(call->resolving, reason);
	lose_call(call);
}

static void on_resolving_ready(void *data, uint32_t events)
{
	struct resolve_call *call = data;
	struct dialogue *dialogue = &call->dialogue;
	const char *text;
	size_t length;

	if (dialogue_go_on(dialogue, events) || dialogue_left(dialogue) > MOST_REPLY_BYTES) {
		lose_resolver(call, "it closed the connection without an answer");
		return;
	}
	text = dialogue_next(dialogue, '\0', &length);
	if (!text)
		return;
	if (dialogue_left(dialogue)) /* it would become the reply to the next question */
		lose_resolver(call, "it sent more than one answer to a question");
	else
		call->on_reply(call->data, text, length);
}

/* Questions */

static int connect_resolver(const struct resolving_sockets *sockets, const char *only)
{
	int fd = unix_socket_connect(only ? only : sockets->resolved);

	return fd >= 0 || only ? fd : unix_socket_connect(sockets->lookup);
}

bool resolving_is_possible(const struct resolving_sockets *sockets, const char *socket)
{
	int fd = connect_resolver(sockets, socket);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The next tick ends a call that cannot be made. */
static void fail_soon(struct resolve_call *call)
{
	heap_set(&call->resolving->timers, &call->timer, 0);
}

static void start_call(struct resolve_call *call)
{
	struct resolving *resolving = call->resolving;
	struct resolving_sockets sockets = { resolving->resolved, resolving->lookup };
	int fd = connect_resolver(&sockets, resolving->only);

	list_remove(&call->in_resolving);
	list_add_last(&resolving->calls, &call->in_resolving);
	if (fd < 0) {
		resolving_complain(resolving, NO_RESOLVER);
		fail_soon(call);
	} else if (dialogue_open(&call->dialogue, resolving->loop, fd, on_resolving_ready, call)) {
		fail_soon(call);
	} else {
		resolving->n_connected++;
	}
}

static void start_waiting_calls(struct resolving *resolving)
{
	while (!list_is_empty(&resolving->waiting) &&
		resolving->n_connected < resolving->most_at_once)
		start_call(LIST_FIRST(&resolving->waiting, struct resolve_call, in_resolving));
}

struct resolve_call *resolve_call_new(struct resolving *resolving, struct buffer *question,
	uint64_t timeout_ms, resolve_reply_fn on_reply, void *data)
{
	struct resolve_call *call;

	if (resolving->n_calls >= resolving->most_calls)
		return NULL;
	call = mem_new(sizeof(*call));
	call->resolving = resolving;
	call->on_reply = on_reply;
	call->data = data;
	call->dialogue.out = *question;
	*question = (struct buffer){ 0 };
	list_init(&call->in_resolving);
	list_add_last(&resolving->waiting, &call->in_resolving);
	resolving->n_calls++;
	heap_set(&resolving->timers, &call->timer, loop_now_ms(resolving->loop) + timeout_ms);
	start_waiting_calls(resolving);
	return call;
}

void resolve_call_again(struct resolve_call *call, struct buffer *question)
{
	buffer_put(&call->dialogue.out, question->bytes, question->length);
	buffer_clear(question);
	if (dialogue_flush(&call->dialogue))
		fail_soon(call);
}

void resolve_call_free(struct resolve_call *call)
{
	struct resolving *resolving;

	if (!call)
		return;
	resolving = call->resolving;
	list_remove(&call->in_resolving);
	heap_remove(&resolving->timers, &call->timer);
	resolving->n_calls--;
	resolving->n_connected -= dialogue_is_open(&call->dialogue);
	dialogue_close(&call->dialogue);
	free(call);
	start_waiting_calls(resolving);
}

/* All of them */

void resolving_use(struct resolving *resolving, const char *socket)
{
	mem_set_text(&resolving->only, socket);
}

struct resolving *resolving_new(const struct resolving_needs *needs)
{
	struct resolving *resolving = mem_new(sizeof(*resolving));

	resolving->loop = needs->loop;
	resolving->log = needs->log;
	resolving->resolved = mem_text(needs->sockets.resolved);
	resolving->lookup = mem_text(needs->sockets.lookup);
	resolving->most_at_once = needs->most_at_once;
	resolving->most_calls = needs->most_calls;
	list_init(&resolving->calls);
	list_init(&resolving->waiting);
	return resolving;
}

void resolving_stop(struct resolving *resolving)
{
	resolving->most_at_once = 0;
}

void resolving_free(struct resolving *resolving)
{
	if (!resolving)
		return;
	assert(resolving->n_calls == 0);
	heap_done(&resolving->timers);
	free(resolving->resolved);
	free(resolving->lookup);
	free(resolving->only);
	free(resolving);
}

uint64_t resolving_next_deadline(const struct resolving *resolving)
{
	const struct heap_node *first = heap_first(&resolving->timers);

	return first ? first->deadline_ms : UINT64_MAX;
}

void resolving_tick(struct resolving *resolving)
{
	struct heap_node *first;

	while ((first = heap_first(&resolving->timers)) &&
		first->deadline_ms <= loop_now_ms(resolving->loop))
		lose_call(CONTAINER_OF(first, struct resolve_call, timer));
}
