/* Owns opening listening sockets, and the texts of failures. */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "net/listener.h"

#define BACKLOG 4096
#define PRIVILEGED_PORTS 1024

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static bool resolve_unix(
	const struct listener_spec *spec, struct target *target, struct buffer *ret_reason)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(spec->path);

	if (!length || length >= sizeof(address.sun_path)) {
		buffer_format(ret_reason,
			"the path of a Unix socket has 1 to %zu bytes, this one %zu; choose "
			"another",
			sizeof(address.sun_path) - 1, length);
		return false;
	}
	memcpy(address.sun_path, spec->path, length);
	*target = (struct target){ .length = (socklen_t) sizeof(address) };
	memcpy(&target->address, &address, sizeof(address));
	return true;
}

static bool resolve_everywhere(const struct listener_spec *spec, struct target *target)
{
	struct sockaddr_in6 address = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(spec->port),
		.sin6_addr = IN6ADDR_ANY_INIT,
	};

	*target = (struct target){ .length = sizeof(address), .is_dual = true };
	memcpy(&target->address, &address, sizeof(address));
	return true;
}

static bool resolve_number(
	const struct listener_spec *spec, struct target *target, struct buffer *ret_reason)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(spec->port) };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(spec->port) };

	*target = (struct target){ 0 };
	if (inet_pton(AF_INET, spec->address, &ipv4.sin_addr) == 1) {
		target->length = sizeof(ipv4);
		memcpy(&target->address, &ipv4, sizeof(ipv4));
	} else if (inet_pton(AF_INET6, spec->address, &ipv6.sin6_addr) == 1) {
		target->length = sizeof(ipv6);
		memcpy(&target->address, &ipv6, sizeof(ipv6));
	} else {
		buffer_format(ret_reason,
			"%s is not an address; write an IPv4 or IPv6 address, or \"*\" for all of "
			"them",
			spec->address);
	}
	return target->length;
}

static bool resolve_address(
	const struct listener_spec *spec, struct target *target, struct buffer *ret_reason)
{
	if (spec->path)
		return resolve_unix(spec, target, ret_reason);
	if (!spec->address || strcmp(spec->address, "*") == 0)
		return resolve_everywhere(spec, target);
	return resolve_number(spec, target, ret_reason);
}

bool target_resolve(
	const struct listener_spec *spec, struct target *target, struct buffer *ret_reason)
{
	bool is_resolved = resolve_address(spec, target, ret_reason);

	target->is_datagram = spec->is_datagram;
	return is_resolved;
}

static int make_socket(const struct target *target)
{
	int type = target->is_datagram ? SOCK_DGRAM : SOCK_STREAM;

	return socket(target->address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Datagrams come as soon as the socket is bound. */
static int start_listening(int fd, const struct target *target)
{
	return !target->is_datagram && listen(fd, BACKLOG) < 0 ? -errno : 0;
}

static int find_group(const char *name, gid_t *ret_group)
{
	const struct group *group = getgrnam(name);
	uint64_t number;

	if (group)
		*ret_group = group->gr_gid;
	else if (text_parse_u64(name, &number) && number < UINT32_MAX)
		*ret_group = (gid_t) number;
	else
		return -ESRCH;
	return 0;
}

int target_permit(const char *path, const struct listener_spec *spec)
{
	gid_t group = (gid_t) -1;
	int error = 0;

	if (spec->group)
		error = find_group(spec->group, &group);
	if (error)
		return error;
	if (spec->group && lchown(path, (uid_t) -1, group) < 0)
		return -errno;
	return chmod(path, spec->mode) < 0 ? -errno : 0;
}

/* The socket file of a server that has ended: no process listens on it. */
static bool is_stale(const struct target *target)
{
	CLEANUP(close_descriptor) int fd = -1;
	struct stat status;

	if (lstat(target_path(target), &status) < 0 || !S_ISSOCK(status.st_mode))
		return false;
	fd = make_socket(target);
	if (fd < 0)
		return false;
	return connect(fd, (const struct sockaddr *) &target->address, target->length) < 0 &&
	       errno == ECONNREFUSED;
}

static int bind_unix(int fd, const struct target *target)
{
	/* Whatever the umask, no client can connect before the permissions are set. */
	if (fchmod(fd, 0600) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *) &target->address, target->length) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!is_stale(target))
		return -EADDRINUSE;
	if (unlink(target_path(target)) < 0)
		return -errno;
	return bind(fd, (const struct sockaddr *) &target->address, target->length) < 0 ? -errno
											: 0;
}

