/* The whole world as bytes and back. */
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"

#include "base/hash.h"
#include "world/acceptance.h"
#include "world/caps.h"
#include "world/invitation.h"
#include "world/operating.h"

#define MAGIC_BYTES 12
#define END_BYTES 14 /* usually: its header and a fingerprint */
#define END_FIELD 104

static const char config[] =
	"server: { name = \"irc.test\"; }; classes: ( { name = \"all\"; ping = \"60 s\"; } );"
	"operators: ( { name = \"root\"; privileges = [ \"*\" ]; } );";

/* A world in which every saved field has a value. */
static struct world *full_world(void)
{
	struct world *world = world_of(config);
	struct user *ana = user_of(world, (uint64_t) 3 << 32 | 1, "ana");
	struct user *bea = user_of(world, 2, "bea");
	struct session *waiting = session_from(world, 3, "2001:db8::7");
	struct channel *a = channel_new(world, "#a"), *b = channel_new(world, "#B");

	user_set_away(ana, "tea");
	session_set_operator(world, session_of(ana), "root");
	user_set_flag(world, bea, USER_FLAG_INVISIBLE, true);
	channel_add(world, b, bea, MEMBER_RANK_VOICE);
	channel_add(world, a, bea, 0);
	channel_add(world, a, ana, MEMBER_RANK_OPERATOR);
	channel_set_topic(world, a, "t\xc3\xa9", "ana!a@b");
	channel_set_key(a, "key");
	a->limit = 7;
	channel_set_flag(a, CHANNEL_FLAG_SECRET, true);
	masklist_add(&a->lists[CHANNEL_LIST_BAN], "x!*@*", "ana!a@b", 5);
	masklist_add(&a->lists[CHANNEL_LIST_BAN], "y!*@*", "irc.test", 6);
	invitation_new(world, b, ana, INVITATION_OPENS_ALL);
	acceptance_new(ana, bea);
	acceptance_new(bea, ana);
	user_add_silence(ana, "x!*@*");
	user_set_knocks(ana, NOW_MS + 1);
	user_set_account(world, ana, "Ana", 7);
	user_give_host(bea, "given.example");
	monitor_add(world, session_of(bea), "eva");
	monitor_add(world, session_of(ana), "EVA");
	monitor_add(world, session_of(ana), "bea");
	assert_true(channel_take_knock(world, b, (struct rate){ 1, 60 }));
	assert_true(user_take_call(world, ana, (struct rate){ 1, 60 }));
	session_grant(session_of(ana), CAP_SERVER_TIME);
	session_of(ana)->pinged_ms = NOW_MS - 1;
	session_of(bea)->uid = 0;
	session_of(bea)->pauses = SESSION_PAUSE_FLOOD;
	assert_true(session_spend(world, session_of(bea), 1000));
	session_set_timer(world, session_of(bea));
	waiting->cap_version = 302;
	waiting->registration->name_request = ++world->next_request;
	waiting->registration->is_negotiating = true;
	mem_set_text(&waiting->registration->nick, "cid");
	mem_set_text(&waiting->registration->user, "~cid");
	mem_set_text(&waiting->registration->realname, "");
	mem_set_text(&waiting->registration->password, "secret");
	assert_sound(world);
	return world;
}

static struct world *load(const struct buffer *bytes)
{
	const char *reason = NULL;
	struct world *world = world_load(bytes->bytes, bytes->length, &reason);

	if (!world)
		fail_msg("%s", reason);
	assert_sound(world);
	return world;
}

/* Recompute the checksum at the end. */
static void seal(struct buffer *bytes)
{
	pack_u64(bytes, END_FIELD,
		hash_fingerprint(HASH_FINGERPRINT_START, bytes->bytes, bytes->length));
}

static void assert_refused(const struct buffer *bytes, const char *reason)
{
	const char *given = NULL;
	struct world *world = world_load(bytes->bytes, bytes->length, &given);

	assert_null(world);
	assert_string_equal(given, reason);
}

