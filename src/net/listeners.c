/* Owns the set of listening sockets and their names. Knows no clients. */
#include "net/listeners.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/connections.h"
#include "net/listener.h"

void listener_free(struct listener *listener)
{
	loop_watch_remove(listener->watch);
	close(listener->fd);
	free(listener->name);
	free(listener->passed_name);
	free(listener->where);
	free(listener);
}

void listener_unlink(const struct listener *listener)
{
	const char *path = target_path(&listener->target);
	struct stat status;

	if (listener->is_passed || !path || lstat(path, &status) < 0)
		return;
	if (status.st_dev == listener->device && status.st_ino == listener->inode)
		unlink(path);
}

/* tcp(7). One wakeup of this process less for each client; if it fails, nothing is lost. */
static void defer_accepting(const struct listener *listener)
{
	const int seconds = 1;

	if (listener->all->is_patient)
		(void) setsockopt(
			listener->fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds));
}

static void prepare_socket(struct listener *listener)
{
	const struct target *target = &listener->target;

	if (target->is_datagram) {
		listener_count_from_now(listener);
	} else if (!target_is_unix(target)) {
		listener->is_prepared = connections_prepare_socket(listener->fd, false) == 0;
		defer_accepting(listener);
	}
}

static void make_watch(struct listener *listener)
{
	listener->watch = loop_watch_new(listener->all->loop, listener->fd,
		listener->target.is_datagram ? listener_read : listener_accept, listener);
}

int listener_add(struct listeners *all, int fd, const struct target *target, const char *name,
	struct listener **ret_listener)
{
	struct listener *listener = mem_new(sizeof(*listener));
	struct buffer where = { 0 };
	struct target bound = *target;
	struct stat status;
	int error;

	listener->all = all;
	listener->fd = fd;
	listener->target = *target;
	listener->name = mem_text(name);
	prepare_socket(listener);
	target_of_socket(fd, &bound);
	target_describe(&bound, &where);
	listener->where = buffer_take(&where);
	if (target_path(target) && lstat(target_path(target), &status) == 0) {
		listener->device = status.st_dev;
		listener->inode = status.st_ino;
	}
	make_watch(listener);
	error = listener_watch(listener);
	if (error) {
		listener_free(listener);
		return error;
	}
	all->items = mem_resize(all->items, all->count + 1, sizeof(struct listener *));
	all->items[all->count++] = listener;
	*ret_listener = listener;
	return 0;
}

static int check_type(int fd)
{
	int type = 0, is_listening = 0;
	socklen_t length = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
		return -errno;
	if (type == SOCK_DGRAM)
		return 0;
	if (type != SOCK_STREAM)
		return -EPROTOTYPE;
	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &length) < 0)
		return -errno;
	return is_listening ? 0 : -EOPNOTSUPP;
}

int listener_check_passed(int fd, struct target *ret_target)
{
	int flags, error = check_type(fd);

	if (error)
		return error;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || !target_of_socket(fd, ret_target))
		return -errno;
	switch (ret_target->address.ss_family) {
	case AF_INET:
	case AF_INET6:
	case AF_UNIX:
		return 0;
	}
	return -EAFNOSUPPORT;
}

int listeners_take(struct listeners *listeners, int fd, const char *fallback_name)
{
	struct listener *listener;
	struct target target;
	int error = listener_check_passed(fd, &target);

	if (error) {
		close(fd);
		return error;
	}
	error = listener_add(listeners, fd, &target, fallback_name, &listener);
	if (error)
		return error;
	listener->is_passed = true;
	listener->passed_name = mem_text(fallback_name);
	log_entry(listeners->log, LOGBOOK_LISTENING, "LISTENER", listener->name, "ADDRESS",
		listener->where, "ORIGIN", "systemd");
	return 0;
}

struct listeners *listeners_new(struct loop *loop, const struct log *log,
	listener_accept_fn on_accept, listener_datagram_fn on_datagram, void *data)
{
	struct listeners *listeners = mem_new(sizeof(*listeners));

	listeners->loop = loop;
	listeners->log = log;
	listeners->on_accept = on_accept;
	listeners->on_datagram = on_datagram;
	listeners->rested_ms = UINT64_MAX;
	listeners->data = data;
	return listeners;
}

void listeners_share(
	struct listeners *listeners, struct loop *loop, listener_accept_fn on_accept, void *data)
{
	listeners->loop = loop;
	listeners->on_accept = on_accept;
	listeners->data = data;
	listeners->is_stopped = false;
	listeners->is_shared = true;
	for (size_t i = 0; i < listeners->count; i++) {
		loop_watch_remove(listeners->items[i]->watch);
		make_watch(listeners->items[i]);
	}
	listener_watch_all(listeners);
}

void listeners_await_input(struct listeners *listeners)
{
	listeners->is_patient = true;
}

void listeners_unlink(const struct listeners *listeners)
{
	if (listeners->is_shared)
		return;
	for (size_t i = 0; i < listeners->count; i++)
		listener_unlink(listeners->items[i]);
}

void listeners_free(struct listeners *listeners)
{
	if (!listeners)
		return;
	listeners_unlink(listeners);
	for (size_t i = 0; i < listeners->count; i++)
		listener_free(listeners->items[i]);
	free(listeners->items);
	free(listeners->batch);
	buffer_done(&listeners->awaited);
	free(listeners);
}

bool listeners_are_open(const struct listeners *listeners)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (!listeners->items[i]->target.is_datagram)
			return true;
	return false;
}

size_t listeners_count(const struct listeners *listeners)
{
	return listeners->count;
}

int listeners_fd(const struct listeners *listeners, size_t i)
{
	return listeners->items[i]->fd;
}

static void describe_next(const char *where, struct buffer *out)
{
	buffer_format(out, "%s%s", out->length ? " " : "", where);
}

void listeners_describe(const struct listeners *listeners, struct buffer *out)
{
	for (size_t i = 0; i < listeners->count; i++)
		describe_next(listeners->items[i]->where, out);
}

void listeners_describe_awaited(const struct listeners *listeners, struct buffer *out)
{
	buffer_put_text(out, buffer_text(&listeners->awaited));
}

void listeners_describe_unnamed(
	const struct listeners *listeners, bool only_datagrams, struct buffer *out)
{
	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *listener = listeners->items[i];

		if (listener->is_passed && !listener->is_wanted &&
			(listener->target.is_datagram ||
				(!only_datagrams && !target_is_unix(&listener->target))))
			describe_next(listener->where, out);
	}
}
