/* Owns messages for devices. */
#include "world/pushes.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/push_lines.h"
#include "world/msgid.h"
#include "world/world.h"

static const struct field push_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(push, uint64_t, request) },
	{ 2, FIELD_U64, FIELD_AT(push, uint64_t, account) },
	{ 3, FIELD_U64, FIELD_AT(push, uint64_t, id) },
	{ 4, FIELD_U64, FIELD_AT(push, uint64_t, due_ms) },
	{ 5, FIELD_TEXT, FIELD_AT(push, char *, url) },
	{ 6, FIELD_TEXT, FIELD_AT(push, char *, talk) },
	{ 7, FIELD_TEXT, FIELD_AT(push, char *, text) },
};

void pushes_init(struct pushes *pushes)
{
	list_init(&pushes->waiting);
	list_init(&pushes->announced);
	list_init(&pushes->talks);
}

static void push_free(struct push *push)
{
	list_remove(&push->in_world);
	free(push->url);
	free(push->talk);
	mem_free_secret(push->text);
	free(push);
}

static void free_pushes(struct list *list)
{
	while (!list_is_empty(list))
		push_free(LIST_FIRST(list, struct push, in_world));
}

static void free_talk(struct pushes *pushes, struct pushed_talk *talk)
{
	list_remove(&talk->in_world);
	pushes->n_talks--;
	free(talk->talk);
	free(talk);
}

void pushes_done(struct pushes *pushes)
{
	while (!list_is_empty(&pushes->talks))
		free_talk(pushes, LIST_FIRST(&pushes->talks, struct pushed_talk, in_world));
	free_pushes(&pushes->waiting);
	free_pushes(&pushes->announced);
}

static uint32_t count_of_account(const struct list *list, uint64_t account)
{
	const struct push *push;
	uint32_t n = 0;

	LIST_EACH (push, list, in_world)
		n += push->account == account;
	return n;
}

bool pushes_have_room(const struct world *world, uint64_t account)
{
	const struct pushes *pushes = &world->pushes;

	return pushes->n_waiting + pushes->n_announced < PUSHES_MOST &&
	       count_of_account(&pushes->waiting, account) +
			       count_of_account(&pushes->announced, account) <
		       PUSHES_OF_ACCOUNT;
}

/* Behind those that are due before it: mostly the last place. */
static void put_waiting_push(struct pushes *pushes, struct push *push)
{
	struct list *at = pushes->waiting.previous;

	while (at != &pushes->waiting &&
		CONTAINER_OF(at, struct push, in_world)->due_ms > push->due_ms)
		at = at->previous;
	list_add_last(at->next, &push->in_world);
	pushes->n_waiting++;
}

void push_add(struct world *world, const struct push *fields)
{
	struct push *push = mem_copy(fields, sizeof(*fields));

	list_init(&push->in_world);
	put_waiting_push(&world->pushes, push);
}

struct push *push_find(const struct world *world, uint64_t request)
{
	struct push *push;

	LIST_EACH (push, &world->pushes.announced, in_world)
		if (push->request == request)
			return push;
	return NULL;
}

void push_end(struct world *world, struct push *push)
{
	if (push->request)
		world->pushes.n_announced--;
	else
		world->pushes.n_waiting--;
	push_free(push);
}

uint64_t pushes_next_deadline(const struct pushes *pushes)
{
	return list_is_empty(&pushes->waiting)
		       ? UINT64_MAX
		       : LIST_FIRST(&pushes->waiting, struct push, in_world)->due_ms;
}

void pushes_announce(struct world *world, struct outbox *outbox)
{
	struct pushes *pushes = &world->pushes;
	bool is_due = false;

	while (pushes_next_deadline(pushes) <= world->now_ms) {
		struct push *push = LIST_FIRST(&pushes->waiting, struct push, in_world);

		list_remove(&push->in_world);
		pushes->n_waiting--;
		push->request = ++world->next_request;
		list_add_last(&pushes->announced, &push->in_world);
		pushes->n_announced++;
		is_due = true;
	}
	if (is_due)
		outbox_add(outbox, EFFECT_PUSH, 0);
}

void pushes_drop_talk(struct world *world, uint64_t account, const char *talk)
{
	struct push *push, *after;

	LIST_EACH_SAFE (push, after, &world->pushes.waiting, in_world)
		if (push->account == account && strcmp(push->talk, talk) == 0)
			push_end(world, push);
}

void pushes_drop_endpoint(struct world *world, uint64_t account, const char *url)
{
	struct push *push, *after;

	LIST_EACH_SAFE (push, after, &world->pushes.waiting, in_world)
		if (push->account == account && strcmp(push->url, url) == 0)
			push_end(world, push);
}

void pushes_drop_message(struct world *world, uint64_t id)
{
	struct push *push, *after;

	LIST_EACH_SAFE (push, after, &world->pushes.waiting, in_world)
		if (push->id == id)
			push_end(world, push);
}

