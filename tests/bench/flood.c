/* Sends datagrams to a UDP port of this machine at a given rate, in bursts of a millisecond.
 * Prints how many it sent, and in how many seconds.
 *
 *     flood PORT RATE SECONDS TEXT */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t) time.tv_sec * 1000000000u + (uint64_t) time.tv_nsec;
}

static int connect_udp(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t) strtoul(port, NULL, 10)),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		err(1, "connect");
	return fd;
}

/* Sends at most a batch. Answers are not read: the kernel drops them once the buffer is full. */
static uint64_t send_some(int fd, char *text, uint64_t count)
{
	struct mmsghdr heads[BATCH] = { 0 };
	struct iovec part = { text, strlen(text) };
	unsigned int most = count < BATCH ? (unsigned int) count : BATCH;
	int n_sent;

	for (unsigned int i = 0; i < most; i++)
		heads[i].msg_hdr = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
	n_sent = sendmmsg(fd, heads, most, 0);
	if (n_sent < 0)
		err(1, "sendmmsg");
	return (uint64_t) n_sent;
}

int main(int argc, char *argv[])
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	uint64_t start_ns = now_ns(), took_ns, n_sent = 0, due;
	double rate, seconds;
	int fd;

	if (argc != 5)
		errx(1, "usage: flood PORT RATE SECONDS TEXT");
	fd = connect_udp(argv[1]);
	rate = strtod(argv[2], NULL);
	seconds = strtod(argv[3], NULL);
	while ((took_ns = now_ns() - start_ns) < (uint64_t) (seconds * 1e9)) {
		due = (uint64_t) ((double) took_ns / 1e9 * rate);
		if (n_sent < due)
			n_sent += send_some(fd, argv[4], due - n_sent);
		else
			nanosleep(&pause, NULL);
	}
	printf("%" PRIu64 " %.3f\n", n_sent, (double) took_ns / 1e9);
	return 0;
}
