/* Logins whose account ends, and whose name another account takes, before they are answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "action/account.h"
#include "action/login_limits.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/mails.h"
#include "world/used_codes.h"

#include "../world/fixture.h"

#include "../world/rows_fixture.h"

#define OLD_ID 1
#define NEW_ID 2

struct room {
	struct world *world;
	struct user *ana;
	struct session *session;
	struct login *login;
	struct outbox outbox;
};

static struct room room_with(const char *config, enum login_kind kind)
{
	struct room room = { .world = world_of(config) };

	room.ana = user_of(room.world, 1, "ana");
	room.session = session_of(room.ana);
	room.world->storage = STORAGE_WORKS;
	assert_true(take_account_row(room.world, OLD_ID, "Ana"));
	room.login = login_begin(room.session, kind);
	return room;
}

static struct room room_of(enum login_kind kind)
{
	return room_with("", kind);
}

static void replace_account(const struct room *room)
{
	assert_true(take_removal(room->world, STORE_TABLE_ACCOUNTS, OLD_ID, ""));
	assert_true(take_account_row(room->world, NEW_ID, "Ana"));
}

static void answer_login(struct room *room, enum session_wait wait, struct event event)
{
	event.kind = EVENT_ANSWER;
	event.now_ms = NOW_MS;
	event.wall_ms = WALL_MS;
	event.session = room->session->id;
	event.request = flow_wait(room->world, &room->outbox, room->session, wait);
	event.text_length = strlen(event.text);
	dispatch(room->world, &event, &room->outbox);
	assert_sound(room->world);
}

static void room_done(struct room *room)
{
	outbox_done(&room->outbox);
	world_free(room->world);
}

static uint64_t log_in_by_sasl(bool is_replaced)
{
	struct room room = room_of(LOGIN_KIND_SASL);
	uint64_t id;

	room.login->mechanism = SASL_MECHANISM_PLAIN;
	if (is_replaced)
		replace_account(&room);
	answer_login(&room, SESSION_WAIT_LOGIN,
		(struct event){ .status = ANSWER_YES, .number = OLD_ID, .text = "Ana" });
	id = room.ana->account_id;
	room_done(&room);
	return id;
}

static void prove_by_scram(struct room *room)
{
	const struct account *account = account_find_id(room->world, OLD_ID);
	CLEANUP(buffer_done) struct buffer challenge = { 0 };

	room->login->mechanism = SASL_MECHANISM_SCRAM_SHA_256;
	room->login->account = OLD_ID;
	room->login->scram.name = mem_text("Ana");
	room->login->scram.nonce = mem_text("a");
	scram_put_challenge(&room->login->scram, &account->verifier, "b", &challenge);
	room->login->step = LOGIN_STEP_ACCEPT;
}

/* As a change of the password does it. */
static void change_salt(const struct room *room)
{
	char name[] = "Ana", verifier[] = VERIFIER;
	const struct account_fields fields = { .name = name, .folded = name, .verifier = verifier };

	*strchr(verifier, 'W') = 'X';
	assert_true(take_fields(room->world, OLD_ID, &fields));
}

static uint64_t log_in_by_scram(void (*change)(const struct room *room))
{
	struct room room = room_of(LOGIN_KIND_SASL);
	struct event event = { .kind = EVENT_LINE,
		.now_ms = NOW_MS,
		.session = room.session->id,
		.text = "AUTHENTICATE +",
		.text_length = 14 };
	uint64_t id;

	prove_by_scram(&room);
	if (change)
		change(&room);
	dispatch(room.world, &event, &room.outbox);
	id = room.ana->account_id;
	room_done(&room);
	return id;
}

static uint64_t log_in_by_identify(bool is_replaced)
{
	struct room room = room_of(LOGIN_KIND_IDENTIFY);
	uint64_t id;

	room.login->name = mem_text("Ana");
	room.login->account = OLD_ID;
	if (is_replaced)
		replace_account(&room);
	answer_login(&room, SESSION_WAIT_LOGIN, (struct event){ .status = ANSWER_YES, .text = "" });
	id = room.ana->account_id;
	room_done(&room);
	return id;
}

