/* Two servers in one process: the first writes the log and leaves its descriptors, the second
 * continues from there. */
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

#include "daemon/trials.h"
#include "life.h"
#include "net/resume.h"
#include "survival/stopwatch.h"
#include "world/session.h"
#include "world/user.h"

#define WELCOME " 001 ana "

void __real_trials_reach_load(struct event_log *log, uint64_t number);
void __wrap_trials_reach_load(struct event_log *log, uint64_t number);

static uint64_t n_loaded; /* records of the last snapshot */

void __wrap_trials_reach_load(struct event_log *log, uint64_t number)
{
	n_loaded = number == 1 ? 1 : n_loaded + 1;
	assert_int_equal(number, n_loaded);
	__real_trials_reach_load(log, number);
}

uint64_t __wrap_stopwatch_lap(struct stopwatch *stopwatch);

static uint64_t n_laps; /* of the recovery; that many milliseconds each */

uint64_t __wrap_stopwatch_lap(struct stopwatch *stopwatch)
{
	(void) stopwatch;
	return n_laps++;
}

struct fixture {
	struct log log;
	struct life first;
	struct life second;
	struct descriptors left; /* by the first server */
	struct buffer logged;	 /* by the second server */
	char times[64];		 /* as logged */
	char events[24];
	int client_fd; /* ana's end */
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_RECOVERED) {
		buffer_format(&fixture->logged, "recovered %s ", fields[1]);
		snprintf(fixture->events, sizeof(fixture->events), "%s", fields[3]);
		snprintf(fixture->times, sizeof(fixture->times), "%s %s %s", fields[5], fields[7],
			fields[9]);
	}
	if (entry == LOGBOOK_RECOVERY_FAILED)
		buffer_format(&fixture->logged, "failed %s ", fields[1]);
	if (entry == LOGBOOK_EVENTS_DROPPED)
		buffer_format(&fixture->logged, "dropped %s ", fields[1]);
	if (entry == LOGBOOK_CLIENTS_LOST)
		buffer_format(&fixture->logged, "lost %s: %s ", fields[1], fields[3]);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	static const struct log no_log = { 0 };

	fixture->log = (struct log){ note_entry, fixture };
	fixture->client_fd = -1;
	*state = fixture;
	return life_start(&fixture->first, &no_log) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	life_end(&fixture->first);
	life_end(&fixture->second);
	descriptors_done(&fixture->left);
	buffer_done(&fixture->logged);
	if (fixture->client_fd >= 0)
		close(fixture->client_fd);
	free(fixture);
	return 0;
}

/* Returns the server's end. */
static int connect_client(struct fixture *fixture)
{
	int fds[2];

	life_pair(fds);
	fixture->client_fd = fds[0];
	return fds[1];
}

static void say(const struct fixture *fixture, const char *text)
{
	assert_int_equal(send(fixture->client_fd, text, strlen(text), 0), (ssize_t) strlen(text));
}

