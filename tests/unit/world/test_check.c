/* The contradictions that world_check() must find: each is made in a sound world, and undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "world/acceptance.h"
#include "world/caps.h"
#include "world/client_batch.h"
#include "world/invitation.h"
#include "world/modes.h"
#include "world/monitor.h"
#include "world/notices.h"
#include "world/operating.h"
#include "world/renaming.h"
#include "world/sight.h"

static void assert_wrong(const struct world *world, const char *wrong)
{
	const char *found = world_check(world);

	if (!found)
		fail_msg("\"%s\" is not found", wrong);
	assert_string_equal(found, wrong);
}

/* Uses the variable world of the caller. */
#define ASSERT_FOUND(spoil, undo, wrong)                                                           \
	do {                                                                                       \
		spoil;                                                                             \
		assert_wrong(world, wrong);                                                        \
		undo;                                                                              \
		assert_sound(world);                                                               \
	} while (0)

#define ASSERT_COUNTED(count, wrong)                                                               \
	do {                                                                                       \
		ASSERT_FOUND((count)++, (count)--, wrong);                                         \
		ASSERT_FOUND((count)--, (count)++, wrong);                                         \
	} while (0)

/* Ana and Bea are on #a; Cem is on no channel. */
struct scene {
	struct world *world;
	struct user *ana, *bea, *cem;
	struct channel *channel;
};

static struct scene scene_of(const char *config)
{
	struct scene scene = { .world = world_of(config) };

	scene.ana = user_of(scene.world, 1, "ana");
	scene.bea = user_of(scene.world, 2, "bea");
	scene.cem = user_of(scene.world, 3, "cem");
	scene.channel = channel_new(scene.world, "#a");
	channel_add(scene.world, scene.channel, scene.ana, MEMBER_RANK_OPERATOR);
	channel_add(scene.world, scene.channel, scene.bea, 0);
	assert_sound(scene.world);
	return scene;
}

/* Keys in the wrong order. */
static char key_a[] = "a", key_b[] = "b", no_value[] = "";
static struct metadata_entry disorder[] = { { key_b, no_value }, { key_a, no_value } };
static const struct metadata disordered = { disorder, 2 };

static void every_count_is_checked(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;

	(void) state;
	session_from(world, 4, "192.0.2.1");
	session_set_operator(world, session_of(scene.ana), "root");
	user_set_flag(world, scene.ana, USER_FLAG_HIDES_OPERATOR, true);
	user_set_flag(world, scene.bea, USER_FLAG_INVISIBLE, true);
	assert_sound(world);
	ASSERT_COUNTED(world->n_sessions, "the sessions are miscounted");
	ASSERT_COUNTED(world->n_unregistered, "the sessions are miscounted");
	ASSERT_COUNTED(world->timers.count, "the sessions are miscounted");
	ASSERT_COUNTED(world->n_users, "the users are miscounted");
	ASSERT_COUNTED(world->users_by_nick.count, "the users are miscounted");
	ASSERT_FOUND(world->users_by_skeleton.count = world->n_users,
		world->users_by_skeleton.count = 0, "the users are miscounted");
	ASSERT_COUNTED(world->n_channels, "the channels are miscounted");
	ASSERT_COUNTED(world->channels_by_name.count, "the channels are miscounted");
	ASSERT_COUNTED(world->n_invisible, "the flags of users are miscounted");
	ASSERT_COUNTED(world->n_operators, "the flags of users are miscounted");
	ASSERT_COUNTED(world->n_hidden_operators, "the flags of users are miscounted");
	ASSERT_COUNTED(scene.ana->n_members, "the members are miscounted");
	ASSERT_COUNTED(world->census.classes[0], "the classes are miscounted");
	ASSERT_COUNTED(world->census.n_classes, "the classes of another configuration are counted");
	world_free(world);
}

static void who_is_dead_must_be_swept(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct list dead;

	(void) state;
	list_init(&dead);
	ASSERT_FOUND(list_add_last(&world->dying_sessions, &dead), list_remove(&dead),
		"the dead were not swept");
	ASSERT_FOUND(list_add_last(&world->dying_users, &dead), list_remove(&dead),
		"the dead were not swept");
	world_free(world);
}

static void nobody_is_there_before_the_settings(void **state)
{
	struct world *world = world_new();

	(void) state;
	ASSERT_FOUND(
		world->n_sessions = 1, world->n_sessions = 0, "nothing can be without settings");
	ASSERT_FOUND(world->n_users = 1, world->n_users = 0, "nothing can be without settings");
	world_free(world);
}