static void a_world_survives_as_it_was(void **state)
{
	struct world *world = full_world(), *back;
	struct buffer first = { 0 }, second = { 0 };

	(void) state;
	world_save(world, &first);
	back = load(&first);
	world_save(back, &second);
	assert_int_equal(second.length, first.length);
	assert_memory_equal(second.bytes, first.bytes, first.length);
	assert_int_equal(back->n_users, 2);
	assert_int_equal(back->n_sessions, 3);
	assert_int_equal(back->n_unregistered, 1);
	assert_int_equal(back->n_channels, 2);
	assert_int_equal(back->n_operators, 1);
	assert_int_equal(back->n_invisible, 1);
	assert_int_equal(back->max_users, 2);
	assert_true(world_next_deadline(back) == world_next_deadline(world));
	buffer_done(&first);
	buffer_done(&second);
	world_free(world);
	world_free(back);
}

static void everything_is_found_again(void **state)
{
	struct world *world = full_world(), *back;
	struct buffer bytes = { 0 };
	struct user *ana, *bea;
	struct channel *a;
	struct session *waiting;

	(void) state;
	world_save(world, &bytes);
	back = load(&bytes);
	ana = user_find(back, "ANA");
	bea = user_find(back, "bea");
	a = channel_find(back, "#A");
	waiting = session_find(back, 3);
	assert_string_equal(ana->source, "ana!~user@host.example");
	assert_string_equal(ana->away, "tea");
	assert_ptr_equal(session_find(back, (uint64_t) 3 << 32 | 1)->user, ana);
	assert_true(member_has_rank(user_find_member(ana, a), MEMBER_RANK_OPERATOR));
	assert_int_equal(bea->n_members, 2);
	assert_string_equal(bea->members[0]->channel->name, "#B");
	assert_string_equal(a->topic, "t\xc3\xa9");
	assert_string_equal(a->key, "key");
	assert_non_null(masklist_find(&a->lists[CHANNEL_LIST_BAN], CASEMAP_ASCII, "y!*@*"));
	assert_true(invitation_find(back, channel_find(back, "#b"), ana));
	assert_non_null(acceptance_find(ana, bea));
	assert_non_null(acceptance_find(bea, ana));
	assert_non_null(masklist_find(&user_extras(ana)->silence, CASEMAP_ASCII, "X!*@*"));
	assert_int_equal(user_extras(ana)->knocks_full_ms, NOW_MS + 1);
	assert_false(user_take_call(back, ana, (struct rate){ 1, 60 }));
	assert_int_equal(session_of(bea)->uid, 0);
	assert_false(session_can_spend(back, session_of(bea)));
	assert_string_equal(waiting->registration->nick, "cid");
	assert_true(waiting->registration->is_negotiating);
	assert_int_equal(waiting->uid, UINT32_MAX);
	assert_int_equal(waiting->cap_version, 302);
	/* Numbers continue where they were. */
	assert_true(user_new(back, "new", "~n", "h", "N")->number > world->next_number);
	buffer_done(&bytes);
	world_free(world);
	world_free(back);
}

static void timers_are_not_set_anew(void **state)
{
	struct world *world = world_of(config), *back;
	struct user *ana = user_of(world, 1, "ana");
	struct buffer bytes = { 0 };

	(void) state;
	session_of(ana)->active_ms += 5000; /* as a line does, without touching the timer */
	world_save(world, &bytes);
	back = load(&bytes);
	assert_int_equal(world_next_deadline(back), NOW_MS + 60000);
	buffer_done(&bytes);
	world_free(world);
	world_free(back);
}

static void a_snapshot_may_follow_other_bytes(void **state)
{
	struct world *world = full_world();
	struct buffer bytes = { 0 };

	(void) state;
	buffer_put_text(&bytes, "other");
	world_save(world, &bytes);
	buffer_drop(&bytes, 5);
	world_free(load(&bytes));
	buffer_done(&bytes);
	world_free(world);
}

static void an_empty_world_survives_too(void **state)
{
	struct world *world = world_new(), *back;
	struct buffer bytes = { 0 };

	(void) state;
	world_save(world, &bytes);
	back = load(&bytes);
	assert_null(back->settings);
	buffer_done(&bytes);
	world_free(world);
	world_free(back);
}

static void a_snapshot_cut_anywhere_is_refused(void **state)
{
	struct world *world = full_world();
	struct buffer bytes = { 0 };
	const char *reason;

	(void) state;
	world_save(world, &bytes);
	for (size_t length = 0; length < bytes.length; length++) {
		char *exact = mem_copy(bytes.bytes, length);

		reason = NULL;
		assert_null(world_load(exact, length, &reason));
		assert_non_null(reason);
		free(exact);
	}
	buffer_done(&bytes);
	world_free(world);
}

