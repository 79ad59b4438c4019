/* Owns the common part of tests of listeners. */
#include "doors.h"

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
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void on_log(void *data, enum logbook entry, const char *const *fields)
{
	struct doors *doors = data;

	buffer_format(&doors->logged, "%s ", logbook_row(entry)->name);
	buffer_clear(&doors->fields);
	for (; fields[0]; fields += 2) {
		buffer_format(&doors->fields, "%s=%s ", fields[0], fields[1] ? fields[1] : "");
		if (!fields[1] || (strcmp(fields[0], "REASON") && strcmp(fields[0], "COUNT")))
			continue;
		buffer_clear(&doors->reason);
		buffer_put_text(&doors->reason, fields[1]);
	}
}

static void on_accept(
	void *data, int fd, const char *listener, const struct address *address, bool has_inherited)
{
	struct doors *doors = data;
	socklen_t length = sizeof(int);

	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	doors->uid = listeners_peer_uid(fd);
	doors->has_inherited = has_inherited;
	doors->nodelay = doors->oobinline = 0;
	(void) getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &doors->nodelay, &length);
	(void) getsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &doors->oobinline, &length);
	close(fd);
	doors->n_accepted++;
	snprintf(doors->listener, sizeof(doors->listener), "%s", listener);
	doors->address = *address;
}

static void on_datagram(void *data, const struct datagram *datagram)
{
	struct doors *doors = data;

	doors->n_datagrams++;
	snprintf(doors->listener, sizeof(doors->listener), "%s", datagram->listener);
	doors->address = datagram->address;
	doors->is_too_long = datagram->is_too_long;
	buffer_clear(&doors->text);
	buffer_put(&doors->text, datagram->bytes, datagram->length);
	if (doors->answer)
		listeners_answer(doors->listeners, doors->answer, strlen(doors->answer));
}

int doors_setup(void **state)
{
	struct doors *doors = calloc(1, sizeof(*doors));

	assert_non_null(doors);
	doors->log = (struct log){ on_log, doors };
	assert_int_equal(loop_new(&doors->loop), 0);
	doors->listeners = listeners_new(doors->loop, &doors->log, on_accept, on_datagram, doors);
	strcpy(doors->directory, "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(doors->directory));
	snprintf(doors->path, sizeof(doors->path), "%s/irc.sock", doors->directory);
	*state = doors;
	return 0;
}

int doors_teardown(void **state)
{
	struct doors *doors = *state;

	listeners_free(doors->listeners);
	loop_free(doors->loop);
	buffer_done(&doors->logged);
	buffer_done(&doors->reason);
	buffer_done(&doors->fields);
	buffer_done(&doors->text);
	unlink(doors->path);
	assert_int_equal(rmdir(doors->directory), 0);
	free(doors);
	return 0;
}

void assert_logged(struct doors *doors, const char *names)
{
	assert_string_equal(buffer_text(&doors->logged), names);
	buffer_clear(&doors->logged);
}

uint16_t doors_port(const struct listener *listener)
{
	return (uint16_t) atoi(strrchr(listener->where, ':') + 1);
}

int doors_connect(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

int doors_udp(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

int doors_send(int fd, uint16_t port, const char *bytes, size_t length)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};

	return (int) sendto(fd, bytes, length, 0, (struct sockaddr *) &address, sizeof(address));
}

int doors_bind_unix(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

int doors_connect_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

int doors_apply(struct doors *doors, const struct listener_spec *spec)
{
	return listeners_apply(doors->listeners, spec, 1);
}

const struct listener *doors_only(struct doors *doors)
{
	assert_int_equal(listeners_count(doors->listeners), 1);
	return doors->listeners->items[0];
}

void doors_turn(struct doors *doors)
{
	assert_int_equal(loop_turn(doors->loop, 0), 0);
}

void doors_wait_for(struct doors *doors, int n_accepted)
{
	uint64_t end_ms = loop_now_ms(doors->loop) + 10000;

	while (doors->n_accepted < n_accepted && loop_now_ms(doors->loop) < end_ms)
		assert_int_equal(loop_turn(doors->loop, end_ms), 0);
	assert_int_equal(doors->n_accepted, n_accepted);
}
