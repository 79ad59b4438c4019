/* Ana, Bea and Cleo were connected, and the next process has descriptors for fewer of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "life.h"
#include "net/resume.h"
#include "net/wrapping.h"
#include "world/session.h"
#include "world/user.h"

#define RESERVED_FILES 64 /* the default of loop.reserved_files */
#define REASON "papod is shutting down"

enum name {
	ANA,
	BEA,
	CLEO,
	NAMES
};

static const char *const names[NAMES] = { "ana", "bea", "cleo" };

struct fixture {
	struct log log;
	struct life lives[3];
	struct life *now;
	struct descriptors left;
	struct buffer logged;
	int client_fds[NAMES];
	int server_fds[NAMES]; /* copies of the server's descriptors */
	uint64_t ids[NAMES];
};

/* The limit is computed when requested, after a recovery has opened its other files. */
static struct {
	size_t n_free; /* descriptors that clients may still get then */
	uint64_t limit;
} files;

static size_t n_told; /* sessions notified that they sleep or are awake */

uint64_t __wrap_file_limit_raise(void);
void __wrap_engine_handle(struct engine *engine, const struct event *event);
void __real_engine_handle(struct engine *engine, const struct event *event);

static uint64_t find_limit(size_t n_free)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	uint64_t limit = n_free ? find_limit(n_free - 1) : (uint64_t) fd + RESERVED_FILES;

	assert_true(fd >= 0);
	close(fd);
	return limit;
}

uint64_t __wrap_file_limit_raise(void)
{
	if (!files.limit)
		files.limit = find_limit(files.n_free);
	return files.limit;
}

void __wrap_engine_handle(struct engine *engine, const struct event *event)
{
	n_told += event->kind == EVENT_ASLEEP || event->kind == EVENT_AWAKE;
	__real_engine_handle(engine, event);
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_CLIENTS_ASLEEP)
		buffer_format(&fixture->logged, "asleep %s ", fields[1]);
	if (entry == LOGBOOK_CLIENTS_AWAKE)
		buffer_put_text(&fixture->logged, "awake ");
}

static void say(const struct fixture *fixture, enum name who, const char *text)
{
	assert_int_equal(
		send(fixture->client_fds[who], text, strlen(text), 0), (ssize_t) strlen(text));
}

