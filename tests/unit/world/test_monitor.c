/* The lists of MONITOR. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "world/fanout.h"
#include "world/monitor.h"
#include "world/monitor_reach.h"
#include "world/naming.h"

/* The number of sessions that monitor the nickname. */
static size_t count_watchers(struct world *world, const char *nick)
{
	struct outbox outbox = { 0 };
	struct fanout fanout;
	size_t count;

	fanout_begin(&fanout, world, &outbox, "x");
	monitor_to_watchers(&fanout, nick);
	fanout_end(&fanout);
	count = outbox.count;
	outbox_done(&outbox);
	return count;
}

static void a_nickname_is_waited_for_whatever_the_case(void **state)
{
	struct world *world = world_of("");
	struct session *ana = session_of(user_of(world, 1, "ana"));
	struct session *bea = session_of(user_of(world, 2, "bea"));

	(void) state;
	monitor_add(world, ana, "Eva");
	monitor_add(world, bea, "EVA");
	assert_string_equal(monitor_find(world, ana, "eva")->nick, "Eva");
	assert_int_equal(count_watchers(world, "eVa"), 2);
	assert_int_equal(count_watchers(world, "ana"), 0);
	assert_sound(world);
	monitor_remove(world, monitor_find(world, ana, "EVA"));
	assert_null(monitor_find(world, ana, "eva"));
	assert_int_equal(count_watchers(world, "eva"), 1);
	assert_sound(world);
	world_free(world);
}

static void a_list_goes_with_its_session(void **state)
{
	struct world *world = world_of("");
	struct session *ana = session_of(user_of(world, 1, "ana"));

	(void) state;
	user_of(world, 2, "bea");
	monitor_add(world, ana, "bea");
	monitor_add(world, ana, "eva");
	assert_int_equal(session_extras(ana)->n_monitored, 2);
	session_end(world, ana);
	assert_int_equal(count_watchers(world, "bea"), 0);
	assert_int_equal(world->monitors.targets.count, 0);
	world_sweep(world);
	world_free(world);
}

static void a_walk_goes_on_behind_what_was_taken_out(void **state)
{
	struct world *world = world_of("");
	struct session *ana = session_of(user_of(world, 1, "ana"));
	const struct monitor_entry *entry;

	(void) state;
	monitor_add(world, ana, "a");
	monitor_add(world, ana, "b");
	monitor_add(world, ana, "c");
	entry = monitor_from(ana, 0);
	assert_string_equal(entry->nick, "a");
	monitor_remove(world, monitor_find(world, ana, "b"));
	entry = monitor_from(ana, entry->number + 1);
	assert_string_equal(entry->nick, "c");
	assert_null(monitor_from(ana, entry->number + 1));
	world_free(world);
}

static void nicknames_that_become_one_are_in_a_list_once(void **state)
{
	struct world *world = world_of("");
	struct session *ana = session_of(user_of(world, 1, "ana"));
	struct session *bea = session_of(user_of(world, 2, "bea"));
	struct naming_clash clash;

	(void) state;
	monitor_add(world, ana, "a[");
	monitor_add(world, bea, "A{");
	monitor_add(world, ana, "a{");
	assert_int_equal(count_watchers(world, "a["), 1);
	assert_int_equal(count_watchers(world, "a{"), 2);
	assert_true(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_int_equal(count_watchers(world, "A["), 2);
	assert_int_equal(session_extras(ana)->n_monitored, 1);
	assert_string_equal(monitor_find(world, ana, "a{")->nick, "a[");
	assert_sound(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nickname_is_waited_for_whatever_the_case),
		cmocka_unit_test(a_list_goes_with_its_session),
		cmocka_unit_test(a_walk_goes_on_behind_what_was_taken_out),
		cmocka_unit_test(nicknames_that_become_one_are_in_a_list_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