/* What the client has received so far; valid until the next call. */
static const char *hear(const struct fixture *fixture)
{
	static char text[8192];
	ssize_t length = recv(fixture->client_fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static void connect_first(struct fixture *fixture, const char *text)
{
	int fds[2];

	life_pair(fds);
	fixture->client_fd = fds[0];
	life_welcome(&fixture->first, fds, text);
}

static void register_ana(struct fixture *fixture)
{
	connect_first(fixture, "CAP LS\r\nNICK ana\r\nUSER ana 0 * :Ana\r\nCAP END\r\n");
}

/* The first process crashes, which closes its descriptors. */
static void die(struct fixture *fixture)
{
	life_die(&fixture->first, &fixture->left);
}

static bool recover(struct fixture *fixture)
{
	n_laps = 0;
	return life_recover(&fixture->second, &fixture->log, &fixture->left);
}

static const struct user *find_ana(const struct fixture *fixture)
{
	return user_find(engine_world(fixture->second.server.engine), "ana");
}

static size_t count_sessions(const struct fixture *fixture)
{
	return engine_world(fixture->second.server.engine)->n_sessions;
}

static void assert_logged(const struct fixture *fixture, const char *what)
{
	assert_string_equal(buffer_text(&fixture->logged), what);
}

/* Ana receives nothing twice, and gets answers. */
static void assert_ana_is_served(struct fixture *fixture)
{
	assert_non_null(find_ana(fixture));
	life_turn(&fixture->second);
	assert_string_equal(hear(fixture), "");
	say(fixture, "PING one\r\n");
	life_turn(&fixture->second);
	assert_non_null(strstr(hear(fixture), "PONG"));
}

static void after_a_death_the_log_is_enough(void **state)
{
	struct fixture *fixture = *state;

	register_ana(fixture);
	assert_non_null(strstr(hear(fixture), WELCOME));
	die(fixture);
	assert_true(recover(fixture));
	assert_logged(fixture, "recovered 1 ");
	assert_ana_is_served(fixture);
}

static void a_snapshot_is_as_good(void **state)
{
	struct fixture *fixture = *state;

	register_ana(fixture);
	assert_non_null(strstr(hear(fixture), WELCOME));
	assert_int_equal(survival_save_now(fixture->first.wiring.survival), 0);
	die(fixture);
	assert_true(recover(fixture));
	assert_logged(fixture, "recovered 1 ");
	assert_ana_is_served(fixture);
}

/* The first lap is the start, and the replay takes one of its own. */
static void each_part_is_timed_and_all_events_count(void **state)
{
	struct fixture *fixture = *state;

	register_ana(fixture);
	die(fixture);
	assert_true(recover(fixture));
	assert_string_equal(fixture->times, "1 3 4");
	assert_string_equal(fixture->events, "6");
}

static void the_settings_are_those_of_the_world(void **state)
{
	struct fixture *fixture = *state;
	const struct reload *reload;

	die(fixture);
	assert_true(recover(fixture));
	reload = fixture->second.reload;
	assert_ptr_equal(
		reload_settings(reload), engine_world(fixture->second.server.engine)->settings);
	assert_string_equal(reload_source_names(reload), "the settings of the last process");
	assert_int_equal(count_sessions(fixture), 0);
}

static void who_left_meanwhile_is_gone(void **state)
{
	struct fixture *fixture = *state;

	register_ana(fixture);
	die(fixture);
	close(fixture->client_fd);
	fixture->client_fd = -1;
	assert_true(recover(fixture));
	life_turn(&fixture->second);
	assert_null(find_ana(fixture));
}

/* The socket was parked, and the process crashed before it logged the event. */
static void a_socket_without_an_event_is_a_newcomer(void **state)
{
	struct fixture *fixture = *state;
	int fd = connect_client(fixture);
	uint64_t id = connections_reserve(fixture->first.server.connections);

	assert_int_equal(survival_park(fixture->first.wiring.survival, fd, id, "there"), 0);
	die(fixture);
	close(fd);
	assert_true(recover(fixture));
	assert_logged(fixture, "recovered 0 ");
	assert_int_equal(count_sessions(fixture), 1);
	say(fixture, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	life_turn(&fixture->second);
	life_turn(&fixture->second);
	assert_non_null(find_ana(fixture));
}

/* Later connections have events, so this one had ended. */
static void a_socket_of_an_ended_connection_is_turned_away(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = connections_reserve(fixture->first.server.connections);
	int fds[2];

	life_pair(fds);
	assert_int_equal(survival_park(fixture->first.wiring.survival, fds[1], id, "there"), 0);
	register_ana(fixture);
	assert_non_null(strstr(hear(fixture), WELCOME));
	die(fixture);
	close(fds[1]);
	assert_true(recover(fixture));
	assert_logged(fixture, "lost 1: they connected after the last state that papod could "
			       "restore recovered 1 ");
	assert_int_equal(count_sessions(fixture), 1);
	assert_ana_is_served(fixture);
	close(fds[0]);
}

static const struct wrapping_origin origin = { 3, 5 };

static struct tls_keys make_keys(void)
{
	struct tls_crypto *crypto = tls_crypto_new();
	uint8_t secret[TLS_SECRET_MAX];
	struct tls_keys keys;

	memset(secret, 7, sizeof(secret));
	assert_true(tls_keys_from_1_3_secrets(crypto, 0x1301, secret, secret, &keys));
	tls_crypto_free(crypto);
	return keys;
}

/* The process crashed before it logged the event, so the gate has heard nothing and will offer the
 * client again. */
static void a_client_of_a_gate_without_an_event_is_left_to_the_gate(void **state)
{
	struct fixture *fixture = *state;
	struct connections *connections = fixture->first.server.connections;
	const struct tls_keys keys = make_keys();
	const struct wrapping_setup wrapping = { .origin = origin, .keys = &keys };
	int fd = connect_client(fixture);
	uint64_t id = connections_reserve(connections);
	char byte;

	assert_int_equal(connection_wrap(connections, id, fd, &wrapping), 0);
	assert_int_equal(survival_park(fixture->first.wiring.survival, fd, id, "tls"), 0);
	die(fixture);
	assert_true(recover(fixture));
	assert_logged(fixture, "recovered 0 ");
	assert_int_equal(count_sessions(fixture), 0);
	connections = fixture->second.server.connections;
	assert_int_equal(connections_count(connections), 0);
	assert_true(connections_find_wrapped(connections, &origin) == 0);
	assert_int_equal(recv(fixture->client_fd, &byte, 1, MSG_DONTWAIT), -1); /* not closed */
	close(fd);								/* the gate's */
}

static void a_client_of_a_gate_goes_on(void **state)
{
	struct fixture *fixture = *state;
	const struct tls_keys keys = make_keys();
	const struct tls_facts facts = { .version = 0x0304, .suite = 0x1301 };
	const struct address address = { .family = ADDRESS_FAMILY_IPV4 };
	const struct clients_offer offer = { .fd = connect_client(fixture),
		.listener = "tls",
		.address = &address,
		.setup = { .origin = origin, .keys = &keys },
		.facts = &facts };
	struct connections *connections;

	assert_null(clients_adopt(fixture->first.server.clients, &offer));
	die(fixture);
	assert_true(recover(fixture));
	assert_logged(fixture, "recovered 1 ");
	assert_int_equal(count_sessions(fixture), 1);
	connections = fixture->second.server.connections;
	assert_true(connections_find_wrapped(connections, &origin) != 0);
	assert_int_equal(connections_count(connections), 1);
}

static void a_session_without_a_socket_ends(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->first.server.clients;
	int fd = connect_client(fixture);

	clients_welcome(clients, connections_reserve(clients_connections(clients)), fd, "here");
	die(fixture);
	close(fd);
	assert_true(recover(fixture));
	assert_logged(fixture, "lost 1: their sockets were not found recovered 0 ");
	assert_int_equal(count_sessions(fixture), 0);
}

/* Replace the first file of the log. */
static void spoil_log(struct fixture *fixture)
{
	int fd = memfd_create("spoilt", MFD_CLOEXEC);
	char name[64];

	assert_true(fd >= 0);
	snprintf(name, sizeof(name), "%s", fixture->left.files[0].name);
	close(descriptors_take(&fixture->left, name));
	descriptors_add(&fixture->left, fd, name);
}

static void if_nothing_can_be_used_the_clients_hear_why(void **state)
{
	struct fixture *fixture = *state;

	register_ana(fixture);
	assert_non_null(strstr(hear(fixture), WELCOME));
	die(fixture);
	spoil_log(fixture);
	assert_false(recover(fixture));
	assert_logged(
		fixture, "failed its files have other sizes lost 1: its files have other sizes ");
	assert_null(engine_world(fixture->second.server.engine));
	assert_non_null(strstr(hear(fixture), "ERROR :Closing link"));
}

/* An event with a different result in another release: without a snapshot, papod drops everything
 * after the replay. */
static void log_event_with_another_outcome(struct event_log *log)
{
	struct buffer bytes = { 0 };

	event_save(&bytes, &(struct event){ .kind = EVENT_TICK });
	assert_true(event_log_add_event(log, &bytes));
	assert_true(event_log_add_done(log, 1, 0));
	buffer_done(&bytes);
}

/* Otherwise their places would be overwritten in a log that has other contents there. */
static void passwords_of_a_log_that_is_given_up_are_not_looked_for(void **state)
{
	struct fixture *fixture = *state;

	connect_first(fixture, "PASS sesame\r\n");
	assert_int_equal(fixture->first.wiring.secrets.count, 1);
	log_event_with_another_outcome(survival_event_log(fixture->first.wiring.survival));
	die(fixture);
	assert_false(recover(fixture));
	assert_int_equal(fixture->second.wiring.secrets.count, 0);
}

/* With a snapshot, only what came after it is dropped. */
static void after_another_outcome_the_snapshot_is_enough(void **state)
{
	struct fixture *fixture = *state;

	register_ana(fixture);
	assert_non_null(strstr(hear(fixture), WELCOME));
	assert_int_equal(survival_save_now(fixture->first.wiring.survival), 0);
	log_event_with_another_outcome(survival_event_log(fixture->first.wiring.survival));
	die(fixture);
	assert_true(recover(fixture));
	assert_logged(fixture, "dropped the same event had another outcome recovered 1 ");
	assert_ana_is_served(fixture);
}

/* Five crashes at one short point: the log is dropped. */
static void after_many_crashes_the_snapshot_is_enough(void **state)
{
	struct fixture *fixture = *state;
	struct event_log *log = survival_event_log(fixture->first.wiring.survival);

	register_ana(fixture);
	assert_non_null(strstr(hear(fixture), WELCOME));
	assert_int_equal(survival_save_now(fixture->first.wiring.survival), 0);
	for (int i = 0; i < 5; i++) {
		trials_begin(log);
		trials_reach(log, TRIAL_LOOK);
	}
	die(fixture);
	assert_true(recover(fixture));
	assert_logged(
		fixture, "dropped papod crashed repeatedly while restoring its state recovered 1 ");
	assert_ana_is_served(fixture);
}

/* A crash at a record of the snapshot is told from one at another record. */
static void each_record_of_the_snapshot_is_noted(void **state)
{
	struct fixture *fixture = *state;

	register_ana(fixture);
	assert_non_null(strstr(hear(fixture), WELCOME));
	assert_int_equal(survival_save_now(fixture->first.wiring.survival), 0);
	die(fixture);
	n_loaded = 0;
	assert_true(recover(fixture));
	assert_true(n_loaded > 3);
	assert_ana_is_served(fixture);
}

/* And after seven, everything. */
static void after_more_crashes_nothing_is_enough(void **state)
{
	struct fixture *fixture = *state;
	struct event_log *log = survival_event_log(fixture->first.wiring.survival);

	register_ana(fixture);
	for (int i = 0; i < 7; i++) {
		trials_begin(log);
		trials_reach(log, TRIAL_LOOK);
	}
	die(fixture);
	assert_false(recover(fixture));
	assert_logged(fixture,
		"failed papod crashed repeatedly while restoring its state lost 1: papod crashed "
		"repeatedly while restoring its state ");
}

static int copy_left(const struct fixture *fixture, const char *name)
{
	for (size_t i = 0; i < fixture->left.count; i++)
		if (strcmp(fixture->left.files[i].name, name) == 0)
			return fcntl(fixture->left.files[i].fd, F_DUPFD_CLOEXEC, 0);
	return -1;
}

static bool has_text(int fd, const char *text)
{
	size_t length = sizeof(struct partial_lines);
	void *bytes = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
	bool has = memmem(bytes, length, text, strlen(text)) != NULL;

	assert_true(bytes != MAP_FAILED);
	munmap(bytes, length);
	return has;
}

static void input_of_lost_clients_is_overwritten(void **state)
{
	struct fixture *fixture = *state;
	int fd;

	connect_first(fixture, "PASS sesame");
	die(fixture);
	spoil_log(fixture);
	fd = copy_left(fixture, "papod-half-lines");
	assert_true(has_text(fd, "sesame"));
	assert_false(recover(fixture));
	assert_false(has_text(fd, "sesame"));
	close(fd);
}

static void with_nothing_left_nothing_is_done(void **state)
{
	struct fixture *fixture = *state;

	life_end(&fixture->first);
	assert_false(recover(fixture));
	assert_logged(fixture, "");
	assert_null(engine_world(fixture->second.server.engine));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_a_death_the_log_is_enough),
		TEST(a_snapshot_is_as_good),
		TEST(each_part_is_timed_and_all_events_count),
		TEST(the_settings_are_those_of_the_world),
		TEST(who_left_meanwhile_is_gone),
		TEST(a_socket_without_an_event_is_a_newcomer),
		TEST(a_socket_of_an_ended_connection_is_turned_away),
		TEST(a_client_of_a_gate_without_an_event_is_left_to_the_gate),
		TEST(a_client_of_a_gate_goes_on),
		TEST(a_session_without_a_socket_ends),
		TEST(if_nothing_can_be_used_the_clients_hear_why),
		TEST(passwords_of_a_log_that_is_given_up_are_not_looked_for),
		TEST(after_another_outcome_the_snapshot_is_enough),
		TEST(after_many_crashes_the_snapshot_is_enough),
		TEST(each_record_of_the_snapshot_is_noted),
		TEST(after_more_crashes_nothing_is_enough),
		TEST(input_of_lost_clients_is_overwritten),
		TEST(with_nothing_left_nothing_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
