/* Digests: the vectors of their specifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/digest.h"

static struct digest_input input_of(const char *text)
{
	return (struct digest_input){ text, strlen(text) };
}

static void assert_digest(struct digest digest, const char *expected)
{
	char text[2 * DIGEST_BYTES + 1];

	for (size_t i = 0; i < DIGEST_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", digest.bytes[i]);
	assert_string_equal(text, expected);
}

/* FIPS 180-4, as NIST publishes its examples. */
static void sha256_gives_the_digests_of_nist(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_digest(digest_sha256(input_of(rows[i].text)), rows[i].digest);
}

/* RFC 4231 4.2 to 4.8, without 4.6, whose digest is cut. */
static void hmac_gives_the_digests_of_rfc_4231(void **state)
{
	static const struct {
		uint8_t key_byte;
		uint8_t key_length;
		const char *key, *text, *digest;
	} rows[] = {
		{ 0x0b, 20, NULL, "Hi There",
			"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ 0, 0, "Jefe", "what do ya want for nothing?",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ 0xaa, 131, NULL, "Test Using Larger Than Block-Size Key - Hash Key First",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
		{ 0xaa, 131, NULL,
			"This is a test using a larger than block-size key and a larger than "
			"block-size data. The key needs to be hashed before being used by the "
			"HMAC algorithm.",
			"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
	};
	char key[131];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		memset(key, rows[i].key_byte, sizeof(key));
		assert_digest(
			digest_hmac(rows[i].key ? input_of(rows[i].key)
						: (struct digest_input){ key, rows[i].key_length },
				input_of(rows[i].text)),
			rows[i].digest);
	}
}

static void hmac_with_sha1_gives_the_digests_of_rfc_2202(void **state)
{
	static const uint8_t expected[DIGEST_SHA1_BYTES] = { 0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb,
		0x2f, 0xa2, 0xd2, 0x74, 0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c,
		0x79 };
	uint8_t bytes[DIGEST_SHA1_BYTES];

	(void) state;
	digest_hmac_of(DIGEST_KIND_SHA1, input_of("Jefe"), input_of("what do ya want for nothing?"),
		bytes);
	assert_memory_equal(bytes, expected, sizeof(bytes));
}

/* RFC 4231 4.3; and as Python's hashlib derives it. */
static void sha512_gives_the_known_digests(void **state)
{
	static const uint8_t hmac[DIGEST_SHA512_BYTES] = { 0x16, 0x4b, 0x7a, 0x7b, 0xfc, 0xf8, 0x19,
		0xe2, 0xe3, 0x95, 0xfb, 0xe7, 0x3b, 0x56, 0xe0, 0xa3, 0x87, 0xbd, 0x64, 0x22, 0x2e,
		0x83, 0x1f, 0xd6, 0x10, 0x27, 0x0c, 0xd7, 0xea, 0x25, 0x05, 0x54, 0x97, 0x58, 0xbf,
		0x75, 0xc0, 0x5a, 0x99, 0x4a, 0x6d, 0x03, 0x4f, 0x65, 0xf8, 0xf0, 0xe6, 0xfd, 0xca,
		0xea, 0xb1, 0xa3, 0x4d, 0x4a, 0x6b, 0x4b, 0x63, 0x6e, 0x07, 0x0a, 0x38, 0xbc, 0xe7,
		0x37 };
	static const uint8_t key[DIGEST_SHA512_BYTES] = { 0xe1, 0xd9, 0xc1, 0x6a, 0xa6, 0x81, 0x70,
		0x8a, 0x45, 0xf5, 0xc7, 0xc4, 0xe2, 0x15, 0xce, 0xb6, 0x6e, 0x01, 0x1a, 0x2e, 0x9f,
		0x00, 0x40, 0x71, 0x3f, 0x18, 0xae, 0xfd, 0xb8, 0x66, 0xd5, 0x3c, 0xf7, 0x6c, 0xab,
		0x28, 0x68, 0xa3, 0x9b, 0x9f, 0x78, 0x40, 0xed, 0xce, 0x4f, 0xef, 0x5a, 0x82, 0xbe,
		0x67, 0x33, 0x5c, 0x77, 0xa6, 0x06, 0x8e, 0x04, 0x11, 0x27, 0x54, 0xf2, 0x7c, 0xcf,
		0x4e };
	uint8_t bytes[DIGEST_SHA512_BYTES];

	(void) state;
	digest_hmac_of(DIGEST_KIND_SHA512, input_of("Jefe"),
		input_of("what do ya want for nothing?"), bytes);
	assert_memory_equal(bytes, hmac, sizeof(bytes));
	digest_pbkdf2_of(DIGEST_KIND_SHA512, input_of("password"), input_of("salt"), 2, bytes);
	assert_memory_equal(bytes, key, sizeof(bytes));
}

/* RFC 4231 4.3 and 4.5: bytes that are no text. */
static void hmac_takes_any_bytes(void **state)
{
	uint8_t key[25], data[50];

	(void) state;
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t) (i + 1);
	memset(data, 0xcd, sizeof(data));
	assert_digest(digest_hmac((struct digest_input){ key, sizeof(key) },
			      (struct digest_input){ data, sizeof(data) }),
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	memset(key, 0xaa, 20);
	memset(data, 0xdd, sizeof(data));
	assert_digest(digest_hmac((struct digest_input){ key, 20 },
			      (struct digest_input){ data, sizeof(data) }),
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

static void empty_keys_and_inputs_are_allowed(void **state)
{
	struct digest_input nothing = { 0 };

	(void) state;
	assert_digest(digest_sha256(nothing),
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_digest(digest_hmac(nothing, nothing),
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* The first halves of RFC 7914 11, and inputs of RFC 6070 with the keys that Python's hashlib
 * derives with SHA-256. */
static void pbkdf2_gives_the_known_keys(void **state)
{
	static const struct {
		struct digest_input password, salt;
		uint32_t rounds;
		const char *key;
	} rows[] = {
		{ { "passwd", 6 }, { "salt", 4 }, 1,
			"55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc" },
		{ { "Password", 8 }, { "NaCl", 4 }, 80000,
			"4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56" },
		{ { "password", 8 }, { "salt", 4 }, 4096,
			"c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a" },
		{ { "pass\0word", 9 }, { "sa\0lt", 5 }, 4096,
			"89b69d0516f829893c696226650a86878c029ac13ee276509d5ae58b6466a724" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_digest(
			digest_pbkdf2(rows[i].password, rows[i].salt, rows[i].rounds), rows[i].key);
}

static void every_bit_makes_digests_different(void **state)
{
	struct digest a = digest_sha256(input_of("abc")), b = a;

	(void) state;
	assert_true(digest_equals(&a, &b));
	for (size_t bit = 0; bit < 8 * sizeof(b.bytes); bit++) {
		b = a;
		b.bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
		assert_false(digest_equals(&a, &b));
		assert_false(digest_equals(&b, &a));
	}
}

static bool is_digest(struct digest digest, uint8_t first, uint8_t last)
{
	return digest.bytes[0] == first && digest.bytes[DIGEST_BYTES - 1] == last;
}

static bool sha256_works(void)
{
	return is_digest(digest_sha256(input_of("abc")), 0xba, 0xad);
}

static bool hmac_works(void)
{
	return is_digest(digest_hmac(input_of("Jefe"), input_of("what do ya want for nothing?")),
		0x5b, 0x43);
}

static bool pbkdf2_works(void)
{
	return is_digest(digest_pbkdf2(input_of("password"), input_of("salt"), 4096), 0xc5, 0x4a);
}

static bool works_in_a_new_process(bool (*works)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(works() ? 0 : 1);
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* The environment names a file that would make libcrypto load a provider without digests. Each
 * function may be the first one that a process calls. */
static void no_openssl_cnf_is_read(void **state)
{
	char path[] = "/tmp/papod-digest-XXXXXX";
	FILE *file = fdopen(mkstemp(path), "w");

	(void) state;
	assert_non_null(file);
	fputs("openssl_conf = all\n[all]\nproviders = list\n[list]\nnull = one\n"
	      "[one]\nactivate = 1\n",
		file);
	fclose(file);
	assert_int_equal(setenv("OPENSSL_CONF", path, 1), 0);
	assert_true(works_in_a_new_process(sha256_works));
	assert_true(works_in_a_new_process(hmac_works));
	assert_true(works_in_a_new_process(pbkdf2_works));
	assert_int_equal(unsetenv("OPENSSL_CONF"), 0);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_openssl_cnf_is_read), /* before libcrypto's first use */
		cmocka_unit_test(sha256_gives_the_digests_of_nist),
		cmocka_unit_test(hmac_gives_the_digests_of_rfc_4231),
		cmocka_unit_test(hmac_with_sha1_gives_the_digests_of_rfc_2202),
		cmocka_unit_test(sha512_gives_the_known_digests),
		cmocka_unit_test(hmac_takes_any_bytes),
		cmocka_unit_test(empty_keys_and_inputs_are_allowed),
		cmocka_unit_test(pbkdf2_gives_the_known_keys),
		cmocka_unit_test(every_bit_makes_digests_different),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