static void a_snapshot_with_a_flipped_bit_is_refused(void **state)
{
	struct world *world = full_world();
	struct buffer bytes = { 0 };
	const char *reason;

	(void) state;
	world_save(world, &bytes);
	for (size_t bit = 0; bit < bytes.length * 8; bit++) {
		bytes.bytes[bit / 8] ^= (char) (1 << bit % 8);
		reason = NULL;
		if (world_load(bytes.bytes, bytes.length, &reason))
			fail_msg("bit %zu was not missed", bit);
		assert_non_null(reason);
		bytes.bytes[bit / 8] ^= (char) (1 << bit % 8);
	}
	world_free(load(&bytes));
	buffer_done(&bytes);
	world_free(world);
}

/* As a newer release may write them: inside records, between them, at the start. */
static void fields_of_a_newer_release_are_skipped(void **state)
{
	struct world *world = full_world(), *back;
	struct buffer bytes = { 0 }, old = { 0 }, again = { 0 };
	struct pack pack;
	struct pack_field field;

	(void) state;
	world_save(world, &old);
	buffer_put(&bytes, old.bytes, MAGIC_BYTES);
	pack = pack_over(old.bytes + MAGIC_BYTES, old.length - MAGIC_BYTES);
	while (pack_next(&pack, &field)) {
		size_t record;

		if (field.id == END_FIELD)
			break;
		pack_text(&bytes, 60000, "new");
		record = pack_begin(&bytes, field.id);
		if (field.id >= 101)
			pack_text(&bytes, 60001, "newer");
		buffer_put(&bytes, field.bytes, field.length);
		pack_end(&bytes, record);
	}
	seal(&bytes);
	back = load(&bytes);
	world_save(back, &again);
	assert_int_equal(again.length, old.length);
	assert_memory_equal(again.bytes, old.bytes, old.length);
	buffer_done(&bytes);
	buffer_done(&old);
	buffer_done(&again);
	world_free(world);
	world_free(back);
}

static void what_is_no_snapshot_is_refused(void **state)
{
	struct buffer bytes = { 0 };

	(void) state;
	assert_refused(&bytes, "it does not start as a snapshot does");
	buffer_put_text(&bytes, "papod worlds");
	assert_refused(&bytes, "it does not start as a snapshot does");
	buffer_clear(&bytes);
	buffer_put_text(&bytes, "papod world\n");
	assert_refused(&bytes, "it is cut short");
	pack_u64(&bytes, END_FIELD, 1);
	assert_refused(&bytes, "it is damaged");
	buffer_done(&bytes);
}

/* A snapshot with these records after the scalars and settings of a small world. */
struct forged {
	struct buffer bytes;
	size_t record;
};

static struct forged forge(void)
{
	struct world *world = world_of(config);
	struct forged forged = { 0 };

	world->next_number = 1000;
	world_save(world, &forged.bytes);
	buffer_cut(&forged.bytes, forged.bytes.length - END_BYTES);
	world_free(world);
	return forged;
}

static void forge_user(struct forged *forged, uint64_t number, const char *nick)
{
	size_t record = pack_begin(&forged->bytes, 101);

	pack_u64(&forged->bytes, 1, number);
	pack_text(&forged->bytes, 2, nick);
	pack_text(&forged->bytes, 3, "~u");
	pack_text(&forged->bytes, 4, "host");
	pack_text(&forged->bytes, 5, "Real");
	pack_end(&forged->bytes, record);
}

static void forge_member(struct forged *forged, uint64_t user, uint64_t number)
{
	size_t record = pack_begin(&forged->bytes, 100);

	pack_u64(&forged->bytes, 1, user);
	pack_u64(&forged->bytes, 2, number);
	pack_end(&forged->bytes, record);
}

static void assert_forged(struct forged *forged, const char *reason)
{
	seal(&forged->bytes);
	if (reason)
		assert_refused(&forged->bytes, reason);
	else
		world_free(load(&forged->bytes));
	buffer_done(&forged->bytes);
}

/* Open, for members and the like. */
static size_t forge_channel(struct forged *forged, uint64_t number, const char *name)
{
	size_t record = pack_begin(&forged->bytes, 102);

	pack_text(&forged->bytes, 1, name);
	pack_u64(&forged->bytes, 16, number);
	return record;
}

