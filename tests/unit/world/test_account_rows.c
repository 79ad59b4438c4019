/* Rows of accounts and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"

#include "fixture.h"

#include "rows_fixture.h"

#define ROW_RECORD 1

static struct world *copy_of(const struct world *world)
{
	struct world *copy = world_of("");
	struct buffer rows = { 0 };

	rows_save(&rows, ROW_RECORD, world);
	assert_true(rows_take_all(copy, buffer_text(&rows), rows.length));
	buffer_done(&rows);
	assert_sound(copy);
	return copy;
}

static void assert_equal_rows(const struct world *world, const struct world *other)
{
	struct buffer rows = { 0 }, other_rows = { 0 };

	rows_save(&rows, ROW_RECORD, world);
	rows_save(&other_rows, ROW_RECORD, other);
	assert_int_equal(rows.length, other_rows.length);
	assert_memory_equal(buffer_text(&rows), buffer_text(&other_rows), rows.length);
	buffer_done(&rows);
	buffer_done(&other_rows);
}

static void what_is_saved_loads_equal(void **state)
{
	const struct account_fields fields = { .name = (char[]){ "Bea" },
		.created_wall_ms = 5,
		.verifier = (char[]){ "$2y$10$abc" },
		.email = (char[]){ "bea@example.net" },
		.flags = ACCOUNT_FLAG_SUSPENDED };
	struct world *world = world_of(""), *copy;
	struct account *bea;
	char *hash;

	(void) state;
	assert_true(take_account_row(world, 1, "Ana"));
	assert_true(take_fields(world, 2, &fields));
	assert_true(take_nick_row(world, 2, "bea2", "Bea2"));
	assert_true(take_nick_row(world, 2, "bea1", "Bea1"));
	assert_true(take_certificate_row(world, 2, FINGERPRINT "a"));
	assert_true(take_account_row(world, 9, "cid"));
	copy = copy_of(world);
	assert_equal_rows(world, copy);
	bea = account_find(copy, "bea");
	hash = account_verifier_text(bea);
	assert_string_equal(hash, fields.verifier);
	assert_string_equal(bea->extras->email, fields.email);
	assert_int_equal(bea->flags, fields.flags);
	assert_int_equal(bea->created_wall_ms, 5);
	free(hash);
	world_free(copy);
	world_free(world);
}

static void password_is_a_verifier_or_a_hash_or_missing(void **state)
{
	struct account_fields fields = { .name = (char[]){ "ana" } };
	struct world *world = world_of("");
	struct account *ana;
	char *text;

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	ana = account_find(world, "ana");
	text = account_verifier_text(ana);
	assert_string_equal(text, VERIFIER);
	free(text);
	assert_null(ana->extras);
	fields.verifier = (char *) (uintptr_t) "$6$x";
	assert_true(take_fields(world, 1, &fields));
	assert_int_equal(ana->verifier.rounds, 0);
	assert_string_equal(ana->extras->hash, "$6$x");
	fields.verifier = NULL;
	assert_true(take_fields(world, 1, &fields));
	assert_null(account_verifier_text(ana));
	assert_null(ana->extras->hash);
	world_free(world);
}

static void row_replaces_all_fields(void **state)
{
	struct account_fields fields = { .name = (char[]){ "ana" },
		.email = (char[]){ "a@b.example" },
		.flags = ACCOUNT_FLAG_UNVERIFIED,
		.created_wall_ms = 1 };
	struct world *world = world_of("");

	(void) state;
	assert_true(take_fields(world, 1, &fields));
	assert_true(take_account_row(world, 1, "ANA"));
	assert_string_equal(account_find(world, "ana")->name, "ANA");
	assert_null(account_find(world, "ana")->extras->email);
	assert_int_equal(account_find(world, "ana")->flags, 0);
	assert_sound(world);
	world_free(world);
}

static void names_that_nobody_could_register_are_malformed(void **state)
{
	static const char *const names[] = { "", "a b", "#ana", "a\r\nQUIT", "a!b", "1ana", ":a",
		"\xff", "12345678901234567890123456789012345678901234567890123456789012345" };
	struct world *world = world_of("");

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		assert_false(take_account_row(world, i + 2, names[i]));
		assert_false(take_nick_row(world, 1, "x", names[i]));
	}
	assert_int_equal(ordered_count(&world->accounts.all), 1);
	assert_int_equal(account_extras(account_find(world, "ana"))->n_nicks, 0);
	assert_sound(world);
	world_free(world);
}

/* The mapping decides how names are compared; it may change, and no account is lost by that. */
static void names_of_all_scripts_come_in_under_any_case_mapping(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(take_account_row(world, 1, "\xd0\x90\xd0\xbd\xd0\xb0"));
	assert_non_null(account_find(world, "\xd0\x90\xd0\xbd\xd0\xb0"));
	assert_sound(world);
	world_free(world);
}

