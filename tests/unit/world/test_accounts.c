/* Accounts by name, nick, certificate and id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "world/account_alike.h"
#include "world/naming.h"

#include "fixture.h"

#include "rows_fixture.h"

static struct world *world_with_accounts(const char *config)
{
	struct world *world = world_of(config);

	assert_true(take_account_row(world, 1, "Ana"));
	assert_true(take_account_row(world, 3, "b[o]b"));
	assert_true(take_nick_row(world, 1, "ana2", "Ana2"));
	assert_true(take_nick_row(world, 1, "ana[", "ana["));
	assert_true(take_certificate_row(world, 3, FINGERPRINT "a"));
	assert_sound(world);
	return world;
}

static void no_account_is_found_where_there_is_none(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_null(account_find(world, "ana"));
	assert_null(account_find_id(world, 0));
	assert_null(account_find_id(world, 1));
	assert_null(account_find_owner(world, "ana"));
	assert_null(account_find_nick(world, "ana"));
	assert_null(account_find_certificate(world, FINGERPRINT "a"));
	assert_sound(world);
	world_free(world);
}

static void account_is_found_by_all_that_belongs_to_it(void **state)
{
	struct world *world = world_with_accounts("");
	struct account *ana = account_find(world, "aNA"), *bob = account_find(world, "B[O]B");

	(void) state;
	assert_string_equal(ana->name, "Ana");
	assert_int_equal(ana->id, 1);
	assert_int_equal(ana->created_wall_ms, WALL_MS + 1);
	assert_ptr_equal(account_find_id(world, 1), ana);
	assert_ptr_equal(account_find_id(world, 3), bob);
	assert_null(account_find_id(world, 2));
	assert_null(account_find_id(world, 4));
	assert_ptr_equal(account_find_owner(world, "ANA"), ana);
	assert_ptr_equal(account_find_owner(world, "ANA2"), ana);
	assert_null(account_find(world, "ana2"));
	assert_string_equal(account_find_nick(world, "ANA2")->name, "Ana2");
	assert_ptr_equal(account_find_certificate(world, FINGERPRINT "a"), bob);
	assert_null(account_find_certificate(world, FINGERPRINT "b"));
	world_free(world);
}

static void account_is_found_in_the_case_mapping_in_force(void **state)
{
	struct world *world = world_with_accounts("");
	struct naming_clash clash;

	(void) state;
	assert_null(account_find(world, "b{o}b"));
	assert_true(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_int_equal(account_find(world, "B{O}B")->id, 3);
	assert_int_equal(account_find_owner(world, "ANA{")->id, 1);
	assert_string_equal(account_nick_row_key(account_find_nick(world, "ana{")), "ana[");
	assert_sound(world);
	assert_true(naming_set_casemap(world, CASEMAP_ASCII, &clash));
	assert_null(account_find(world, "b{o}b"));
	assert_null(account_find_owner(world, "ana{"));
	assert_int_equal(account_find_owner(world, "ANA[")->id, 1);
	assert_sound(world);
	world_free(world);
}

/* A nick that two accounts owned, or that another account's name hid, would change hands. */
static void no_case_mapping_lets_names_of_accounts_clash(void **state)
{
	static const struct {
		const char *name;
		const char *nick;
	} rows[] = { { "a[", "x" }, { "y", "a[" }, { "y", "ana2" } };
	struct naming_clash clash;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct world *world = world_of("");
		bool can_change = i == 2;

		assert_true(take_account_row(world, 1, "a{"));
		assert_true(take_nick_row(world, 1, "ana2", "b["));
		assert_true(take_account_row(world, 2, rows[i].name));
		assert_true(take_nick_row(world, 2, rows[i].nick, rows[i].nick));
		assert_int_equal(naming_set_casemap(world, CASEMAP_RFC1459, &clash), can_change);
		assert_sound(world);
		world_free(world);
	}
}

