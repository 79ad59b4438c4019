/* Owns the handshakes under way. Must not know what TLS is. */
#include "gate/door.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/bucket.h"
#include "base/cleanup.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"

#define VISIT_MS 10000
#define LINGER_MS 2000
#define FAILURES_BURST 60 /* entries of the log, and in how many seconds that many more come */
#define FAILURES_SECONDS 60

/* All visitors of one address, or of one IPv6 /64. */
struct door_source {
	char key[ADDRESS_TEXT_BYTES];
	struct list visitors; /* oldest first */
	size_t count;
};

struct visitor {
	struct door *door;
	struct handshake *handshake; /* NULL: done, or without TLS */
	struct web *web;	     /* after the handshake; NULL: no web client */
	struct tls_facts facts;	     /* of the handshake */
	struct loop_watch *watch;
	struct list in_door;   /* the list of its state, oldest first */
	struct list in_source; /* an empty list once it lingers */
	struct door_source *source;
	struct address address;
	char *listener;
	bool is_web;
	bool is_private;
	uint64_t n_parts; /* of its answer */
	uint64_t deadline_ms;
};

struct door {
	struct door_needs needs;
	struct list visitors;  /* in handshakes and requests */
	struct list lingering; /* failed, or answered */
	size_t n_visitors;
	size_t n_lingering;
	struct map sources;
	size_t n_unlogged;    /* failures since the last entry */
	uint64_t log_full_ms; /* see bucket.h */
};

static const char *source_key(const void *item)
{
	return ((const struct door_source *) item)->key;
}

struct door *door_new(const struct door_needs *needs)
{
	struct door *door = mem_new(sizeof(*door));

	door->needs = *needs;
	list_init(&door->visitors);
	list_init(&door->lingering);
	map_init(&door->sources, source_key, loop_clock_ns(), (uint64_t) (uintptr_t) door);
	return door;
}

static struct door_source *get_source(struct door *door, const struct address *address)
{
	struct address network = address_household(address);
	char key[ADDRESS_TEXT_BYTES];
	struct door_source *source;

	address_format(&network, key);
	source = map_find(&door->sources, key);
	if (source)
		return source;
	source = mem_new(sizeof(*source));
	memcpy(source->key, key, sizeof(key));
	list_init(&source->visitors);
	map_add(&door->sources, source);
	return source;
}

static void leave_source(struct visitor *visitor)
{
	struct door_source *source = TAKE(visitor->source);

	if (!source)
		return;
	list_remove(&visitor->in_source);
	if (--source->count)
		return;
	map_remove(&visitor->door->sources, source);
	free(source);
}

static void leave_visitors(struct visitor *visitor)
{
	if (visitor->source)
		visitor->door->n_visitors--;
	else
		visitor->door->n_lingering--;
	list_remove(&visitor->in_door);
	leave_source(visitor);
}

static void visitor_free(struct visitor *visitor)
{
	leave_visitors(visitor);
	loop_watch_remove(visitor->watch);
	handshake_free(visitor->handshake);
	web_free(visitor->web);
	free(visitor->listener);
	free(visitor);
}

void door_free(struct door *door)
{
	struct visitor *visitor, *after;

	if (!door)
		return;
	LIST_EACH_SAFE (visitor, after, &door->visitors, in_door)
		visitor_free(visitor);
	LIST_EACH_SAFE (visitor, after, &door->lingering, in_door)
		visitor_free(visitor);
	map_done(&door->sources);
	free(door);
}

size_t door_count(const struct door *door)
{
	return door->n_visitors;
}

/* A flood must not fill the log. False: the entry is left out, and counted. Otherwise the number of
 * those before it, or NULL. */
static bool may_log_visitor(struct door *door, char number[NUMBER_BYTES], const char **ret_unlogged)
{
	static const struct rate rate = { FAILURES_BURST, FAILURES_SECONDS };

	if (!bucket_take_one(&door->log_full_ms, loop_now_ms(door->needs.loop), rate)) {
		door->n_unlogged++;
		return false;
	}
	*ret_unlogged = door->n_unlogged ? text_format_u64(door->n_unlogged, number) : NULL;
	door->n_unlogged = 0;
	return true;
}

static void log_visitor_failure(const struct visitor *visitor, const char *reason)
{
	const char *protocol =
		visitor->handshake ? handshake_foreign_protocol(visitor->handshake) : NULL;
	char address[ADDRESS_TEXT_BYTES], number[NUMBER_BYTES];
	const char *unlogged;

	if (!may_log_visitor(visitor->door, number, &unlogged))
		return;
	address_format(&visitor->address, address);
	log_entry(visitor->door->needs.log, LOGBOOK_HANDSHAKE_FAILED, "ADDRESS", address,
		"LISTENER", visitor->listener, "PROTOCOL", protocol, "REASON", reason, "UNLOGGED",
		unlogged);
}

