/* Lists of masks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "world/masklist.h"

static void masks_are_found_whatever_their_case(void **state)
{
	struct masklist list = { 0 };

	(void) state;
	assert_null(masklist_find(&list, CASEMAP_ASCII, "ana!*@*"));
	masklist_add(&list, "Ana!*@*", "bea!~b@x", 5);
	assert_non_null(masklist_find(&list, CASEMAP_ASCII, "aNA!*@*"));
	assert_null(masklist_find(&list, CASEMAP_ASCII, "ana!*@"));
	assert_null(masklist_find(&list, CASEMAP_ASCII, "anaa!a@b"));
	masklist_done(&list);
	assert_int_equal(list.count, 0);
}

/* Returns the mask as it was set. */
static void assert_removed(struct masklist *list, const char *mask, const char *as_set)
{
	CLEANUP(mem_freep) char *removed = masklist_remove(list, CASEMAP_ASCII, mask);

	assert_non_null(removed);
	assert_string_equal(removed, as_set);
}

static void removing_keeps_the_order_of_the_rest(void **state)
{
	struct masklist list = { 0 };

	(void) state;
	masklist_add(&list, "a!*@*", "x", 1);
	masklist_add(&list, "b!*@*", "x", 2);
	masklist_add(&list, "c!*@*", "x", 3);
	assert_removed(&list, "B!*@*", "b!*@*");
	assert_null(masklist_remove(&list, CASEMAP_ASCII, "b!*@*"));
	assert_int_equal(list.count, 2);
	assert_string_equal(list.entries[0].mask, "a!*@*");
	assert_string_equal(list.entries[1].mask, "c!*@*");
	assert_int_equal(list.entries[1].set_wall_ms, 3);
	assert_removed(&list, "a!*@*", "a!*@*");
	assert_removed(&list, "c!*@*", "c!*@*");
	assert_null(masklist_remove(&list, CASEMAP_ASCII, "c!*@*"));
	masklist_done(&list);
}

static void a_saved_list_loads_as_it_was(void **state)
{
	struct masklist list = { 0 }, back = { 0 };
	struct buffer out = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	masklist_save(&out, 7, &list);
	assert_int_equal(out.length, 0);
	masklist_add(&list, "a!*@*", "bea!~b@x", 1700000000123);
	masklist_add(&list, "c!*@*", "server", 0);
	masklist_save(&out, 7, &list);
	pack = pack_over(out.bytes, out.length);
	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, 7);
	masklist_load(&back, pack_field_record(&field));
	assert_int_equal(back.count, 2);
	assert_string_equal(back.entries[0].mask, "a!*@*");
	assert_string_equal(back.entries[0].setter, "bea!~b@x");
	assert_true(back.entries[0].set_wall_ms == 1700000000123);
	assert_string_equal(back.entries[1].mask, "c!*@*");
	masklist_done(&list);
	masklist_done(&back);
	buffer_done(&out);
}

static void save_entry(struct buffer *out, const char *mask)
{
	size_t entry = pack_begin(out, 1);

	pack_text(out, 1, mask);
	pack_text(out, 2, "setter");
	pack_end(out, entry);
}

static void a_network_gets_its_spelling_when_it_is_loaded(void **state)
{
	struct masklist back = { 0 };
	struct buffer out = { 0 };

	(void) state;
	save_entry(&out, "*!*@192.0.2.77/24");
	save_entry(&out, "*!*@192.0.2.0/24");
	save_entry(&out, "*!*@192.0.2.99/24");
	save_entry(&out, "$later:*!*@192.0.2.99/24");
	save_entry(&out, "$m:*!*@2001:DB8::1/32");
	masklist_load(&back, pack_over(out.bytes, out.length));
	assert_int_equal(back.count, 3);
	assert_string_equal(back.entries[0].mask, "*!*@192.0.2.0/24");
	assert_string_equal(back.entries[1].mask, "$later:*!*@192.0.2.99/24");
	assert_string_equal(back.entries[2].mask, "$m:*!*@2001:db8::/32");
	masklist_done(&back);
	buffer_done(&out);
}

static void an_entry_without_a_mask_is_left_out(void **state)
{
	struct masklist back = { 0 };
	struct buffer out = { 0 };
	size_t entry = pack_begin(&out, 1);

	(void) state;
	pack_text(&out, 2, "setter");
	pack_end(&out, entry);
	pack_u64(&out, 99, 5);
	masklist_load(&back, pack_over(out.bytes, out.length));
	assert_int_equal(back.count, 0);
	masklist_done(&back);
	buffer_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masks_are_found_whatever_their_case),
		cmocka_unit_test(removing_keeps_the_order_of_the_rest),
		cmocka_unit_test(a_saved_list_loads_as_it_was),
		cmocka_unit_test(a_network_gets_its_spelling_when_it_is_loaded),
		cmocka_unit_test(an_entry_without_a_mask_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
