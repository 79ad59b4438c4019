/* Masks of bans, plain and extended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "fixture.h"
#include "world/banmask.h"
#include "world/channel.h"
#include "world/modes.h"
#include "world/operating.h"
#include "world/sight.h"
#include "world/user.h"

static void good_masks_are_written_out(void **state)
{
	static const struct {
		const char *given, *complete;
	} rows[] = {
		{ "ana", "ana!*@*" },
		{ "$a", "$a" },
		{ "$~a", "$~a" },
		{ "$a:ana*", "$a:ana*" },
		{ "$r:*bot*", "$r:*bot*" },
		{ "$m:$c:#b", "$m:$c:#b" },
		{ "$m:ana", "$m:ana!*@*" },
		{ "$~m:ana,host.example", "$~m:ana!*@*,*!*@host.example" },
		{ "$&:$|:ana,$~o", "$&:$|:ana!*@*,$~o" },
		{ "$&:$a,*!*@host", "$&:$a,*!*@host" },
		{ "$|:$~z,$m:$o", "$|:$~z,$m:$o" },
		{ "$z:22:E8:8C:7D:6D:A9:B7:3F:BB:51:5E:D6:A8:F6:D1:33:C6:80:52:7A:79:9E:30:69:CA:"
		  "7C:E3:46:D9:06:49:B2",
			"$z:22e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2" },
		{ "$m:$~z:22E88C7D6DA9B73FBB515ED6A8F6D133C680527A799E3069CA7CE346D90649B2",
			"$m:$~z:22e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *mask = NULL;

		assert_true(banmask_complete(rows[i].given, &mask));
		assert_string_equal(mask, rows[i].complete);
	}
}

static void bad_masks_are_refused(void **state)
{
	static const char *const bad[] = { "", "$", "$~", "$q", "$q:x", "$c", "$c:", "$o:x", "$z:x",
		"$z:22e8", "$m", "$m:", "$m:$", "$&:", "$&:,", "$&:$a,,b", "$&:$a,",
		"$m:$m:$m:$m:a", "$r:a b", "$ab", "$~~a", "$m:!@", "$|:ana,@",
		"$m:$r:", "$r:a\002b", "$a:\t", "$m:$r:\177" };
	char *mask;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		assert_false(banmask_complete(bad[i], &mask));
}

static void long_ones_are_refused(void **state)
{
	char text[300];
	char *mask = NULL;

	(void) state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "$r:", 3);
	text[201] = '\0';
	assert_false(banmask_complete(text, &mask));
	text[200] = '\0';
	assert_true(banmask_complete(text, &mask));
	free(mask);
}

struct stage {
	struct world *world;
	struct user *ana;
};

/* ana is on #a. */
static struct stage stage_new(void)
{
	struct stage stage = { .world = world_of("") };

	stage.ana = user_of(stage.world, 1, "ana");
	channel_add(stage.world, channel_new(stage.world, "#a"), stage.ana, 0);
	return stage;
}

static bool matches(const struct stage *stage, const char *mask, bool is_speech)
{
	const struct ban_target target = { stage->world, stage->ana };
	struct banmask *parsed = banmask_parse(mask);
	bool is_match = banmask_matches(parsed, &target, is_speech);

	banmask_free(parsed);
	return is_match;
}

static void extended_masks_match(void **state)
{
	static const struct {
		const char *mask;
		bool joins, speaks;
	} rows[] = {
		{ "ana!*@*", true, true },
		{ "bea!*@*", false, false },
		{ "*!*@192.0.2.1", true, true },
		{ "$a", false, false },
		{ "$~a", true, true },
		{ "$a:ana", false, false },
		{ "$c:#A", true, true },
		{ "$c:#b", false, false },
		{ "$~c:#b", true, true },
		{ "$m:ana!*@*", false, true },
		{ "$m:$c:#a", false, true },
		{ "$m:bea!*@*", false, false },
		{ "$m:bea!*@*,ana!*@*", false, true },
		{ "$o", false, false },
		{ "$r:*real?n*", true, true },
		{ "$r:real", false, false },
		{ "$z", false, false },
		{ "$&:$c:#a,ana!*@*", true, true },
		{ "$&:$c:#a,bea!*@*", false, false },
		{ "$~&:$c:#a,bea!*@*", true, true },
		{ "$|:$c:#b,ana!*@*", true, true },
		{ "$|:$c:#b,bea!*@*", false, false },
		{ "$q", false, false },
	};
	struct stage stage = stage_new();

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(matches(&stage, rows[i].mask, false), rows[i].joins);
		assert_int_equal(matches(&stage, rows[i].mask, true), rows[i].speaks);
	}
	world_free(stage.world);
}

static void masks_do_not_tell_who_is_on_a_secret_channel(void **state)
{
	struct stage stage = stage_new();
	struct channel *channel = channel_find(stage.world, "#a");

	(void) state;
	channel_set_flag(channel, CHANNEL_FLAG_SECRET, true);
	assert_false(matches(&stage, "$c:#a", false));
	channel_set_flag(channel, CHANNEL_FLAG_SECRET, false);
	assert_true(matches(&stage, "$c:#a", false));
	channel_set_flag(channel, CHANNEL_FLAG_PRIVATE, true);
	assert_false(matches(&stage, "$c:#a", false));
	world_free(stage.world);
}

static void masks_do_not_tell_of_members_that_are_hidden(void **state)
{
	struct stage stage = stage_new();
	struct channel *channel = channel_find(stage.world, "#a");
	struct member *member = user_find_member(stage.ana, channel);

	(void) state;
	member_set_rank(member, member->ranks, false);
	assert_true(matches(&stage, "$c:#a", false));
	channel_set_flag(channel, CHANNEL_FLAG_AUDITORIUM, true);
	sight_follow_modes(member);
	assert_false(matches(&stage, "$c:#a", false));
	assert_true(matches(&stage, "$~c:#a", false));
	member_set_rank(member, MEMBER_RANK_VOICE, true);
	assert_true(matches(&stage, "$c:#a", false));
	world_free(stage.world);
}

