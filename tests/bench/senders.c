/* Would more threads send faster? Sends one line to each of many sockets, with the writes
 * distributed over some threads, round after round; reading between the rounds is not timed. This
 * is the best that helper threads could reach for sending alone: no queues, no order, no other
 * work.
 *
 *     senders [MEMBERS]... */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_THREADS 4
#define ROUNDS 200
#define LINE_BYTES 120

struct crowd {
	size_t count;
	int *ours;   /* written to */
	int *theirs; /* read from */
};

/* The threads of one measurement. Each round begins when its number is set. */
struct team {
	const struct crowd *crowd;
	size_t n_threads;
	atomic_uint round; /* UINT_MAX: end */
	atomic_uint n_done;
};

struct helper {
	struct team *team;
	size_t number;
	pthread_t thread;
};

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t) time.tv_sec * 1000000000u + (uint64_t) time.tv_nsec;
}

static void send_share(const struct team *team, size_t number)
{
	static const char line[LINE_BYTES];
	size_t end = team->crowd->count * (number + 1) / team->n_threads;

	for (size_t i = team->crowd->count * number / team->n_threads; i < end; i++)
		if (send(team->crowd->ours[i], line, sizeof(line), MSG_NOSIGNAL) != sizeof(line))
			err(1, "send");
}

static void *help(void *data)
{
	const struct helper *helper = data;
	struct team *team = helper->team;
	unsigned int seen = 0;

	for (;;) {
		unsigned int round = atomic_load(&team->round);

		if (round == UINT32_MAX)
			return NULL;
		if (round == seen)
			continue;
		seen = round;
		send_share(team, helper->number);
		atomic_fetch_add(&team->n_done, 1);
	}
}

static uint64_t play_round(struct team *team)
{
	uint64_t start_ns = now_ns();

	atomic_store(&team->n_done, 0);
	atomic_fetch_add(&team->round, 1);
	send_share(team, 0);
	while (atomic_load(&team->n_done) < team->n_threads - 1)
		sched_yield();
	return now_ns() - start_ns;
}

static void read_all(const struct crowd *crowd)
{
	char line[LINE_BYTES];

	for (size_t i = 0; i < crowd->count; i++)
		if (recv(crowd->theirs[i], line, sizeof(line), MSG_WAITALL) != sizeof(line))
			err(1, "recv");
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* The 10th percentile of the time per socket, to leave out other load on the machine. */
static uint64_t measure(const struct crowd *crowd, size_t n_threads)
{
	struct team team = { .crowd = crowd, .n_threads = n_threads };
	struct helper helpers[MOST_THREADS] = { 0 };
	uint64_t took_ns[ROUNDS];

	for (size_t i = 1; i < n_threads; i++) {
		helpers[i] = (struct helper){ .team = &team, .number = i };
		if (pthread_create(&helpers[i].thread, NULL, help, &helpers[i]) != 0)
			errx(1, "no thread");
	}
	for (int i = 0; i < ROUNDS; i++) {
		took_ns[i] = play_round(&team);
		read_all(crowd);
	}
	atomic_store(&team.round, UINT32_MAX);
	for (size_t i = 1; i < n_threads; i++)
		pthread_join(helpers[i].thread, NULL);
	qsort(took_ns, ROUNDS, sizeof(*took_ns), by_size);
	return took_ns[ROUNDS / 10] / crowd->count;
}

static void gather(struct crowd *crowd, size_t count)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	*crowd = (struct crowd){ count, calloc(count, sizeof(*crowd->ours)),
		calloc(count, sizeof(*crowd->theirs)) };
	if (!crowd->ours || !crowd->theirs)
		err(1, "memory");
	if (bind(listener, (struct sockaddr *) &address, length) < 0 || listen(listener, 16) < 0 ||
		getsockname(listener, (struct sockaddr *) &address, &length) < 0)
		err(1, "listen");
	for (size_t i = 0; i < count; i++) {
		crowd->theirs[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(crowd->theirs[i], (struct sockaddr *) &address, length) < 0)
			err(1, "connect");
		crowd->ours[i] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		setsockopt(crowd->ours[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
	close(listener);
}

static void disperse(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->count; i++) {
		close(crowd->ours[i]);
		close(crowd->theirs[i]);
	}
	free(crowd->ours);
	free(crowd->theirs);
}

static void report(size_t count)
{
	size_t n_cpus = (size_t) sysconf(_SC_NPROCESSORS_ONLN);
	struct crowd crowd;
	uint64_t alone_ns = 0;

	gather(&crowd, count);
	for (size_t n = 1; n <= MOST_THREADS && n <= n_cpus; n++) {
		uint64_t ns = measure(&crowd, n);

		if (n == 1)
			alone_ns = ns;
		printf("%zu sockets, %zu threads: %" PRIu64
		       " ns a line, %.2f times as fast as one\n",
			count, n, ns, (double) alone_ns / (double) ns);
		fflush(stdout);
	}
	disperse(&crowd);
}

int main(int argc, char *argv[])
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (int i = 1; i < argc; i++)
		report(strtoul(argv[i], NULL, 10));
	if (argc == 1) {
		report(1000);
		report(5000);
	}
	return 0;
}
