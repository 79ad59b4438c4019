/* Lines that a client sends as one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "world/client_batch.h"

static void lines_are_joined_as_they_say(void **state)
{
	struct client_batch *batch = client_batch_new("1", "#a", 5);
	CLEANUP(mem_freep) char *text = NULL;

	(void) state;
	client_batch_add(batch, "how is ", false, true);
	client_batch_add(batch, "everyone?", true, true);
	client_batch_add(batch, "", false, true);
	client_batch_add(batch, "x", false, true);
	text = client_batch_text(batch);
	assert_string_equal(text, "how is everyone?\n\nx");
	assert_int_equal(batch->bytes, strlen(text));
	assert_int_equal(client_batch_bytes_with(batch, "yz", false), strlen(text) + 3);
	assert_int_equal(client_batch_bytes_with(batch, "yz", true), strlen(text) + 2);
	assert_true(batch->is_notice);
	client_batch_free(batch);
}

static void only_lines_without_text_are_blank(void **state)
{
	struct client_batch *batch = client_batch_new("1", "#a", 5);

	(void) state;
	client_batch_add(batch, "", false, false);
	client_batch_add(batch, "", false, false);
	assert_true(client_batch_is_blank(batch));
	client_batch_add(batch, " ", false, false);
	assert_false(client_batch_is_blank(batch));
	client_batch_free(batch);
}

static struct client_batch *saved_and_loaded(struct client_batch *batch)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct pack_field field;
	struct pack pack;

	client_batch_save(&bytes, 7, batch);
	client_batch_free(batch);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	return client_batch_load(pack_field_record(&field));
}

static void it_is_saved_with_all_that_waits(void **state)
{
	struct client_batch *batch = client_batch_new("1", "#a", 5);

	(void) state;
	client_batch_set_tags(batch, "+a=b;label=x", "x");
	client_batch_add(batch, "one", false, true);
	client_batch_add(batch, "", true, true);
	batch = saved_and_loaded(batch);
	assert_non_null(batch);
	assert_string_equal(batch->reference, "1");
	assert_string_equal(batch->target, "#a");
	assert_string_equal(batch->label, "x");
	assert_string_equal(batch->tags, "+a=b;label=x");
	assert_int_equal(batch->n_lines, 2);
	assert_string_equal(batch->lines[0].text, "one");
	assert_true(batch->lines[1].is_joined);
	assert_int_equal(batch->bytes, 3);
	assert_true(batch->is_notice);
	assert_int_equal(batch->opened_ms, 5);
	client_batch_free(batch);
}

static void what_has_failed_is_remembered_by_its_reference(void **state)
{
	struct client_batch *batch = client_batch_new("1", "#a", 5);

	(void) state;
	client_batch_add(batch, "one", false, false);
	client_batch_fail(batch);
	assert_int_equal(batch->n_lines, 0);
	batch = saved_and_loaded(batch);
	assert_string_equal(batch->reference, "1");
	assert_null(batch->target);
	client_batch_free(batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_joined_as_they_say),
		cmocka_unit_test(only_lines_without_text_are_blank),
		cmocka_unit_test(it_is_saved_with_all_that_waits),
		cmocka_unit_test(what_has_failed_is_remembered_by_its_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
