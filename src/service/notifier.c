/* Owns the notify socket; must not know what the states mean to the server. */
#include "service/notifier.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/passed_fds.h"
#include "base/text.h"

#define STATUS_EVERY_MS 1000
#define RETRY_MS 20
#define STORE_TRIES 25
#define MOST_WAITING_BYTES 65536

struct notifier {
	int fd; /* -1: no service manager */
	struct sockaddr_un manager;
	socklen_t manager_length;
	struct buffer waiting; /* messages, each with its NUL */
	char *status;	       /* current; to be sent if it differs from sent_status */
	char *sent_status;
	uint64_t now_ms;
	uint64_t status_after_ms; /* do not send before */
	uint64_t watchdog_every_ms;
	uint64_t watchdog_at_ms;
	bool is_watchdog_held;
};

static bool find_manager(struct notifier *notifier, const char *path)
{
	struct sockaddr_un *manager = &notifier->manager;

	if (!path || (path[0] != '/' && path[0] != '@') ||
		strlen(path) >= sizeof(manager->sun_path))
		return false;
	manager->sun_family = AF_UNIX;
	text_copy(manager->sun_path, sizeof(manager->sun_path), path);
	if (path[0] == '@') /* an abstract address begins with a NUL and does not end with one */
		manager->sun_path[0] = '\0';
	notifier->manager_length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) +
						strlen(path) + (path[0] == '/'));
	return true;
}

struct notifier *notifier_new(void)
{
	struct notifier *notifier = mem_new(sizeof(*notifier));
	uint64_t watchdog_us = 0;

	notifier->fd = -1;
	if (!find_manager(notifier, getenv("NOTIFY_SOCKET")))
		return notifier;
	notifier->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		notifier->watchdog_every_ms = watchdog_us / 1000 / 3 + 1;
	return notifier;
}

void notifier_free(struct notifier *notifier)
{
	if (!notifier)
		return;
	if (notifier->fd >= 0)
		close(notifier->fd);
	buffer_done(&notifier->waiting);
	free(notifier->status);
	free(notifier->sent_status);
	free(notifier);
}

bool notifier_has_manager(const struct notifier *notifier)
{
	return notifier->fd >= 0;
}

/* False: no room at the moment. Other failures cannot be fixed and are ignored. */
static bool send_now(const struct notifier *notifier, const char *message)
{
	return sendto(notifier->fd, message, strlen(message), MSG_DONTWAIT | MSG_NOSIGNAL,
		       (const struct sockaddr *) &notifier->manager,
		       notifier->manager_length) >= 0 ||
	       (errno != EAGAIN && errno != ENOBUFS);
}

static void send_waiting(struct notifier *notifier)
{
	while (notifier->waiting.length && send_now(notifier, notifier->waiting.bytes))
		buffer_drop(&notifier->waiting, strlen(notifier->waiting.bytes) + 1);
}

static void send_or_wait(struct notifier *notifier, const char *message)
{
	if (notifier->fd < 0)
		return;
	send_waiting(notifier);
	if (!notifier->waiting.length && send_now(notifier, message))
		return;
	if (notifier->waiting.length < MOST_WAITING_BYTES)
		buffer_put(&notifier->waiting, message, strlen(message) + 1);
}

void notifier_state(struct notifier *notifier, const char *state, const char *status)
{
	struct buffer message = { 0 };

	buffer_format(&message, "%s\nSTATUS=%s", state, status);
	mem_set_text(&notifier->status, status);
	mem_set_text(&notifier->sent_status, status);
	send_or_wait(notifier, message.bytes);
	buffer_done(&message);
}

/* systemd 253 and later require the time, sd_notify(3). */
void notifier_reloading(struct notifier *notifier)
{
	struct buffer message = { 0 };
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	buffer_format(&message, "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=Reloading",
		(unsigned long long) now.tv_sec * 1000000 +
			(unsigned long long) now.tv_nsec / 1000);
	mem_set_text(&notifier->sent_status, "Reloading");
	send_or_wait(notifier, message.bytes);
	buffer_done(&message);
}