/* What the client has received so far; valid until the next call. */
static const char *hear(const struct fixture *fixture, enum name who)
{
	static char text[16384];
	ssize_t length = recv(fixture->client_fds[who], text, sizeof(text) - 1, MSG_DONTWAIT);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static const struct session *find_session(const struct fixture *fixture, enum name who)
{
	return session_find(engine_world(fixture->now->server.engine), fixture->ids[who]);
}

static uint64_t find_id(const struct fixture *fixture, const char *nick)
{
	const struct user *user = user_find(engine_world(fixture->now->server.engine), nick);
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		return session->id;
	return 0;
}

static void welcome(struct fixture *fixture, enum name who)
{
	char text[128];
	int fds[2];

	snprintf(text, sizeof(text), "NICK %s\r\nUSER %s 0 * :One\r\nJOIN #tea\r\n", names[who],
		names[who]);
	life_pair(fds);
	fixture->client_fds[who] = fds[0];
	fixture->server_fds[who] = fcntl(fds[1], F_DUPFD_CLOEXEC, 0);
	life_welcome(fixture->now, fds, text);
	fixture->ids[who] = find_id(fixture, names[who]);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->log = (struct log){ note_entry, fixture };
	fixture->now = &fixture->lives[0];
	*state = fixture;
	if (!life_start(fixture->now, &fixture->log))
		return -1;
	for (enum name who = 0; who < NAMES; who++)
		welcome(fixture, who);
	for (enum name who = 0; who < NAMES; who++)
		assert_non_null(strstr(hear(fixture, who), " 001 "));
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	life_end(fixture->now);
	descriptors_done(&fixture->left);
	buffer_done(&fixture->logged);
	for (enum name who = 0; who < NAMES; who++) {
		close(fixture->client_fds[who]);
		close(fixture->server_fds[who]);
	}
	free(fixture);
	return 0;
}

static void die_and_recover(struct fixture *fixture, size_t n_free)
{
	life_die(fixture->now, &fixture->left);
	fixture->now++;
	files.n_free = n_free;
	files.limit = 0;
	assert_true(life_recover(fixture->now, &fixture->log, &fixture->left));
	descriptors_done(&fixture->left);
}

static void tick(const struct fixture *fixture)
{
	life_turn(fixture->now);
	sleepers_tick(fixture->now->sleepers);
	life_turn(fixture->now);
}

/* Checks which open sessions are asleep. */
static void assert_asleep(const struct fixture *fixture, const char *who_sleep)
{
	struct buffer text = { 0 };

	for (enum name who = 0; who < NAMES; who++) {
		const struct session *session = find_session(fixture, who);

		if (session && session->pauses & SESSION_PAUSE_ASLEEP)
			buffer_format(&text, "%s ", names[who]);
	}
	assert_string_equal(buffer_text(&text), who_sleep);
	buffer_done(&text);
}

static void assert_logged(struct fixture *fixture, const char *what)
{
	assert_string_equal(buffer_text(&fixture->logged), what);
	buffer_clear(&fixture->logged);
}

static void assert_status(const struct fixture *fixture, const char *text)
{
	struct buffer status = { 0 };

	sleepers_describe(fixture->now->sleepers, &status);
	assert_string_equal(buffer_text(&status), text);
	buffer_done(&status);
}

static void assert_served(const struct fixture *fixture, enum name who)
{
	say(fixture, who, "PING one\r\n");
	life_turn(fixture->now);
	assert_non_null(strstr(hear(fixture, who), "PONG"));
}

static void assert_ended(const struct fixture *fixture, enum name who)
{
	char byte;

	assert_int_equal(recv(fixture->client_fds[who], &byte, 1, MSG_DONTWAIT), 0);
}

static void leave(const struct fixture *fixture, enum name who)
{
	say(fixture, who, "QUIT\r\n");
	life_turn(fixture->now);
	assert_non_null(strstr(hear(fixture, who), "ERROR"));
	assert_int_equal(shutdown(fixture->client_fds[who], SHUT_RDWR), 0);
	tick(fixture);
}

static void who_does_not_fit_sleeps(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	assert_asleep(fixture, "bea cleo ");
	assert_logged(fixture, "asleep 2 ");
	assert_true(fixture->now->has_news);
	assert_served(fixture, ANA);
	say(fixture, BEA, "PING one\r\n");
	life_turn(fixture->now);
	assert_string_equal(hear(fixture, BEA), "");
}

static void if_all_fit_nobody_sleeps(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 3);
	assert_asleep(fixture, "");
	assert_logged(fixture, "");
	assert_status(fixture, "");
	for (enum name who = 0; who < NAMES; who++)
		assert_served(fixture, who);
}

static void without_room_nobody_wakes(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	fixture->now->has_news = false;
	tick(fixture);
	assert_asleep(fixture, "bea cleo ");
	assert_false(fixture->now->has_news);
}

static void who_came_first_wakes_first(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	leave(fixture, ANA);
	assert_asleep(fixture, "cleo ");
	assert_served(fixture, BEA);
	leave(fixture, BEA);
	assert_asleep(fixture, "");
	assert_served(fixture, CLEO);
}

static void a_higher_limit_wakes_all(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	files.limit += 100;
	tick(fixture);
	assert_asleep(fixture, "");
	for (enum name who = 0; who < NAMES; who++)
		assert_served(fixture, who);
	/* Without a service manager, only sleepers need the lots. */
	assert_null(survival_parking(fixture->now->wiring.survival));
	tick(fixture);
}

static void the_log_has_the_first_and_the_last(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	assert_logged(fixture, "asleep 2 ");
	leave(fixture, ANA);
	assert_logged(fixture, "");
	leave(fixture, BEA);
	assert_logged(fixture, "awake ");
}

