/* Sessions: slots, flood budgets, timers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "world/caps.h"
#include "world/modes.h"
#include "world/session_tls.h"
#include "world/user.h"

static const char classes[] = "limits: { registration = \"30 s\"; };"
			      "classes: ( { name = \"all\"; flood_rate = 2; flood_burst = 10;"
			      " ping = \"60 s\"; ping_timeout = \"20 s\"; } );";

static void a_session_is_found_by_its_whole_id(void **state)
{
	struct world *world = world_of("");
	uint64_t id = (uint64_t) 9 << 32 | 5;
	struct session *session = session_from(world, id, "192.0.2.1");

	(void) state;
	assert_ptr_equal(session_find(world, id), session);
	assert_null(session_find(world, 5));
	assert_null(session_find(world, (uint64_t) 8 << 32 | 5));
	assert_null(session_find(world, 0));
	assert_null(session_find(world, (uint64_t) 9 << 32 | 6));
	assert_null(session_find(world, UINT64_MAX));
	assert_string_equal(session->listener, "default");
	assert_sound(world);
	world_free(world);
}

static void a_slot_is_used_by_one_at_a_time(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_from(world, (uint64_t) 1 << 32 | 5, "192.0.2.1");

	(void) state;
	assert_null(session_from(world, (uint64_t) 1 << 32 | 5, "192.0.2.1"));
	assert_null(session_from(world, (uint64_t) 2 << 32 | 5, "192.0.2.1"));
	session_end(world, session);
	assert_non_null(session_from(world, (uint64_t) 2 << 32 | 5, "192.0.2.1"));
	assert_null(session_find(world, (uint64_t) 1 << 32 | 5));
	world_sweep(world);
	assert_non_null(session_find(world, (uint64_t) 2 << 32 | 5));
	assert_sound(world);
	world_free(world);
}

static void ids_that_cannot_be_are_refused(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_null(session_from(world, 0, "192.0.2.1"));
	assert_null(session_from(world, UINT32_MAX, "192.0.2.1"));
	assert_null(session_from(world, 1u << 20, "192.0.2.1"));
	assert_non_null(session_from(world, (1u << 20) - 1, "192.0.2.1"));
	assert_int_equal(world->n_sessions, 1);
	world_free(world);
}

static void ending_twice_is_ending_once(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_from(world, 1, "192.0.2.1");

	(void) state;
	session_end(world, session);
	session_end(world, session);
	assert_int_equal(world->n_sessions, 0);
	assert_int_equal(world->n_unregistered, 0);
	assert_true(world_next_deadline(world) == UINT64_MAX);
	assert_non_null(world_check(world)); /* before the sweep */
	world_sweep(world);
	assert_sound(world);
	world_free(world);
}

static void before_it_is_registered_it_is_called_a_star(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_from(world, 1, "192.0.2.1");
	struct user *user;

	(void) state;
	assert_string_equal(session_nick(session), "*");
	mem_set_text(&session->registration->nick, "ana");
	assert_string_equal(session_nick(session), "*");
	assert_int_equal(world->n_unregistered, 1);
	user = user_new(world, "bea", "~b", "host", "Bea");
	session_attach(world, session, user);
	assert_string_equal(session_nick(session), "bea");
	assert_null(session->registration);
	assert_int_equal(world->n_unregistered, 0);
	assert_sound(world);
	world_free(world);
}

static void the_flood_budget_is_a_bucket(void **state)
{
	struct world *world = world_of(classes);
	struct session *session = session_from(world, 1, "192.0.2.1");

	(void) state;
	for (int i = 0; i < 10; i++)
		assert_false(session_spend(world, session, 1));
	assert_true(session_spend(world, session, 1));
	assert_false(session_can_spend(world, session));
	world_set_time(world, NOW_MS + 499, WALL_MS, 1);
	assert_false(session_can_spend(world, session));
	world_set_time(world, NOW_MS + 500, WALL_MS, 1);
	assert_true(session_can_spend(world, session));
	/* However long it rests, it has no more than the burst. */
	world_set_time(world, NOW_MS + 3600000, WALL_MS, 1);
	assert_false(session_spend(world, session, 10));
	assert_true(session_spend(world, session, 1));
	world_free(world);
}

static void without_a_rate_there_is_no_flood(void **state)
{
	struct world *world = world_of("classes: ( { name = \"all\"; flood_rate = 0; } );");
	struct session *session = session_from(world, 1, "192.0.2.1");

	(void) state;
	for (int i = 0; i < 1000; i++)
		assert_false(session_spend(world, session, UINT32_MAX));
	assert_true(session_can_spend(world, session));
	world_free(world);
}

