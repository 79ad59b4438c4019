/* Two servers in one process: the first one writes the log and leaves its descriptors, the second
 * one goes on from there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "config/settings.h"
#include "daemon/recovery.h"
#include "daemon/survival_wiring.h"
#include "net/resume.h"
#include "small_server.h"
#include "world/session.h"
#include "world/user.h"

#define WELCOME " 001 ana "

/* One process. */
struct life {
	struct small_server server;
	struct notifier *notifier;
	struct cloak_key *cloak_key;
	struct survival_wiring wiring;
	bool has_news;
	struct sleepers *sleepers;
	struct reload *reload;
	struct settings *settings;
};

struct fixture {
	struct log log;
	struct life first;
	struct life second;
	struct descriptors left; /* by the first one */
	struct buffer logged;	 /* by the second one */
	int listener_fd;
	struct sockaddr_in address;
	int client_fd; /* ana's end */
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_RECOVERED)
		buffer_format(&fixture->logged, "recovered %s ", fields[1]);
	if (entry == LOGBOOK_RECOVERY_FAILED)
		buffer_put_text(&fixture->logged, "failed ");
	if (entry == LOGBOOK_CLIENTS_LOST)
		buffer_format(&fixture->logged, "lost %s: %s ", fields[1], fields[3]);
}

static void note_news(void *data)
{
	(void) data;
}

static void make_reload(struct life *life, const struct log *log)
{
	const struct reload_needs needs = { .loop = life->server.loop,
		.log = log,
		.engine = life->server.engine,
		.clients = life->server.clients,
		.notifier = life->notifier,
		.cloak_key = life->cloak_key };

	life->reload = reload_new(&needs);
}

static void begin_life(struct life *life, const struct log *log)
{
	struct small_server *server = &life->server;

	*server = small_server_new();
	server->log = log;
	server->wiring = &life->wiring;
	small_server_serve(server);
	engine_set_world(server->engine, NULL);
	life->notifier = notifier_new();
	life->cloak_key = cloak_key_new(log);
	life->wiring = (struct survival_wiring){ .log = log,
		.loop = server->loop,
		.notifier = life->notifier,
		.parts = { server->connections, server->helpers, server->engine, NULL },
		.has_news = &life->has_news };
	survival_wiring_connect(&life->wiring);
	life->sleepers = sleepers_new(&(struct sleepers_needs){
		log, server->engine, server->clients, life->wiring.survival, note_news, NULL });
	make_reload(life, log);
}

/* Without a shutdown, as a process dies. */
static void end_life(struct life *life)
{
	if (!life->server.loop)
		return;
	reload_free(life->reload);
	sleepers_free(life->sleepers);
	small_server_done(&life->server);
	survival_wiring_done(&life->wiring);
	notifier_free(life->notifier);
	cloak_key_free(life->cloak_key);
	settings_unref(life->settings);
	*life = (struct life){ 0 };
}

static int listen_somewhere(struct sockaddr_in *ret_address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t length = sizeof(*ret_address);

	*ret_address = (struct sockaddr_in){ .sin_family = AF_INET };
	ret_address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *) ret_address, length) < 0 || listen(fd, 8) < 0 ||
		getsockname(fd, (struct sockaddr *) ret_address, &length) < 0)
		return -1;
	return fd;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct life *first = &fixture->first;
	static const struct log no_log = { 0 };

	fixture->log = (struct log){ note_entry, fixture };
	fixture->client_fd = -1;
	fixture->listener_fd = listen_somewhere(&fixture->address);
	begin_life(first, &no_log);
	engine_set_world(first->server.engine, world_new());
	survival_start(first->wiring.survival);
	if (fixture->listener_fd < 0 || survival_prepare(first->wiring.survival))
		return -1;
	first->settings = small_server_begin(&first->server);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	end_life(&fixture->first);
	end_life(&fixture->second);
	descriptors_done(&fixture->left);
	buffer_done(&fixture->logged);
	close(fixture->listener_fd);
	if (fixture->client_fd >= 0)
		close(fixture->client_fd);
	free(fixture);
	return 0;
}