static void the_status_has_how_many_sleep(void **state)
{
	struct fixture *fixture = *state;

	assert_status(fixture, "");
	die_and_recover(fixture, 1);
	assert_status(fixture, "; 2 clients wait for file descriptors, raise LimitNOFILE=");
	fixture->now->has_news = false;
	leave(fixture, ANA);
	assert_status(fixture, "; 1 client waits for file descriptors, raise LimitNOFILE=");
	assert_true(fixture->now->has_news);
	leave(fixture, BEA);
	assert_status(fixture, "");
}

static void what_is_sent_meanwhile_waits(void **state)
{
	struct fixture *fixture = *state;
	const char *heard;

	die_and_recover(fixture, 1);
	say(fixture, BEA, "PING two\r\n");
	say(fixture, ANA, "PRIVMSG bea :one\r\n");
	tick(fixture);
	assert_string_equal(hear(fixture, BEA), "");
	files.limit += 100;
	tick(fixture);
	heard = strstr(hear(fixture, BEA), "PRIVMSG bea :one\r\n");
	assert_non_null(heard);
	assert_non_null(strstr(heard, "PONG"));
}

static void too_much_ends_the_session(void **state)
{
	struct fixture *fixture = *state;
	const char *heard;

	die_and_recover(fixture, 1);
	connection_set_limits(fixture->now->server.connections, fixture->ids[BEA], 100, 10000);
	say(fixture, ANA, "PRIVMSG bea :one\r\n");
	tick(fixture);
	assert_non_null(find_session(fixture, BEA));
	say(fixture, ANA, "PRIVMSG bea :two, with a text that is too long for what is left\r\n");
	tick(fixture);
	assert_null(find_session(fixture, BEA));
	assert_non_null(strstr(hear(fixture, ANA), " QUIT :SendQ exceeded"));
	files.limit += 100;
	tick(fixture);
	heard = hear(fixture, BEA);
	assert_int_equal(strncmp(heard, "ERROR :", 7), 0);
	assert_non_null(strstr(heard, "SendQ exceeded"));
}

/* Another process has written to her socket. */
static void who_cannot_go_on_is_lost_on_waking(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	assert_int_equal(send(fixture->server_fds[BEA], "?", 1, 0), 1);
	files.limit += 100;
	tick(fixture);
	assert_null(find_session(fixture, BEA));
	assert_string_equal(
		hear(fixture, BEA), "?ERROR :Closing link (Lost while the server restarted)\r\n");
	assert_ended(fixture, BEA);
	assert_int_equal(connections_next_detached(fixture->now->server.connections, 0), 0);
	assert_non_null(strstr(hear(fixture, ANA), " QUIT :Lost while the server restarted"));
	assert_served(fixture, CLEO);
}

static void the_end_reaches_who_sleeps(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	sleepers_stop(fixture->now->sleepers, REASON);
	for (enum name who = BEA; who < NAMES; who++) {
		assert_string_equal(hear(fixture, who), "ERROR :Closing link (" REASON ")\r\n");
		assert_ended(fixture, who);
	}
	assert_served(fixture, ANA);
}

/* From now on her connection has TLS, but with keys that cannot be used. */
static void wrap_badly(const struct fixture *fixture, enum name who)
{
	struct wrappings *wrappings = mmap(NULL, sizeof(*wrappings), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(wrappings != MAP_FAILED);
	connections_keep_wrappings(fixture->now->server.connections, wrappings);
	wrappings->slots[(uint32_t) fixture->ids[who]].id = fixture->ids[who];
}

static void no_plain_text_reaches_tls_on_waking(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	wrap_badly(fixture, BEA);
	files.limit += 100;
	tick(fixture);
	assert_null(find_session(fixture, BEA));
	assert_string_equal(hear(fixture, BEA), "");
	assert_ended(fixture, BEA);
}

static void no_plain_text_reaches_tls_at_the_end(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	wrap_badly(fixture, BEA);
	sleepers_stop(fixture->now->sleepers, REASON);
	assert_string_equal(hear(fixture, BEA), "");
	assert_ended(fixture, BEA);
	assert_string_equal(hear(fixture, CLEO), "ERROR :Closing link (" REASON ")\r\n");
}

static void the_end_is_nothing_new_to_who_is_awake(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 3);
	survival_settle(fixture->now->wiring.survival); /* drops the lots */
	sleepers_stop(fixture->now->sleepers, REASON);
	for (enum name who = 0; who < NAMES; who++)
		assert_served(fixture, who);
}

