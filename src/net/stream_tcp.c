/* Owns plain TCP. The kernel counts all bytes in both directions, so nothing is noted here. */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/connection.h"

#define READINGS_MAX 1000

/* From the kernel's tcp_states.h. The kernel also counts each FIN as a byte. */
enum tcp_state {
	TCP_STATE_ESTABLISHED = 1,
	TCP_STATE_FIN_WAIT1 = 4,
	TCP_STATE_FIN_WAIT2,
	TCP_STATE_TIME_WAIT,
	TCP_STATE_CLOSE,
	TCP_STATE_CLOSE_WAIT,
	TCP_STATE_LAST_ACK,
	TCP_STATE_LISTEN,
	TCP_STATE_CLOSING,
};

static bool has_sent_fin(uint8_t state)
{
	return state == TCP_STATE_FIN_WAIT1 || state == TCP_STATE_FIN_WAIT2 ||
	       state == TCP_STATE_TIME_WAIT || state == TCP_STATE_LAST_ACK ||
	       state == TCP_STATE_CLOSING;
}

/* Unknown for a closed connection; see agrees_on_input(). */
static bool has_received_fin(uint8_t state)
{
	return state == TCP_STATE_CLOSE_WAIT || state == TCP_STATE_TIME_WAIT ||
	       state == TCP_STATE_LAST_ACK || state == TCP_STATE_CLOSING;
}

static int read_info(int fd, struct tcp_info *info)
{
	socklen_t length = sizeof(*info);

	*info = (struct tcp_info){ 0 };
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) < 0)
		return -errno;
	return 0;
}

static bool is_the_same(const struct tcp_info *one, const struct tcp_info *other)
{
	return one->tcpi_bytes_acked == other->tcpi_bytes_acked &&
	       one->tcpi_bytes_received == other->tcpi_bytes_received &&
	       one->tcpi_state == other->tcpi_state;
}

/* All written bytes were acknowledged, so the count cannot change. */
static bool is_all_acked(const struct tcp_info *info)
{
	return info->tcpi_state == TCP_STATE_ESTABLISHED && !info->tcpi_unacked &&
	       !info->tcpi_notsent_bytes;
}

/* Three system calls must give one consistent answer, so nothing may happen between them. papod
 * itself does not read or write meanwhile, so two calls suffice for an idle connection: input after
 * the first would be seen as unread by the second. */
static int read_tcp(int fd, struct tcp_info *info, int *ret_unsent, int *ret_unread)
{
	for (int i = 0; i < READINGS_MAX; i++) {
		struct tcp_info after;
		int result = read_info(fd, info);

		if (result < 0)
			return result;
		*ret_unsent = 0;
		if (ioctl(fd, SIOCINQ, ret_unread) < 0 ||
			(!is_all_acked(info) && ioctl(fd, SIOCOUTQ, ret_unsent) < 0))
			return -errno;
		if (is_all_acked(info) && !*ret_unread)
			return 0;
		result = read_info(fd, &after);
		if (result < 0)
			return result;
		if (is_the_same(info, &after))
			return 0;
	}
	return -EAGAIN;
}

static int ask_tcp(
	const struct connection *connection, int fd, struct stream_progress *ret_progress)
{
	struct tcp_info info;
	int unsent = 0, unread = 0;
	int result = read_tcp(fd, &info, &unsent, &unread);

	(void) connection;
	if (result < 0)
		return result;
	*ret_progress = (struct stream_progress){
		.written =
			info.tcpi_bytes_acked + (uint64_t) unsent - has_sent_fin(info.tcpi_state),
		.taken = info.tcpi_bytes_received - (uint64_t) unread -
			 has_received_fin(info.tcpi_state),
		.unread = (uint64_t) unread,
		.is_dead = info.tcpi_state == TCP_STATE_CLOSE,
	};
	return 0;
}

static ssize_t take_tcp(const struct connection *connection, char *bytes, size_t most)
{
	return recv(connection->fd, bytes, most, MSG_DONTWAIT);
}

static ssize_t look_tcp(
	struct connection *connection, char *bytes, size_t most, struct stream_end *ret_end)
{
	(void) ret_end; /* epoll reports urgent data */
	return recv(connection->fd, bytes, most, MSG_PEEK | MSG_DONTWAIT);
}

static ssize_t drop_tcp(struct connection *connection, size_t bytes)
{
	return recv(connection->fd, NULL, bytes, MSG_DONTWAIT | MSG_TRUNC);
}

static ssize_t write_tcp(struct connection *connection, const char *bytes, size_t *length)
{
	return send(connection->fd, bytes, *length, MSG_NOSIGNAL);
}

static void end_output_tcp(const struct connection *connection)
{
	shutdown(connection->fd, SHUT_WR);
}

static bool is_delivered_tcp(const struct connection *connection)
{
	int unsent = 0;

	return ioctl(connection->fd, SIOCOUTQ, &unsent) < 0 || !unsent;
}

static void begin_tcp(struct connection *connection, uint64_t written, uint64_t taken)
{
	(void) connection, (void) written, (void) taken;
}

const struct stream stream_tcp = {
	.most_written = WRITE_BYTES,
	.take = take_tcp,
	.look = look_tcp,
	.drop = drop_tcp,
	.write = write_tcp,
	.end_output = end_output_tcp,
	.is_delivered = is_delivered_tcp,
	.begin = begin_tcp,
	.ask = ask_tcp,
};
