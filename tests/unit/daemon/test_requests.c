/* Unanswered questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/requests.h"

static struct requests three_requests(void)
{
	struct requests requests = { 0 };
	struct outbox outbox = { 0 };
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	outbox_verify(&outbox, 7, 1, "hash", "secret");
	outbox_lookup(&outbox, 8, 2, &address);
	outbox_verify(&outbox, 8, 3, "other", "word");
	for (size_t i = 0; i < outbox.count; i++)
		requests_add(&requests, outbox.effects[i].kind, outbox.effects[i].session,
			outbox.effects[i].request);
	outbox_done(&outbox);
	return requests;
}

static void answered_ones_are_removed(void **state)
{
	struct requests requests = three_requests();

	(void) state;
	requests_remove(&requests, 2);
	assert_int_equal(requests.count, 2);
	requests_remove(&requests, 2);
	assert_int_equal(requests.count, 2);
	assert_int_equal(requests.asked[1].request.id, 3);
	requests_done(&requests);
	assert_int_equal(requests.count, 0);
}

static void those_of_a_session_are_forgotten(void **state)
{
	struct requests requests = three_requests();

	(void) state;
	requests_forget(&requests, 8);
	assert_int_equal(requests.count, 1);
	assert_int_equal(requests.asked[0].session, 7);
	requests_done(&requests);
}

static void what_is_saved_is_loaded(void **state)
{
	struct requests requests = three_requests(), loaded = { 0 };
	struct buffer out = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	requests_save(&out, 5, &requests);
	pack = pack_over(out.bytes, out.length);
	assert_true(pack_next(&pack, &field));
	requests_load(&loaded, pack_field_record(&field));
	assert_int_equal(loaded.count, 3);
	assert_string_equal(loaded.asked[0].request.password, "secret");
	assert_string_equal(loaded.asked[2].request.hash, "other");
	assert_int_equal(loaded.asked[1].kind, EFFECT_LOOKUP);
	assert_memory_equal(&loaded.asked[1].request.address, &requests.asked[1].request.address,
		sizeof(struct address));
	requests_done(&requests);
	requests_done(&loaded);
	buffer_done(&out);
}

/* A snapshot of another release, or a damaged one. */
static void what_cannot_be_asked_is_not_loaded(void **state)
{
	char hash[] = "hash", password[] = "word";
	struct request whole = { .id = 1, .hash = hash, .password = password };
	struct request bare = { .id = 2, .hash = hash };
	struct request empty = { .id = 3, .password = password };
	struct requests requests = { 0 }, loaded = { 0 };
	struct buffer out = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	requests_add(&requests, EFFECT_VERIFY, 7, &bare);
	requests_add(&requests, EFFECT_VERIFY, 7, &empty);
	requests_add(&requests, EFFECT_CLOSE, 7, &whole);
	requests_add(&requests, EFFECT_VERIFY, 8, &whole);
	requests_save(&out, 5, &requests);
	pack = pack_over(out.bytes, out.length);
	assert_true(pack_next(&pack, &field));
	requests_load(&loaded, pack_field_record(&field));
	assert_int_equal(loaded.count, 1);
	assert_int_equal(loaded.asked[0].session, 8);
	assert_string_equal(loaded.asked[0].request.hash, "hash");
	requests_done(&requests);
	requests_done(&loaded);
	buffer_done(&out);
}

static void the_first_and_the_last_can_go(void **state)
{
	struct requests requests = three_requests();

	(void) state;
	requests_remove(&requests, 1);
	assert_int_equal(requests.count, 2);
	assert_int_equal(requests.asked[0].request.id, 2);
	assert_int_equal(requests.asked[1].request.id, 3);
	assert_string_equal(requests.asked[1].request.password, "word");
	requests_remove(&requests, 3);
	assert_int_equal(requests.count, 1);
	assert_int_equal(requests.asked[0].request.id, 2);
	requests_done(&requests);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answered_ones_are_removed),
		cmocka_unit_test(those_of_a_session_are_forgotten),
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(what_cannot_be_asked_is_not_loaded),
		cmocka_unit_test(the_first_and_the_last_can_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
