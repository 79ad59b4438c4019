/* Messages for devices: when they are due, what drops them, and what a snapshot has of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "world/msgid.h"
#include "world/pushes.h"

#define RECORD 9

static void add(struct world *world, uint64_t account, uint64_t due_ms, uint64_t id)
{
	push_add(world, &(struct push){ .account = account,
				.id = id,
				.due_ms = due_ms,
				.url = mem_text("https://push.example/1"),
				.talk = mem_text("#a"),
				.text = mem_text(":ana PRIVMSG #a :hello") });
}

/* How many effects say that there are new messages. */
static size_t announce(struct world *world)
{
	struct outbox outbox = { 0 };
	size_t n = 0;

	pushes_announce(world, &outbox);
	for (size_t i = 0; i < outbox.count; i++)
		n += outbox.effects[i].kind == EFFECT_PUSH;
	outbox_done(&outbox);
	assert_null(pushes_check(world));
	return n;
}

static void messages_are_announced_when_they_are_due(void **state)
{
	struct world *world = world_of("");
	uint64_t request = world->next_request;

	(void) state;
	assert_true(pushes_next_deadline(&world->pushes) == UINT64_MAX);
	add(world, 1, NOW_MS + 300, 3);
	add(world, 1, NOW_MS + 100, 1);
	add(world, 1, NOW_MS + 200, 2);
	assert_int_equal(pushes_next_deadline(&world->pushes), NOW_MS + 100);
	assert_int_equal(announce(world), 0);
	world_set_time(world, NOW_MS + 200, WALL_MS, 42);
	assert_int_equal(announce(world), 1);
	assert_int_equal(push_find(world, request + 1)->id, 1);
	assert_int_equal(push_find(world, request + 2)->id, 2);
	assert_null(push_find(world, request + 3));
	assert_int_equal(pushes_next_deadline(&world->pushes), NOW_MS + 300);
	push_end(world, push_find(world, request + 1));
	assert_null(push_find(world, request + 1));
	assert_null(pushes_check(world));
	world_free(world);
}

static void an_account_and_all_together_have_so_many(void **state)
{
	struct world *world = world_of("");

	(void) state;
	for (int i = 0; i < PUSHES_OF_ACCOUNT; i++) {
		assert_true(pushes_have_room(world, 1));
		add(world, 1, NOW_MS + (i % 2 ? 100 : 0), 1);
	}
	(void) announce(world); /* half of them */
	assert_false(pushes_have_room(world, 1));
	assert_true(pushes_have_room(world, 2));
	for (uint64_t i = PUSHES_OF_ACCOUNT; i < PUSHES_MOST; i++) {
		assert_true(pushes_have_room(world, 1000 + i));
		add(world, 1000 + i, NOW_MS, 1);
	}
	assert_false(pushes_have_room(world, 2));
	world_free(world);
}

static void what_waits_is_dropped_and_what_is_announced_stays(void **state)
{
	struct world *world = world_of("");

	(void) state;
	add(world, 1, NOW_MS, msgid_at(WALL_MS));
	(void) announce(world);
	for (uint64_t account = 1; account < 3; account++)
		add(world, account, NOW_MS + 100, msgid_at(WALL_MS) + account);
	pushes_drop_talk(world, 1, "#b");
	pushes_drop_endpoint(world, 1, "https://push.example/2");
	pushes_drop_message(world, msgid_at(WALL_MS));
	pushes_drop_read(world, 1, "#a", WALL_MS - 1);
	assert_int_equal(world->pushes.n_waiting, 2);
	pushes_drop_talk(world, 1, "#a");
	assert_int_equal(world->pushes.n_waiting, 1);
	add(world, 1, NOW_MS + 100, msgid_at(WALL_MS) + 3);
	pushes_drop_endpoint(world, 1, "https://push.example/1");
	assert_int_equal(world->pushes.n_waiting, 1);
	add(world, 1, NOW_MS + 100, msgid_at(WALL_MS) + 4);
	pushes_drop_message(world, msgid_at(WALL_MS) + 4);
	assert_int_equal(world->pushes.n_waiting, 1);
	pushes_drop_read(world, 2, "#a", WALL_MS);
	assert_int_equal(world->pushes.n_waiting, 0);
	assert_int_equal(world->pushes.n_announced, 1);
	assert_null(pushes_check(world));
	world_free(world);
}

static void the_oldest_conversation_makes_room(void **state)
{
	struct world *world = world_of("");
	struct push push = { .account = 1, .id = 1 };
	char talk[16];

	(void) state;
	push.talk = talk;
	for (int i = 0; i <= PUSHED_TALKS_MOST; i++) {
		snprintf(talk, sizeof(talk), "#%d", i);
		pushes_note_talk(world, &push);
		pushes_note_talk(world, &push); /* once only */
	}
	assert_int_equal(world->pushes.n_talks, PUSHED_TALKS_MOST);
	assert_false(pushes_forget_talk(world, 1, "#0"));
	assert_false(pushes_forget_talk(world, 2, "#1"));
	assert_true(pushes_forget_talk(world, 1, "#1"));
	assert_false(pushes_forget_talk(world, 1, "#1"));
	push.id = 0; /* a read marker is nothing to be read */
	pushes_note_talk(world, &push);
	pushes_forget_account(world, 1);
	assert_int_equal(world->pushes.n_talks, 0);
	world_free(world);
}

static void load_pushes(struct world *world, const struct buffer *saved)
{
	struct pack pack = pack_over(saved->bytes, saved->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		push_load(world, pack_field_record(&field));
}

static void a_snapshot_has_them_in_their_order(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	CLEANUP(buffer_done) struct buffer again = { 0 };
	struct world *world = world_of(""), *next = world_of("");

	(void) state;
	add(world, 1, NOW_MS, 1);
	add(world, 2, NOW_MS, 2);
	(void) announce(world);
	add(world, 3, NOW_MS + 200, 3);
	add(world, 4, NOW_MS + 100, 4);
	pushes_save(&saved, RECORD, &world->pushes);
	load_pushes(next, &saved);
	next->next_request = world->next_request;
	assert_null(pushes_check(next));
	pushes_save(&again, RECORD, &next->pushes);
	assert_int_equal(again.length, saved.length);
	assert_memory_equal(again.bytes, saved.bytes, saved.length);
	world_free(world);
	world_free(next);
}

static void what_makes_no_sense_is_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct world *world = world_of(""), *next = world_of("");
	struct push *push;

	(void) state;
	for (int i = 0; i < 5; i++)
		add(world, 1, NOW_MS, 1);
	push = LIST_FIRST(&world->pushes.waiting, struct push, in_world);
	push->account = 0;
	push = CONTAINER_OF(push->in_world.next, struct push, in_world);
	free(TAKE(push->url));
	push = CONTAINER_OF(push->in_world.next, struct push, in_world);
	free(TAKE(push->talk));
	push = CONTAINER_OF(push->in_world.next, struct push, in_world);
	push->text[0] = '\0';
	pushes_save(&saved, RECORD, &world->pushes);
	load_pushes(next, &saved);
	assert_int_equal(next->pushes.n_waiting, 1);
	assert_null(pushes_check(next));
	world_free(world);
	world_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_announced_when_they_are_due),
		cmocka_unit_test(an_account_and_all_together_have_so_many),
		cmocka_unit_test(what_waits_is_dropped_and_what_is_announced_stays),
		cmocka_unit_test(the_oldest_conversation_makes_room),
		cmocka_unit_test(a_snapshot_has_them_in_their_order),
		cmocka_unit_test(what_makes_no_sense_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