static void login_reaches_its_account(void **state)
{
	(void) state;
	assert_int_equal(log_in_by_sasl(false), OLD_ID);
	assert_int_equal(log_in_by_scram(NULL), OLD_ID);
	assert_int_equal(log_in_by_identify(false), OLD_ID);
}

static void login_does_not_reach_a_new_account_of_the_name(void **state)
{
	(void) state;
	assert_int_equal(log_in_by_sasl(true), 0);
	assert_int_equal(log_in_by_scram(replace_account), 0);
	assert_int_equal(log_in_by_identify(true), 0);
}

/* Who knew the old one may have proved it, and waited. */
static void proof_of_an_old_password_is_refused(void **state)
{
	(void) state;
	assert_int_equal(log_in_by_scram(change_salt), 0);
}

/* The user has logged in to the new account, while the password for the old one was derived. */
static void new_password_does_not_reach_another_account(void **state)
{
	struct room room = room_of(LOGIN_KIND_PASSWD);

	(void) state;
	room.login->account = OLD_ID;
	replace_account(&room);
	user_set_account(room.world, room.ana, "Ana", NEW_ID);
	answer_login(&room, SESSION_WAIT_VERIFIER,
		(struct event){ .status = ANSWER_YES, .text = VERIFIER });
	assert_true(list_is_empty(&room.world->changes));
	room_done(&room);
}

/* Two clients send the same code: the first change may be stored before the second password is
 * derived. */
static bool changes_password_with(const char *code)
{
	struct room room = room_of(LOGIN_KIND_SETPASS);
	char name[] = "Ana", verifier[] = VERIFIER;
	const struct account_fields fields = {
		.name = name,
		.folded = name,
		.verifier = verifier,
		.code = { (char *) (uintptr_t) code, NULL, WALL_MS + 1, MAIL_PURPOSE_RESET },
	};
	bool changes;

	assert_true(take_fields(room.world, OLD_ID, &fields));
	room.login->account = OLD_ID;
	room.login->code_hash = mem_text("code:0a");
	answer_login(&room, SESSION_WAIT_VERIFIER,
		(struct event){ .status = ANSWER_YES, .text = VERIFIER });
	changes = !list_is_empty(&room.world->changes);
	room_done(&room);
	return changes;
}

static void code_for_a_password_counts_once(void **state)
{
	(void) state;
	assert_true(changes_password_with("code:0a"));
	assert_false(changes_password_with("code:0b"));
	assert_false(changes_password_with(NULL));
}

static void nicks_share_the_tries_of_their_account(void **state)
{
	struct room room = room_of(LOGIN_KIND_SASL);
	int n = 0;

	(void) state;
	assert_true(take_nick_row(room.world, OLD_ID, "ana2", "ana2"));
	for (; n < 100 && login_may_try(room.world, room.session, "ANA2"); n++)
		login_count_failure(room.world, room.session, n % 2 ? "Ana" : "ana2");
	assert_int_equal(n, 10);
	assert_false(login_may_try(room.world, room.session, "ana"));
	assert_true(login_may_try(room.world, room.session, "ana3"));
	room_done(&room);
}

static void invented_names_do_not_wash_a_limit_away(void **state)
{
	struct room room = room_of(LOGIN_KIND_SASL);
	char name[20];

	(void) state;
	for (int i = 0; i < 20; i++)
		login_count_failure(room.world, room.session, "Ana");
	assert_false(login_may_try(room.world, room.session, "ana"));
	assert_true(login_may_try(room.world, room.session, "bea"));
	assert_true(login_refusal_ms(room.world, "ana") > LOGIN_REFUSAL_MS);
	for (int i = 0; i < 2 * TALLIES; i++) {
		snprintf(name, sizeof(name), "x%d", i);
		login_count_failure(room.world, room.session, name);
	}
	assert_false(login_may_try(room.world, room.session, "ana"));
	assert_false(login_may_try(room.world, room.session, "bea"));
	assert_true(login_refusal_ms(room.world, "ana") > LOGIN_REFUSAL_MS);
	room_done(&room);
}