static void turn(const struct life *life)
{
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(loop_turn(life->server.loop, 0), 0);
}

/* The server's end. */
static int connect_client(struct fixture *fixture)
{
	struct sockaddr *address = (struct sockaddr *) &fixture->address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, address, sizeof(fixture->address)), 0);
	fixture->client_fd = fd;
	fd = accept4(fixture->listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void say(const struct fixture *fixture, const char *text)
{
	assert_int_equal(send(fixture->client_fd, text, strlen(text), 0), (ssize_t) strlen(text));
}

/* What has come so far; valid until the next call. */
static const char *hear(const struct fixture *fixture)
{
	static char text[8192];
	ssize_t length = recv(fixture->client_fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static void register_ana(struct fixture *fixture)
{
	struct address address = { 0 };
	int fd = connect_client(fixture);

	assert_true(listeners_peer(fd, &address));
	clients_accept(fixture->first.server.clients, fd, "here", &address, false);
	say(fixture, "CAP LS\r\nNICK ana\r\nUSER ana 0 * :Ana\r\nCAP END\r\n");
	turn(&fixture->first);
}

/* From then on the first process is dead, and what it had open is closed. */
static void die(struct fixture *fixture)
{
	struct descriptors list = { 0 };

	survival_list(fixture->first.wiring.survival, &list);
	for (size_t i = 0; i < list.count; i++)
		descriptors_add(&fixture->left, fcntl(list.files[i].fd, F_DUPFD_CLOEXEC, 0),
			list.files[i].name);
	descriptors_forget(&list);
	end_life(&fixture->first);
}

static bool recover(struct fixture *fixture)
{
	struct life *life = &fixture->second;
	struct recovery_needs needs = { .log = &fixture->log };

	begin_life(life, &fixture->log);
	needs.engine = life->server.engine;
	needs.clients = life->server.clients;
	needs.helpers = life->server.helpers;
	needs.reload = life->reload;
	needs.survival = life->wiring.survival;
	needs.sleepers = life->sleepers;
	needs.cloak_key = life->cloak_key;
	needs.secrets = &life->wiring.secrets;
	return recovery_run(&needs, &fixture->left);
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

/* She hears nothing twice, and is answered. */
static void assert_ana_is_served(struct fixture *fixture)
{
	assert_non_null(find_ana(fixture));
	turn(&fixture->second);
	assert_string_equal(hear(fixture), "");
	say(fixture, "PING one\r\n");
	turn(&fixture->second);
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

static void the_settings_are_those_of_the_world(void **state)
{
	struct fixture *fixture = *state;
	const struct reload *reload;

	die(fixture);
	assert_true(recover(fixture));
	reload = fixture->second.reload;
	assert_ptr_equal(
		reload_settings(reload), engine_world(fixture->second.server.engine)->settings);
	assert_string_equal(reload_source_names(reload), "those of the last process");
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
	turn(&fixture->second);
	assert_null(find_ana(fixture));
}

/* It was parked, and the process died before the event was written. */
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
	turn(&fixture->second);
	turn(&fixture->second);
	assert_non_null(find_ana(fixture));
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

/* The first file of the log is another one. */
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
	assert_int_equal(strncmp(fixture->logged.bytes, "failed lost 1: ", 15), 0);
	assert_null(engine_world(fixture->second.server.engine));
	assert_non_null(strstr(hear(fixture), "ERROR :Closing link"));
}

static void with_nothing_left_nothing_is_done(void **state)
{
	struct fixture *fixture = *state;

	end_life(&fixture->first);
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
		TEST(the_settings_are_those_of_the_world),
		TEST(who_left_meanwhile_is_gone),
		TEST(a_socket_without_an_event_is_a_newcomer),
		TEST(a_session_without_a_socket_ends),
		TEST(if_nothing_can_be_used_the_clients_hear_why),
		TEST(with_nothing_left_nothing_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
