/* Owns putting clients to sleep and waking them. */
#include "daemon/sleepers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/file_limit.h"
#include "daemon/turned_away.h"
#include "net/resume.h"
#include "net/wrapping.h"
#include "world/session.h"

#define LOST "ERROR :Closing link (" LOST_REASON ")\r\n"

struct sleepers {
	struct sleepers_needs needs;
	bool has_told; /* the log reports sleepers */
};

struct ids {
	uint64_t *ids;
	size_t count;
};

struct waking {
	struct sleepers *sleepers;
	struct ids woken;
	struct ids lost;
};

static void add_id(struct ids *list, uint64_t id)
{
	list->ids = mem_resize(list->ids, list->count + 1, sizeof(*list->ids));
	list->ids[list->count++] = id;
}

static struct connections *connections_of(const struct sleepers *sleepers)
{
	return clients_connections(sleepers->needs.clients);
}

/* Plain text between records would only look like an attack. */
static void send_text(const struct sleepers *sleepers, int fd, uint64_t id, const char *text)
{
	if (!connection_is_wrapped(connections_of(sleepers), id))
		(void) !send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* NULL: no socket is parked, so none sleeps. */
static struct parking *parking_of(const struct sleepers *sleepers)
{
	return survival_parking(sleepers->needs.survival);
}

int sleepers_fd_limit(const struct sleepers *sleepers)
{
	uint64_t reserved = engine_world(sleepers->needs.engine)->settings->loop_reserved_files;
	uint64_t most_files = file_limit_raise();

	clients_limit_files(sleepers->needs.clients, most_files);
	if (most_files <= reserved)
		return 1;
	return most_files - reserved > INT32_MAX ? 0 : (int) (most_files - reserved);
}

/* A socket that is parked as that of a proxy may be parked as that of a client too, and then it is
 * the client's. Only the byte counts of TCP show that it is not. */
static void refuse_waiting(const struct sleepers *sleepers, int fd, uint64_t id)
{
	if (listeners_peer_uid(fd) != UINT32_MAX ||
		!connections_is_fresh(connections_of(sleepers), id, fd))
		return;
	send_text(sleepers, fd, id, FILE_LIMIT_GOODBYE);
	shutdown(fd, SHUT_RDWR);
}

bool sleepers_may_stay(const struct sleepers *sleepers, int fd, uint64_t id)
{
	int error;

	if (clients_is_proxied_id(id)) {
		refuse_waiting(sleepers, fd, id);
		return false;
	}
	error = connections_look(connections_of(sleepers), id, fd);
	if (error && error != -ESHUTDOWN)
		send_text(sleepers, fd, id,
			error == -ENOENT && connections_is_to_come(connections_of(sleepers), id)
				? FILE_LIMIT_GOODBYE
				: LOST);
	return !error;
}

static void tell_session_of(struct sleepers *sleepers, uint64_t id, enum event_kind kind)
{
	struct event event = { .kind = (uint8_t) kind, .session = id };

	engine_handle(sleepers->needs.engine, &event);
}

/* False if the session knows already or has ended. */
static bool is_news(const struct sleepers *sleepers, uint64_t id, enum event_kind kind)
{
	const struct session *session = session_find(engine_world(sleepers->needs.engine), id);

	return session && !(session->pauses & SESSION_PAUSE_ASLEEP) == (kind == EVENT_ASLEEP);
}

static void tell_all(struct sleepers *sleepers, struct ids *list, enum event_kind kind)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_news(sleepers, list->ids[i], kind))
			tell_session_of(sleepers, list->ids[i], kind);
	free(list->ids);
}

/* One log entry for the first sleeper and one after the last. */
static void report_sleepers(struct sleepers *sleepers)
{
	size_t n_asleep = parking_asleep(parking_of(sleepers));
	char clients[24];

	snprintf(clients, sizeof(clients), "%zu", n_asleep);
	if (n_asleep && !sleepers->has_told)
		log_entry(sleepers->needs.log, LOGBOOK_CLIENTS_ASLEEP, "CLIENTS", clients);
	else if (!n_asleep && sleepers->has_told)
		log_entry(sleepers->needs.log, LOGBOOK_CLIENTS_AWAKE);
	sleepers->has_told = n_asleep != 0;
	sleepers->needs.on_news(sleepers->needs.data);
}

static void find_woken(const struct sleepers *sleepers, struct ids *list)
{
	const struct session *session;

	LIST_EACH (session, &engine_world(sleepers->needs.engine)->sessions, in_world)
		if (session->pauses & SESSION_PAUSE_ASLEEP &&
			!parking_is_asleep(parking_of(sleepers), session->id))
			add_id(list, session->id);
}

