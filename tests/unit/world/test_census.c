/* How many clients come from where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

static const char limits[] =
	"classes: ( { name = \"home\"; addresses = [ \"10.0.0.0/8\" ]; clients = 2; },"
	" { name = \"all\"; clients = 0; clients_per_address = 2;"
	" clients_per_network = 3; } );";

static const char *refuse(const struct world *world, const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	return census_refuse(&world->census, world->settings,
		settings_class_of(world->settings, &address, "default"), &address, world->now_ms);
}

static void one_address_has_its_limit(void **state)
{
	struct world *world = world_of(limits);
	struct session *first = session_from(world, 1, "192.0.2.1");

	(void) state;
	assert_null(refuse(world, "192.0.2.1"));
	session_from(world, 2, "192.0.2.1");
	assert_non_null(refuse(world, "192.0.2.1"));
	assert_null(refuse(world, "192.0.2.2"));
	session_end(world, first);
	assert_null(refuse(world, "192.0.2.1"));
	world_free(world);
}

static void one_ipv6_network_has_its_limit(void **state)
{
	struct world *world = world_of(limits);

	(void) state;
	session_from(world, 1, "2001:db8::1");
	session_from(world, 2, "2001:db8::2");
	assert_null(refuse(world, "2001:db8::3"));
	session_from(world, 3, "2001:db8::ffff:0:0:3");
	assert_non_null(refuse(world, "2001:db8::4"));
	assert_null(refuse(world, "2001:db8:0:1::4"));
	assert_null(refuse(world, "2001:db8:0:1::"));
	world_free(world);
}

static void one_class_has_its_limit(void **state)
{
	struct world *world = world_of(limits);
	struct session *first = session_from(world, 1, "10.0.0.1");

	(void) state;
	session_from(world, 2, "10.0.0.2");
	assert_non_null(refuse(world, "10.0.0.3"));
	assert_null(refuse(world, "192.0.2.1"));
	session_end(world, first);
	assert_null(refuse(world, "10.0.0.3"));
	world_sweep(world);
	assert_sound(world);
	world_free(world);
}

static void unix_peers_have_no_address(void **state)
{
	struct world *world = world_of(limits);

	(void) state;
	for (uint64_t id = 1; id < 10; id++) {
		assert_null(refuse(world, "local"));
		session_from(world, id, "local");
	}
	assert_int_equal(world->census.places.count, 0);
	assert_sound(world);
	world_free(world);
}

static void come_and_go(struct world *world, uint64_t id, const char *from)
{
	session_end(world, session_from(world, id, from));
	world_sweep(world);
}

static void one_place_may_not_come_again_and_again(void **state)
{
	struct world *world = world_of(limits);

	(void) state;
	for (uint64_t id = 1; id <= 4; id++) {
		assert_null(refuse(world, "192.0.2.1"));
		come_and_go(world, id, "192.0.2.1");
	}
	assert_non_null(refuse(world, "192.0.2.1"));
	assert_null(refuse(world, "192.0.2.2"));
	world_set_time(world, world->now_ms + 15000, 0, 0);
	assert_null(refuse(world, "192.0.2.1"));
	come_and_go(world, 5, "192.0.2.1");
	assert_non_null(refuse(world, "192.0.2.1"));

	for (uint64_t id = 10; id < 16; id++)
		come_and_go(world, id, id % 2 ? "2001:db8::1" : "2001:db8::2");
	assert_non_null(refuse(world, "2001:db8::3"));
	assert_null(refuse(world, "2001:db8:0:1::3"));
	assert_sound(world);
	world_free(world);
}

static void nobody_is_remembered_for_longer_than_a_minute(void **state)
{
	struct world *world = world_of(limits);

	(void) state;
	for (uint64_t id = 1; id < 1000; id++)
		come_and_go(world, id, id % 2 ? "192.0.2.1" : "2001:db8::1");
	assert_int_equal(world->census.places.count, 3);
	world_set_time(world, world->now_ms + 60001, 0, 0);
	come_and_go(world, 1000, "local");
	assert_int_equal(world->census.places.count, 0);
	assert_sound(world);
	world_free(world);
}

static void a_reload_counts_the_classes_anew(void **state)
{
	struct world *world = world_of("");
	struct settings *settings = settings_of(limits);

	(void) state;
	session_from(world, 1, "10.0.0.1");
	session_from(world, 2, "10.0.0.2");
	world_set_settings(world, settings);
	assert_non_null(refuse(world, "10.0.0.3"));
	world_set_settings(world, settings);
	assert_int_equal(world->census.classes[0], 2);
	assert_sound(world);
	settings_unref(settings);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address_has_its_limit),
		cmocka_unit_test(one_ipv6_network_has_its_limit),
		cmocka_unit_test(one_class_has_its_limit),
		cmocka_unit_test(unix_peers_have_no_address),
		cmocka_unit_test(one_place_may_not_come_again_and_again),
		cmocka_unit_test(nobody_is_remembered_for_longer_than_a_minute),
		cmocka_unit_test(a_reload_counts_the_classes_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
