/* Where an event contains a secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "proto/mail_code.h"
#include "world/accounts.h"
#include "world/mails.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

static void happen(struct world *world, struct outbox *outbox, struct event event)
{
	outbox_clear(outbox);
	event.now_ms = event.wall_ms = 1000;
	dispatch(world, &event, outbox);
}

static struct world *world_with_a_client(struct outbox *outbox)
{
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf", "" };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);
	struct world *world = world_new();

	happen(world, outbox, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	happen(world, outbox,
		(struct event){
			.kind = EVENT_CONNECTED, .session = 1, .text = "a", .text_length = 1 });
	settings_unref(settings);
	problems_done(&problems);
	return world;
}

static void a_password_is_a_secret_wherever_it_stands(void **state)
{
	static const struct {
		const char *line;
		const char *secret;
	} rows[] = {
		{ "PASS sesame", "sesame" },
		{ "@a=b :src  pass   :sesame", "sesame" },
		{ "PASS :open sesame", "open sesame" },
		{ "OPER root sesame", "sesame" },
		{ "OPER sesame", "sesame" },
		{ "WEBIRC sesame web host.example 198.51.100.1", "sesame" },
		/* The colon is missing. */
		{ "PASS open sesame", "open sesame" },
		{ "OPER root open  :sesame", "open  :sesame" },
		{ "OPER root open\rsesame now", "open\rsesame now" },
		{ "PASS :", "" },
		{ "NICK sesame", "" },
		/* There is no such command. */
		{ "IDENTIFY ana sesame", "ana sesame" },
		{ "@a=b :src SQUERY NickServ :IDENTIFY sesame", "NickServ :IDENTIFY sesame" },
		{ "IDENTIFY", "" },
		/* In a wrong order. */
		{ "REGISTER * ana@example.org swordfish", "swordfish" },
		/* It is the nickname. */
		{ "REGISTER swordfish * sesame", "swordfish *" },
		{ "REGISTER sesame ana@example.org", "sesame ana@example.org" },
		{ "REGISTER sesame", "sesame" },
		{ "REGISTER sesame ana@example.org nick", "nick" },
		{ "REGISTER ana sesame ana@example.org", "ana sesame" },
		{ "REGISTER ana sesame *", "ana sesame" },
		{ "REGISTER sesame * ana@example.org", "sesame *" },
		{ "REGISTER ana sesame open", "ana sesame open" },
		{ "REGISTER ana@example.org ana :sesame now", "ana@example.org ana :sesame now" },
		/* One byte, which is no secret, is not overwritten: it would become a star. */
		{ "REGISTER a x swordfish", "swordfish" },
		{ "REGISTER a b! swordfish", "b! swordfish" },
	};
	struct outbox outbox = { 0 };
	struct world *world = world_with_a_client(&outbox);

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *secret = NULL;

		happen(world, &outbox,
			(struct event){ .kind = EVENT_LINE,
				.session = 1,
				.text = rows[i].line,
				.text_length = strlen(rows[i].line) });
		secret = mem_text_n(rows[i].line + outbox.secret.at, outbox.secret.length);
		assert_string_equal(secret, rows[i].secret);
		if (strncmp(rows[i].line, "WEBIRC", 6) == 0) /* WEBIRC has ended the session */
			happen(world, &outbox,
				(struct event){ .kind = EVENT_CONNECTED,
					.session = 1,
					.text = "a",
					.text_length = 1 });
	}
	outbox_done(&outbox);
	world_free(world);
}

static void say(struct world *world, struct outbox *outbox, const char *line)
{
	happen(world, outbox,
		(struct event){ .kind = EVENT_LINE,
			.session = 1,
			.text = line,
			.text_length = strlen(line) });
}