static void names_too_long_to_be_found_are_refused(void **state)
{
	struct forged forged = forge();
	char name[601];

	(void) state;
	memset(name, 'x', 600);
	name[600] = '\0';
	forge_user(&forged, 1, name);
	name[599] = 'y';
	forge_user(&forged, 2, name);
	assert_forged(&forged, "a user in it makes no sense");

	forged = forge();
	pack_end(&forged.bytes, forge_channel(&forged, 1, name));
	assert_forged(&forged, "a channel in it makes no sense");
}

static void two_users_of_one_name_or_number_are_refused(void **state)
{
	struct forged forged = forge();

	(void) state;
	forge_user(&forged, 1, "ana");
	forge_user(&forged, 2, "ANA");
	assert_forged(&forged, "a user in it makes no sense");
	forged = forge();
	forge_user(&forged, 2, "ana");
	forge_user(&forged, 2, "bea");
	assert_forged(&forged, "a user in it makes no sense");
	forged = forge();
	forge_user(&forged, 0, "ana");
	assert_forged(&forged, "a user in it makes no sense");
	forged = forge();
	forge_user(&forged, 1001, "ana");
	assert_forged(&forged, "a user's number is still to come");
}

static void channels_out_of_order_are_refused(void **state)
{
	static const uint64_t numbers[][2] = { { 2, 1 }, { 2, 2 }, { 0, 1 } };
	struct forged forged;
	size_t record;

	(void) state;
	for (size_t i = 0; i < 3; i++) {
		forged = forge();
		forge_user(&forged, 1, "ana");
		for (size_t j = 0; j < 2; j++) {
			record = forge_channel(&forged, numbers[i][j], j ? "#b" : "#a");
			forge_member(&forged, 1, 8 + j);
			pack_end(&forged.bytes, record);
		}
		assert_forged(&forged, "a channel in it makes no sense");
	}
	forged = forge();
	forge_user(&forged, 1, "ana");
	record = forge_channel(&forged, 1001, "#a");
	forge_member(&forged, 1, 9);
	pack_end(&forged.bytes, record);
	assert_forged(&forged, "a channel's number is still to come");
}

/* Memberships are found by number. */
static void members_of_one_number_are_refused(void **state)
{
	struct forged forged = forge();
	size_t record;

	(void) state;
	forge_user(&forged, 1, "ana");
	for (int i = 0; i < 2; i++) {
		record = forge_channel(&forged, i + 1, i ? "#a" : "#b");
		forge_member(&forged, 1, 9);
		pack_end(&forged.bytes, record);
	}
	assert_forged(&forged, "a user's memberships are out of order");
}

static void members_nobody_knows_are_left_out(void **state)
{
	struct forged forged = forge();
	size_t record = forge_channel(&forged, 1, "#empty");
	struct world *world;

	(void) state;
	forge_member(&forged, 77, 9);
	pack_end(&forged.bytes, record);
	forge_user(&forged, 78, "ana");
	seal(&forged.bytes);
	world = load(&forged.bytes);
	assert_null(channel_find(world, "#empty"));
	buffer_done(&forged.bytes);
	world_free(world);
}

static void forge_session(struct forged *forged, uint64_t id, uint64_t wait, uint64_t pauses)
{
	forged->record = pack_begin(&forged->bytes, 103);
	pack_u64(&forged->bytes, 1, id);
	pack_text(&forged->bytes, 3, "default");
	pack_u64(&forged->bytes, 13, wait);
	pack_u64(&forged->bytes, 14, pauses);
	pack_u64(&forged->bytes, 8, wait ? 5 : 0);
}

