/* Addresses that are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/known_addresses.h"

#include "fixture.h"

#define DAY_MS 86400000u

static struct address address_of(const char *text)
{
	struct address address;

	if (!address_parse_range(text, &address))
		fail_msg("%s is no address", text);
	return address;
}

static void note(struct world *world, const char *text)
{
	const struct address address = address_of(text);

	address_note_known(world, &address);
	assert_sound(world);
}

static bool is_known(const struct world *world, const char *text)
{
	const struct address address = address_of(text);

	return address_is_known(world, &address);
}

static void networks_are_known(void **state)
{
	struct world *world = world_of("known: { addresses = 10; };");
	const struct address address = address_of("192.0.2.1");

	(void) state;
	note(world, "192.0.2.1");
	note(world, "2001:db8:1:2::3");
	note(world, "local");
	assert_int_equal(world->known_addresses.count, 2);
	assert_true(is_known(world, "192.0.2.1"));
	assert_false(is_known(world, "192.0.2.2"));
	assert_true(is_known(world, "2001:db8:1:2:ffff::"));
	assert_false(is_known(world, "2001:db8:1:3::3"));
	assert_false(is_known(world, "local"));
	address_forget_known(world, &address);
	assert_false(is_known(world, "192.0.2.1"));
	assert_sound(world);
	world_free(world);
}

static void the_oldest_give_way(void **state)
{
	struct world *world = world_of("known: { addresses = 2; days = 3; };");

	(void) state;
	note(world, "192.0.2.1");
	world_set_time(world, NOW_MS, WALL_MS + DAY_MS, 42);
	note(world, "192.0.2.2");
	note(world, "192.0.2.3");
	assert_false(is_known(world, "192.0.2.1"));
	assert_true(is_known(world, "192.0.2.2") && is_known(world, "192.0.2.3"));
	world_set_time(world, NOW_MS, WALL_MS + 4 * DAY_MS, 42);
	assert_true(is_known(world, "192.0.2.2"));
	world_set_time(world, NOW_MS, WALL_MS + 5 * DAY_MS, 42);
	assert_false(is_known(world, "192.0.2.2"));
	note(world, "192.0.2.4");
	assert_int_equal(world->known_addresses.count, 1);
	world_free(world);
}

static void rows_bring_them_back(void **state)
{
	struct world *world = world_of("known: { addresses = 2; };");
	struct world *next = world_of("known: { addresses = 2; };"), *none = world_of("");
	CLEANUP(buffer_done) struct buffer row = { 0 };

	(void) state;
	note(world, "192.0.2.1");
	assert_false(known_address_put_row(world, "192.0.2.2", &row));
	assert_true(known_address_put_row(world, "192.0.2.1", &row));
	assert_true(known_address_take_row(next, "192.0.2.1", pack_over(row.bytes, row.length)));
	assert_true(known_address_take_row(next, "192.0.2.1", pack_over(row.bytes, row.length)));
	assert_false(known_address_take_row(next, "nonsense", pack_over(row.bytes, row.length)));
	assert_true(is_known(next, "192.0.2.1"));
	assert_sound(next);
	/* Without the option they are of no effect. */
	assert_true(known_address_take_row(none, "192.0.2.1", pack_over(row.bytes, row.length)));
	assert_false(is_known(none, "192.0.2.1"));
	note(none, "192.0.2.5");
	assert_int_equal(none->known_addresses.count, 1);
	world_free(none);
	world_free(next);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_are_known),
		cmocka_unit_test(the_oldest_give_way),
		cmocka_unit_test(rows_bring_them_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
