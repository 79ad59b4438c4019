/* Users. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "world/operating.h"

static void a_user_is_found_whatever_the_case(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "Ana[]");

	(void) state;
	assert_ptr_equal(user_find(world, "aNA[]"), ana);
	assert_null(user_find(world, "ana{}"));
	assert_null(user_find(world, ""));
	assert_string_equal(ana->source, "Ana[]!~user@host.example");
	assert_int_equal(ana->talked_ms, NOW_MS);
	assert_true(ana->signon_wall_ms == WALL_MS);
	assert_int_equal(world_count_users(world), 1);
	assert_sound(world);
	world_free(world);
}

static void a_new_nick_frees_the_old_one(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	user_set_nick(world, ana, "bea");
	assert_null(user_find(world, "ana"));
	assert_ptr_equal(user_find(world, "BEA"), ana);
	assert_string_equal(ana->source, "bea!~user@host.example");
	user_set_nick(world, ana, "BEA");
	assert_ptr_equal(user_find(world, "bea"), ana);
	assert_string_equal(ana->nick, "BEA");
	assert_sound(world);
	world_free(world);
}

static void a_nick_longer_than_any_is_nobodys(void **state)
{
	struct world *world = world_of("");
	char nick[2000];

	(void) state;
	memset(nick, 'a', sizeof(nick) - 1);
	nick[sizeof(nick) - 1] = '\0';
	assert_null(user_find(world, nick));
	world_free(world);
}

static void flags_are_counted(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");

	(void) state;
	user_set_flag(world, ana, USER_FLAG_INVISIBLE, true);
	user_set_flag(world, ana, USER_FLAG_INVISIBLE, true);
	user_set_flag(world, bea, USER_FLAG_INVISIBLE, true);
	assert_int_equal(world->n_invisible, 2);
	user_set_flag(world, bea, USER_FLAG_INVISIBLE, false);
	user_set_flag(world, bea, USER_FLAG_INVISIBLE, false);
	assert_int_equal(world->n_invisible, 1);
	session_set_operator(world, session_of(ana), "root");
	session_set_operator(world, session_of(ana), "admin");
	assert_int_equal(world->n_operators, 1);
	assert_string_equal(ana->operator_name, "admin");
	assert_sound(world);
	session_set_operator(world, session_of(ana), NULL);
	assert_int_equal(world->n_operators, 0);
	assert_null(ana->operator_name);
	assert_int_equal(ana->flags, USER_FLAG_INVISIBLE);
	assert_sound(world);
	world_free(world);
}

static void privileges_are_those_of_the_settings(void **state)
{
	struct world *world =
		world_of("operators: ( { name = \"root\"; privileges = [ \"kill\" ]; } );");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	assert_false(user_has_privilege(world, ana, "kill"));
	session_set_operator(world, session_of(ana), "root");
	assert_true(user_has_privilege(world, ana, "kill"));
	assert_false(user_has_privilege(world, ana, "rehash"));
	session_set_operator(world, session_of(ana), "nobody");
	assert_false(user_has_privilege(world, ana, "kill"));
	world_free(world);
}

/* A snapshot of an earlier release has only the name of the user. */
static void all_sessions_of_an_earlier_release_have_the_powers(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");

	(void) state;
	user_set_operator(world, ana, "root");
	assert_string_equal(
		operating_check(ana), "a user is shown as another operator than its clients are");
	operating_share_all(world);
	assert_null(operating_check(ana));
	assert_string_equal(session_operator(session_of(ana)), "root");
	assert_null(session_operator(session_of(bea)));
	assert_null(session_operator(NULL));
	assert_sound(world);
	world_free(world);
}

static void whoever_ends_leaves_everything_at_once(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *both = channel_new(world, "#both");

	(void) state;
	channel_add(world, both, ana, 0);
	channel_add(world, both, bea, 0);
	channel_add(world, channel_new(world, "#alone"), ana, 0);
	user_set_flag(world, ana, USER_FLAG_INVISIBLE, true);
	session_set_operator(world, session_of(ana), "root");
	session_end(world, session_of(ana));
	user_end(world, ana);
	assert_null(user_find(world, "ana"));
	assert_null(channel_find(world, "#alone"));
	assert_int_equal(both->n_members, 1);
	assert_string_equal(ana->nick, "ana"); /* readable until the sweep */
	world_sweep(world);
	assert_int_equal(world_count_users(world), 1);
	assert_int_equal(world_count_channels(world), 1);
	assert_sound(world);
	world_free(world);
}