void pushes_drop_read(struct world *world, uint64_t account, const char *talk, uint64_t wall_ms)
{
	struct push *push, *after;

	LIST_EACH_SAFE (push, after, &world->pushes.waiting, in_world)
		if (push->account == account && strcmp(push->talk, talk) == 0 &&
			msgid_wall_ms(push->id) <= wall_ms)
			push_end(world, push);
}

/* Conversations */

static struct pushed_talk *find_talk(
	const struct pushes *pushes, uint64_t account, const char *talk)
{
	struct pushed_talk *pushed;

	LIST_EACH (pushed, &pushes->talks, in_world)
		if (pushed->account == account && strcmp(pushed->talk, talk) == 0)
			return pushed;
	return NULL;
}

/* Takes the text. */
static void add_talk(struct pushes *pushes, uint64_t account, char *talk)
{
	struct pushed_talk *pushed = mem_new(sizeof(*pushed));

	if (pushes->n_talks == PUSHED_TALKS_MOST)
		free_talk(pushes, LIST_FIRST(&pushes->talks, struct pushed_talk, in_world));
	pushed->account = account;
	pushed->talk = talk;
	list_init(&pushed->in_world);
	list_add_last(&pushes->talks, &pushed->in_world);
	pushes->n_talks++;
}

void pushes_note_talk(struct world *world, const struct push *push)
{
	if (push->id && !find_talk(&world->pushes, push->account, push->talk))
		add_talk(&world->pushes, push->account, mem_text(push->talk));
}

bool pushes_forget_talk(struct world *world, uint64_t account, const char *talk)
{
	struct pushed_talk *pushed = find_talk(&world->pushes, account, talk);

	if (pushed)
		free_talk(&world->pushes, pushed);
	return pushed;
}

void pushes_forget_account(struct world *world, uint64_t account)
{
	struct pushed_talk *pushed, *after;

	LIST_EACH_SAFE (pushed, after, &world->pushes.talks, in_world)
		if (pushed->account == account)
			free_talk(&world->pushes, pushed);
}

static const struct field talk_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(pushed_talk, uint64_t, account) },
	{ 2, FIELD_TEXT, FIELD_AT(pushed_talk, char *, talk) },
};

void pushes_save_talks(struct buffer *out, uint16_t id, const struct pushes *pushes)
{
	const struct pushed_talk *pushed;

	LIST_EACH (pushed, &pushes->talks, in_world) {
		size_t record = pack_begin(out, id);

		fields_save(out, talk_fields, ARRAY_LENGTH(talk_fields), pushed);
		pack_end(out, record);
	}
}

void pushed_talk_load(struct world *world, struct pack record)
{
	struct pushed_talk loaded = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(talk_fields, ARRAY_LENGTH(talk_fields), &loaded, &field);
	if (loaded.account && loaded.talk &&
		!find_talk(&world->pushes, loaded.account, loaded.talk))
		add_talk(&world->pushes, loaded.account, TAKE(loaded.talk));
	free(loaded.talk);
}

static void save_pushes(struct buffer *out, uint16_t id, const struct list *list)
{
	const struct push *push;

	LIST_EACH (push, list, in_world) {
		size_t record = pack_begin(out, id);

		fields_save(out, push_fields, ARRAY_LENGTH(push_fields), push);
		pack_end(out, record);
	}
}

void pushes_save(struct buffer *out, uint16_t id, const struct pushes *pushes)
{
	save_pushes(out, id, &pushes->announced);
	save_pushes(out, id, &pushes->waiting);
}

static bool is_whole_push(const struct world *world, const struct push *push)
{
	return push->account && push->url && push->talk && push->text && *push->text &&
	       strlen(push->text) <= PUSH_TEXT_BYTES &&
	       world->pushes.n_waiting + world->pushes.n_announced < PUSHES_MOST;
}

void push_load(struct world *world, struct pack record)
{
	struct push *push = mem_new(sizeof(*push));
	struct pack_field field;

	list_init(&push->in_world);
	while (pack_next(&record, &field))
		fields_load(push_fields, ARRAY_LENGTH(push_fields), push, &field);
	if (!is_whole_push(world, push)) {
		push_free(push);
	} else if (push->request) {
		list_add_last(&world->pushes.announced, &push->in_world);
		world->pushes.n_announced++;
	} else {
		put_waiting_push(&world->pushes, push);
	}
}

const char *pushes_check(const struct world *world)
{
	const struct push *push;
	uint64_t request = 0, due_ms = 0;
	uint32_t n_announced = 0, n_waiting = 0;

	LIST_EACH (push, &world->pushes.announced, in_world) {
		if (push->request <= request || push->request > world->next_request)
			return "pushes are out of order, or still to come";
		request = push->request;
		n_announced++;
	}
	LIST_EACH (push, &world->pushes.waiting, in_world) {
		if (push->request || push->due_ms < due_ms)
			return "waiting pushes are out of order, or do not wait";
		due_ms = push->due_ms;
		n_waiting++;
	}
	return n_announced == world->pushes.n_announced && n_waiting == world->pushes.n_waiting
		       ? NULL
		       : "the number of pushes is wrong";
}
