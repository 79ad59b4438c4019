/* Keys go from one process to another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "pair.h"

static int setup(void **state)
{
	*state = tls_crypto_new();
	return 0;
}

static int teardown(void **state)
{
	tls_crypto_free(*state);
	return 0;
}

/* In the middle of everything. */
static struct tls_keys used_keys(struct tls_crypto *crypto, uint16_t suite)
{
	struct pair pair;

	pair_init(&pair, crypto, suite);
	pair.server.max_fragment = 512;
	pair.server.update_debt = 300;
	pair.server.n_empty = 7;
	pair.server.flags = TLS_FLAGS_MAX;
	memcpy(pair.server.partial, "\30\0\0\1", 4);
	pair.server.n_partial = 3;
	pair.server.n_skipped = 70000;
	pair.server.read.n_updates = 5;
	pair.server.read.number = 0x0102030405060708;
	pair.server.write.number = 9;
	return pair.server;
}

static void loaded_keys_are_the_same(void **state)
{
	for (size_t i = 0; i < PAIR_SUITES; i++) {
		CLEANUP(buffer_done) struct buffer packed = { .is_secret = true };
		struct tls_keys keys = used_keys(*state, pair_suites[i]), loaded;

		tls_keys_save(&packed, &keys);
		memset(&loaded, 0xff, sizeof(loaded));
		assert_true(tls_keys_load(pack_over(packed.bytes, packed.length), &loaded));
		assert_memory_equal(&loaded, &keys, sizeof(keys));
	}
}

static void fields_of_a_later_release_are_skipped(void **state)
{
	CLEANUP(buffer_done) struct buffer packed = { .is_secret = true };
	struct tls_keys keys = used_keys(*state, 0x1301), loaded;

	pack_text(&packed, 999, "later");
	tls_keys_save(&packed, &keys);
	pack_u64(&packed, 998, 1);
	assert_true(tls_keys_load(pack_over(packed.bytes, packed.length), &loaded));
	assert_memory_equal(&loaded, &keys, sizeof(keys));
}

static void partial_and_invalid_keys_are_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer packed = { .is_secret = true };
	CLEANUP(buffer_done) struct buffer wrong = { .is_secret = true };
	struct tls_keys keys = used_keys(*state, 0x1301), loaded;

	tls_keys_save(&packed, &keys);
	for (size_t i = 1; i < 30; i++)
		assert_false(tls_keys_load(pack_over(packed.bytes, packed.length - i), &loaded));
	assert_false(tls_keys_load(pack_over(NULL, 0), &loaded));
	pack_u64(&packed, 998, 1);
	assert_false(tls_keys_load(pack_over(packed.bytes, packed.length - 1), &loaded));

	memset(&keys.write, 0, sizeof(keys.write));
	tls_keys_save(&wrong, &keys);
	assert_false(tls_keys_load(pack_over(wrong.bytes, wrong.length), &loaded));
	keys = used_keys(*state, 0x1301);
	keys.suite = 0x1305;
	tls_keys_save(&wrong, &keys);
	assert_false(tls_keys_load(pack_over(wrong.bytes, wrong.length), &loaded));
}

static void secrets_of_another_length_are_refused(void **state)
{
	for (uint16_t id = 20; id <= 22; id++) {
		CLEANUP(buffer_done) struct buffer packed = { .is_secret = true };
		struct tls_keys keys = used_keys(*state, 0x1301), loaded;
		size_t begun;

		tls_keys_save(&packed, &keys);
		begun = pack_begin(&packed, 30);
		pack_bytes(&packed, id, keys.read.secret, 47);
		pack_end(&packed, begun);
		assert_false(tls_keys_load(pack_over(packed.bytes, packed.length), &loaded));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loaded_keys_are_the_same),
		cmocka_unit_test(fields_of_a_later_release_are_skipped),
		cmocka_unit_test(partial_and_invalid_keys_are_refused),
		cmocka_unit_test(secrets_of_another_length_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