static void another_death_wakes_who_fits_now(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	n_told = 0;
	die_and_recover(fixture, 2);
	assert_int_equal(n_told, 1); /* Bea's; Cleo's session knows already */
	assert_asleep(fixture, "cleo ");
	assert_logged(fixture, "asleep 2 asleep 1 ");
	assert_served(fixture, ANA);
	assert_served(fixture, BEA);
}

static void expect_stay(struct fixture *fixture, uint64_t id, const char *farewell)
{
	int fds[2];

	life_pair(fds);
	assert_false(sleepers_may_stay(fixture->now->sleepers, fds[1], id));
	close(fds[1]);
	close(fixture->client_fds[ANA]);
	fixture->client_fds[ANA] = fds[0];
	assert_string_equal(hear(fixture, ANA), farewell);
}

static void who_may_not_sleep_hears_why(void **state)
{
	struct fixture *fixture = *state;

	die_and_recover(fixture, 1);
	expect_stay(fixture, fixture->ids[CLEO] + (1ull << 32),
		"ERROR :The server is full, try again later\r\n");
	expect_stay(fixture, fixture->ids[ANA],
		"ERROR :Closing link (Lost while the server restarted)\r\n");
}

static void who_was_closed_and_has_all_may_not_sleep(void **state)
{
	struct fixture *fixture = *state;
	const struct sleepers *sleepers;

	die_and_recover(fixture, 1);
	sleepers = fixture->now->sleepers;
	assert_true(sleepers_may_stay(sleepers, fixture->server_fds[BEA], fixture->ids[BEA]));
	connection_close(fixture->now->server.connections, fixture->ids[BEA]);
	assert_false(sleepers_may_stay(sleepers, fixture->server_fds[BEA], fixture->ids[BEA]));
	assert_string_equal(hear(fixture, BEA), "");
}

static void reserved_files_are_not_for_clients(void **state)
{
	struct fixture *fixture = *state;
	const struct sleepers *sleepers = fixture->now->sleepers;

	files.limit = RESERVED_FILES + 9;
	assert_int_equal(sleepers_fd_limit(sleepers), 9);
	assert_int_equal(clients_most_files(fixture->now->server.clients), RESERVED_FILES + 9);
	files.limit = RESERVED_FILES;
	assert_int_equal(sleepers_fd_limit(sleepers), 1); /* zero would be no limit */
	files.limit = UINT64_MAX;
	assert_int_equal(sleepers_fd_limit(sleepers), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_does_not_fit_sleeps),
		TEST(if_all_fit_nobody_sleeps),
		TEST(without_room_nobody_wakes),
		TEST(who_came_first_wakes_first),
		TEST(a_higher_limit_wakes_all),
		TEST(the_log_has_the_first_and_the_last),
		TEST(the_status_has_how_many_sleep),
		TEST(what_is_sent_meanwhile_waits),
		TEST(too_much_ends_the_session),
		TEST(who_cannot_go_on_is_lost_on_waking),
		TEST(the_end_reaches_who_sleeps),
		TEST(no_plain_text_reaches_tls_on_waking),
		TEST(no_plain_text_reaches_tls_at_the_end),
		TEST(the_end_is_nothing_new_to_who_is_awake),
		TEST(another_death_wakes_who_fits_now),
		TEST(who_may_not_sleep_hears_why),
		TEST(who_was_closed_and_has_all_may_not_sleep),
		TEST(reserved_files_are_not_for_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
