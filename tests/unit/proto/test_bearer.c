/* Messages of SASL with a bearer token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/bearer.h"

/* A message as bytes; its name, type and token if it is well-formed. */
struct sample {
	const char *bytes;
	size_t length;
	const char *name, *type, *token;
};

#define BYTES(text) (text), sizeof(text) - 1

typedef bool (*parse_fn)(char *message, size_t length, struct bearer *ret_bearer);

static void expect_text_or_none(const char *found, const char *expected)
{
	assert_int_equal(found == NULL, expected == NULL);
	if (found)
		assert_string_equal(found, expected);
}

static void check_samples(parse_fn parse, const struct sample *samples, size_t n_samples)
{
	for (size_t i = 0; i < n_samples; i++) {
		const struct sample *sample = &samples[i];
		CLEANUP(mem_freep) char *message = mem_new(sample->length + 1);
		struct bearer bearer = { 0 };

		memcpy(message, sample->bytes, sample->length);
		if (!sample->token) {
			assert_false(parse(message, sample->length, &bearer));
			assert_null(bearer.token);
			continue;
		}
		assert_true(parse(message, sample->length, &bearer));
		assert_string_equal(bearer.token, sample->token);
		expect_text_or_none(bearer.name, sample->name);
		expect_text_or_none(bearer.type, sample->type);
	}
}

static void oauth_messages_are_read(void **state)
{
	static const struct sample samples[] = {
		/* RFC 7628 4.1, with a shorter token */
		{ BYTES("n,a=user@example.com,\1host=server.example.com\1port=143\1"
			"auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1"),
			"user@example.com", NULL, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==" },
		{ BYTES("n,,\1auth=Bearer x\1\1"), NULL, NULL, "x" },
		{ BYTES("y,,\1auth=bEARER   x\1\1"), NULL, NULL, "x" },
		{ BYTES("n,a=a=2Cb=3Dc,\1auth=Bearer x\1other=\1\1"), "a,b=c", NULL, "x" },
	};

	(void) state;
	check_samples(bearer_parse_oauth, samples, ARRAY_LENGTH(samples));
}

static void malformed_oauth_messages_are_refused(void **state)
{
	static const struct sample samples[] = {
		{ .bytes = "" },
		{ BYTES("\1"), .token = NULL },
		{ BYTES("x"), .token = NULL },
		{ BYTES("n,,"), .token = NULL },
		{ BYTES("n,,\1"), .token = NULL },
		{ BYTES("n,,\1\1"), .token = NULL },
		{ BYTES("n,,\1auth=Bearer x\1"), .token = NULL },
		{ BYTES("n,,\1auth=Bearer x"), .token = NULL },
		{ BYTES("n,,\1auth=Bearer x\1\1more"), .token = NULL },
		{ BYTES("n,,\1auth=Bearer x\1auth=Bearer y\1\1"), .token = NULL },
		{ BYTES("n,,\1auth=Bearer x y\1\1"), .token = NULL },
		{ BYTES("n,,\1auth=Bearer \1\1"), .token = NULL },
		{ BYTES("n,,\1auth=Basic x\1\1"), .token = NULL },
		{ BYTES("n,,\1auth\1\1"), .token = NULL },
		{ BYTES("n,,\1=x\1auth=Bearer x\1\1"), .token = NULL },
		{ BYTES("n,,auth=Bearer x\1\1"), .token = NULL },
		{ BYTES("p=tls-exporter,,\1auth=Bearer x\1\1"), .token = NULL },
		{ BYTES("n,b=ana,\1auth=Bearer x\1\1"), .token = NULL },
		{ BYTES("n,a=,\1auth=Bearer x\1\1"), .token = NULL },
		{ BYTES("n,a=a=2b,\1auth=Bearer x\1\1"), .token = NULL },
		{ BYTES("n,a=\xff,\1auth=Bearer x\1\1"), .token = NULL },
		{ BYTES("n,,\1auth=Bearer x\0y\1\1"), .token = NULL },
	};

	(void) state;
	check_samples(bearer_parse_oauth, samples, ARRAY_LENGTH(samples));
}

static void ircv3_messages_are_read(void **state)
{
	static const struct sample samples[] = {
		{ BYTES("\0jwt\0eyJ0"), NULL, "jwt", "eyJ0" },
		{ BYTES("ana\0oauth2\0x"), "ana", "oauth2", "x" },
	};

	(void) state;
	check_samples(bearer_parse_ircv3, samples, ARRAY_LENGTH(samples));
}

static void malformed_ircv3_messages_are_refused(void **state)
{
	static const struct sample samples[] = {
		{ .bytes = "" },
		{ BYTES("ana"), .token = NULL },
		{ BYTES("ana\0"), .token = NULL },
		{ BYTES("ana\0jwt"), .token = NULL },
		{ BYTES("ana\0jwt\0"), .token = NULL },
		{ BYTES("ana\0\0x"), .token = NULL },
		{ BYTES("ana\0j_t\0x"), .token = NULL },
		{ BYTES("ana\0jwt\0x\0"), .token = NULL },
		{ BYTES("ana\0jwt\0x y"), .token = NULL },
		{ BYTES("\xff\0jwt\0x"), .token = NULL },
	};

	(void) state;
	check_samples(bearer_parse_ircv3, samples, ARRAY_LENGTH(samples));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oauth_messages_are_read),
		cmocka_unit_test(malformed_oauth_messages_are_refused),
		cmocka_unit_test(ircv3_messages_are_read),
		cmocka_unit_test(malformed_ircv3_messages_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
