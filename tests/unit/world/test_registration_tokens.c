/* Invitations to register an account, as rows and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/changes.h"
#include "world/registration_tokens.h"

#include "fixture.h"
#include "rows_fixture.h"

#define HASH "b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78"
#define OTHER "c5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78"

static bool take_token_row(struct world *world, const char *hash, uint64_t expires_wall_ms)
{
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_TOKEN_HASH, hash);
	pack_text(&bytes, STORE_TOKEN_CREATOR, "root");
	pack_u64(&bytes, STORE_TOKEN_CREATED, WALL_MS);
	pack_u64(&bytes, STORE_TOKEN_EXPIRES, expires_wall_ms);
	return take_bytes(world, STORE_TABLE_REGISTRATION_TOKENS, 0, &bytes);
}

static struct world *world_with_tokens(void)
{
	struct world *world = world_of("");

	assert_true(take_token_row(world, HASH, world->wall_ms + 1));
	assert_true(take_token_row(world, OTHER, world->wall_ms));
	return world;
}

static void token_is_found_until_it_expires(void **state)
{
	struct world *world = world_with_tokens();

	(void) state;
	assert_non_null(registration_token_find(world, HASH));
	assert_null(registration_token_find(world, OTHER));
	assert_null(registration_token_find(world, ""));
	assert_null(registration_token_find(world, "b5d4045c"));
	assert_non_null(registration_token_find_id(world, "c5d4045c"));
	assert_null(registration_token_find_id(world, "c5d4045"));
	assert_null(registration_token_find_id(world, HASH));
	world_free(world);
}

static void malformed_rows_change_nothing(void **state)
{
	struct world *world = world_with_tokens();
	struct buffer bytes = { 0 };

	(void) state;
	assert_false(take_token_row(world, "b5d4", WALL_MS));
	pack_text(&bytes, STORE_TOKEN_HASH, HASH);
	assert_false(take_bytes(world, STORE_TABLE_REGISTRATION_TOKENS, 0, &bytes));
	pack_text(&bytes, STORE_TOKEN_CREATOR, "root");
	assert_false(take_bytes(world, STORE_TABLE_REGISTRATION_TOKENS, 0, &bytes));
	assert_int_equal(world->registration_tokens.count, 2);
	assert_true(take_token_row(world, HASH, world->wall_ms + 2));
	assert_int_equal(world->registration_tokens.count, 2);
	world_free(world);
}

/* Also after a crash in between. */
static void token_that_is_being_used_up_does_not_count(void **state)
{
	struct world *world = world_with_tokens(), *back;
	struct outbox outbox = { 0 };
	struct buffer bytes = { 0 };
	struct change *change = change_new();
	const char *reason;

	(void) state;
	registration_token_remove(world, change, registration_token_find(world, HASH));
	change_ask(world, &outbox, NULL, change);
	assert_null(registration_token_find(world, HASH));
	rows_complete(world, 1, 1);
	world_save(world, &bytes);
	back = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(back);
	assert_int_equal(back->registration_tokens.count, 2);
	assert_null(registration_token_find(back, HASH));
	change_end(world, change, false);
	assert_non_null(registration_token_find(world, HASH));
	change_take_effect(world, change, 0);
	assert_int_equal(world->registration_tokens.count, 1);
	change_free(change);
	outbox_done(&outbox);
	buffer_done(&bytes);
	world_free(back);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_is_found_until_it_expires),
		cmocka_unit_test(malformed_rows_change_nothing),
		cmocka_unit_test(token_that_is_being_used_up_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
