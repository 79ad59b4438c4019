/* The state of the sources of notifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "world/notification_sources.h"

#define CONFIG                                                                                     \
	"notifications: ( { name = \"ci\"; channels = [ \"#a\" ]; addresses = [ \"local\" ];"      \
	" rate = 4; burst = 3; }, { name = \"ops\"; channels = [ \"#a\" ];"                        \
	" addresses = [ \"local\" ]; } );"

static void wait_until(struct world *world, uint64_t ms)
{
	world_set_time(world, NOW_MS + ms, WALL_MS + ms, 1);
}

/* A burst of three, then one each quarter of a second. */
static void a_rate_counts_lines(void **state)
{
	struct world *world = world_of(CONFIG);
	struct notification_source *ci = notification_source_get(world, "ci");

	(void) state;
	for (int i = 0; i < 3; i++)
		assert_true(notification_source_take(world, ci, 1));
	assert_false(notification_source_take(world, ci, 1));
	wait_until(world, 249);
	assert_false(notification_source_take(world, ci, 1));
	wait_until(world, 250);
	assert_true(notification_source_take(world, ci, 1));
	wait_until(world, 1000);
	assert_true(notification_source_take(world, ci, 3));
	assert_false(notification_source_take(world, ci, 1));
	world_free(world);
}

/* No rate is rounded up to the next one that divides a second. */
static void a_rate_is_as_it_was_set(void **state)
{
	struct world *world = world_of("notifications: ( { name = \"ci\"; channels = [ \"#a\" ]; "
				       "addresses = [ \"local\" ];"
				       " rate = 300; burst = 10; } );");
	struct notification_source *ci = notification_source_get(world, "ci");
	int n = 0;

	(void) state;
	for (uint64_t ms = 0; ms < 10000; ms++) {
		wait_until(world, ms);
		n += notification_source_take(world, ci, 1);
	}
	assert_in_range(n, 2990, 3010);
	world_free(world);
}

/* A message is sent as a whole, and its lines are paid for later. */
static void a_long_text_goes_into_debt(void **state)
{
	struct world *world = world_of(CONFIG);
	struct notification_source *ci = notification_source_get(world, "ci");

	(void) state;
	assert_true(notification_source_take(world, ci, 7));
	wait_until(world, 1249);
	assert_false(notification_source_take(world, ci, 1));
	wait_until(world, 1250);
	assert_true(notification_source_take(world, ci, 1));
	world_free(world);
}

static void who_is_no_source_may_say_nothing(void **state)
{
	struct world *world = world_of(CONFIG);

	(void) state;
	assert_false(notification_source_take(world, notification_source_get(world, ""), 1));
	assert_false(notification_source_take(world, notification_source_get(world, "nobody"), 1));
	world_free(world);
}

static void a_source_is_made_once(void **state)
{
	struct world *world = world_of(CONFIG);
	struct notification_source *ci = notification_source_get(world, "ci");

	(void) state;
	assert_ptr_not_equal(notification_source_get(world, "ops"), ci);
	assert_ptr_equal(notification_source_get(world, "ci"), ci);
	notification_source_note_said(ci);
	notification_source_refuse(world, ci, NULL, NULL, "why");
	notification_source_refuse(world, notification_source_get(world, "ops"), NULL, NULL, "why");
	assert_int_equal(notification_sources_count_said(&world->notification_sources), 1);
	assert_int_equal(notification_sources_count_refused(&world->notification_sources), 2);
	assert_sound(world);
	world_free(world);
}

static void refusals_are_logged_once_a_minute(void **state)
{
	struct world *world = world_of(CONFIG);
	struct notification_source *ci = notification_source_get(world, "ci");

	(void) state;
	assert_null(notification_sources_due(world));
	notification_source_refuse(world, ci, "notify", NULL, "why");
	assert_ptr_equal(notification_sources_due(world), ci);
	assert_true(notification_source_is_to_log(world, ci));
	notification_source_note_logged(world, ci);
	assert_null(notification_sources_due(world));
	notification_source_refuse(world, ci, "notify", NULL, "why");
	notification_source_refuse(world, ci, "other", NULL, "why not");
	assert_false(notification_source_is_to_log(world, ci));
	assert_int_equal(world_next_deadline(world), NOW_MS + 60000);
	wait_until(world, 59999);
	assert_null(notification_sources_due(world));
	wait_until(world, 60000);
	assert_ptr_equal(notification_sources_due(world), ci);
	assert_int_equal(ci->refused.count, 2);
	assert_string_equal(ci->refused.listener, "other");
	assert_string_equal(ci->refused.reason, "why not");
	assert_null(ci->refused.address);
	assert_int_equal(ci->n_refused, 3);
	notification_source_note_logged(world, ci);
	assert_int_equal(world_next_deadline(world), UINT64_MAX);
	assert_sound(world);
	world_free(world);
}

static void so_many_wait_and_no_more(void **state)
{
	struct world *world = world_of(CONFIG);
	struct notification_source *ci = notification_source_get(world, "ci");

	(void) state;
	for (int i = 0; i < NOTIFICATIONS_WAITING; i++)
		assert_true(notification_source_wait(world, ci, "#a", "hello", 5000));
	assert_false(notification_source_wait(world, ci, "#a", "hello", 5000));
	assert_true(notification_source_wait(
		world, notification_source_get(world, "ops"), "#a", "hello", 5000));
	assert_sound(world);
	waiting_notification_free(
		world, ci, LIST_FIRST(&ci->waiting, struct waiting_notification, in_source));
	assert_true(notification_source_wait(world, ci, "#a", "hello", 5000));
	assert_int_equal(world->notification_sources.n_waiting, NOTIFICATIONS_WAITING + 1);
	assert_sound(world);
	world_free(world);
}