static void fingerprints_in_another_form_are_malformed(void **state)
{
	static const char *const texts[] = { "", "ab", FINGERPRINT, FINGERPRINT "A",
		FINGERPRINT "g", FINGERPRINT "a0" };
	struct world *world = world_of("");

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_false(take_certificate_row(world, 1, texts[i]));
	assert_true(take_certificate_row(world, 1, FINGERPRINT "a"));
	assert_true(take_certificate_row(world, 1, FINGERPRINT FINGERPRINT "aa"));
	assert_sound(world);
	world_free(world);
}

static void account_without_id_or_name_is_malformed(void **state)
{
	struct account_fields fields = { .email = (char[]){ "a@b.example" } };
	struct world *world = world_of("");
	struct buffer bytes = { 0 };

	(void) state;
	assert_false(take_account_row(world, 0, "ana"));
	assert_false(take_fields(world, 1, &fields));
	buffer_put(&bytes, "\x01\x00\xff", 3);
	assert_false(take_bytes(world, STORE_TABLE_ACCOUNTS, 1, &bytes));
	buffer_put(&bytes, "\x01\x00\xff", 3);
	assert_false(take_bytes(world, STORE_TABLE_ACCOUNT_NICKS, 1, &bytes));
	buffer_put(&bytes, "\x01\x00\xff", 3);
	assert_false(take_bytes(world, STORE_TABLE_ACCOUNT_CERTIFICATES, 1, &bytes));
	assert_int_equal(ordered_count(&world->accounts.all), 0);
	assert_sound(world);
	world_free(world);
}

static void rename_to_eva(void *data, struct account_fields *fields)
{
	fields->name = (char *) (uintptr_t) "eva";
	account_fields_put(data, fields);
}

/* It changes an account of the later release, without losing what it does not know. */
static void fields_of_a_later_release_are_kept(void **state)
{
	const struct account_fields fields = { .name = (char[]){ "ana" },
		.flags = ACCOUNT_FLAG_UNVERIFIED };
	struct world *world = world_of(""), *copy;
	struct buffer bytes = { 0 };

	(void) state;
	account_fields_put(&bytes, &fields);
	pack_text(&bytes, 2000, "later");
	assert_true(take_bytes(world, STORE_TABLE_ACCOUNTS, 1, &bytes));
	account_with_fields(account_find(world, "ana"), rename_to_eva, &bytes);
	assert_true(take_bytes(world, STORE_TABLE_ACCOUNTS, 1, &bytes));
	copy = copy_of(world);
	assert_equal_rows(world, copy);
	assert_int_equal(account_find(copy, "eva")->flags, ACCOUNT_FLAG_UNVERIFIED);
	pack_text(&bytes, 2000, "later");
	assert_int_equal(account_find(copy, "eva")->extras->rest.length, bytes.length);
	assert_memory_equal(
		account_find(copy, "eva")->extras->rest.bytes, bytes.bytes, bytes.length);
	buffer_done(&bytes);
	assert_true(take_account_row(world, 1, "eva"));
	assert_int_equal(account_find(world, "eva")->extras->rest.length, 0);
	world_free(copy);
	world_free(world);
}