static void nobody_comes_from_the_future(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	const struct session *session = session_of(scene.ana);

	(void) state;
	census_note_arrival(
		&world->census, session_class(world, session), &session->address, NOW_MS);
	ASSERT_FOUND(world->now_ms--, world->now_ms++,
		"somebody came in another order, or has yet to come");
	world_free(world);
}

static void a_session_is_in_its_places(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct session *session = session_of(scene.ana), *other = session_of(scene.bea);
	struct registration registration = { 0 };
	size_t place = session->timer.index;

	(void) state;
	ASSERT_FOUND(session->id += 50, session->id -= 50, "a session is not in its slot");
	ASSERT_FOUND(session->registration = &registration, session->registration = NULL,
		"a session is neither registering nor a user, or both");
	ASSERT_FOUND(session->class_index = (uint32_t) world->settings->n_classes,
		session->class_index = 0, "a session has no class");
	ASSERT_FOUND(
		session->timer.index = 0, session->timer.index = place, "a session has no timer");
	ASSERT_FOUND(session->timer.index = world->timers.count + 1, session->timer.index = place,
		"a session has no timer");
	ASSERT_FOUND(session->timer.index = other->timer.index, session->timer.index = place,
		"a session has no timer");
	ASSERT_FOUND(session->user = scene.bea, session->user = scene.ana,
		"a user's session belongs to somebody else");
	ASSERT_FOUND(session->is_closing = true, session->is_closing = false,
		"a closing session was not swept");
	world_free(world);
}

static void a_session_waits_for_what_it_asked(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct session *session = session_of(scene.ana);
	struct session_extras *extras = session_need_extras(session);
	char label[] = "x";

	(void) state;
	ASSERT_FOUND(session->wait = SESSION_WAIT_OPER, session->wait = SESSION_WAIT_NONE,
		"a session waits for nothing");
	ASSERT_FOUND(session->pauses = SESSION_PAUSE_READ, session->pauses = 0,
		"a session reads what it did not ask for, or the other way round");
	ASSERT_FOUND(extras->label = label, extras->label = NULL,
		"a labelled answer is to come, and no session waits for it");
	ASSERT_FOUND(extras->label_batch = 1, extras->label_batch = 0,
		"a labelled answer is to come, and no session waits for it");
	session->pauses = SESSION_PAUSE_ANSWER;
	extras->label = label;
	ASSERT_FOUND(extras->label_batch = 1, extras->label_batch = 0,
		"a labelled answer has begun and has not");
	extras->label = NULL;
	world_free(world);
}

static void a_session_has_what_belongs_together(void **state)
{
	const char *const caps = "a session's capabilities in force are others than it was granted";
	const char *const batches = "a batch has no user, or has failed with lines";
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct session *session = session_of(scene.ana);
	struct session_extras *extras = session_need_extras(session);
	struct session_extras *early = session_need_extras(session_from(world, 4, "192.0.2.1"));
	struct client_batch failed = { .n_lines = 0 };

	(void) state;
	ASSERT_FOUND(session->granted_caps = CAP_SERVER_TIME, session->granted_caps = 0, caps);
	ASSERT_FOUND(session->caps = CAP_SERVER_TIME, session->caps = 0, caps);
	ASSERT_FOUND(session->tag_groups++, session->tag_groups--, caps);
	ASSERT_FOUND(early->batch = &failed, early->batch = NULL, batches);
	extras->batch = &failed;
	ASSERT_FOUND(failed.n_lines = 1, failed.n_lines = 0, batches);
	extras->batch = NULL;
	ASSERT_FOUND(extras->subscriptions = disordered, extras->subscriptions.count = 0,
		"a session's subscriptions are out of order");
	extras->subscriptions.entries = NULL;
	world_free(world);
}

static void a_user_is_found(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	uint64_t number = scene.ana->number;

	(void) state;
	ASSERT_FOUND(
		scene.ana->nick[0] = 'x', scene.ana->nick[0] = 'a', "a user is not found by nick");
	ASSERT_FOUND(scene.ana->number = world->next_number + 1, scene.ana->number = number,
		"a user's number is still to come");
	ASSERT_FOUND(scene.ana->number = scene.bea->number, scene.ana->number = number,
		"a user is not found by number");
	world_free(world);
}

static void a_user_is_found_by_its_looks(void **state)
{
	struct scene scene = scene_of("server: { casemapping = \"utf8\"; };");
	struct world *world = scene.world;
	char *skeleton = scene.ana->skeleton;

	(void) state;
	assert_non_null(skeleton);
	ASSERT_FOUND(scene.ana->skeleton = scene.bea->skeleton, scene.ana->skeleton = skeleton,
		"a user is not found by the looks of its nick");
	ASSERT_COUNTED(world->users_by_skeleton.count, "the users are miscounted");
	world_free(world);
}

