/* Invitations as texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/invitation_text.h"

#define INVITATION "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void long_word_that_is_no_address_is_one(void **state)
{
	(void) state;
	assert_true(invitation_is(INVITATION));
	assert_true(invitation_is("********************************"));
	assert_true(
		invitation_is("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"));
	assert_true(invitation_is("\"somebody\"@example.org"));
	assert_false(invitation_is("*"));
	assert_false(invitation_is("012345678901234"));
	assert_false(invitation_is("somebody@example.org"));
	assert_false(invitation_is("correct horse battery staple"));
}

static void hash_is_the_same_in_any_case_of_letters(void **state)
{
	char hash[INVITATION_HASH_BYTES], other[INVITATION_HASH_BYTES];

	(void) state;
	invitation_hash("abc", hash);
	invitation_hash("ABC", other);
	assert_string_equal(hash, other);
	assert_string_equal(
		hash, "b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78");
	invitation_hash("ABD", other);
	assert_string_not_equal(hash, other);
}

static void password_comes_back(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	char hash[INVITATION_HASH_BYTES], expected[INVITATION_HASH_BYTES];

	(void) state;
	invitation_hash(INVITATION, expected);
	invitation_join(&text, INVITATION, "two words");
	assert_string_equal(invitation_split(text.bytes, hash), "two words");
	assert_string_equal(hash, expected);
	assert_string_equal(invitation_split("two words", hash), "two words");
	assert_string_equal(hash, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_word_that_is_no_address_is_one),
		cmocka_unit_test(hash_is_the_same_in_any_case_of_letters),
		cmocka_unit_test(password_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