/* May wait for a while, because a descriptor that is not stored is lost with the process. */
static int send_with(const struct notifier *notifier, const char *message, int fd)
{
	PASSED_FDS(1) passed;
	struct iovec text = { (void *) (uintptr_t) message, strlen(message) };
	struct msghdr header = {
		.msg_name = (void *) (uintptr_t) &notifier->manager,
		.msg_namelen = notifier->manager_length,
		.msg_iov = &text,
		.msg_iovlen = 1,
	};
	int tries = 0;

	passed_fds_put(&header, &passed, &fd, fd >= 0);
	while (sendmsg(notifier->fd, &header, MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR)
			return -errno;
		/* poll() would not wait: this socket is writable, the manager's queue is full. */
		if (++tries == STORE_TRIES)
			return -ETIMEDOUT;
		(void) poll(NULL, 0, RETRY_MS);
	}
	return 0;
}

int notifier_store(const struct notifier *notifier, int fd, const char *name)
{
	struct buffer message = { 0 };
	int error;

	buffer_format(&message, "FDSTORE=1\nFDNAME=%s\nFDPOLL=0", name);
	error = send_with(notifier, message.bytes, fd);
	buffer_done(&message);
	return error;
}

int notifier_keep(const struct notifier *notifier, int fd, const char *name)
{
	return notifier_has_manager(notifier) ? notifier_store(notifier, fd, name) : 0;
}

int notifier_drop(const struct notifier *notifier, const char *name)
{
	struct buffer message = { 0 };
	int error;

	buffer_format(&message, "FDSTOREREMOVE=1\nFDNAME=%s", name);
	error = send_with(notifier, message.bytes, -1);
	buffer_done(&message);
	return error;
}

static bool status_is_new(const struct notifier *notifier)
{
	return notifier->fd >= 0 && notifier->status &&
	       (!notifier->sent_status || strcmp(notifier->status, notifier->sent_status) != 0);
}

void notifier_status(struct notifier *notifier, const char *status)
{
	if (!notifier->status || strcmp(notifier->status, status) != 0)
		mem_set_text(&notifier->status, status);
}

void notifier_hold_watchdog(struct notifier *notifier, bool is_held)
{
	notifier->is_watchdog_held = is_held;
}

uint64_t notifier_next_deadline(const struct notifier *notifier)
{
	uint64_t deadline_ms = UINT64_MAX;

	if (notifier->fd < 0)
		return UINT64_MAX;
	if (notifier->watchdog_every_ms)
		deadline_ms = notifier->watchdog_at_ms;
	if (notifier->waiting.length && notifier->now_ms + RETRY_MS < deadline_ms)
		deadline_ms = notifier->now_ms + RETRY_MS;
	if (status_is_new(notifier) && notifier->status_after_ms < deadline_ms)
		deadline_ms = notifier->status_after_ms;
	return deadline_ms;
}

static void send_status(struct notifier *notifier)
{
	struct buffer message = { 0 };

	buffer_format(&message, "STATUS=%s", notifier->status);
	if (!notifier->waiting.length && send_now(notifier, message.bytes))
		mem_set_text(&notifier->sent_status, notifier->status);
	notifier->status_after_ms = notifier->now_ms + STATUS_EVERY_MS;
	buffer_done(&message);
}

void notifier_tick(struct notifier *notifier, uint64_t now_ms)
{
	if (notifier->fd < 0)
		return;
	notifier->now_ms = now_ms;
	send_waiting(notifier);
	if (notifier->watchdog_every_ms && now_ms >= notifier->watchdog_at_ms) {
		if (!notifier->is_watchdog_held)
			send_now(notifier, "WATCHDOG=1");
		notifier->watchdog_at_ms = now_ms + notifier->watchdog_every_ms;
	}
	if (status_is_new(notifier) && now_ms >= notifier->status_after_ms)
		send_status(notifier);
}
