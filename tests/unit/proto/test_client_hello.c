/* Extensions of a ClientHello. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/mem.h"
#include "proto/client_hello.h"

/* The bytes on the heap, so that reading behind their end is found. */
static bool is_challenge(const char *bytes, size_t length)
{
	uint8_t *copy = mem_copy(bytes, length);
	bool is_one = client_hello_is_challenge(copy, length);

	free(copy);
	return is_one;
}

/* The host; "" if it is refused. */
static const char *host_of(const char *bytes, size_t length)
{
	static char host[DNS_NAME_BYTES + 1];
	uint8_t *copy = mem_copy(bytes, length);

	if (!client_hello_host(copy, length, host))
		*host = '\0';
	free(copy);
	return host;
}

#define IS_CHALLENGE(bytes) is_challenge(bytes, sizeof(bytes) - 1)
#define HOST_OF(bytes) host_of(bytes, sizeof(bytes) - 1)

static void a_challenge_offers_only_its_protocol(void **state)
{
	(void) state;
	assert_true(IS_CHALLENGE("\0\x0b\x0a"
				 "acme-tls/1"));
	assert_false(IS_CHALLENGE(""));
	assert_false(IS_CHALLENGE("\0\x0b\x0a"
				  "acme-tls/"));
	assert_false(IS_CHALLENGE("\0\x0b\x0a"
				  "acme-tls/2"));
	assert_false(IS_CHALLENGE("\0\x0c\x0a"
				  "acme-tls/1\0"));
	assert_false(IS_CHALLENGE("\0\x0f\x0a"
				  "acme-tls/1\x03irc"));
	assert_false(IS_CHALLENGE("\0\x04\x03irc"));
}

static void the_host_is_in_lower_case(void **state)
{
	(void) state;
	assert_string_equal(HOST_OF("\0\x12\0\0\x0fIRC.Example.org"), "irc.example.org");
	assert_string_equal(HOST_OF("\0\4\0\0\1a"), "a");
}

static void the_host_is_one_valid_name(void **state)
{
	(void) state;
	assert_string_equal(HOST_OF(""), "");
	assert_string_equal(HOST_OF("\0\3\0\0\0"), "");
	assert_string_equal(HOST_OF("\0\4\0\0\1"), "");
	assert_string_equal(HOST_OF("\0\4\1\0\1a"), "");	  /* no host */
	assert_string_equal(HOST_OF("\0\5\0\0\1a"), "");	  /* too short */
	assert_string_equal(HOST_OF("\0\5\0\0\1ab"), "");	  /* too long */
	assert_string_equal(HOST_OF("\0\x08\0\0\1a\0\0\1b"), ""); /* two names */
	assert_string_equal(HOST_OF("\0\x07\0\0\4../a"), "");
	assert_string_equal(HOST_OF("\0\6\0\0\3a\0b"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_challenge_offers_only_its_protocol),
		cmocka_unit_test(the_host_is_in_lower_case),
		cmocka_unit_test(the_host_is_one_valid_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