static void on_asleep(void *data, uint64_t id)
{
	struct waking *waking = data;

	if (clients_is_proxied_id(id))
		return;
	connection_sleep(connections_of(waking->sleepers), id);
	connections_skip_id(connections_of(waking->sleepers), id);
	add_id(&waking->lost, id);
}

void sleepers_begin(struct sleepers *sleepers)
{
	struct waking waking = { .sleepers = sleepers };

	if (!parking_of(sleepers))
		return;
	find_woken(sleepers, &waking.woken);
	parking_each_asleep(parking_of(sleepers), on_asleep, &waking);
	tell_all(sleepers, &waking.woken, EVENT_AWAKE);
	tell_all(sleepers, &waking.lost, EVENT_ASLEEP);
	report_sleepers(sleepers);
}

static bool wake_sleeper(void *data, int fd, uint64_t id, const char *listener)
{
	struct waking *waking = data;

	(void) listener;
	if (clients_is_proxied_id(id)) {
		refuse_waiting(waking->sleepers, fd, id);
		return false;
	}
	if (connections_attach(connections_of(waking->sleepers), id, fd) == 0) {
		add_id(&waking->woken, id);
		return true;
	}
	send_text(waking->sleepers, fd, id, LOST);
	add_id(&waking->lost, id);
	return false;
}

static bool may_stay_asleep(void *data, int fd, uint64_t id, const char *listener)
{
	const struct waking *waking = data;

	(void) listener;
	return sleepers_may_stay(waking->sleepers, fd, id);
}

static bool is_proxied_too(void *data, uint64_t id)
{
	(void) data;
	return clients_is_proxied_id(id);
}

static void end_lost(struct sleepers *sleepers, struct ids *list)
{
	for (size_t i = 0; i < list->count; i++) {
		connection_abandon(connections_of(sleepers), list->ids[i]);
		clients_end_session(sleepers->needs.clients, list->ids[i], LOST_REASON);
	}
	free(list->ids);
}

static bool has_room(const struct sleepers *sleepers, int fd_limit)
{
	int fd = fcntl(parking_ends(parking_of(sleepers))[0].fd, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 && (!fd_limit || fd < fd_limit);
}

static void wake_all(struct sleepers *sleepers)
{
	struct waking waking = { .sleepers = sleepers };
	struct parking_visitor visitor = { .on_found = wake_sleeper,
		.on_crowded = may_stay_asleep,
		.is_shared = is_proxied_too,
		.data = &waking };

	visitor.fd_limit = sleepers_fd_limit(sleepers);
	if (!has_room(sleepers, visitor.fd_limit))
		return;
	(void) parking_walk(parking_of(sleepers), &visitor);
	tell_all(sleepers, &waking.woken, EVENT_AWAKE);
	end_lost(sleepers, &waking.lost);
	report_sleepers(sleepers);
	survival_settle(sleepers->needs.survival);
}

static size_t count_asleep(const struct sleepers *sleepers)
{
	const struct parking *parking = parking_of(sleepers);

	return parking ? parking_asleep(parking) : 0;
}

void sleepers_tick(struct sleepers *sleepers)
{
	if (count_asleep(sleepers))
		wake_all(sleepers);
}

struct stopping {
	const struct sleepers *sleepers;
	const char *farewell;
};

static bool turn_away(void *data, int fd, uint64_t id, const char *listener)
{
	const struct stopping *stopping = data;

	(void) listener;
	send_text(stopping->sleepers, fd, id, stopping->farewell);
	return false;
}

void sleepers_stop(const struct sleepers *sleepers, const char *reason)
{
	struct stopping stopping = { .sleepers = sleepers };
	const struct parking_visitor visitor = { .on_found = turn_away, .data = &stopping };
	struct buffer farewell = { 0 };

	if (!count_asleep(sleepers))
		return;
	buffer_format(&farewell, "ERROR :Closing link (%s)\r\n", reason);
	stopping.farewell = farewell.bytes;
	(void) parking_walk(parking_of(sleepers), &visitor);
	buffer_done(&farewell);
}

void sleepers_describe(const struct sleepers *sleepers, struct buffer *out)
{
	size_t n_asleep = count_asleep(sleepers);

	if (n_asleep)
		buffer_format(out,
			"; %zu client%s for file descriptors, raise LimitNOFILE=", n_asleep,
			n_asleep == 1 ? " waits" : "s wait");
}

struct sleepers *sleepers_new(const struct sleepers_needs *needs)
{
	struct sleepers *sleepers = mem_new(sizeof(*sleepers));

	sleepers->needs = *needs;
	return sleepers;
}

void sleepers_free(struct sleepers *sleepers)
{
	free(sleepers);
}
