/* What the core asks of helpers: each question has its answer, or is still to be asked again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "small_server.h"

#define QUESTIONS 1024
#define LONG_MS 60000

struct fixture {
	struct server server;
	struct log log;
	size_t n_entries;
	struct settings settings;
	struct outbox outbox;
	char directory[32];
	char path[64];
	int listener; /* a systemd-resolved that never answers */
};

static void count_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	(void) entry;
	(void) fields;
	fixture->n_entries++;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, 128) < 0)
		return -1;
	return fd;
}

static void use_worker_for(struct fixture *fixture, size_t most_jobs)
{
	struct server *server = &fixture->server;

	worker_free(server->verifier);
	assert_int_equal(
		worker_new(server->loop, most_jobs, server_verified, server, &server->verifier), 0);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct server *server = &fixture->server;
	struct resolver_calls calls = { server_named, server };

	*server = small_server_new();
	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/socket", fixture->directory);
	fixture->listener = listen_at(fixture->path);
	fixture->log = (struct log){ count_entry, fixture };
	fixture->settings.dns_timeout_ms = LONG_MS;
	server->log = &fixture->log;
	server->settings = &fixture->settings;
	small_server_serve(server);
	use_worker_for(fixture, 10);
	*state = fixture;
	return fixture->listener < 0 ||
	       resolver_new(server->loop, server->log, fixture->path, &calls, &server->resolver);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	worker_free(fixture->server.verifier);
	resolver_free(fixture->server.resolver);
	outbox_done(&fixture->outbox);
	small_server_done(&fixture->server);
	close(fixture->listener);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void carry_out(struct fixture *fixture)
{
	server_carry_out(&fixture->server, &fixture->outbox);
	outbox_clear(&fixture->outbox);
}

static void ask_password(struct fixture *fixture, uint64_t session)
{
	outbox_verify(&fixture->outbox, session, session, "*0", "word");
	carry_out(fixture);
}

static void ask_name(struct fixture *fixture, uint64_t session)
{
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	outbox_lookup(&fixture->outbox, session, session, &address);
	carry_out(fixture);
}

static size_t count_requests(const struct fixture *fixture)
{
	return fixture->server.requests.count;
}

static void a_password_is_asked_for_until_it_is_answered(void **state)
{
	struct fixture *fixture = *state;

	ask_password(fixture, 7);
	assert_int_equal(count_requests(fixture), 1);
	while (count_requests(fixture))
		assert_int_equal(loop_turn(fixture->server.loop, UINT64_MAX), 0);
}

/* Refused, it is answered at once; and the next one is asked as if nothing had been. */
static void a_password_too_many_is_answered_at_once(void **state)
{
	struct fixture *fixture = *state;

	use_worker_for(fixture, 0);
	for (uint64_t i = 1; i <= 3; i++) {
		ask_password(fixture, i);
		assert_int_equal(count_requests(fixture), 0);
	}
	use_worker_for(fixture, 10);
	a_password_is_asked_for_until_it_is_answered(state);
}

static void a_name_too_many_is_answered_at_once(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t i = 1; i <= QUESTIONS; i++)
		ask_name(fixture, i);
	assert_int_equal(count_requests(fixture), QUESTIONS);
	ask_name(fixture, QUESTIONS + 1);
	assert_int_equal(count_requests(fixture), QUESTIONS);
	assert_int_equal(fixture->server.requests.asked[QUESTIONS - 1].session, QUESTIONS);
	outbox_add(&fixture->outbox, EFFECT_CLOSE, 5);
	carry_out(fixture);
	assert_int_equal(count_requests(fixture), QUESTIONS - 1);
	ask_name(fixture, QUESTIONS + 1);
	assert_int_equal(count_requests(fixture), QUESTIONS);
}

static void who_is_closed_wants_no_answers(void **state)
{
	struct fixture *fixture = *state;

	ask_name(fixture, 7);
	ask_name(fixture, 8);
	outbox_add(&fixture->outbox, EFFECT_CLOSE, 7);
	carry_out(fixture);
	assert_int_equal(count_requests(fixture), 1);
	assert_int_equal(fixture->server.requests.asked[0].session, 8);
	outbox_add(&fixture->outbox, EFFECT_CLOSE, 8);
	carry_out(fixture);
	assert_true(resolver_next_deadline(fixture->server.resolver) == UINT64_MAX);
}

static void who_has_left_wants_no_answers(void **state)
{
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;

	ask_name(fixture, 7);
	ask_name(fixture, 8);
	server_connection_callbacks.on_closed(server, 7, "Connection closed");
	assert_int_equal(count_requests(fixture), 1);
	assert_int_equal(server->requests.asked[0].session, 8);
	server_drop(server, 8, "why");
	assert_int_equal(count_requests(fixture), 0);
	assert_true(resolver_next_deadline(server->resolver) == UINT64_MAX);
}

static void a_name_is_waited_for_as_long_as_the_settings_say(void **state)
{
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;

	ask_name(fixture, 7);
	assert_true(
		resolver_next_deadline(server->resolver) == loop_now_ms(server->loop) + LONG_MS);
	fixture->settings.dns_timeout_ms = 0;
	ask_name(fixture, 8);
	resolver_tick(server->resolver);
	assert_int_equal(count_requests(fixture), 1);
	assert_int_equal(server->requests.asked[0].session, 7);
}

/* What is gone through again was asked by another process, and is asked when all is there. */
static void while_it_replays_nobody_else_hears_of_it(void **state)
{
	static const char *const fields[] = { "NICK", "ana", NULL };
	struct fixture *fixture = *state;
	struct server *server = &fixture->server;

	server->is_replaying = true;
	ask_password(fixture, 7);
	ask_name(fixture, 8);
	outbox_log_fields(&fixture->outbox, LOGBOOK_CLIENT_CLOSED, fields);
	outbox_add(&fixture->outbox, EFFECT_RESTART, 9);
	carry_out(fixture);
	assert_int_equal(count_requests(fixture), 2);
	assert_true(resolver_next_deadline(server->resolver) == UINT64_MAX);
	assert_int_equal(fixture->n_entries, 0);
	assert_false(server->is_stopping || server->handover.is_wanted);
	server->is_replaying = false;
	outbox_log_fields(&fixture->outbox, LOGBOOK_CLIENT_CLOSED, fields);
	carry_out(fixture);
	assert_int_equal(fixture->n_entries, 1);
}

static void a_reload_is_for_whoever_asked_last(void **state)
{
	struct fixture *fixture = *state;

	outbox_add(&fixture->outbox, EFFECT_RELOAD, 7);
	outbox_add(&fixture->outbox, EFFECT_RELOAD, 8);
	carry_out(fixture);
	assert_true(fixture->server.wants_reload);
	assert_int_equal(fixture->server.reload_session, 8);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_password_is_asked_for_until_it_is_answered),
		TEST(a_password_too_many_is_answered_at_once),
		TEST(a_name_too_many_is_answered_at_once),
		TEST(who_is_closed_wants_no_answers),
		TEST(who_has_left_wants_no_answers),
		TEST(a_name_is_waited_for_as_long_as_the_settings_say),
		TEST(while_it_replays_nobody_else_hears_of_it),
		TEST(a_reload_is_for_whoever_asked_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
