/* What is remembered of addresses in blocklists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>

#include "base/cleanup.h"
#include "world/world.h"

#define RECORD 314

static struct address numbered(uint8_t number)
{
	return (struct address){ ADDRESS_FAMILY_IPV4, 32, 0, { 1, 2, 3, number } };
}

static void note(struct world *world, uint8_t number, const char *where)
{
	struct address address = numbered(number);
	struct listing listing = { BLOCKLIST_ACTION_TELL, (char *) (uintptr_t) where, NULL };

	listed_address_note(world, &address, &listing);
}

static const char *find(const struct world *world, uint8_t number)
{
	struct address address = numbered(number);
	const struct listed_address *found = listed_address_find(world, &address);

	return found ? found->where : NULL;
}

static void the_last_listing_of_an_address_counts(void **state)
{
	struct world *world = world_new();

	(void) state;
	assert_null(find(world, 1));
	note(world, 1, "a.example (127.0.0.2)");
	note(world, 2, "b.example (127.0.0.2)");
	note(world, 1, "c.example (127.0.0.2)");
	note(world, 3, NULL); /* no list has it */
	assert_string_equal(find(world, 1), "c.example (127.0.0.2)");
	assert_string_equal(find(world, 2), "b.example (127.0.0.2)");
	assert_null(find(world, 3));
	world_free(world);
}

static void the_oldest_ones_are_forgotten(void **state)
{
	struct world *world = world_new();

	(void) state;
	for (uint8_t i = 0; i < LISTED_ADDRESSES + 2; i++)
		note(world, i, "a.example");
	assert_null(find(world, 0));
	assert_null(find(world, 1));
	assert_non_null(find(world, 2));
	assert_non_null(find(world, LISTED_ADDRESSES + 1));
	world_free(world);
}

static struct world *save_and_load(const struct world *world)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct world *loaded = world_new();
	struct pack all;
	struct pack_field field;

	listed_addresses_save(&saved, RECORD, world);
	all = pack_over(saved.bytes, saved.length);
	while (pack_next(&all, &field))
		listed_address_load(loaded, pack_field_record(&field));
	return loaded;
}

/* Also in which order they are forgotten. */
static void they_outlive_a_restart(void **state)
{
	struct world *world = world_new(), *loaded;

	(void) state;
	for (uint8_t i = 0; i < LISTED_ADDRESSES + 2; i++)
		note(world, i, "a.example");
	loaded = save_and_load(world);
	assert_null(find(loaded, 1));
	assert_string_equal(find(loaded, 2), "a.example");
	note(loaded, 200, "b.example");
	assert_null(find(loaded, 2));
	assert_non_null(find(loaded, 3));
	world_free(loaded);
	world_free(world);
}

static void a_record_without_a_list_is_none(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct world *world = world_new();
	struct address none = { 0 };
	size_t record = pack_begin(&saved, RECORD);
	struct pack all;
	struct pack_field field;

	(void) state;
	pack_u64(&saved, 2, 7);
	pack_end(&saved, record);
	all = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&all, &field));
	listed_address_load(world, pack_field_record(&field));
	assert_null(listed_address_find(world, &none));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_listing_of_an_address_counts),
		cmocka_unit_test(the_oldest_ones_are_forgotten),
		cmocka_unit_test(they_outlive_a_restart),
		cmocka_unit_test(a_record_without_a_list_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