static void log_challenge(const struct visitor *visitor, const char *host)
{
	char address[ADDRESS_TEXT_BYTES], number[NUMBER_BYTES];
	const char *unlogged;

	if (!may_log_visitor(visitor->door, number, &unlogged))
		return;
	address_format(&visitor->address, address);
	log_entry(visitor->door->needs.log, LOGBOOK_CHALLENGE_SHOWN, "NAME", host, "ADDRESS",
		address, "LISTENER", visitor->listener, "UNLOGGED", unlogged);
}

static void log_handshake_end(const struct visitor *visitor)
{
	const char *host = handshake_challenge(visitor->handshake);

	if (host)
		log_challenge(visitor, host);
	else
		log_visitor_failure(visitor, handshake_failure(visitor->handshake));
}

static void drop_visitor(struct visitor *visitor, const char *reason)
{
	log_visitor_failure(visitor, reason);
	visitor_free(visitor);
}

static void drop_oldest_visitor(struct door *door, const char *reason)
{
	drop_visitor(LIST_FIRST(&door->visitors, struct visitor, in_door), reason);
}

static void begin_to_linger_outside(struct visitor *visitor)
{
	struct door *door = visitor->door;

	if (!visitor->source) /* it does already */
		return;
	if (!visitor->web)
		log_handshake_end(visitor);
	else if (web_failure(visitor->web))
		log_visitor_failure(visitor, web_failure(visitor->web));
	leave_visitors(visitor);
	visitor->deadline_ms = loop_now_ms(door->needs.loop) + LINGER_MS;
	list_add_last(&door->lingering, &visitor->in_door);
	if (++door->n_lingering > door->needs.most)
		visitor_free(LIST_FIRST(&door->lingering, struct visitor, in_door));
}

static void hand_on_client(struct visitor *visitor, struct door_client *client)
{
	const struct door_needs *needs = &visitor->door->needs;

	loop_watch_remove(TAKE(visitor->watch));
	client->listener = visitor->listener;
	client->address = &visitor->address;
	client->facts = &visitor->facts;
	client->is_web = visitor->is_web;
	needs->on_client(needs->data, client);
	visitor_free(visitor);
}

static void end_request(struct visitor *visitor)
{
	struct web_result result;
	struct door_client client = { .fd = -1 };

	web_finish(TAKE(visitor->web), &result, &client.fd);
	client.keys = visitor->facts.version ? &result.keys : NULL;
	client.protocol = result.protocol;
	client.n_skipped = result.n_skipped;
	hand_on_client(visitor, &client);
	explicit_bzero(&result, sizeof(result));
}

static void watch_for(struct visitor *visitor, uint32_t events)
{
	if (loop_watch_change(visitor->watch, events) != 0)
		visitor_free(visitor);
}

/* Its time starts again. */
static void become_youngest(struct visitor *visitor)
{
	struct door *door = visitor->door;

	visitor->deadline_ms = loop_now_ms(door->needs.loop) + VISIT_MS;
	list_remove(&visitor->in_door);
	list_add_last(&door->visitors, &visitor->in_door);
	list_remove(&visitor->in_source);
	list_add_last(&visitor->source->visitors, &visitor->in_source);
}

/* A client that reads its answer, or sends its file, is not stalled. */
static void note_parts(struct visitor *visitor)
{
	if (!visitor->web || web_parts(visitor->web) == visitor->n_parts)
		return;
	visitor->n_parts = web_parts(visitor->web);
	become_youngest(visitor);
}

/* Input of web clients may stay in the kernel, see web.h. */
static void watch_for_input(struct visitor *visitor)
{
	bool has_unread = visitor->web && web_has_unread(visitor->web);

	note_parts(visitor);
	if (loop_watch_change(visitor->watch, visitor->web ? EPOLLIN | EPOLLET : EPOLLIN) != 0 ||
		(has_unread && loop_watch_rearm(visitor->watch) != 0))
		visitor_free(visitor);
}

static void watch_for_output(struct visitor *visitor)
{
	note_parts(visitor);
	watch_for(visitor, EPOLLOUT);
}

static void on_visitor_ready(void *data, uint32_t events);

static void on_papod_answer(void *data)
{
	on_visitor_ready(data, 0);
}

static struct web *make_web(
	struct visitor *visitor, const struct web_needs *needs, int fd, const struct tls_keys *keys)
{
	const struct errand_peer peer = {
		.address = &visitor->address,
		.facts = &visitor->facts,
		.is_private = keys || visitor->is_private,
		.on_answer = on_papod_answer,
		.data = visitor,
	};

	return web_new(needs, fd, keys, &peer);
}