static void nicks_of_two_accounts_clash_too(void **state)
{
	struct world *world = world_with_accounts("");
	struct naming_clash clash;

	(void) state;
	assert_true(take_nick_row(world, 3, "ana{", "ana{"));
	assert_false(naming_set_casemap(world, CASEMAP_RFC1459, &clash));
	assert_sound(world);
	world_free(world);
}

static void renamed_account_keeps_what_belongs_to_it(void **state)
{
	struct world *world = world_with_accounts("");
	struct account *ana = account_find(world, "ana");

	(void) state;
	ana->change = 7;
	assert_true(take_account_row(world, 1, "Eva"));
	assert_ptr_equal(account_find(world, "EVA"), ana);
	assert_null(account_find(world, "ana"));
	assert_ptr_equal(account_find_owner(world, "ana2"), ana);
	assert_int_equal(ana->change, 7);
	assert_sound(world);
	assert_true(take_account_row(world, 3, "ana"));
	assert_int_equal(account_find(world, "ANA")->id, 3);
	assert_sound(world);
	world_free(world);
}

static void removed_account_takes_its_nicks_and_certificates_along(void **state)
{
	struct world *world = world_with_accounts("");

	(void) state;
	assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, 1, NULL));
	assert_null(account_find(world, "ana"));
	assert_null(account_find_owner(world, "ana2"));
	assert_null(account_find_owner(world, "ana["));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, 3, NULL));
	assert_null(account_find_certificate(world, FINGERPRINT "a"));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, 3, NULL));
	assert_sound(world);
	world_free(world);
}

static void id_of_a_removed_account_is_not_used_again(void **state)
{
	struct world *world = world_with_accounts("");

	(void) state;
	assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, 3, NULL));
	assert_false(take_account_row(world, 3, "eva"));
	assert_false(take_account_row(world, 2, "eva"));
	assert_true(take_account_row(world, 4, "eva"));
	assert_sound(world);
	world_free(world);
}

/* Cyrillic "Аna", "Маriа", and an "aná" with an accent. */
#define CYRILLIC_ANA "\xd0\x90na"
#define CYRILLIC_MARIA "\xd0\x9c\xd0\xb0ri\xd0\xb0"
#define ACCENTED_ANA "an\xc3\xa1"

static void accounts_are_found_by_looks(void **state)
{
	struct world *world = world_with_accounts("server: { casemapping = \"utf8\"; };");
	const struct account *ana = account_find(world, "ana"), *bob = account_find(world, "b[o]b");

	(void) state;
	assert_ptr_equal(account_find_alike(world, NULL, "ANA"), ana);
	assert_ptr_equal(account_find_alike(world, NULL, CYRILLIC_ANA), ana);
	assert_ptr_equal(account_find_alike(world, NULL, CYRILLIC_ANA "2"), ana);
	assert_null(account_find_alike(world, NULL, "anna"));
	assert_true(take_nick_row(world, 3, "m", CYRILLIC_MARIA));
	assert_ptr_equal(account_find_alike(world, NULL, "maria"), bob);
	assert_ptr_equal(account_find_alike(world, NULL, "mari\xc3\xa0"), bob);
	assert_null(account_find_alike(world, NULL, "marie"));
	assert_true(take_removal(world, STORE_TABLE_ACCOUNT_NICKS, 3, "m"));
	assert_null(account_find_alike(world, NULL, "maria"));
	assert_sound(world);
	world_free(world);
}

