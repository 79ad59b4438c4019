/* Channels and their members. */
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "fixture.h"

#include "base/hash.h"
#include "world/banmask.h"
#include "world/msgid.h"
#include "world/sight.h"

static void a_channel_is_found_whatever_the_case(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#Porto");

	(void) state;
	assert_ptr_equal(channel_find(world, "#pORTO"), channel);
	assert_null(channel_find(world, "porto"));
	assert_string_equal(channel->name, "#Porto");
	assert_true(channel->created_wall_ms == WALL_MS);
	assert_int_equal(channel->flags, channel_flags_default());
	world_free(world);
}

static void the_last_to_leave_ends_the_channel(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	channel_add(world, channel, ana, MEMBER_RANK_OPERATOR);
	channel_add(world, channel, bea, 0);
	channel_remove(world, user_find_member(ana, channel));
	assert_ptr_equal(channel_find(world, "#a"), channel);
	assert_sound(world);
	channel_remove(world, user_find_member(bea, channel));
	assert_null(channel_find(world, "#a"));
	assert_int_equal(world_count_channels(world), 0);
	assert_int_equal(ana->n_members + bea->n_members, 0);
	assert_sound(world);
	world_free(world);
}

/* A new world, whose database of messages is not open yet, has no last id. */
static void who_joins_was_not_there_before(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *channel = channel_new(world, "#a");
	uint64_t said;

	(void) state;
	assert_int_equal(world->last_msgid, 0);
	assert_true(channel_add(world, channel, ana, 0)->joined_id == msgid_at(WALL_MS));
	said = msgid_next(world);
	assert_true(user_find_member(ana, channel)->joined_id <= said);
	assert_true(channel_add(world, channel, bea, 0)->joined_id == said + 1);
	world_free(world);
}

#define USERS 20
#define CHANNELS 10

/* Compared with a plain table. */
static void coming_and_going_keeps_everything_in_order(void **state)
{
	struct world *world = world_of("");
	bool is_in[USERS][CHANNELS] = { 0 };
	struct user *users[USERS];
	uint64_t dice = 3;
	char name[16];

	(void) state;
	for (size_t i = 0; i < USERS; i++) {
		snprintf(name, sizeof(name), "user%zu", i);
		users[i] = user_of(world, i + 1, name);
	}
	for (int step = 0; step < 5000; step++) {
		size_t u = hash_random(&dice) % USERS, c = hash_random(&dice) % CHANNELS;
		struct channel *channel;

		snprintf(name, sizeof(name), "#%zu", c);
		channel = channel_find(world, name);
		if (!channel)
			channel = channel_new(world, name);
		if (is_in[u][c])
			channel_remove(world, user_find_member(users[u], channel));
		else
			channel_add(world, channel, users[u], 0);
		is_in[u][c] = !is_in[u][c];
		assert_sound(world);
		channel = channel_find(world, name);
		for (size_t i = 0; i < USERS; i++)
			assert_int_equal(is_in[i][c],
				channel && user_find_member(users[i], channel) != NULL);
	}
	world_free(world);
}

static void topics_remember_who_and_when(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	world_set_time(world, NOW_MS, WALL_MS + 5, 1);
	channel_set_topic(world, channel, "tea", "ana!a@b");
	assert_string_equal(channel->topic, "tea");
	assert_string_equal(channel->topic_setter, "ana!a@b");
	assert_true(channel->topic_wall_ms == WALL_MS + 5);
	channel_set_topic(world, channel, "", "bea!b@c");
	assert_null(channel->topic);
	world_free(world);
}

static void bans_match_the_source(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *channel = channel_new(world, "#a");
	struct masklist *bans = &channel->lists[CHANNEL_LIST_BAN];

	(void) state;
	assert_false(banmask_bans(world, channel, ana));
	masklist_add(bans, "*!*@HOST.example", "x", 1);
	assert_true(banmask_bans(world, channel, ana));
	user_set_nick(world, ana, "bea");
	assert_true(banmask_bans(world, channel, ana));
	free(masklist_remove(bans, CASEMAP_ASCII, "*!*@host.EXAMPLE"));
	masklist_add(bans, "ana!*@*", "x", 1);
	assert_false(banmask_bans(world, channel, ana));
	world_free(world);
}

static void secret_channels_are_seen_by_members(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	channel_add(world, channel, ana, 0);
	assert_true(channel_is_visible_to(channel, bea));
	channel_set_flag(channel, CHANNEL_FLAG_SECRET, true);
	assert_false(channel_is_visible_to(channel, bea));
	assert_true(channel_is_visible_to(channel, ana));
	world_free(world);
}

static void ranks_make_operators(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *channel = channel_new(world, "#a");
	struct member *member = channel_add(world, channel, ana, MEMBER_RANK_VOICE);

	(void) state;
	assert_false(member_has_rank(NULL, MEMBER_RANK_VOICE));
	assert_false(member_has_rank(member, MEMBER_RANK_OPERATOR));
	assert_true(member_has_rank(member, MEMBER_RANK_VOICE));
	member_set_rank(member, MEMBER_RANK_OPERATOR, true);
	assert_true(member_has_rank(member, MEMBER_RANK_OPERATOR));
	assert_true(member_has_rank(member, MEMBER_RANK_HALF_OPERATOR));
	member_set_rank(member, MEMBER_RANK_VOICE, false);
	assert_int_equal(member->ranks, MEMBER_RANK_OPERATOR);
	member_set_rank(member, MEMBER_RANK_OPERATOR, false);
	assert_false(member_has_rank(member, MEMBER_RANK_VOICE));
	world_free(world);
}