static int open_unix(const struct target *target, const struct listener_spec *spec, int *ret_fd)
{
	CLEANUP(close_descriptor) int fd = -1;
	int error;

	fd = make_socket(target);
	if (fd < 0)
		return -errno;
	error = bind_unix(fd, target);
	if (error)
		return error;
	error = target_permit(target_path(target), spec);
	if (!error)
		error = start_listening(fd, target);
	if (error) {
		unlink(target_path(target));
		return error;
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* With SO_REUSEADDR, another program could bind the same UDP port and receive its datagrams. */
static int bind_inet(const struct target *target, int *ret_fd)
{
	CLEANUP(close_descriptor) int fd = -1;
	int family = target->address.ss_family, is_reused = !target->is_datagram;
	int only_ipv6 = !target->is_dual, is_free = target->is_free;

	fd = make_socket(target);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &is_reused, sizeof(is_reused)) < 0)
		return -errno;
	/* The option applies to IPv6 too. */
	if (setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &is_free, sizeof(is_free)) < 0)
		return -errno;
	if (family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, sizeof(only_ipv6)) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *) &target->address, target->length) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int open_inet(const struct target *target, int *ret_fd)
{
	CLEANUP(close_descriptor) int fd = -1;
	int error = bind_inet(target, &fd);

	if (!error)
		error = start_listening(fd, target);
	if (!error)
		*ret_fd = TAKE_FD(fd);
	return error;
}

/* On a machine without IPv6, "*" means all of IPv4. */
static int open_everywhere_ipv4(const struct target *target, int *ret_fd)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(target_port(target)),
		.sin_addr = { htonl(INADDR_ANY) },
	};
	struct target ipv4 = { .length = sizeof(address), .is_datagram = target->is_datagram };

	memcpy(&ipv4.address, &address, sizeof(address));
	return open_inet(&ipv4, ret_fd);
}

int target_open(const struct target *target, const struct listener_spec *spec, int *ret_fd)
{
	int error;

	if (target_is_unix(target))
		return open_unix(target, spec, ret_fd);
	error = open_inet(target, ret_fd);
	if (target->is_dual && (error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL))
		return open_everywhere_ipv4(target, ret_fd);
	return error;
}

static const char *explain_unix(int error)
{
	switch (-error) {
	case EADDRINUSE:
		return "another program listens there, or the path is not a socket; stop that "
		       "program, remove the file, or choose another path";
	case ENOENT:
		return "its directory does not exist; create it, or choose a path in the runtime "
		       "directory";
	case EACCES:
	case EROFS:
		return "papod may not write to its directory; choose another, under systemd in "
		       "/var/lib/papod, or let a drop-in of papod.socket open it";
	case EPERM:
		return "papod may not give the socket to that group; make papod's user a member";
	case ESRCH:
		return "there is no such group; create it, or change group";
	}
	return NULL;
}

static const char *explain_inet(const struct target *target, int error)
{
	switch (-error) {
	case EACCES:
		if (target_port(target) >= PRIVILEGED_PORTS)
			break;
		return "only root may listen on ports below 1024; use a port from 1024 on, let "
		       "papod.socket open it, or give papod "
		       "AmbientCapabilities=CAP_NET_BIND_SERVICE";
	case EADDRINUSE:
		if (target->is_datagram)
			return "another program listens there (ss -lunp shows which; \"systemd\" "
			       "is the papod.socket of an installed papod, or a unit like it); "
			       "stop it, or choose another port";
		return "another program listens there (ss -ltnp shows which; \"systemd\" is the "
		       "papod.socket of an installed papod, or a unit like it); stop it, or choose "
		       "another port";
	case EADDRNOTAVAIL:
		return "this machine does not have that address; ip address shows those it has";
	case EAFNOSUPPORT:
	case EPERM:
		return "papod may not open network sockets here; let papod.socket open it, with a "
		       "port and papod --apply, or install the drop-in that papod(8) shows";
	}
	return NULL;
}

void target_explain(const struct target *target, const struct listener_spec *spec, int error,
	struct buffer *out)
{
	const char *advice =
		target_is_unix(target) ? explain_unix(error) : explain_inet(target, error);

	/* ESRCH stands for a missing group, and its text would mislead. */
	if (error == -ESRCH)
		buffer_format(out, "group \"%s\"", spec->group ? spec->group : "");
	else
		buffer_put_text(out, strerror(-error));
	if (advice)
		buffer_format(out, ": %s", advice);
}

int listeners_try(const struct address *address, bool is_datagram, struct buffer *ret_reason)
{
	CLEANUP(close_descriptor) int fd = -1;
	char text[ADDRESS_TEXT_BYTES];
	struct listener_spec spec = {
		.address = text, .port = address->port, .is_datagram = is_datagram
	};
	struct target target;
	int error;

	address_format(address, text);
	if (!target_resolve(&spec, &target, ret_reason))
		return -EINVAL;
	target.is_free = true;
	error = bind_inet(&target, &fd);
	if (error)
		target_explain(&target, &spec, error, ret_reason);
	return error;
}