/* As the others, for a user. */
static void a_text_for_a_service_is_one_among_others(void **state)
{
	static const struct {
		const char *line;
		const char *secret;
	} rows[] = {
		{ "PRIVMSG NickServ,bob :IDENTIFY ana sesame", "ana sesame" },
		{ "PRIVMSG bob,NickServ :IDENTIFY ana sesame", "ana sesame" },
		{ "PRIVMSG bob,eve :IDENTIFY ana sesame", "" },
		{ "BATCH +a draft/multiline NickServ", "" },
		{ "@batch=a PRIVMSG NickServ :IDENTIFY ana sesame", "ana sesame" },
		{ "@batch=a PRIVMSG bob :IDENTIFY ana sesame", "" },
		{ "@batch=b NS IDENTIFY ana sesame", "ana sesame" },
	};
	struct outbox outbox = { 0 };
	struct world *world = world_with_a_client(&outbox);

	(void) state;
	say(world, &outbox, "NICK ana");
	say(world, &outbox, "USER ana 0 * :Ana");
	say(world, &outbox, "CAP REQ :batch message-tags draft/multiline");
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *secret = NULL;

		say(world, &outbox, rows[i].line);
		secret = mem_text_n(rows[i].line + outbox.secret.at, outbox.secret.length);
		assert_string_equal(secret, rows[i].secret);
	}
	outbox_done(&outbox);
	world_free(world);
}

static void store_code(struct world *world, const char *email, const char *hash)
{
	struct account_fields fields = { .name = mem_text("ana"),
		.flags = ACCOUNT_FLAG_UNVERIFIED,
		.code = { .hash = mem_text(hash),
			.email = mem_text(email),
			.until_wall_ms = 2000,
			.purpose = MAIL_PURPOSE_VERIFY } };

	assert_true(account_put(world, 7, &fields)); /* it takes the texts */
}

static bool stores_anything(const struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->effects[i].kind == EFFECT_STORE)
			return true;
	return false;
}

/* Send a code, which is right; meanwhile another may take its place. True: it verifies. */
static bool verifies(const char *later_email, const char *later_hash)
{
	struct outbox outbox = { 0 };
	struct world *world = world_with_a_client(&outbox);
	bool is_stored;

	world_set_storage(world, STORAGE_WORKS);
	store_code(world, "a@example.org", MAIL_CODE_NONE "1");
	say(world, &outbox, "VERIFY ana aeas-caib-aeas-caib");
	store_code(world, later_email, later_hash);
	happen(world, &outbox,
		(struct event){ .kind = EVENT_ANSWER,
			.session = 1,
			.request = session_find(world, 1)->request,
			.status = ANSWER_YES });
	is_stored = stores_anything(&outbox);
	outbox_done(&outbox);
	world_free(world);
	return is_stored;
}

static void only_the_code_that_was_checked_verifies(void **state)
{
	(void) state;
	assert_true(verifies("a@example.org", MAIL_CODE_NONE "1"));
	assert_false(verifies("b@example.org", MAIL_CODE_NONE "2"));
}

static void close_session(struct world *world, struct outbox *outbox, uint64_t id)
{
	happen(world, outbox,
		(struct event){
			.kind = EVENT_CLOSED, .session = id, .text = "Gone", .text_length = 4 });
}

static void a_user_ends_with_the_last_session(void **state)
{
	struct outbox outbox = { 0 };
	struct world *world = world_with_a_client(&outbox);

	(void) state;
	say(world, &outbox, "NICK ana");
	say(world, &outbox, "USER ana 0 * :Ana");
	happen(world, &outbox,
		(struct event){
			.kind = EVENT_CONNECTED, .session = 2, .text = "a", .text_length = 1 });
	assert_non_null(user_find(world, "ana"));
	session_attach(world, session_find(world, 2), user_find(world, "ana"));
	close_session(world, &outbox, 1);
	assert_non_null(user_find(world, "ana"));
	close_session(world, &outbox, 2);
	assert_null(user_find(world, "ana"));
	outbox_done(&outbox);
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_is_a_secret_wherever_it_stands),
		cmocka_unit_test(a_text_for_a_service_is_one_among_others),
		cmocka_unit_test(only_the_code_that_was_checked_verifies),
		cmocka_unit_test(a_user_ends_with_the_last_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
