/* SHA-1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/sha1.h"

static void assert_digest(const char *bytes, size_t length, const char *expected)
{
	char text[2 * SHA1_BYTES + 1];
	uint8_t digest[SHA1_BYTES];

	sha1(bytes, length, digest);
	for (size_t i = 0; i < SHA1_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(text, expected);
}

static void known_digests_are_computed(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
		{ "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
			"b37a4f2cc0624f1690f64606cf385945b2bec4ea" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_digest(rows[i].text, strlen(rows[i].text), rows[i].digest);
}

/* As sha1sum computes them: the padding fits just, or needs another block. */
static void every_length_is_padded(void **state)
{
	static const struct {
		size_t length;
		const char *digest;
	} rows[] = {
		{ 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a" },
		{ 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699" },
		{ 63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5" },
		{ 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d" },
		{ 65, "11655326c708d70319be2610e8a57d9a5b959d3b" },
		{ 119, "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56" },
		{ 120, "f34c1488385346a55709ba056ddd08280dd4c6d6" },
		{ 1000, "291e9a6c66994949b57ba5e650361e98fc36b1ba" },
	};
	char bytes[1000];

	(void) state;
	memset(bytes, 'a', sizeof(bytes));
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_digest(bytes, rows[i].length, rows[i].digest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests_are_computed),
		cmocka_unit_test(every_length_is_padded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