/* Two rows whose names the store held for different may be the same in the mapping of today. */
static void the_older_of_two_rows_with_the_same_name_counts(void **state)
{
	struct world *world = world_of("server: { casemapping = \"rfc1459\"; };");

	(void) state;
	assert_true(take_account_row(world, 1, "a["));
	assert_false(take_account_row(world, 2, "A{"));
	assert_true(take_account_row(world, 3, "b"));
	assert_int_equal(account_find(world, "A{")->id, 1);
	assert_true(take_nick_row(world, 1, "x", "x["));
	assert_false(take_nick_row(world, 3, "y", "x{"));
	assert_int_equal(account_find_owner(world, "x{")->id, 1);
	assert_true(take_certificate_row(world, 1, FINGERPRINT "a"));
	assert_false(take_certificate_row(world, 3, FINGERPRINT "a"));
	assert_int_equal(account_find_certificate(world, FINGERPRINT "a")->id, 1);
	assert_sound(world);
	world_free(world);
}

static void repeated_row_changes_nothing(void **state)
{
	struct world *world = world_of(""), *copy;

	(void) state;
	for (int i = 0; i < 2; i++) {
		assert_true(take_account_row(world, 1, "ana"));
		assert_true(take_nick_row(world, 1, "x", "x"));
		assert_true(take_nick_row(world, 1, "y", "Y"));
		assert_true(take_certificate_row(world, 1, FINGERPRINT "a"));
		assert_true(take_certificate_row(world, 1, FINGERPRINT "b"));
		assert_sound(world);
		if (i == 0)
			copy = copy_of(world);
	}
	assert_equal_rows(world, copy);
	world_free(world);
	world_free(copy);
}

static void what_belongs_to_no_account_is_left_out(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(take_nick_row(world, 1, "x", "x"));
	assert_true(take_certificate_row(world, 1, FINGERPRINT "a"));
	assert_null(account_find_owner(world, "x"));
	assert_null(account_find_certificate(world, FINGERPRINT "a"));
	assert_sound(world);
	world_free(world);
}

static void nick_and_certificate_are_removed_by_their_owner_only(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	assert_true(take_account_row(world, 2, "bea"));
	assert_true(take_nick_row(world, 1, "x", "X"));
	assert_true(take_certificate_row(world, 1, FINGERPRINT "a"));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNT_NICKS, 2, "x"));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNT_CERTIFICATES, 2, FINGERPRINT "a"));
	assert_non_null(account_find_nick(world, "x"));
	assert_non_null(account_find_certificate(world, FINGERPRINT "a"));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNT_NICKS, 1, "x"));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNT_CERTIFICATES, 1, FINGERPRINT "a"));
	assert_null(account_find_nick(world, "x"));
	assert_null(account_find_certificate(world, FINGERPRINT "a"));
	assert_sound(world);
	world_free(world);
}

/* The store finds a row by the key that it was stored with. */
static void nick_is_removed_by_its_key_under_another_case_mapping(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_true(take_account_row(world, 1, "ana"));
	assert_true(take_nick_row(world, 1, "x{", "X["));
	assert_string_equal(account_nick_row_key(account_find_nick(world, "x[")), "x{");
	assert_true(take_removal(world, STORE_TABLE_ACCOUNT_NICKS, 1, "x["));
	assert_non_null(account_find_nick(world, "x["));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNT_NICKS, 1, "x{"));
	assert_null(account_find_nick(world, "x["));
	assert_sound(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_saved_loads_equal),
		cmocka_unit_test(password_is_a_verifier_or_a_hash_or_missing),
		cmocka_unit_test(row_replaces_all_fields),
		cmocka_unit_test(names_that_nobody_could_register_are_malformed),
		cmocka_unit_test(names_of_all_scripts_come_in_under_any_case_mapping),
		cmocka_unit_test(fingerprints_in_another_form_are_malformed),
		cmocka_unit_test(account_without_id_or_name_is_malformed),
		cmocka_unit_test(fields_of_a_later_release_are_kept),
		cmocka_unit_test(the_older_of_two_rows_with_the_same_name_counts),
		cmocka_unit_test(repeated_row_changes_nothing),
		cmocka_unit_test(what_belongs_to_no_account_is_left_out),
		cmocka_unit_test(nick_and_certificate_are_removed_by_their_owner_only),
		cmocka_unit_test(nick_is_removed_by_its_key_under_another_case_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