static void a_user_has_what_its_modes_say(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct user *user = scene.ana;
	uint32_t reserved = user_flags_of_operators() & ~(uint32_t) USER_FLAG_OPERATOR;
	char name[] = "root";

	(void) state;
	reserved &= ~(uint32_t) USER_FLAG_NOTICES;
	reserved &= ~(uint32_t) USER_FLAG_HIDES_OPERATOR;
	assert_int_not_equal(reserved, 0);
	ASSERT_FOUND(
		user->flags = USER_FLAG_CLOAKED, user->flags = 0, "a cloaked user has no cloak");
	ASSERT_FOUND(user_need_extras(user)->metadata = disordered,
		user->extras->metadata.count = 0, "a user's metadata is out of order");
	user->extras->metadata.entries = NULL;
	ASSERT_FOUND(
		user->operator_name = name, user->operator_name = NULL, "an operator has no name");
	world->n_operators = 1;
	user->flags = USER_FLAG_OPERATOR;
	assert_wrong(world, "an operator has no name");
	world->n_operators = 0;
	ASSERT_FOUND(
		user->flags = reserved, user->flags = 0, "a mode of operators is somebody else's");
	world_free(world);
}

static void who_is_told_of_the_server_is_an_operator(void **state)
{
	const char *const unasked = "a user is told of nothing, or of something unasked";
	const char *const unordered = "who is told of the server is not in order";
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct user *user = scene.ana;
	char *name;

	(void) state;
	session_set_operator(world, session_of(user), "root");
	user_set_flag(world, user, USER_FLAG_NOTICES, true);
	user_set_notices(world, user, notices_default());
	assert_sound(world);
	ASSERT_FOUND(user->flags ^= USER_FLAG_NOTICES, user->flags ^= USER_FLAG_NOTICES, unasked);
	ASSERT_FOUND(world->n_watchers = 0, world->n_watchers = 1, unordered);
	ASSERT_FOUND(world->watchers[0] = scene.bea, world->watchers[0] = user, unordered);
	user->notices = 0;
	assert_wrong(world, "somebody who is gone is told of the server");
	world->n_watchers = 0;
	assert_wrong(world, unasked);
	world->n_watchers = 1;
	user->notices = notices_default();
	name = user->operator_name;
	user->operator_name = NULL;
	user->flags ^= USER_FLAG_OPERATOR;
	world->n_operators = 0;
	assert_wrong(world, "somebody who is no operator is told of the server");
	user->operator_name = name;
	world_free(world);
}

static void memberships_are_of_both(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct channel *other = channel_new(world, "#b");
	struct member *first = scene.channel->members[0], *second = scene.channel->members[1];
	struct member *later = channel_add(world, other, scene.ana, 0);
	uint64_t number = first->number, last = world->next_number;

	(void) state;
	assert_sound(world);
	ASSERT_FOUND(first->user = scene.bea, first->user = scene.ana,
		"a membership belongs to somebody else");
	ASSERT_FOUND(
		first->channel = other, first->channel = scene.channel, "a member is not a member");
	ASSERT_FOUND(scene.channel->members[0] = later, scene.channel->members[0] = first,
		"a member is not a member");
	ASSERT_FOUND(first->number = second->number, first->number = number,
		"a channel's members are out of order");
	ASSERT_FOUND(later->number = number, later->number = last,
		"a user's memberships are out of order");
	ASSERT_FOUND(later->number = last + 1, later->number = last,
		"a member's number is still to come");
	world_free(world);
}

static void a_channel_is_found(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct channel *channel = scene.channel, *other = channel_new(world, "#b");
	uint64_t number = channel->number, last = world->next_number;

	(void) state;
	assert_wrong(world, "a channel is empty");
	channel_set_flag(other, CHANNEL_FLAG_PERMANENT, true);
	assert_sound(world);
	ASSERT_FOUND(
		channel->name[1] = 'x', channel->name[1] = 'a', "a channel is not found by name");
	ASSERT_FOUND(channel->metadata = disordered, channel->metadata.count = 0,
		"a channel's metadata is out of order");
	channel->metadata.entries = NULL;
	ASSERT_FOUND(channel->number = last + 1, channel->number = number,
		"a channel's number is still to come");
	ASSERT_FOUND(channel->number = other->number, channel->number = number,
		"a channel is not found by number");
	world_free(world);
}