/* As a database may have them from a time when nobody compared them. */
static void own_account_is_found_first_then_the_oldest(void **state)
{
	struct world *world = world_of("server: { casemapping = \"utf8\"; };");
	const struct account *first, *second;

	(void) state;
	assert_true(take_account_row(world, 1, CYRILLIC_ANA));
	assert_true(take_account_row(world, 2, ACCENTED_ANA));
	first = account_find_id(world, 1);
	second = account_find_id(world, 2);
	assert_ptr_equal(account_find_alike(world, NULL, "ana"), first);
	assert_ptr_equal(account_find_alike(world, first, "ana"), first);
	assert_ptr_equal(account_find_alike(world, second, "ana"), second);
	assert_ptr_equal(account_find_alike(world, second, CYRILLIC_ANA), first);
	assert_sound(world);
	assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, 1, NULL));
	assert_ptr_equal(account_find_alike(world, NULL, "ana"), second);
	assert_true(take_account_row(world, 2, "eva"));
	assert_null(account_find_alike(world, NULL, "ana"));
	assert_true(take_account_row(world, 2, CYRILLIC_ANA));
	assert_ptr_equal(account_find_alike(world, NULL, "ana"), second);
	assert_sound(world);
	world_free(world);
}

static void looks_matter_in_one_case_mapping_only(void **state)
{
	struct world *world = world_of("");
	struct naming_clash clash;

	(void) state;
	assert_true(take_account_row(world, 1, CYRILLIC_ANA));
	assert_null(account_find_alike(world, NULL, "ana"));
	assert_true(naming_set_casemap(world, CASEMAP_UTF8, &clash));
	assert_int_equal(account_find_alike(world, NULL, "ana")->id, 1);
	assert_sound(world);
	assert_true(naming_set_casemap(world, CASEMAP_ASCII, &clash));
	assert_null(account_find_alike(world, NULL, "ana"));
	assert_sound(world);
	world_free(world);
}

static void many_accounts_are_found_by_looks(void **state)
{
	struct world *world = world_of("server: { casemapping = \"utf8\"; };");
	char name[40];

	(void) state;
	for (unsigned int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), CYRILLIC_ANA "%u", i);
		assert_true(take_account_row(world, i, name));
	}
	assert_sound(world);
	for (unsigned int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "ana%u", i);
		assert_int_equal(account_find_alike(world, NULL, name)->id, i);
		if (i % 2)
			assert_true(take_removal(world, STORE_TABLE_ACCOUNTS, i, NULL));
	}
	assert_sound(world);
	for (unsigned int i = 1; i <= 1000; i++) {
		snprintf(name, sizeof(name), "ana%u", i);
		assert_int_equal(!account_find_alike(world, NULL, name), i % 2);
	}
	world_free(world);
}

static void contradictions_are_found(void **state)
{
	struct world *world = world_with_accounts("");
	struct account *ana = account_find(world, "ana"), *bob = account_find(world, "b[o]b");
	char first = ana->name[0];

	(void) state;
	ana->name[0] = 'o';
	assert_non_null(accounts_check(world));
	ana->name[0] = first;
	assert_null(accounts_check(world));
	ana->extras->n_nicks++;
	assert_non_null(accounts_check(world));
	ana->extras->n_nicks--;
	bob->extras->n_certificates--;
	assert_non_null(accounts_check(world));
	bob->extras->n_certificates++;
	account_find_nick(world, "ana2")->account = bob;
	assert_non_null(accounts_check(world));
	account_find_nick(world, "ana2")->account = ana;
	assert_null(accounts_check(world));
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_account_is_found_where_there_is_none),
		cmocka_unit_test(account_is_found_by_all_that_belongs_to_it),
		cmocka_unit_test(account_is_found_in_the_case_mapping_in_force),
		cmocka_unit_test(no_case_mapping_lets_names_of_accounts_clash),
		cmocka_unit_test(nicks_of_two_accounts_clash_too),
		cmocka_unit_test(renamed_account_keeps_what_belongs_to_it),
		cmocka_unit_test(removed_account_takes_its_nicks_and_certificates_along),
		cmocka_unit_test(id_of_a_removed_account_is_not_used_again),
		cmocka_unit_test(accounts_are_found_by_looks),
		cmocka_unit_test(own_account_is_found_first_then_the_oldest),
		cmocka_unit_test(looks_matter_in_one_case_mapping_only),
		cmocka_unit_test(many_accounts_are_found_by_looks),
		cmocka_unit_test(contradictions_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
