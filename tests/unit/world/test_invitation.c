/* Who may join a channel, and until when. */
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "world/invitation.h"

static size_t count(const struct list *list)
{
	size_t n = 0;

	for (const struct list *at = list->next; at != list; at = at->next)
		n++;
	return n;
}

static void invitations_are_used_up_by_joining(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	invitation_new(world, channel, bea, INVITATION_OPENS_ALL);
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	assert_int_equal(count(&channel->invitations), 2);
	assert_non_null(invitation_find(world, channel, ana));
	channel_add(world, channel, ana, 0);
	assert_null(invitation_find(world, channel, ana));
	assert_non_null(invitation_find(world, channel, bea));
	assert_sound(world);
	world_free(world);
}

static uint8_t power_of(
	const struct world *world, const struct channel *channel, const struct user *user)
{
	return invitation_find(world, channel, user)->power;
}

static void a_weaker_invitation_leaves_the_power_of_a_stronger(void **state)
{
	struct world *world = world_of("limits: { invitation = \"1 h\"; };");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	invitation_new(world, channel, ana, INVITATION_OPENS_NOTHING);
	assert_int_equal(power_of(world, channel, ana), INVITATION_OPENS_NOTHING);
	invitation_new(world, channel, ana, INVITATION_OPENS_INVITE_ONLY);
	assert_int_equal(power_of(world, channel, ana), INVITATION_OPENS_INVITE_ONLY);
	invitation_new(world, channel, ana, INVITATION_OPENS_NOTHING);
	assert_int_equal(power_of(world, channel, ana), INVITATION_OPENS_INVITE_ONLY);
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	invitation_new(world, channel, ana, INVITATION_OPENS_INVITE_ONLY);
	assert_int_equal(power_of(world, channel, ana), INVITATION_OPENS_ALL);

	world->now_ms += 3600000;
	invitation_new(world, channel, ana, INVITATION_OPENS_NOTHING);
	assert_int_equal(power_of(world, channel, ana), INVITATION_OPENS_NOTHING);
	world_free(world);
}

static void a_weaker_invitation_does_not_prolong_a_stronger(void **state)
{
	struct world *world = world_of("limits: { invitation = \"1 h\"; };");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *channel = channel_new(world, "#a");
	uint64_t first_ms = world->now_ms;

	(void) state;
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	world->now_ms += 1000000;
	invitation_new(world, channel, ana, INVITATION_OPENS_INVITE_ONLY);
	assert_int_equal(invitation_find(world, channel, ana)->expires_ms, first_ms + 3600000);
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	assert_int_equal(invitation_find(world, channel, ana)->expires_ms, first_ms + 4600000);
	world_free(world);
}

static void an_expired_invitation_is_used_up_too(void **state)
{
	struct world *world = world_of("limits: { invitation = \"1 h\"; };");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	world->now_ms += 3600000;
	channel_add(world, channel, ana, 0);
	assert_int_equal(count(&channel->invitations), 0);
	assert_sound(world);
	world_free(world);
}

static void the_oldest_of_a_channel_is_forgotten(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	struct user *first = user_of(world, 1, "first"), *user = first;
	char nick[16];

	(void) state;
	invitation_new(world, channel, first, INVITATION_OPENS_ALL);
	for (uint64_t i = 2; i < INVITATIONS + 2; i++) {
		assert_non_null(invitation_find(world, channel, first));
		snprintf(nick, sizeof(nick), "user%d", (int) i);
		user = user_of(world, i, nick);
		invitation_new(world, channel, user, INVITATION_OPENS_ALL);
	}
	assert_int_equal(count(&channel->invitations), INVITATIONS);
	assert_null(invitation_find(world, channel, first));
	assert_non_null(invitation_find(world, channel, user));
	world_free(world);
}

static void the_oldest_of_a_user_is_forgotten(void **state)
{
	struct world *world = world_of("");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *first = channel_new(world, "#first");
	char name[16];

	(void) state;
	invitation_new(world, first, ana, INVITATION_OPENS_ALL);
	for (int i = 0; i < INVITATIONS; i++) {
		assert_non_null(invitation_find(world, first, ana));
		snprintf(name, sizeof(name), "#%d", i);
		invitation_new(world, channel_new(world, name), ana, INVITATION_OPENS_ALL);
	}
	assert_null(invitation_find(world, first, ana));
	assert_int_equal(count(&user_extras(ana)->invitations), INVITATIONS);
	world_free(world);
}

static void they_end_with_their_time(void **state)
{
	struct world *world = world_of("limits: { invitation = \"1 min\"; };");
	struct user *ana = user_of(world, 1, "ana");
	struct channel *channel = channel_new(world, "#a");

	(void) state;
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	world_set_time(world, NOW_MS + 59999, WALL_MS, 1);
	assert_non_null(invitation_find(world, channel, ana));
	world_set_time(world, NOW_MS + 60000, WALL_MS, 1);
	assert_null(invitation_find(world, channel, ana));
	invitation_new(world, channel, ana, INVITATION_OPENS_ALL);
	assert_int_equal(count(&channel->invitations), 1);
	assert_non_null(invitation_find(world, channel, ana));
	world_free(world);
}

static void they_go_with_user_and_channel(void **state)
{
	struct world *world = world_of("limits: { invitation = 0; };");
	struct user *ana = user_of(world, 1, "ana"), *bea = user_of(world, 2, "bea");
	struct channel *a = channel_new(world, "#a"), *b = channel_new(world, "#b");

	(void) state;
	channel_add(world, a, bea, 0);
	channel_add(world, b, bea, 0);
	invitation_new(world, a, ana, INVITATION_OPENS_ALL);
	invitation_new(world, b, ana, INVITATION_OPENS_ALL);
	channel_remove(world, user_find_member(bea, a));
	assert_int_equal(count(&user_extras(ana)->invitations), 1);
	assert_sound(world);
	session_end(world, session_of(ana));
	user_end(world, ana);
	assert_int_equal(count(&b->invitations), 0);
	world_sweep(world);
	assert_sound(world);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invitations_are_used_up_by_joining),
		cmocka_unit_test(a_weaker_invitation_leaves_the_power_of_a_stronger),
		cmocka_unit_test(a_weaker_invitation_does_not_prolong_a_stronger),
		cmocka_unit_test(an_expired_invitation_is_used_up_too),
		cmocka_unit_test(the_oldest_of_a_channel_is_forgotten),
		cmocka_unit_test(the_oldest_of_a_user_is_forgotten),
		cmocka_unit_test(they_end_with_their_time),
		cmocka_unit_test(they_go_with_user_and_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