static void what_members_see_is_due(void **state)
{
	const char *const timers = "a channel's next step has no timer, or too many";
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct channel *channel = scene.channel;
	struct member *member = channel->members[1];

	(void) state;
	ASSERT_FOUND(channel->step_ms = NOW_MS, channel->step_ms = 0, timers);
	ASSERT_FOUND(channel->step.index = 1, channel->step.index = 0, timers);
	ASSERT_FOUND(member->sees_to = 1, member->sees_to = 0,
		"members see others than they may, and no step is due");
	sight_set_step(world, channel, NOW_MS);
	member->sees_to = 1;
	assert_sound(world);
	world_free(world);
}

static void old_names_lead_to_their_channel(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct channel *channel = scene.channel;
	char name[] = "#old", taken[] = "#a";
	struct renaming more = { .channel = channel, .name = name, .folded = name };
	struct renaming clash = { .channel = channel, .name = taken, .folded = taken };
	struct renaming *first;

	(void) state;
	for (char old[] = "#1"; old[1] <= '0' + RENAMINGS; old[1]++)
		renaming_new(world, channel, old);
	assert_sound(world);
	first = LIST_FIRST(&channel->renamings, struct renaming, in_channel);
	ASSERT_FOUND(first->channel = NULL, first->channel = channel,
		"a channel's old name does not lead to it");
	ASSERT_FOUND(map_remove(&world->renamings, first), map_add(&world->renamings, first),
		"a channel's old name does not lead to it");
	ASSERT_FOUND(map_add(&world->renamings, &clash), map_remove(&world->renamings, &clash),
		"a channel's name leads to another channel");
	map_add(&world->renamings, &more);
	ASSERT_FOUND(list_add_last(&channel->renamings, &more.in_channel),
		list_remove(&more.in_channel), "a channel has too many old names");
	map_remove(&world->renamings, &more);
	world_free(world);
}

static void invitations_are_of_both(void **state)
{
	const char *const theirs = "a user's invitations are somebody else's or out of order";
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct channel *other = channel_new(world, "#b");
	struct invitation *first, *second;

	(void) state;
	channel_add(world, other, scene.bea, 0);
	invitation_new(world, scene.channel, scene.cem, INVITATION_OPENS_ALL);
	invitation_new(world, other, scene.cem, INVITATION_OPENS_ALL);
	assert_sound(world);
	first = LIST_FIRST(&scene.channel->invitations, struct invitation, in_channel);
	second = LIST_FIRST(&other->invitations, struct invitation, in_channel);
	ASSERT_FOUND(first->channel = other, first->channel = scene.channel,
		"an invitation is not one to its channel");
	ASSERT_FOUND(first->user = scene.bea, first->user = scene.cem, theirs);
	ASSERT_FOUND(second->number--, second->number++, theirs);
	ASSERT_FOUND(
		second->number++, second->number--, "a channel's invitations are out of order");
	list_remove(&second->in_user);
	assert_wrong(world, "an invitation has no user");
	list_add_last(&user_need_extras(scene.ana)->invitations, &second->in_user);
	second->user = scene.ana;
	assert_sound(world);
	list_remove(&second->in_user);
	list_add_last(&user_need_extras(scene.bea)->invitations, &second->in_user);
	second->user = scene.bea; /* who is a member already */
	assert_wrong(world, "an invitation is not one to its channel");
	world_free(world);
}

static void invitations_of_a_channel_are_in_order_and_few(void **state)
{
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct list *list = &scene.channel->invitations;
	struct invitation more = { .channel = scene.channel, .user = scene.cem };
	struct invitation *first;
	char nick[] = "guest00";
	uint64_t number;

	(void) state;
	for (int i = 0; i < INVITATIONS; i++) {
		nick[5] = (char) ('0' + i / 10);
		nick[6] = (char) ('0' + i % 10);
		invitation_new(world, scene.channel, user_of(world, 10 + (uint64_t) i, nick),
			INVITATION_OPENS_ALL);
	}
	assert_sound(world);
	first = LIST_FIRST(list, struct invitation, in_channel);
	number = first->number;
	ASSERT_FOUND(first->number = world->next_number, first->number = number,
		"a channel's invitations are out of order");
	more.number = ++world->next_number;
	list_add_last(&user_need_extras(scene.cem)->invitations, &more.in_user);
	ASSERT_FOUND(list_add_last(list, &more.in_channel), list_remove(&more.in_channel),
		"a channel has too many invitations");
	list_remove(&more.in_user);
	world_free(world);
}