static void timers_follow_the_life_of_a_session(void **state)
{
	struct world *world = world_of(classes);
	struct session *session = session_from(world, 1, "192.0.2.1");

	(void) state;
	assert_int_equal(world_next_deadline(world), NOW_MS + 30000);
	session_attach(world, session, user_new(world, "ana", "~a", "host", "Ana"));
	assert_int_equal(world_next_deadline(world), NOW_MS + 60000);
	session->pinged_ms = NOW_MS + 60000;
	session_set_timer(world, session);
	assert_int_equal(world_next_deadline(world), NOW_MS + 80000);
	session->pinged_ms = 0;
	session->active_ms = NOW_MS + 70000;
	session_set_timer(world, session);
	assert_int_equal(world_next_deadline(world), NOW_MS + 130000);
	world_free(world);
}

static void a_flood_pause_ends_when_there_is_budget_again(void **state)
{
	struct world *world = world_of(classes);
	struct session *session = session_from(world, 1, "192.0.2.1");

	(void) state;
	assert_true(session_spend(world, session, 14));
	session->pauses = SESSION_PAUSE_FLOOD;
	session_set_timer(world, session);
	assert_int_equal(world_next_deadline(world), NOW_MS + 2000);
	world_set_time(world, NOW_MS + 1999, WALL_MS, 1);
	assert_false(session_can_spend(world, session));
	world_set_time(world, NOW_MS + 2000, WALL_MS, 1);
	assert_true(session_can_spend(world, session));
	world_free(world);
}

static void a_reload_sets_classes_and_timers_anew(void **state)
{
	struct world *world = world_of(classes);
	struct settings *settings = settings_of(
		"classes: ( { name = \"home\"; addresses = [ \"10.0.0.0/8\" ]; ping = \"10 s\"; },"
		" { name = \"all\"; ping = \"20 s\"; } );");
	struct user *ana = user_of(world, 1, "ana");
	struct session *home = session_from(world, 2, "10.0.0.1");

	(void) state;
	session_attach(world, home, user_new(world, "bea", "~b", "host", "Bea"));
	world_set_settings(world, settings);
	settings_unref(settings);
	assert_string_equal(session_class(world, session_of(ana))->name, "all");
	assert_string_equal(session_class(world, home)->name, "home");
	assert_int_equal(world->census.classes[0], 1);
	assert_int_equal(world->census.classes[1], 1);
	assert_int_equal(home->timer.deadline_ms, NOW_MS + 10000);
	assert_int_equal(session_of(ana)->timer.deadline_ms, NOW_MS + 20000);
	assert_sound(world);
	world_free(world);
}

static void a_capability_of_a_later_release_is_left_out(void **state)
{
	struct world *world = world_of("");
	struct buffer bytes = { 0 };
	const char *reason;

	(void) state;
	session_from(world, 5, "192.0.2.1")->granted_caps = UINT64_C(1) << 63 | CAP_SERVER_TIME;
	world_save(world, &bytes);
	world_free(world);
	world = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(world);
	assert_int_equal(session_find(world, 5)->granted_caps, CAP_SERVER_TIME);
	assert_sound(world);
	buffer_done(&bytes);
	world_free(world);
}

static bool is_saved(const struct buffer *bytes, const char *text)
{
	return memmem(bytes->bytes, bytes->length, text, strlen(text));
}

static void others_get_a_world_without_passwords(void **state)
{
	CLEANUP(buffer_done) struct buffer whole = { 0 }, masked = { 0 };
	struct world *world = world_of(""), *again;
	const char *reason;

	(void) state;
	session_from(world, 3, "192.0.2.1");
	mem_set_text(&session_find(world, 3)->registration->password, "sesame");
	world_save(world, &whole);
	world_save_without_secrets(world, &masked);
	assert_true(is_saved(&whole, "sesame"));
	assert_false(is_saved(&masked, "sesame"));
	assert_int_equal(masked.length, whole.length);
	again = world_load(masked.bytes, masked.length, &reason);
	assert_non_null(again);
	assert_string_equal(session_find(again, 3)->registration->password, "******");
	assert_string_equal(session_find(world, 3)->registration->password, "sesame");
	world_free(again);
	world_free(world);
}

static struct session *secure_session(struct world *world, uint64_t id, struct tls_facts *facts)
{
	struct event event = { .kind = EVENT_CONNECTED,
		.session = id,
		.text = "default",
		.text_length = 7,
		.tls = facts };

	return session_new(world, &event);
}