static void operators_that_hide_match_as_others(void **state)
{
	struct stage stage = stage_new();

	(void) state;
	session_set_operator(stage.world, session_of(stage.ana), "root");
	user_set_flag(stage.world, stage.ana, USER_FLAG_HIDES_OPERATOR, true);
	assert_false(matches(&stage, "$o", false));
	assert_true(matches(&stage, "$~o", false));
	world_free(stage.world);
}

static void the_address_behind_a_cloak_counts_if_the_administrator_wants_it(void **state)
{
	struct stage stage = { .world = world_of("cloak: { bans_see_through = true; };") };
	const struct hosts hosts = {
		.real = "host.example", .cloak = "a.b.c.ip", .address_cloak = "a.b.c.ip"
	};
	struct settings *settings = settings_of("");

	(void) state;
	stage.ana = user_of(stage.world, 1, "ana");
	user_set_hosts(stage.ana, &hosts);
	user_set_flag(stage.world, stage.ana, USER_FLAG_CLOAKED, true);
	assert_true(matches(&stage, "*!*@192.0.2.0/24", false));
	assert_true(matches(&stage, "$m:*!*@host.example", true));
	world_set_settings(stage.world, settings);
	settings_unref(settings);
	assert_false(matches(&stage, "*!*@192.0.2.0/24", false));
	assert_false(matches(&stage, "$m:*!*@host.example", true));
	assert_true(matches(&stage, "*!*@*.b.c.ip", false));
	world_free(stage.world);
}

static void operators_match_once_they_are(void **state)
{
	struct stage stage = stage_new();

	(void) state;
	session_set_operator(stage.world, session_of(stage.ana), "root");
	assert_true(matches(&stage, "$o", false));
	assert_false(matches(&stage, "$~o", false));
	world_free(stage.world);
}

static void exceptions_are_from_bans_and_quiets(void **state)
{
	struct stage stage = stage_new();
	struct channel *channel = channel_find(stage.world, "#a");

	(void) state;
	masklist_add(&channel->lists[CHANNEL_LIST_QUIET], "ana!*@*", "x", 1);
	assert_false(banmask_bans(stage.world, channel, stage.ana));
	assert_true(banmask_mutes(stage.world, channel, stage.ana));
	masklist_add(&channel->lists[CHANNEL_LIST_BAN], "$r:*", "x", 1);
	assert_true(banmask_bans(stage.world, channel, stage.ana));
	assert_false(banmask_invites(stage.world, channel, stage.ana));
	masklist_add(&channel->lists[CHANNEL_LIST_EXCEPTION], "*!*@*", "x", 1);
	assert_false(banmask_bans(stage.world, channel, stage.ana));
	assert_false(banmask_mutes(stage.world, channel, stage.ana));
	masklist_add(&channel->lists[CHANNEL_LIST_INVITE], "$~o", "x", 1);
	assert_true(banmask_invites(stage.world, channel, stage.ana));
	world_free(stage.world);
}

static void assert_renamed(const char *mask, const char *expected)
{
	CLEANUP(mem_freep) char *renamed = banmask_rename(CASEMAP_ASCII, mask, "#old", "#new");

	if (expected)
		assert_string_equal(renamed, expected);
	else
		assert_null(renamed);
}

static void masks_follow_a_channel_to_its_new_name(void **state)
{
	char mask[256];

	(void) state;
	assert_renamed("$c:#old", "$c:#new");
	assert_renamed("$~c:#OLD", "$~c:#new");
	assert_renamed(
		"$|:$c:#old,*!x@*,$&:$c:#old,$r:#old", "$|:$c:#new,*!x@*,$&:$c:#new,$r:#old");
	assert_renamed("$c:#older", NULL);
	assert_renamed("$r:#old", NULL);
	assert_renamed("*!*@#old", NULL);
	memset(mask, 'x', sizeof(mask));
	memcpy(mask, "$|:$c:#old,", 11);
	mask[200] = '\0';
	assert_non_null(strstr(mask, "#old"));
	CLEANUP(mem_freep) char *same = banmask_rename(CASEMAP_ASCII, mask, "#old", "#new");
	CLEANUP(mem_freep) char *longer = banmask_rename(CASEMAP_ASCII, mask, "#old", "#newer");
	assert_non_null(same);
	assert_null(longer);
}

static void every_kind_has_its_help(void **state)
{
	size_t n;
	const struct banmask_kind *rows = banmask_kinds_all(&n);

	(void) state;
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].help && *rows[i].help);
		assert_true(text_starts_with(rows[i].usage, (char[]){ '$', rows[i].letter, '\0' }));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_masks_are_written_out),
		cmocka_unit_test(bad_masks_are_refused),
		cmocka_unit_test(long_ones_are_refused),
		cmocka_unit_test(extended_masks_match),
		cmocka_unit_test(masks_do_not_tell_who_is_on_a_secret_channel),
		cmocka_unit_test(masks_do_not_tell_of_members_that_are_hidden),
		cmocka_unit_test(operators_that_hide_match_as_others),
		cmocka_unit_test(the_address_behind_a_cloak_counts_if_the_administrator_wants_it),
		cmocka_unit_test(operators_match_once_they_are),
		cmocka_unit_test(exceptions_are_from_bans_and_quiets),
		cmocka_unit_test(masks_follow_a_channel_to_its_new_name),
		cmocka_unit_test(every_kind_has_its_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
