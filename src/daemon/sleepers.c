/* Owns clients for whose sockets this process may not open descriptors, as the one before was
 * allowed more. They sleep in the parking lots: others see them, what is sent to them waits up to
 * their limits, and no timer runs against them. Each wakes when a descriptor becomes free. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/file_limit.h"
#include "daemon/server.h"
#include "daemon/turned_away.h"
#include "net/resume.h"
#include "world/session.h"

#define LOST "ERROR :Closing link (" LOST_REASON ")\r\n"
#define FULL "ERROR :The server is full, try again later\r\n"

struct ids {
	uint64_t *ids;
	size_t count;
};

struct waking {
	struct server *server;
	struct ids woken;
	struct ids lost;
};

static void add_id(struct ids *list, uint64_t id)
{
	list->ids = mem_resize(list->ids, list->count + 1, sizeof(*list->ids));
	list->ids[list->count++] = id;
}

static void say(int fd, const char *text)
{
	(void) !send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

int sleepers_fd_limit(struct server *server)
{
	uint64_t reserved = engine_world(server->engine)->settings->loop_reserved_files;
	uint64_t most_files = file_limit_raise();

	clients_limit_files(server->clients, most_files);
	if (most_files <= reserved)
		return 1;
	return most_files - reserved > INT32_MAX ? 0 : (int) (most_files - reserved);
}

bool sleepers_may_stay(const struct server *server, int fd, uint64_t id)
{
	int error = connections_look(server->connections, id, fd);

	if (error && error != -ESHUTDOWN)
		say(fd, error == -ENOENT && connections_is_to_come(server->connections, id) ? FULL
											    : LOST);
	return !error;
}

static void tell(struct server *server, uint64_t id, enum event_kind kind)
{
	struct event event = { .kind = (uint8_t) kind, .session = id };

	engine_handle(server->engine, &event);
}

/* Unless it knows already, or its session has ended. */
static bool is_news(const struct server *server, uint64_t id, enum event_kind kind)
{
	const struct session *session = session_find(engine_world(server->engine), id);

	return session && !(session->pauses & SESSION_PAUSE_ASLEEP) == (kind == EVENT_ASLEEP);
}

static void tell_all(struct server *server, struct ids *list, enum event_kind kind)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_news(server, list->ids[i], kind))
			tell(server, list->ids[i], kind);
	free(list->ids);
}

/* Two entries at most, however many come and go. */
static void report(struct server *server)
{
	size_t n_asleep = parking_asleep(survival_parking(server->survival));
	char clients[24];

	snprintf(clients, sizeof(clients), "%zu", n_asleep);
	if (n_asleep && !server->has_told_of_sleepers)
		log_entry(server->log, LOGBOOK_CLIENTS_ASLEEP, "CLIENTS", clients);
	else if (!n_asleep && server->has_told_of_sleepers)
		log_entry(server->log, LOGBOOK_CLIENTS_AWAKE);
	server->has_told_of_sleepers = n_asleep != 0;
	server->has_news = true;
}

static void find_woken(const struct server *server, struct ids *list)
{
	const struct session *session;

	LIST_EACH (session, &engine_world(server->engine)->sessions, in_world)
		if (session->pauses & SESSION_PAUSE_ASLEEP &&
			!parking_is_asleep(survival_parking(server->survival), session->id))
			add_id(list, session->id);
}

static void on_asleep(void *data, uint64_t id)
{
	struct waking *waking = data;

	connection_sleep(waking->server->connections, id);
	connections_skip_id(waking->server->connections, id);
	add_id(&waking->lost, id);
}

void sleepers_begin(struct server *server)
{
	struct waking waking = { .server = server };

	if (!survival_parking(server->survival))
		return;
	find_woken(server, &waking.woken);
	parking_each_asleep(survival_parking(server->survival), on_asleep, &waking);
	tell_all(server, &waking.woken, EVENT_AWAKE);
	tell_all(server, &waking.lost, EVENT_ASLEEP);
	report(server);
}

static bool wake(void *data, int fd, uint64_t id, const char *listener)
{
	struct waking *waking = data;

	(void) listener;
	if (connections_attach(waking->server->connections, id, fd) == 0) {
		add_id(&waking->woken, id);
		return true;
	}
	say(fd, LOST);
	add_id(&waking->lost, id);
	return false;
}

static bool stay(void *data, int fd, uint64_t id, const char *listener)
{
	const struct waking *waking = data;

	(void) listener;
	return sleepers_may_stay(waking->server, fd, id);
}

static void end_lost(struct server *server, struct ids *list)
{
	for (size_t i = 0; i < list->count; i++) {
		connection_abandon(server->connections, list->ids[i]);
		clients_end_session(server->clients, list->ids[i], LOST_REASON);
	}
	free(list->ids);
}

static bool has_room(const struct server *server, int fd_limit)
{
	int fd = fcntl(parking_ends(survival_parking(server->survival))[0].fd, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 && (!fd_limit || fd < fd_limit);
}

static void wake_all(struct server *server)
{
	struct waking waking = { .server = server };
	struct parking_visitor visitor = { .on_found = wake, .on_crowded = stay, .data = &waking };

	visitor.fd_limit = sleepers_fd_limit(server);
	if (!has_room(server, visitor.fd_limit))
		return;
	(void) parking_walk(survival_parking(server->survival), &visitor);
	tell_all(server, &waking.woken, EVENT_AWAKE);
	end_lost(server, &waking.lost);
	report(server);
	survival_settle(server->survival);
}

void sleepers_tick(struct server *server)
{
	if (survival_parking(server->survival) &&
		parking_asleep(survival_parking(server->survival)))
		wake_all(server);
}

static bool turn_away(void *data, int fd, uint64_t id, const char *listener)
{
	(void) id;
	(void) listener;
	say(fd, data);
	return false;
}

void sleepers_stop(struct server *server, const char *reason)
{
	struct parking_visitor visitor = { .on_found = turn_away };
	struct buffer farewell = { 0 };

	if (!survival_parking(server->survival) ||
		!parking_asleep(survival_parking(server->survival)))
		return;
	buffer_format(&farewell, "ERROR :Closing link (%s)\r\n", reason);
	visitor.data = farewell.bytes;
	(void) parking_walk(survival_parking(server->survival), &visitor);
	buffer_done(&farewell);
}

void sleepers_describe(const struct server *server, struct buffer *out)
{
	size_t n_asleep = survival_parking(server->survival)
				  ? parking_asleep(survival_parking(server->survival))
				  : 0;

	if (n_asleep)
		buffer_format(out,
			"; %zu client%s for file descriptors, raise LimitNOFILE=", n_asleep,
			n_asleep == 1 ? " waits" : "s wait");
}