static void sessions_that_could_not_go_on_are_refused(void **state)
{
	static const struct {
		uint64_t id, wait, pauses;
		bool is_user, is_good;
	} rows[] = {
		{ 5, SESSION_WAIT_NONE, 0, false, true },
		{ 5, SESSION_WAIT_NONE, 0, true, true },
		{ 5, SESSION_WAIT_NONE, SESSION_PAUSE_FLOOD, true, true },
		{ 5, SESSION_WAIT_NONE, SESSION_PAUSE_ANSWER, true, false },
		{ 5, SESSION_WAIT_NONE, SESSION_PAUSE_READ, true, true }, /* of a */
		{ 5, SESSION_WAIT_NONE, 8, true, true },		  /* later release */
		{ 5, SESSION_WAIT_NAME, 0, false, true },
		{ 5, SESSION_WAIT_NAME, 0, true, false },
		{ 5, SESSION_WAIT_PASSWORD, SESSION_PAUSE_ANSWER, false, true },
		{ 5, SESSION_WAIT_PASSWORD, SESSION_PAUSE_ANSWER, true, false },
		{ 5, SESSION_WAIT_OPER, SESSION_PAUSE_ANSWER, false, false },
		{ 5, SESSION_WAIT_OPER, SESSION_PAUSE_ANSWER, true, false }, /* no name */
		{ 5, SESSION_WAITS, SESSION_PAUSE_ANSWER, true, true },
		{ 0, SESSION_WAIT_NONE, 0, true, false },
		{ UINT32_MAX, SESSION_WAIT_NONE, 0, true, false },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct forged forged = forge();

		forge_user(&forged, 1, "ana");
		forge_session(&forged, rows[i].id, rows[i].wait, rows[i].pauses);
		if (rows[i].is_user)
			pack_u64(&forged.bytes, 101, 1);
		else
			pack_end(&forged.bytes, pack_begin(&forged.bytes, 100));
		pack_end(&forged.bytes, forged.record);
		assert_forged(&forged, rows[i].is_good ? NULL : "a session in it makes no sense");
	}
}

static void half_a_registration_is_refused(void **state)
{
	struct forged forged = forge();
	size_t inner;

	(void) state;
	forge_session(&forged, 5, SESSION_WAIT_NONE, 0);
	inner = pack_begin(&forged.bytes, 100);
	pack_text(&forged.bytes, 2, "~user"); /* without its real name */
	pack_end(&forged.bytes, inner);
	pack_end(&forged.bytes, forged.record);
	assert_forged(&forged, "a session in it makes no sense");
}

static void two_sessions_in_one_slot_are_refused(void **state)
{
	struct forged forged = forge();

	(void) state;
	for (uint64_t i = 1; i <= 2; i++) {
		forge_session(&forged, i << 32 | 7, SESSION_WAIT_NONE, 0);
		pack_end(&forged.bytes, pack_begin(&forged.bytes, 100));
		pack_end(&forged.bytes, forged.record);
	}
	assert_forged(&forged, "a session in it makes no sense");
}

static void records_before_the_settings_are_refused(void **state)
{
	struct forged forged = { 0 };

	(void) state;
	buffer_put_text(&forged.bytes, "papod world\n");
	forge_user(&forged, 1, "ana");
	assert_forged(&forged, "it has no settings");
}

static void an_operator_without_a_name_is_refused(void **state)
{
	struct forged forged = forge();
	size_t record = pack_begin(&forged.bytes, 101);

	(void) state;
	pack_u64(&forged.bytes, 1, 1);
	for (uint16_t id = 2; id <= 5; id++)
		pack_text(&forged.bytes, id, "x");
	pack_u64(&forged.bytes, 8, USER_FLAG_OPERATOR);
	pack_end(&forged.bytes, record);
	assert_forged(&forged, "an operator has no name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_world_survives_as_it_was),
		cmocka_unit_test(everything_is_found_again),
		cmocka_unit_test(timers_are_not_set_anew),
		cmocka_unit_test(a_snapshot_may_follow_other_bytes),
		cmocka_unit_test(an_empty_world_survives_too),
		cmocka_unit_test(a_snapshot_cut_anywhere_is_refused),
		cmocka_unit_test(a_snapshot_with_a_flipped_bit_is_refused),
		cmocka_unit_test(fields_of_a_newer_release_are_skipped),
		cmocka_unit_test(what_is_no_snapshot_is_refused),
		cmocka_unit_test(names_too_long_to_be_found_are_refused),
		cmocka_unit_test(two_users_of_one_name_or_number_are_refused),
		cmocka_unit_test(channels_out_of_order_are_refused),
		cmocka_unit_test(members_of_one_number_are_refused),
		cmocka_unit_test(members_nobody_knows_are_left_out),
		cmocka_unit_test(sessions_that_could_not_go_on_are_refused),
		cmocka_unit_test(half_a_registration_is_refused),
		cmocka_unit_test(two_sessions_in_one_slot_are_refused),
		cmocka_unit_test(records_before_the_settings_are_refused),
		cmocka_unit_test(an_operator_without_a_name_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