static void acceptances_are_of_both(void **state)
{
	const char *const owned = "an acceptance has another owner, or no other user";
	const char *const met = "an acceptance is not in the list of its owner, or twice";
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct acceptance *acceptance;
	struct acceptance twice = { .owner = scene.ana, .other = scene.bea };
	struct list *accepted_by;

	(void) state;
	acceptance_new(scene.ana, scene.bea);
	assert_sound(world);
	acceptance = acceptance_find(scene.ana, scene.bea);
	accepted_by = &user_need_extras(scene.bea)->accepted_by;
	ASSERT_FOUND(acceptance->owner = scene.cem, acceptance->owner = scene.ana, owned);
	ASSERT_FOUND(list_remove(&acceptance->in_other),
		list_add_last(accepted_by, &acceptance->in_other), owned);
	ASSERT_FOUND(acceptance->other = scene.cem, acceptance->other = scene.bea, met);
	ASSERT_FOUND(
		list_add_last(accepted_by, &twice.in_other), list_remove(&twice.in_other), met);
	world_free(world);
}

static void watched_nicknames_are_those_of_sessions(void **state)
{
	const char *const counts = "the nicknames that are waited for are miscounted";
	const char *const twice = "somebody waits for a nickname twice, or for another one";
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct session *session = session_of(scene.ana);
	struct monitor_entry *entry;

	(void) state;
	monitor_add(world, session, "dan");
	assert_sound(world);
	entry = monitor_find(world, session, "dan");
	ASSERT_COUNTED(session->extras->n_monitored, counts);
	ASSERT_FOUND(entry->nick[0] = 'x', entry->nick[0] = 'd', twice);
	ASSERT_FOUND(entry->number = world->next_number + 1, entry->number = world->next_number,
		"somebody waits for a nickname with a number that is still to come");
	ASSERT_FOUND(entry->session = session_from(world, 9, "192.0.2.1"), entry->session = session,
		"somebody who is gone waits for a nickname");
	world_free(world);
}

static void bans_are_counted_and_timed(void **state)
{
	const char *const timers = "a ban has a time but no timer, or the reverse";
	struct scene scene = scene_of("");
	struct world *world = scene.world;
	struct ban *timed = ban_new(world, BAN_KIND_ADDRESS, "192.0.2.9", "root", "no");
	struct ban *ban = ban_new(world, BAN_KIND_NICK, "spam*", "root", "no");
	uint64_t expires_wall_ms;

	(void) state;
	ban_expire_after(world, timed, 1000);
	assert_sound(world);
	expires_wall_ms = timed->expires_wall_ms;
	for (size_t i = 0; i < BAN_KINDS; i++)
		ASSERT_COUNTED(world->bans.counts[i], "the bans are miscounted");
	ASSERT_FOUND(ban->expires_wall_ms = 1, ban->expires_wall_ms = 0, timers);
	ASSERT_FOUND(timed->expires_wall_ms = 0, timed->expires_wall_ms = expires_wall_ms, timers);
	ASSERT_FOUND(ban->number = world->next_number + 1, ban->number = world->next_number,
		"a ban's number is still to come");
	ASSERT_COUNTED(world->bans.expiries.count, "a ban that is gone has a timer");
	list_remove(&ban->in_masks);
	assert_wrong(world, "a ban is not found by what it bans");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_count_is_checked),
		cmocka_unit_test(who_is_dead_must_be_swept),
		cmocka_unit_test(nobody_is_there_before_the_settings),
		cmocka_unit_test(nobody_comes_from_the_future),
		cmocka_unit_test(a_session_is_in_its_places),
		cmocka_unit_test(a_session_waits_for_what_it_asked),
		cmocka_unit_test(a_session_has_what_belongs_together),
		cmocka_unit_test(a_user_is_found),
		cmocka_unit_test(a_user_is_found_by_its_looks),
		cmocka_unit_test(a_user_has_what_its_modes_say),
		cmocka_unit_test(who_is_told_of_the_server_is_an_operator),
		cmocka_unit_test(memberships_are_of_both),
		cmocka_unit_test(a_channel_is_found),
		cmocka_unit_test(what_members_see_is_due),
		cmocka_unit_test(old_names_lead_to_their_channel),
		cmocka_unit_test(invitations_are_of_both),
		cmocka_unit_test(invitations_of_a_channel_are_in_order_and_few),
		cmocka_unit_test(acceptances_are_of_both),
		cmocka_unit_test(watched_nicknames_are_those_of_sessions),
		cmocka_unit_test(bans_are_counted_and_timed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
