/* Copies of certificates in a state directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "forge.h"
#include "gate/last_good.h"

#define DAY 86400L

struct house {
	char directory[32], source[64], copy[64];
};

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	strcpy(house->directory, "/tmp/papod-copies-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->source, sizeof(house->source), "%s/source.pem", house->directory);
	snprintf(house->copy, sizeof(house->copy), "%s/last-good-one", house->directory);
	setenv("STATE_DIRECTORY", house->directory, 1);
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	unsetenv("STATE_DIRECTORY");
	unlink(house->source);
	unlink(house->copy);
	assert_int_equal(rmdir(house->directory), 0);
	free(house);
	return 0;
}

/* The caller frees. */
static struct certificate *make_certificate(const struct house *house, long seconds_left)
{
	struct forged forged = forge("irc.example", NULL, seconds_left, false);
	struct buffer ignored = { 0 };
	struct certificate *certificate;

	forge_write(&forged, house->source);
	forged_done(&forged);
	certificate = certificate_load(house->source, house->source, &ignored);
	assert_non_null(certificate);
	return certificate;
}

static void a_copy_is_the_same_and_only_for_its_owner(void **state)
{
	const struct house *house = *state;
	struct certificate *certificate = make_certificate(house, DAY), *copy;
	struct stat status;

	assert_null(last_good_find("one"));
	assert_int_equal(last_good_store("one", certificate), 0);
	assert_int_equal(stat(house->copy, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	copy = last_good_find("one");
	assert_non_null(copy);
	assert_true(certificate_equals(copy, certificate));
	assert_int_equal(EVP_PKEY_eq(copy->key, certificate->key), 1);
	certificate_free(copy);
	certificate_free(certificate);
	assert_null(last_good_find("two"));
}

static void a_copy_is_written_only_when_it_differs(void **state)
{
	const struct house *house = *state;
	struct certificate *certificate = make_certificate(house, DAY);
	struct stat before, after;

	assert_int_equal(last_good_store("one", certificate), 0);
	assert_int_equal(stat(house->copy, &before), 0);
	assert_int_equal(last_good_store("one", certificate), 0);
	assert_int_equal(stat(house->copy, &after), 0);
	assert_true(before.st_ino == after.st_ino);
	certificate_free(certificate);
	certificate = make_certificate(house, 2 * DAY);
	assert_int_equal(last_good_store("one", certificate), 0);
	assert_int_equal(stat(house->copy, &after), 0);
	assert_true(before.st_ino != after.st_ino);
	certificate_free(certificate);
}

static void a_copy_that_has_expired_is_not_found(void **state)
{
	const struct house *house = *state;
	struct certificate *certificate = make_certificate(house, -DAY);

	assert_int_equal(last_good_store("one", certificate), 0);
	assert_null(last_good_find("one"));
	certificate_free(certificate);
}

static void copies_of_certificates_that_are_not_configured_go(void **state)
{
	const struct house *house = *state;
	struct certificate *certificate = make_certificate(house, DAY);
	struct certificate_files files = { .name = (char[]){ "one" } };
	struct gate_settings settings = { .certificates = &files, .is_complete = true };

	assert_int_equal(last_good_store("one", certificate), 0);
	certificate_free(certificate);
	settings.n_certificates = 1;
	last_good_tidy(&settings);
	assert_int_equal(access(house->copy, F_OK), 0);
	settings.n_certificates = 0;
	settings.is_complete = false; /* it may be in the part that could not be read */
	last_good_tidy(&settings);
	assert_int_equal(access(house->copy, F_OK), 0);
	settings.is_complete = true;
	last_good_tidy(&settings);
	assert_int_not_equal(access(house->copy, F_OK), 0);
	assert_int_equal(access(house->source, F_OK), 0);
}

static void without_a_state_directory_there_are_none(void **state)
{
	const struct house *house = *state;
	struct certificate *certificate = make_certificate(house, DAY);

	unsetenv("STATE_DIRECTORY");
	assert_int_equal(last_good_store("one", certificate), 0);
	assert_null(last_good_find("one"));
	last_good_tidy(&(struct gate_settings){ .is_complete = true });
	certificate_free(certificate);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_copy_is_the_same_and_only_for_its_owner),
		TEST(a_copy_is_written_only_when_it_differs),
		TEST(a_copy_that_has_expired_is_not_found),
		TEST(copies_of_certificates_that_are_not_configured_go),
		TEST(without_a_state_directory_there_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