static void end_handshake(struct visitor *visitor)
{
	struct handshake_result result;
	struct door_client client = { .fd = -1, .keys = &result.keys };

	if (!handshake_finish(TAKE(visitor->handshake), &result, &client.fd)) {
		drop_visitor(visitor, "its keys cannot be used");
	} else if (visitor->is_web) {
		visitor->facts = result.facts;
		visitor->web =
			make_web(visitor, &visitor->door->needs.requests, client.fd, &result.keys);
		become_youngest(visitor);
		watch_for_input(visitor);
	} else {
		visitor->facts = result.facts;
		hand_on_client(visitor, &client);
	}
	explicit_bzero(&result, sizeof(result));
}

/* A client that has gone needs no answer, and would be reported all the time. */
static void await_papod(struct visitor *visitor, uint32_t events)
{
	note_parts(visitor);
	if (events & (EPOLLHUP | EPOLLERR))
		visitor_free(visitor);
	else
		watch_for(visitor, EPOLLHUP);
}

static void on_visitor_ready(void *data, uint32_t events)
{
	struct visitor *visitor = data;

	switch (visitor->web ? web_go_on(visitor->web) : handshake_go_on(visitor->handshake)) {
	case HANDSHAKE_STATE_WANTS_INPUT:
		watch_for_input(visitor);
		return;
	case HANDSHAKE_STATE_WANTS_OUTPUT:
		watch_for_output(visitor);
		return;
	case HANDSHAKE_STATE_ASKS:
		await_papod(visitor, events);
		return;
	case HANDSHAKE_STATE_DONE:
		if (visitor->web)
			end_request(visitor);
		else
			end_handshake(visitor);
		return;
	case HANDSHAKE_STATE_LINGERS:
		(void) loop_watch_change(visitor->watch, EPOLLIN);
		begin_to_linger_outside(visitor);
		return;
	case HANDSHAKE_STATE_ENDED:
		visitor_free(visitor);
		return;
	}
}

static void make_door_room(struct door *door, struct door_source *source)
{
	if (source->count >= door->needs.most_from_source)
		drop_visitor(LIST_FIRST(&source->visitors, struct visitor, in_source),
			"too many handshakes of this address at once");
	else if (door->n_visitors >= door->needs.most)
		drop_oldest_visitor(door, "too many handshakes at once");
}

void door_accept(struct door *door, int fd, const struct door_listener *listener,
	const struct address *address)
{
	struct visitor *visitor = mem_new(sizeof(*visitor));

	visitor->door = door;
	visitor->address = *address;
	visitor->listener = mem_text(listener->name);
	visitor->is_web = listener->is_web;
	visitor->is_private = listener->is_private;
	if (listener->has_tls)
		visitor->handshake = handshake_new(&door->needs.handshakes, fd, listener->is_web);
	else
		visitor->web = make_web(visitor,
			listener->is_for_issuers ? &door->needs.issuers : &door->needs.requests, fd,
			NULL);
	visitor->deadline_ms = loop_now_ms(door->needs.loop) + VISIT_MS;
	visitor->watch = loop_watch_new(door->needs.loop, fd, on_visitor_ready, visitor);
	make_door_room(door, get_source(door, address));
	visitor->source = get_source(door, address);
	visitor->source->count++;
	door->n_visitors++;
	list_add_last(&visitor->source->visitors, &visitor->in_source);
	list_add_last(&door->visitors, &visitor->in_door);
	watch_for_input(visitor);
}

void door_refuse(struct door *door, int fd, const struct door_listener *listener,
	const struct address *address, const char *reason)
{
	char text[ADDRESS_TEXT_BYTES], number[NUMBER_BYTES];
	const char *unlogged;

	address_format(address, text);
	if (may_log_visitor(door, number, &unlogged))
		log_entry(door->needs.log, LOGBOOK_HANDSHAKE_FAILED, "ADDRESS", text, "LISTENER",
			listener->name, "REASON", reason, "UNLOGGED", unlogged);
	close(fd);
}

static uint64_t first_deadline(const struct list *visitors)
{
	return list_is_empty(visitors) ? UINT64_MAX
				       : LIST_FIRST(visitors, struct visitor, in_door)->deadline_ms;
}

uint64_t door_next_deadline(const struct door *door)
{
	uint64_t handshakes_ms = first_deadline(&door->visitors);
	uint64_t lingering_ms = first_deadline(&door->lingering);

	return handshakes_ms < lingering_ms ? handshakes_ms : lingering_ms;
}

static void time_out_oldest(struct door *door)
{
	struct visitor *visitor = LIST_FIRST(&door->visitors, struct visitor, in_door);

	if (visitor->web)
		web_time_out(visitor->web);
	drop_visitor(visitor, "not finished after 10 seconds");
}

void door_tick(struct door *door)
{
	uint64_t now_ms = loop_now_ms(door->needs.loop);

	while (first_deadline(&door->visitors) <= now_ms)
		time_out_oldest(door);
	while (first_deadline(&door->lingering) <= now_ms)
		visitor_free(LIST_FIRST(&door->lingering, struct visitor, in_door));
}