/* An idle client with TLS must not cost more than these few bytes. */
static void only_a_certificate_is_stored_whole(void **state)
{
	struct tls_facts facts = { .version = 0x0304, .suite = 0x1301 };
	struct world *world = world_of("");
	struct session *session = secure_session(world, 1, &facts);

	(void) state;
	assert_true(session_is_secure(session));
	assert_null(session->extras);
	assert_null(session_tls_fingerprint(session));
	assert_string_equal(session_tls_version(session), "TLSv1.3");
	facts.has_certificate = true;
	facts.certificate_sha256[31] = 0xab;
	session = secure_session(world, 2, &facts);
	assert_int_equal(session_extras(session)->certificate->certificate_sha256[31], 0xab);
	assert_sound(world);
	world_free(world);
}

static void without_tls_a_session_is_not_secure(void **state)
{
	struct world *world = world_of("");
	struct session *session = session_from(world, 1, "192.0.2.1");

	(void) state;
	assert_false(session_is_secure(session));
	assert_null(session_tls_version(session));
	assert_null(session_tls_suite(session));
	assert_null(session_tls_fingerprint(session));
	world_free(world);
}

static void facts_of_tls_can_be_replaced(void **state)
{
	struct tls_facts facts = { .version = 0x0304, .suite = 0x1301, .has_certificate = true };
	struct world *world = world_of("");
	struct session *session = secure_session(world, 1, &facts);

	(void) state;
	facts.has_certificate = false;
	facts.version = 0x0303;
	session_tls_set(session, &facts);
	assert_null(session_extras(session)->certificate);
	assert_string_equal(session_tls_version(session), "TLSv1.2");
	session_tls_set(session, NULL);
	assert_false(session_is_secure(session));
	world_free(world);
}

/* As in a snapshot of a release that knows sessions and not their TLS. */
static void user_is_as_secure_as_its_session(void **state)
{
	struct tls_facts facts = { .version = 0x0304, .suite = 0x1301 };
	struct world *world = world_of("");
	struct session *session = secure_session(world, 1, &facts);
	struct user *user = user_new(world, "ana", "~ana", "host.example", "Ana");
	struct buffer bytes = { 0 };
	const char *reason = NULL;

	(void) state;
	session_attach(world, session, user);
	assert_true(user->flags & USER_FLAG_SECURE);
	session_tls_set(session, NULL);
	assert_non_null(world_check(world));
	world_save(world, &bytes);
	world_free(world);
	world = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(world);
	assert_false(user_find(world, "ana")->flags & USER_FLAG_SECURE);
	assert_sound(world);
	world_free(world);
	buffer_done(&bytes);
}

/* The order of connecting is another one, and the only one that the list of all sessions has. */
static void sessions_of_a_user_keep_the_order_in_which_they_joined(void **state)
{
	struct world *world = world_of("");
	struct session *early = session_from(world, 1, "192.0.2.1");
	struct session *first = session_from(world, 2, "192.0.2.2");
	struct user *user = user_new(world, "ana", "~ana", "host.example", "Ana");
	struct buffer bytes = { 0 };
	const char *reason = NULL;

	(void) state;
	session_attach(world, first, user);
	assert_false(session_has_others(first));
	session_attach(world, early, user);
	assert_true(session_has_others(first));
	assert_sound(world);
	world_save(world, &bytes);
	world_free(world);
	world = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(world);
	user = user_find(world, "ana");
	first = LIST_FIRST(&user->sessions, struct session, in_user);
	assert_int_equal(first->id, 2);
	session_end(world, first);
	world_sweep(world);
	early = LIST_FIRST(&user->sessions, struct session, in_user);
	assert_int_equal(early->id, 1);
	assert_false(session_has_others(early));
	assert_sound(world);
	world_free(world);
	buffer_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_found_by_its_whole_id),
		cmocka_unit_test(a_slot_is_used_by_one_at_a_time),
		cmocka_unit_test(ids_that_cannot_be_are_refused),
		cmocka_unit_test(ending_twice_is_ending_once),
		cmocka_unit_test(before_it_is_registered_it_is_called_a_star),
		cmocka_unit_test(the_flood_budget_is_a_bucket),
		cmocka_unit_test(without_a_rate_there_is_no_flood),
		cmocka_unit_test(timers_follow_the_life_of_a_session),
		cmocka_unit_test(a_flood_pause_ends_when_there_is_budget_again),
		cmocka_unit_test(a_reload_sets_classes_and_timers_anew),
		cmocka_unit_test(a_capability_of_a_later_release_is_left_out),
		cmocka_unit_test(others_get_a_world_without_passwords),
		cmocka_unit_test(only_a_certificate_is_stored_whole),
		cmocka_unit_test(without_tls_a_session_is_not_secure),
		cmocka_unit_test(facts_of_tls_can_be_replaced),
		cmocka_unit_test(user_is_as_secure_as_its_session),
		cmocka_unit_test(sessions_of_a_user_keep_the_order_in_which_they_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