static void the_highest_rank_counts(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	struct member *ana = channel_add(
		world, channel, user_of(world, 1, "ana"), MEMBER_RANK_OPERATOR | MEMBER_RANK_VOICE);
	struct member *bea =
		channel_add(world, channel, user_of(world, 2, "bea"), MEMBER_RANK_OPERATOR);

	(void) state;
	assert_true(member_reaches(ana, bea) && member_reaches(bea, ana));
	member_set_rank(ana, MEMBER_RANK_ADMIN, true);
	assert_true(member_reaches(ana, bea));
	assert_false(member_reaches(bea, ana));
	world_free(world);
}

static void the_hidden_are_seen_by_those_who_must(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct user *cid = user_of(world, 3, "cid");
	struct channel *channel = channel_new(world, "#a");
	struct member *boss = channel_add(world, channel, ana, MEMBER_RANK_HALF_OPERATOR);
	struct member *seer = channel_add(world, channel, bea, 0);
	struct member *hidden = channel_add(world, channel, cid, 0);

	(void) state;
	assert_true(member_is_visible_to(hidden, seer) && user_sees(bea, cid));
	hidden->is_hidden = true;
	assert_true(member_is_visible_to(hidden, boss) && member_is_visible_to(hidden, hidden));
	assert_false(member_is_visible_to(hidden, seer) || member_is_visible_to(hidden, NULL));
	assert_false(user_sees(bea, cid));
	assert_true(user_sees(ana, cid));
	hidden->is_hidden = false;
	channel_set_flag(channel, CHANNEL_FLAG_AUDITORIUM, true);
	assert_true(member_is_visible_to(hidden, seer) && sight_lags_modes(hidden));
	sight_follow_modes(hidden);
	assert_false(member_is_visible_to(hidden, seer));
	assert_true(member_is_visible_to(boss, seer));
	world_free(world);
}

static void private_channels_are_not_listed(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *channel = channel_new(world, "#a");
	struct member *member = channel_add(world, channel, ana, 0);

	(void) state;
	assert_true(member_is_known_to(member, bea));
	channel_set_flag(channel, CHANNEL_FLAG_PRIVATE, true);
	assert_true(channel_is_visible_to(channel, bea));
	assert_false(channel_is_listed_to(channel, bea));
	assert_false(member_is_known_to(member, bea));
	assert_true(member_is_known_to(member, ana));
	channel_set_flag(channel, CHANNEL_FLAG_PRIVATE, false);
	user_set_flag(world, ana, USER_FLAG_INVISIBLE, true);
	assert_false(member_is_known_to(member, bea));
	channel_add(world, channel, bea, 0);
	assert_true(member_is_known_to(member, bea));
	world_free(world);
}

static void a_permanent_channel_stays(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	struct member *member = channel_add(world, channel, user_of(world, 1, "ana"), 0);

	(void) state;
	channel_set_flag(channel, CHANNEL_FLAG_PERMANENT, true);
	channel_remove(world, member);
	assert_ptr_equal(channel_find(world, "#a"), channel);
	assert_sound(world);
	channel_set_flag(channel, CHANNEL_FLAG_PERMANENT, false);
	channel_end_if_empty(world, channel);
	assert_null(channel_find(world, "#a"));
	world_free(world);
}

static void the_first_end_of_a_ban_is_the_timer(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	struct masklist *bans = &channel->lists[CHANNEL_LIST_BAN];

	(void) state;
	masklist_add(bans, "a!*@*", "x", 1);
	channel_set_expiry(world, channel);
	assert_null(heap_first(&world->channel_timers));
	masklist_add(bans, "b!*@*", "x", 1)->expires_ms = NOW_MS + 7000;
	masklist_add(&channel->lists[CHANNEL_LIST_QUIET], "c!*@*", "x", 1)->expires_ms =
		NOW_MS + 6000;
	channel_set_expiry(world, channel);
	assert_int_equal(heap_first(&world->channel_timers)->deadline_ms, NOW_MS + 6000);
	assert_int_equal(world_next_deadline(world), NOW_MS + 6000);
	world_free(world);
}

static void assert_modes(const struct channel *channel, bool with_key, const char *modes)
{
	struct buffer out = { 0 };

	channel_format_modes(channel, with_key, &out);
	assert_string_equal(buffer_text(&out), modes);
	buffer_done(&out);
}

static void the_key_is_shown_to_members_only(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	assert_modes(channel, true, "nt");
	channel_set_key(channel, "secret");
	channel->limit = UINT32_MAX;
	channel_set_flag(channel, CHANNEL_FLAG_INVITE_ONLY, true);
	assert_modes(channel, true, "klint secret 4294967295");
	assert_modes(channel, false, "klint * 4294967295");
	channel_set_key(channel, NULL);
	channel->limit = 0;
	channel_set_flag(channel, UINT32_MAX, false);
	assert_modes(channel, true, "");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_channel_is_found_whatever_the_case),
		cmocka_unit_test(the_last_to_leave_ends_the_channel),
		cmocka_unit_test(who_joins_was_not_there_before),
		cmocka_unit_test(coming_and_going_keeps_everything_in_order),
		cmocka_unit_test(topics_remember_who_and_when),
		cmocka_unit_test(bans_match_the_source),
		cmocka_unit_test(secret_channels_are_seen_by_members),
		cmocka_unit_test(ranks_make_operators),
		cmocka_unit_test(the_highest_rank_counts),
		cmocka_unit_test(the_hidden_are_seen_by_those_who_must),
		cmocka_unit_test(private_channels_are_not_listed),
		cmocka_unit_test(a_permanent_channel_stays),
		cmocka_unit_test(the_first_end_of_a_ban_is_the_timer),
		cmocka_unit_test(the_key_is_shown_to_members_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