static void a_nick_is_free_as_soon_as_its_owner_ends(void **state)
{
	struct world *world = world_of("");
	struct user *old = user_of(world, 1, "ana"), *new;

	(void) state;
	session_end(world, session_of(old));
	user_end(world, old);
	new = user_of(world, 2, "ana");
	assert_ptr_equal(user_find(world, "ana"), new);
	world_sweep(world);
	assert_ptr_equal(user_find(world, "ana"), new);
	assert_true(new->number > 1);
	assert_sound(world);
	world_free(world);
}

static void sharing_a_channel_goes_both_ways(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct user *cid = user_of(world, 3, "cid");
	struct channel *a = channel_new(world, "#a"), *b = channel_new(world, "#b");

	(void) state;
	channel_add(world, a, ana, 0);
	channel_add(world, b, bea, 0);
	assert_false(user_sees(ana, bea));
	channel_add(world, b, ana, 0);
	assert_true(user_sees(ana, bea));
	assert_true(user_sees(bea, ana));
	assert_false(user_sees(ana, cid));
	assert_non_null(user_find_member(ana, b));
	assert_null(user_find_member(bea, a));
	world_free(world);
}

static void away_has_a_reason(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	user_set_away(ana, "tea");
	assert_string_equal(ana->away, "tea");
	user_set_away(ana, NULL);
	assert_null(ana->away);
	world_free(world);
}

static void the_most_users_ever_are_remembered(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	user_of(world, 2, "bea");
	session_end(world, session_of(ana));
	user_end(world, ana);
	user_of(world, 3, "cid");
	assert_int_equal(world->max_users, 2);
	user_of(world, 4, "dan");
	assert_int_equal(world->max_users, 3);
	world_free(world);
}

static void modes_of_operators_go_with_being_one(void **state)
{
	struct world *world = world_of("operators: ( { name = \"root\"; } );");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");

	(void) state;
	session_set_operator(world, session_of(ana), "root");
	assert_true(user_is_operator_to(ana, session_of(bea)));
	user_set_flag(world, ana, USER_FLAG_HIDES_OPERATOR | USER_FLAG_BOT, true);
	assert_false(user_is_operator_to(ana, session_of(bea)));
	assert_true(user_is_operator_to(ana, session_of(ana)));
	assert_int_equal(world->n_hidden_operators, 1);
	assert_sound(world);
	session_set_operator(world, session_of(ana), NULL);
	assert_int_equal(ana->flags, USER_FLAG_BOT);
	assert_int_equal(world->n_hidden_operators, 0);
	assert_sound(world);
	user_set_flag(world, ana, USER_FLAG_HIDES_OPERATOR, true);
	assert_non_null(world_check(world));
	world_free(world);
}

static void letters_are_those_of_the_flags(void **state)
{
	struct buffer letters = { 0 };

	(void) state;
	user_mode_letters(USER_FLAG_INVISIBLE | USER_FLAG_BOT, &letters);
	assert_string_equal(letters.bytes, "Bi");
	buffer_done(&letters);
}

static void equal_texts_of_a_user_are_kept_once(void **state)
{
	const struct hosts same = { "host", "cloak", "cloak" }, other = { "host", "a", "b" };
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");

	(void) state;
	assert_ptr_equal(ana->folded, ana->nick);
	user_set_nick(world, ana, "Ana");
	assert_string_equal(ana->folded, "ana");
	user_set_hosts(ana, &same);
	assert_ptr_equal(ana->address_cloak, ana->cloak);
	user_set_hosts(ana, &other);
	assert_string_equal(ana->cloak, "a");
	assert_string_equal(ana->address_cloak, "b");
	user_set_hosts(ana, &same);
	assert_ptr_equal(ana->address_cloak, ana->cloak);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_is_found_whatever_the_case),
		cmocka_unit_test(a_new_nick_frees_the_old_one),
		cmocka_unit_test(a_nick_longer_than_any_is_nobodys),
		cmocka_unit_test(flags_are_counted),
		cmocka_unit_test(privileges_are_those_of_the_settings),
		cmocka_unit_test(all_sessions_of_an_earlier_release_have_the_powers),
		cmocka_unit_test(whoever_ends_leaves_everything_at_once),
		cmocka_unit_test(a_nick_is_free_as_soon_as_its_owner_ends),
		cmocka_unit_test(sharing_a_channel_goes_both_ways),
		cmocka_unit_test(away_has_a_reason),
		cmocka_unit_test(the_most_users_ever_are_remembered),
		cmocka_unit_test(modes_of_operators_go_with_being_one),
		cmocka_unit_test(letters_are_those_of_the_flags),
		cmocka_unit_test(equal_texts_of_a_user_are_kept_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