static void device_does_not_change_a_fake_verifier(void **state)
{
	struct room room = room_of(LOGIN_KIND_SASL);
	struct scram_verifier plain, device, other;

	(void) state;
	login_verifier(room.world, "bob", &plain);
	login_verifier(room.world, "bob@phone", &device);
	login_verifier(room.world, "bob@no device", &other);
	assert_memory_equal(plain.salt, device.salt, SCRAM_SALT_BYTES);
	assert_memory_not_equal(plain.salt, other.salt, SCRAM_SALT_BYTES);
	room_done(&room);
}

static void known_address_is_not_limited_for_its_account(void **state)
{
	struct room room = room_of(LOGIN_KIND_SASL);
	const struct code_owner ana = { .account = OLD_ID };

	(void) state;
	login_know_address(room.world, room.session, &ana);
	for (int i = 0; i < 20; i++) {
		login_count_failure(room.world, room.session, "Ana");
		login_count_failure(room.world, room.session, "bea");
	}
	assert_true(login_may_try(room.world, room.session, "ana"));
	assert_false(login_may_try(room.world, room.session, "bea"));
	room.world->now_ms += 7 * 86400000ULL;
	assert_true(login_may_try(room.world, room.session, "bea"));
	for (int i = 0; i < 20; i++)
		login_count_failure(room.world, room.session, "Ana");
	assert_false(login_may_try(room.world, room.session, "ana"));
	room_done(&room);
}

static bool leaves_without_account(const char *config)
{
	struct room room = room_with(config, LOGIN_KIND_SASL);
	struct event event = { .kind = EVENT_STORAGE, .now_ms = NOW_MS, .text = "" };
	uint64_t id = room.session->id;
	bool leaves;

	user_set_account(room.world, room.ana, "Bea", OLD_ID);
	room.world->storage = STORAGE_LOADING;
	event.status = STORAGE_WORKS;
	dispatch(room.world, &event, &room.outbox);
	leaves = !session_find(room.world, id);
	room_done(&room);
	return leaves;
}

static void users_who_need_an_account_leave_with_it(void **state)
{
	(void) state;
	assert_false(leaves_without_account(""));
	assert_true(leaves_without_account(
		"classes: ( { name = \"all\"; require_account = true; } );"));
}

/* An older copy of the database has given the id to another name. */
static void login_ends_if_its_id_has_another_name(void **state)
{
	struct room room = room_of(LOGIN_KIND_SASL);
	struct event event = { .kind = EVENT_STORAGE, .now_ms = NOW_MS, .text = "" };

	(void) state;
	user_set_account(room.world, room.ana, "Bea", OLD_ID);
	room.world->storage = STORAGE_LOADING;
	event.status = STORAGE_WORKS;
	dispatch(room.world, &event, &room.outbox);
	assert_null(room.ana->account);
	room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(login_reaches_its_account),
		cmocka_unit_test(login_does_not_reach_a_new_account_of_the_name),
		cmocka_unit_test(proof_of_an_old_password_is_refused),
		cmocka_unit_test(new_password_does_not_reach_another_account),
		cmocka_unit_test(code_for_a_password_counts_once),
		cmocka_unit_test(nicks_share_the_tries_of_their_account),
		cmocka_unit_test(invented_names_do_not_wash_a_limit_away),
		cmocka_unit_test(device_does_not_change_a_fake_verifier),
		cmocka_unit_test(known_address_is_not_limited_for_its_account),
		cmocka_unit_test(users_who_need_an_account_leave_with_it),
		cmocka_unit_test(login_ends_if_its_id_has_another_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
