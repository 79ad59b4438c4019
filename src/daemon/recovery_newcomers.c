/* Owns which newcomers a recovery admits. A socket may be found under two ids; then it is one
 * client. */
#include "daemon/recovery_newcomers.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/socket_set.h"
#include "net/resume.h"

struct newcomer {
	uint64_t id;
	int fd;
	bool is_again;	 /* the same socket was found under another id */
	bool is_unknown; /* nothing tells whose it is: turned away, unless it is found again */
	char *listener;
	struct newcomer *next;
};

void recovery_newcomers_add(struct recovery_newcomers *newcomers, int fd, uint64_t id,
	const char *listener, bool is_unknown)
{
	struct newcomer *newcomer = mem_new(sizeof(*newcomer));

	*newcomer = (struct newcomer){
		.id = id,
		.fd = fd,
		.is_unknown = is_unknown,
		.listener = mem_text(listener),
		.next = newcomers->first,
	};
	newcomers->first = newcomer;
}

static void refuse_newcomer(
	const struct recovery_newcomers *newcomers, const struct newcomer *newcomer)
{
	if (turned_away_add(newcomers->away, newcomer->fd, newcomer->id, TURNED_AWAY_SYSTEM))
		return;
	shutdown(newcomer->fd, SHUT_RDWR);
	survival_unpark(newcomers->needs->survival, newcomer->id);
	close(newcomer->fd);
}

static void add_attached(void *data, int fd, uint64_t id)
{
	(void) id;
	socket_set_add(data, fd);
}

/* The socket of a client that sleeps cannot be compared, so a Unix socket may be that. */
static bool may_be_asleep(const struct recovery_newcomers *newcomers, int fd)
{
	const struct parking *parking = survival_parking(newcomers->needs->survival);

	return parking && parking_asleep(parking) && listeners_peer_uid(fd) != UINT32_MAX;
}

static void add_proxied(const struct recovery_newcomers *newcomers, struct socket_set *proxied)
{
	for (const struct newcomer *it = newcomers->first; it; it = it->next)
		if (clients_is_proxied_id(it->id))
			socket_set_add(proxied, it->fd);
}

static bool may_be_found_twice(const struct recovery_newcomers *newcomers)
{
	for (const struct newcomer *it = newcomers->first; it; it = it->next)
		if (it->is_unknown || clients_is_proxied_id(it->id))
			return true;
	return false;
}

/* A process may die between the copy that it parks for a client of a proxy, and its event. Later
 * processes do not know that copy, and find it in the lots for a while. A socket whose header was
 * not removed is found twice too, if the crash was just before that. */
static void find_sockets_found_twice(const struct recovery_newcomers *newcomers)
{
	CLEANUP(socket_set_done) struct socket_set attached = { 0 }, proxied = { 0 };
	struct newcomer *newcomer;

	if (!may_be_found_twice(newcomers))
		return;
	connections_each_socket(
		clients_connections(newcomers->needs->clients), add_attached, &attached);
	socket_set_sort(&attached);
	add_proxied(newcomers, &proxied);
	socket_set_sort(&proxied);
	for (newcomer = newcomers->first; newcomer; newcomer = newcomer->next)
		if (clients_is_proxied_id(newcomer->id))
			newcomer->is_again = socket_set_has(&attached, newcomer->fd) ||
					     may_be_asleep(newcomers, newcomer->fd);
		else
			newcomer->is_again = socket_set_has(&attached, newcomer->fd) ||
					     socket_set_has(&proxied, newcomer->fd);
}

static void turn_away_unknown(
	const struct recovery_newcomers *newcomers, const struct newcomer *newcomer)
{
	if (turned_away_add(newcomers->away, newcomer->fd, newcomer->id, TURNED_AWAY_UNKNOWN))
		return;
	survival_unpark(newcomers->needs->survival, newcomer->id);
	close(newcomer->fd);
}

static void let_newcomer_in(
	const struct recovery_newcomers *newcomers, const struct newcomer *newcomer)
{
	struct clients *clients = newcomers->needs->clients;
	struct connections *connections = clients_connections(clients);

	if (newcomer->is_again) {
		survival_unpark(newcomers->needs->survival, newcomer->id);
		close(newcomer->fd);
	} else if (newcomer->is_unknown) {
		turn_away_unknown(newcomers, newcomer);
	} else if (clients_is_proxied_id(newcomer->id)) {
		clients_await_header(clients, newcomer->id, newcomer->fd, newcomer->listener);
	} else if (connections_add_detached(connections, newcomer->id) &&
		   connections_add(connections, newcomer->id, newcomer->fd, false)) {
		clients_welcome(clients, newcomer->id, newcomer->fd, newcomer->listener);
	} else {
		refuse_newcomer(newcomers, newcomer);
	}
}

void recovery_newcomers_let_in(struct recovery_newcomers *newcomers)
{
	struct newcomer *newcomer;

	find_sockets_found_twice(newcomers);
	while ((newcomer = newcomers->first)) {
		newcomers->first = newcomer->next;
		let_newcomer_in(newcomers, newcomer);
		free(newcomer->listener);
		free(newcomer);
	}
}
