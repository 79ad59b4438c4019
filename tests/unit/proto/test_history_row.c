/* Rows and requests of a history, as the world, snapshots and the store pass them on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/history_row.h"

static const struct history_row full = {
	.id = INT64_MAX,
	.birth = UINT64_MAX,
	.target = INT64_MIN,
	.heard = 5,
	.verb = HISTORY_VERB_RENAME,
	.author = 7,
	.source = { "ana!a@b", 7 },
	.account = { "Ana", 3 },
	.text = { "one\ntwo\rthree", 13 },
	.rest = { "\0\xff", 2 },
	.name = { "#a", 2 },
};

static void assert_same(struct piece one, struct piece other)
{
	assert_int_equal(one.length, other.length);
	if (one.length)
		assert_memory_equal(one.bytes, other.bytes, one.length);
}

static void assert_same_row(const struct history_row *one, const struct history_row *other)
{
	assert_int_equal(one->id, other->id);
	assert_int_equal(one->birth, other->birth);
	assert_true(one->target == other->target);
	assert_int_equal(one->heard, other->heard);
	assert_int_equal(one->verb, other->verb);
	assert_int_equal(one->author, other->author);
	assert_same(one->source, other->source);
	assert_same(one->account, other->account);
	assert_same(one->text, other->text);
	assert_same(one->rest, other->rest);
}

static void a_row_is_loaded_as_it_was_saved(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct history_row loaded;
	struct pack_field field;
	struct pack pack;

	(void) state;
	history_row_save(&saved, 3, &full);
	pack = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, 3);
	assert_true(history_row_load(pack_field_record(&field), &loaded));
	assert_same_row(&loaded, &full);
	assert_same(loaded.name, full.name);
	assert_false(pack_next(&pack, &field));
}

static void a_request_is_loaded_as_it_was_saved(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct history_request request = {
		.row = full,
		.owners = { { 1, { "bea", 3 } }, { 2, { "ana", 3 } } },
		.number = 9,
		.is_in_memory = true,
	};
	struct history_request loaded;
	struct pack_field field;
	struct pack pack;

	(void) state;
	request.row.name = (struct piece){ 0 };
	for (unsigned int kind = HISTORY_REQUEST_ADD; kind < HISTORY_REQUESTS; kind++) {
		request.kind = (enum history_request_kind) kind;
		history_request_save(&saved, &request);
	}
	pack = pack_over(saved.bytes, saved.length);
	for (unsigned int kind = HISTORY_REQUEST_ADD; kind < HISTORY_REQUESTS; kind++) {
		assert_true(pack_next(&pack, &field));
		assert_true(history_request_load(&field, &loaded));
		assert_int_equal(loaded.kind, kind);
	}
	assert_false(pack_next(&pack, &field));
	pack = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&pack, &field));
	assert_true(history_request_load(&field, &loaded));
	assert_same_row(&loaded.row, &request.row);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(loaded.owners[i].account, request.owners[i].account);
		assert_same(loaded.owners[i].name, request.owners[i].name);
	}
	assert_true(loaded.is_in_memory);
}

/* They are passed over, and those behind them are not. */
static void requests_of_a_later_release_are_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct history_request loaded;
	struct pack_field field;
	struct pack pack;

	(void) state;
	pack_bytes(&saved, HISTORY_REQUESTS, "x", 1);
	pack_bytes(&saved, 0, "", 0);
	pack = pack_over(saved.bytes, saved.length);
	for (int i = 0; i < 2; i++) {
		assert_true(pack_next(&pack, &field));
		assert_false(history_request_load(&field, &loaded));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_loaded_as_it_was_saved),
		cmocka_unit_test(a_request_is_loaded_as_it_was_saved),
		cmocka_unit_test(requests_of_a_later_release_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