static void what_waits_is_due_at_its_end_and_with_its_channel(void **state)
{
	struct world *world = world_of(CONFIG);
	struct notification_source *ci = notification_source_get(world, "ci");

	(void) state;
	notification_source_wait(world, ci, "#A", "hello", 5000);
	assert_int_equal(world_next_deadline(world), NOW_MS + 5000);
	channel_new(world, "#other");
	assert_null(notification_sources_due(world));
	channel_new(world, "#a");
	assert_ptr_equal(notification_sources_due(world), ci);
	notification_source_set_timer(world, ci);
	assert_null(notification_sources_due(world));
	wait_until(world, 5000);
	assert_ptr_equal(notification_sources_due(world), ci);
	world_free(world);
}

static void settings_end_what_they_do_not_name(void **state)
{
	struct world *world = world_of(CONFIG);
	struct settings *settings =
		settings_of("notifications: ( { name = \"ops\"; channels = [ \"#a\" ];"
			    " addresses = [ \"local\" ]; } );");

	(void) state;
	notification_source_wait(world, notification_source_get(world, "ci"), "#a", "x", 5000);
	notification_source_wait(world, notification_source_get(world, "ops"), "#a", "x", 5000);
	notification_source_refuse(world, notification_source_get(world, ""), NULL, NULL, "why");
	world_set_settings(world, settings);
	assert_int_equal(world->notification_sources.n_waiting, 1);
	assert_int_equal(notification_source_get(world, "ci")->n_waiting, 0);
	assert_int_equal(notification_source_get(world, "ops")->n_waiting, 1);
	assert_int_equal(notification_source_get(world, "")->n_refused, 1);
	assert_sound(world);
	settings_unref(settings);
	world_free(world);
}

static void all_of_it_survives_a_snapshot(void **state)
{
	struct world *world = world_of(CONFIG), *back;
	struct notification_source *ci = notification_source_get(world, "ci"), *again;
	struct address address;
	struct buffer bytes = { 0 };
	const char *reason = NULL;

	(void) state;
	address_parse_range("192.0.2.1", &address);
	notification_source_take(world, ci, 3);
	notification_source_note_said(ci);
	notification_source_refuse(world, ci, "notify", &address, "why");
	notification_source_note_logged(world, ci);
	notification_source_refuse(world, ci, "notify", &address, "why");
	notification_source_wait(world, ci, "#a", "hello", 5000);
	world_save(world, &bytes);
	back = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(back);
	assert_sound(back);
	again = notification_source_get(back, "ci");
	assert_int_equal(again->n_said, 1);
	assert_int_equal(again->n_refused, 2);
	assert_int_equal(again->full_us, ci->full_us);
	assert_int_equal(again->refused.count, 1);
	assert_int_equal(again->refused.logged_ms, NOW_MS);
	assert_string_equal(again->refused.address, "192.0.2.1");
	assert_int_equal(again->n_waiting, 1);
	assert_int_equal(world_next_deadline(back), NOW_MS + 5000);
	buffer_done(&bytes);
	world_free(back);
	world_free(world);
}

/* With one message more than this release lets wait. */
static void save_overfull(struct buffer *out)
{
	for (int i = 0; i <= NOTIFICATIONS_WAITING; i++) {
		size_t waiting = pack_begin(out, 100);

		pack_text(out, 1, "#a");
		pack_text(out, 2, "hello");
		pack_u64(out, 3, NOW_MS + 5000);
		pack_end(out, waiting);
	}
	pack_text(out, 1, "ci");
}

static void what_a_later_release_lets_wait_is_bounded(void **state)
{
	struct world *world = world_of(CONFIG);
	struct notification_source *ci;
	struct buffer bytes = { 0 };

	(void) state;
	save_overfull(&bytes);
	notification_source_load(world, pack_over(bytes.bytes, bytes.length));
	ci = notification_source_get(world, "ci");
	assert_int_equal(ci->n_waiting, NOTIFICATIONS_WAITING);
	assert_false(notification_source_wait(world, ci, "#a", "hello", 5000));
	assert_sound(world);
	buffer_done(&bytes);
	world_free(world);
}

/* After a downgrade, the settings may lack a source that the snapshot has. */
static void a_source_without_an_entry_is_not_loaded(void **state)
{
	static const char *const names[] = { NULL, "gone" };
	struct world *world = world_of(CONFIG);

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct buffer bytes = { 0 };

		pack_u64(&bytes, 3, 7);
		pack_text(&bytes, 1, names[i]);
		notification_source_load(world, pack_over(bytes.bytes, bytes.length));
		buffer_done(&bytes);
	}
	assert_int_equal(notification_sources_count_said(&world->notification_sources), 0);
	assert_sound(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_counts_lines),
		cmocka_unit_test(a_rate_is_as_it_was_set),
		cmocka_unit_test(a_long_text_goes_into_debt),
		cmocka_unit_test(who_is_no_source_may_say_nothing),
		cmocka_unit_test(a_source_is_made_once),
		cmocka_unit_test(refusals_are_logged_once_a_minute),
		cmocka_unit_test(so_many_wait_and_no_more),
		cmocka_unit_test(what_waits_is_due_at_its_end_and_with_its_channel),
		cmocka_unit_test(settings_end_what_they_do_not_name),
		cmocka_unit_test(all_of_it_survives_a_snapshot),
		cmocka_unit_test(a_source_without_an_entry_is_not_loaded),
		cmocka_unit_test(what_a_later_release_lets_wait_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
