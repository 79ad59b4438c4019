/* Owns the queues of messages with sockets in them, and the system calls for that. */
#include "survival/parking_lot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/passed_fds.h"

#define WANTED_BYTES (4 * 1024 * 1024) /* a batch takes a page, a single message 768 bytes */
#define RESERVE_PART 16

static int set_send_bytes(const struct lot *lot, int bytes)
{
	/* The kernel doubles the requested size, socket(7). */
	int wanted = bytes / 2;

	if (setsockopt(lot->send_fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof(wanted)) < 0)
		return -errno;
	return 0;
}

/* Set the largest size that net.core.wmem_max allows, minus the reserve. */
static int reserve_send_bytes(struct lot *lot)
{
	socklen_t length = sizeof(lot->max_bytes);
	int error = set_send_bytes(lot, 2 * WANTED_BYTES);

	if (error)
		return error;
	if (getsockopt(lot->send_fd, SOL_SOCKET, SO_SNDBUF, &lot->max_bytes, &length) < 0)
		return -errno;
	return set_send_bytes(lot, lot->max_bytes / RESERVE_PART * (RESERVE_PART - 1));
}

static int check_end(int fd)
{
	int domain = 0, type = 0;
	socklen_t length = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
		return errno == ENOTSOCK ? -EINVAL : -errno;
	if (domain != AF_UNIX || type != SOCK_SEQPACKET)
		return -EINVAL;
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

static bool has_messages(int fd)
{
	int bytes = 0;

	return ioctl(fd, SIOCINQ, &bytes) == 0 && bytes > 0;
}

static int reopen_lot(struct lot *lot, const int *fds)
{
	int receiver = has_messages(fds[1]) ? 1 : 0;
	int error = check_end(fds[0]);

	if (!error)
		error = check_end(fds[1]);
	if (error)
		return error;
	lot->receive_fd = fds[receiver];
	lot->send_fd = fds[!receiver];
	return reserve_send_bytes(lot);
}

int lot_open(struct lot *lot, const int *fds)
{
	int pair[2], error;

	*lot = (struct lot){ .receive_fd = -1, .send_fd = -1 };
	if (fds[0] >= 0 && fds[1] >= 0)
		return reopen_lot(lot, fds);
	if (fds[0] >= 0 || fds[1] >= 0)
		return -EINVAL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	error = reopen_lot(lot, pair);
	if (error) {
		close(pair[0]);
		close(pair[1]);
	}
	return error;
}

void lot_close(struct lot *lot)
{
	close(lot->receive_fd);
	close(lot->send_fd);
}

int lot_send(struct lot *lot, const struct buffer *note, const int *fds, size_t n_fds)
{
	struct iovec part = { .iov_base = note->bytes, .iov_len = note->length };
	PASSED_FDS(MOST_FDS) passed;
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	passed_fds_put(&message, &passed, fds, n_fds);
	if (sendmsg(lot->send_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		/* EBADF would mean a descriptor that was closed without parking_forget(). */
		assert(errno != EBADF);
		return -errno;
	}
	lot->n_messages++;
	return 0;
}

int lot_send_at_last(struct lot *lot, const struct buffer *note, const int *fds, size_t n_fds)
{
	int error = set_send_bytes(lot, lot->max_bytes);

	if (!error)
		error = lot_send(lot, note, fds, n_fds);
	set_send_bytes(lot, lot->max_bytes / RESERVE_PART * (RESERVE_PART - 1));
	return error;
}

static int set_offset(struct lot *lot, size_t offset)
{
	int place = (int) offset;

	if (offset && offset == lot->next_offset)
		return 0;
	lot->next_offset = 0;
	if (setsockopt(lot->receive_fd, SOL_SOCKET, SO_PEEK_OFF, &place, sizeof(place)) < 0)
		return -errno;
	return 0;
}

/* Peeking at a whole message moves the offset behind it. socket(7), SO_PEEK_OFF. */
static ssize_t peek_message(struct lot *lot, size_t offset, struct msghdr *message)
{
	int error = set_offset(lot, offset);
	ssize_t n;

	if (error)
		return error;
	n = recvmsg(
		lot->receive_fd, message, MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	lot->next_offset = message->msg_flags & MSG_TRUNC ? 0 : offset + (size_t) n;
	/* The other end was closed: treat it as an empty lot. */
	return n ? n : -EAGAIN;
}

ssize_t lot_peek(struct lot *lot, size_t offset, char *note)
{
	struct iovec part = { .iov_base = note, .iov_len = NOTE_BYTES };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	return peek_message(lot, offset, &message);
}

ssize_t lot_peek_fds(struct lot *lot, size_t offset, char *note, int *fds, size_t *ret_n_fds)
{
	struct iovec part = { .iov_base = note, .iov_len = NOTE_BYTES };
	PASSED_FDS(MOST_FDS) passed;
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed),
	};
	ssize_t n = peek_message(lot, offset, &message);

	*ret_n_fds = n < 0 ? 0 : passed_fds_take(&message, fds, MOST_FDS);
	return n;
}

void lot_pop(struct lot *lot, uint32_t n_messages)
{
	/* Without a control buffer, the kernel closes the descriptors in the messages. */
	struct mmsghdr messages[BATCH] = { 0 };
	int n;

	lot->next_offset = 0;
	for (; n_messages; n_messages -= (uint32_t) n) {
		n = recvmmsg(lot->receive_fd, messages, n_messages < BATCH ? n_messages : BATCH,
			MSG_DONTWAIT, NULL);
		if (n <= 0)
			return;
		lot->n_messages -= (uint32_t) n;
	}
}
