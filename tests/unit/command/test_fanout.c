/* What a message to many costs: one rendering for each set of capabilities, and no memory
 * for each recipient, not even after masks that take long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "command/dispatch.h"
#include "proto/mask_index.h"
#include "world/operating.h"
#include "world/user.h"
#include "world/world.h"

void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

struct mask_index *__real_mask_index_new(enum casemap casemap, const char *text);
struct mask_index *__wrap_mask_index_new(enum casemap casemap, const char *text);
void __real_mask_index_free(struct mask_index *index);
void __wrap_mask_index_free(struct mask_index *index);

static size_t n_allocations;
static size_t n_indexed, n_indexes; /* ever; now */

void *__wrap_calloc(size_t count, size_t size)
{
	n_allocations++;
	return __real_calloc(count, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	n_allocations++;
	return __real_reallocarray(old, count, size);
}

struct mask_index *__wrap_mask_index_new(enum casemap casemap, const char *text)
{
	n_indexed++;
	n_indexes++;
	return __real_mask_index_new(casemap, text);
}

void __wrap_mask_index_free(struct mask_index *index)
{
	n_indexes -= index != NULL;
	__real_mask_index_free(index);
}

static void send_event(struct world *world, struct outbox *outbox, struct event event)
{
	event.now_ms = event.wall_ms = 1000;
	dispatch(world, &event, outbox);
}

static void say(struct world *world, struct outbox *outbox, uint64_t session, const char *line)
{
	send_event(world, outbox,
		(struct event){ .kind = EVENT_LINE,
			.session = session,
			.text = line,
			.text_length = strlen(line) });
}

static void enter(struct world *world, struct outbox *outbox, uint64_t session)
{
	struct event event = {
		.kind = EVENT_CONNECTED, .session = session, .text = "irc", .text_length = 3
	};
	char line[64];

	address_parse_range("127.0.0.1", &event.address);
	send_event(world, outbox, event);
	snprintf(line, sizeof(line), "NICK n%llu", (unsigned long long) session);
	say(world, outbox, session, line);
	say(world, outbox, session, "USER u 0 * :Somebody");
	if (session % 2)
		say(world, outbox, session, "CAP REQ server-time");
	say(world, outbox, session, "JOIN #a");
	outbox_clear(outbox);
}

static struct world *make_world(struct outbox *outbox, uint64_t n_users)
{
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf",
		"classes: ({ name = \"default\"; flood_rate = 0; "
		"clients_per_address = 0; });"
		"operators: ({ name = \"root\"; privileges = [ \"broadcast\" ]; });" };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);
	struct world *world = world_new();

	assert_non_null(settings);
	send_event(world, outbox, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	settings_unref(settings);
	problems_done(&problems);
	for (uint64_t i = 1; i <= n_users; i++)
		enter(world, outbox, i);
	return world;
}

/* The allocations of one message to that many users, and the number of recipients. */
static size_t cost_of_message(uint64_t n_users, size_t *ret_sends, size_t *ret_lines)
{
	struct outbox outbox = { 0 };
	struct world *world = make_world(&outbox, n_users);
	const struct line *seen[4] = { NULL };

	/* The first message makes the outbox grow. */
	say(world, &outbox, 1, "PRIVMSG #a :hello");
	outbox_clear(&outbox);
	n_allocations = 0;
	say(world, &outbox, 1, "PRIVMSG #a :hello");
	*ret_sends = outbox.count;
	*ret_lines = 0;
	for (size_t i = 0; i < outbox.count; i++) {
		size_t j = 0;

		while (j < *ret_lines && seen[j] != outbox.effects[i].line)
			j++;
		assert_true(j < ARRAY_LENGTH(seen));
		seen[j] = outbox.effects[i].line;
		*ret_lines += j == *ret_lines;
	}
	outbox_done(&outbox);
	world_free(world);
	return n_allocations;
}

static void test_message_to_many(void **state)
{
	size_t few_sends, many_sends, lines;
	size_t few = cost_of_message(10, &few_sends, &lines), many;

	(void) state;
	assert_int_equal(lines, 2); /* with and without server-time */
	many = cost_of_message(1000, &many_sends, &lines);
	assert_int_equal(lines, 2);
	assert_int_equal(few_sends, 9);
	assert_int_equal(many_sends, 999);
	assert_int_equal(many, few);
}

/* The hosts take an index for the mask, which is for this line only. The first is an operator. */
static void assert_indexes_dropped(uint64_t session, const char *line)
{
	struct outbox outbox = { 0 };
	struct world *world = make_world(&outbox, 9);
	struct user *user;

	ORDERED_EACH (user, &world->users)
		user_give_host(user, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example");
	session_set_operator(world, session_find(world, 1), "root");
	say(world, &outbox, 1, "MODE #a +b *!*@*aaaab*.example");
	n_indexed = 0;
	say(world, &outbox, session, line);
	assert_int_not_equal(n_indexed, 0);
	assert_int_equal(n_indexes, 0);
	outbox_done(&outbox);
	world_free(world);
}

static void indexes_for_masks_are_dropped(void **state)
{
	(void) state;
	assert_indexes_dropped(1, "PRIVMSG $#*aaaab*.example :hello");
	assert_indexes_dropped(2, "PRIVMSG #a :hello");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indexes_for_masks_are_dropped),
		cmocka_unit_test(test_message_to_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
