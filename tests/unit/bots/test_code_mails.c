/* Codes that were mailed, before they are stored: which of them still count when the rows of
 * accounts have come in anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bots/code_mails.h"
#include "world/account_rows.h"
#include "world/changes.h"
#include "world/mails.h"

#include "fixture.h"
#include "rows_fixture.h"

static bool take_account_with_email(struct world *world, const char *email)
{
	const struct account_fields fields = {
		.name = (char *) (uintptr_t) "ana",
		.folded = (char *) (uintptr_t) "ana",
		.created_wall_ms = WALL_MS,
		.verifier = (char *) (uintptr_t) VERIFIER,
		.email = (char *) (uintptr_t) email,
	};

	return take_fields(world, 1, &fields);
}

/* Its code went to ana@example.org, and is not being stored yet. */
static void ask_for_mail(struct world *world, enum mail_purpose purpose)
{
	const struct mail fields = {
		.account = 1, .purpose = purpose, .address = (char *) (uintptr_t) "ana@example.org"
	};

	mail_ask(world, &fields);
	mail_set_hash(LIST_FIRST(&world->mails, struct mail, in_world), "a hash");
}

/* How many mails are left, and how many codes are being stored, when the account of the new rows
 * has this e-mail address. */
static void expect_after_rows(
	enum mail_purpose purpose, const char *email, size_t n_mails, bool is_stored)
{
	struct world *world = world_of("");
	struct outbox outbox = { 0 };

	ask_for_mail(world, purpose);
	if (email)
		assert_true(take_account_with_email(world, *email ? email : NULL));
	rows_complete(world, 1, 1);
	world_set_storage(world, STORAGE_WORKS);
	code_mails_go_on(world, &outbox);
	assert_int_equal(world->n_mails, n_mails);
	if (n_mails)
		assert_int_equal(
			LIST_FIRST(&world->mails, struct mail, in_world)->change != 0, is_stored);
	outbox_done(&outbox);
	world_free(world);
}

static void a_code_counts_for_the_address_that_it_went_to(void **state)
{
	(void) state;
	expect_after_rows(MAIL_PURPOSE_RESET, "ana@example.org", 1, true);
	expect_after_rows(MAIL_PURPOSE_RESET, "ana@example.net", 0, false);
	expect_after_rows(MAIL_PURPOSE_VERIFY, "", 0, false);
}

static void a_code_for_another_address_counts_whatever_the_present_one_is(void **state)
{
	(void) state;
	expect_after_rows(MAIL_PURPOSE_EMAIL, "ana@example.net", 1, true);
	expect_after_rows(MAIL_PURPOSE_EMAIL, "", 1, true);
}

static void a_code_for_an_account_that_is_gone_is_forgotten(void **state)
{
	(void) state;
	expect_after_rows(MAIL_PURPOSE_RESET, NULL, 0, false);
	expect_after_rows(MAIL_PURPOSE_EMAIL, NULL, 0, false);
}

/* Whether the account is there is not known yet. */
static void a_code_waits_for_the_rows(void **state)
{
	struct world *world = world_of("");
	struct outbox outbox = { 0 };

	(void) state;
	ask_for_mail(world, MAIL_PURPOSE_RESET);
	world_set_storage(world, STORAGE_LOADING);
	code_mails_go_on(world, &outbox);
	assert_int_equal(world->n_mails, 1);
	outbox_done(&outbox);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_counts_for_the_address_that_it_went_to),
		cmocka_unit_test(a_code_for_another_address_counts_whatever_the_present_one_is),
		cmocka_unit_test(a_code_for_an_account_that_is_gone_is_forgotten),
		cmocka_unit_test(a_code_waits_for_the_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
