/* Owns the start and the crash of a server without a process of its own. */
#include "life.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/settings.h"

static void note_news(void *data)
{
	struct life *life = data;

	life->has_news = true;
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
	server->config = life->config;
	server->wiring = &life->wiring;
	small_server_serve(server);
	engine_set_world(server->engine, NULL);
	life->notifier = notifier_new();
	life->cloak_key = cloak_key_new(log);
	life->wiring = (struct survival_wiring){ .log = log,
		.loop = server->loop,
		.notifier = life->notifier,
		.parts = { server->connections, server->helpers, server->engine, NULL },
		.proxied = clients_proxied(server->clients),
		.has_news = &life->has_news };
	survival_wiring_connect(&life->wiring);
	life->sleepers = sleepers_new(&(struct sleepers_needs){
		log, server->engine, server->clients, life->wiring.survival, note_news, life });
	make_reload(life, log);
}

void life_end(struct life *life)
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

bool life_start(struct life *life, const struct log *log)
{
	begin_life(life, log);
	engine_set_world(life->server.engine, world_new());
	survival_start(life->wiring.survival);
	if (survival_prepare(life->wiring.survival))
		return false;
	life->settings = small_server_begin(&life->server);
	return true;
}

bool life_recover(struct life *life, const struct log *log, struct descriptors *left)
{
	struct recovery_needs needs = { .log = log };

	begin_life(life, log);
	needs.engine = life->server.engine;
	needs.clients = life->server.clients;
	needs.helpers = life->server.helpers;
	needs.reload = life->reload;
	needs.survival = life->wiring.survival;
	needs.sleepers = life->sleepers;
	needs.cloak_key = life->cloak_key;
	needs.secrets = &life->wiring.secrets;
	return recovery_run(&needs, left);
}

void life_turn(const struct life *life)
{
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(loop_turn(life->server.loop, 0), 0);
}

void life_die(struct life *life, struct descriptors *left)
{
	struct descriptors list = { 0 };

	survival_list(life->wiring.survival, &list);
	for (size_t i = 0; i < list.count; i++)
		descriptors_add(
			left, fcntl(list.files[i].fd, F_DUPFD_CLOEXEC, 0), list.files[i].name);
	descriptors_forget(&list);
	life_end(life);
}

void life_pair(int ret_fds[2])
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ret_fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listener, (struct sockaddr *) &address, length), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *) &address, &length), 0);
	assert_int_equal(connect(ret_fds[0], (struct sockaddr *) &address, length), 0);
	ret_fds[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(ret_fds[1] >= 0);
	/* Data must arrive at once, not after the acknowledgement of earlier data. */
	assert_int_equal(
		setsockopt(ret_fds[0], IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)), 0);
	close(listener);
}

void life_welcome(struct life *life, const int fds[2], const char *text)
{
	struct address address = { 0 };

	assert_true(listeners_peer(fds[1], &address));
	clients_accept(life->server.clients, fds[1], "here", &address, false);
	assert_int_equal(send(fds[0], text, strlen(text), 0), (ssize_t) strlen(text));
	life_turn(life);
}
