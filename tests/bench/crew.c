/* Owns the connections and the threads of the load generator, and the splitting of input into
 * lines. Knows of IRC only the shape of a line, and PING. */
#include "crew.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "meter.h"

#define MAX_EVENTS 256
#define PATIENCE_MS 10000

struct crew *crew_new(unsigned short port, unsigned int n_threads, uint32_t max_clients)
{
	struct crew *crew = mem_new(sizeof(*crew));

	crew->port = port;
	crew->patience_ms = PATIENCE_MS;
	crew->clients = mem_new(max_clients * sizeof(*crew->clients));
	crew->n_clients = max_clients;
	crew->over_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (uint32_t i = 0; i < max_clients; i++) {
		struct client *client = &crew->clients[i];

		client->fd = -1;
		client->index = i;
		client->group = NO_GROUP;
		snprintf(client->nick, sizeof(client->nick), "n%05u", i % 100000);
	}
	crew->n_workers = n_threads < MAX_THREADS ? n_threads : MAX_THREADS;
	for (unsigned int i = 0; i < crew->n_workers; i++) {
		struct worker *worker = crew->workers[i] = mem_new(sizeof(*worker));
		struct epoll_event event = { .events = EPOLLIN };

		worker->crew = crew;
		worker->number = i;
		worker->epoll = epoll_create1(EPOLL_CLOEXEC);
		epoll_ctl(worker->epoll, EPOLL_CTL_ADD, crew->over_event, &event);
	}
	return crew;
}

void crew_end_activity(struct crew *crew)
{
	const uint64_t one = 1;

	crew->is_over = true;
	if (write(crew->over_event, &one, sizeof(one)) < 0)
		abort();
}

void crew_fault(struct crew *crew, const char *reason)
{
	const char *none = NULL;

	atomic_compare_exchange_strong(&crew->fault, &none, reason);
	crew_end_activity(crew);
}

void client_done(struct worker *worker, struct client *client)
{
	if (!client->is_busy)
		return;
	client->is_busy = false;
	if (atomic_fetch_sub(&worker->crew->n_pending, 1) == 1)
		crew_end_activity(worker->crew);
}

struct worker *client_worker(struct crew *crew, const struct client *client)
{
	return crew->workers[client->index % crew->n_workers];
}

void client_send(struct crew *crew, struct client *client, const char *bytes, size_t n_bytes)
{
	if (send(client->fd, bytes, n_bytes, MSG_NOSIGNAL) != (ssize_t) n_bytes)
		crew_fault(crew, "a client could not send");
}

void client_say(struct worker *worker, struct client *client, const char *format, ...)
{
	char text[1024];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	client_send(worker->crew, client, text, (size_t) length);
}

void client_connect(struct worker *worker, struct client *client)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(worker->crew->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
	const int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0) {
		crew_fault(worker->crew, "a client could not connect");
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	client->fd = fd;
	epoll_ctl(worker->epoll, EPOLL_CTL_ADD, fd, &event);
}

void client_close(struct client *client)
{
	close(client->fd);
	client->fd = -1;
	client->n_partial = 0;
}

bool line_is(const struct line *line, const char *command)
{
	return line->n_command == strlen(command) &&
	       !memcmp(line->command, command, line->n_command);
}

int64_t line_index(const char *nick, size_t n_bytes)
{
	return n_bytes >= NICK_BYTES - 1 ? strtol(nick + 1, NULL, 10) : -1;
}

/* Take the word at the start; *rest then begins behind its space. */
static size_t take_word(const char **rest, size_t *n_rest)
{
	const char *space = memchr(*rest, ' ', *n_rest);
	size_t length = space ? (size_t) (space - *rest) : *n_rest;
	size_t step = space ? length + 1 : length;

	*rest += step;
	*n_rest -= step;
	return length;
}

static void parse_line(const char *bytes, size_t n_bytes, struct line *line)
{
	*line = (struct line){ .source = "", .tags = "", .rest = bytes, .n_rest = n_bytes };
	if (line->n_rest && line->rest[0] == '@') {
		line->tags = line->rest;
		line->n_tags = take_word(&line->rest, &line->n_rest);
	}
	if (line->n_rest && line->rest[0] == ':') {
		line->source = line->rest + 1;
		line->n_source = take_word(&line->rest, &line->n_rest) - 1;
	}
	line->command = line->rest;
	line->n_command = take_word(&line->rest, &line->n_rest);
}

static void on_line(struct worker *worker, struct client *client, const char *bytes, size_t n_bytes)
{
	struct line line;

	if (n_bytes && bytes[n_bytes - 1] == '\r')
		n_bytes--;
	parse_line(bytes, n_bytes, &line);
	worker->n_lines++;
	if (line_is(&line, "PING"))
		client_say(worker, client, "PONG %.*s\r\n", (int) line.n_rest, line.rest);
	else
		worker->crew->activity->on_line(worker, client, &line);
}

static void keep_partial(struct client *client, const char *bytes, size_t n_bytes)
{
	client->partial = mem_resize(client->partial, client->n_partial + n_bytes, 1);
	memcpy(client->partial + client->n_partial, bytes, n_bytes);
	client->n_partial += n_bytes;
}

static void split_lines(struct worker *worker, struct client *client, const char *bytes, size_t n)
{
	const char *end;

	while ((end = memchr(bytes, '\n', n))) {
		size_t length = (size_t) (end - bytes);

		if (client->n_partial) {
			keep_partial(client, bytes, length);
			on_line(worker, client, client->partial, client->n_partial);
			client->n_partial = 0;
			free(client->partial);
			client->partial = NULL;
		} else {
			on_line(worker, client, bytes, length);
		}
		bytes += length + 1;
		n -= length + 1;
	}
	if (n)
		keep_partial(client, bytes, n);
}

static void on_readable(struct worker *worker, struct client *client)
{
	ssize_t got = recv(client->fd, worker->input, sizeof(worker->input), MSG_DONTWAIT);

	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		if (worker->crew->activity->on_end)
			worker->crew->activity->on_end(worker, client);
		else
			crew_fault(worker->crew, "the server closed a connection");
		return;
	}
	worker->now_ns = meter_now_ns();
	worker->n_bytes += (uint64_t) got;
	split_lines(worker, client, worker->input, (size_t) got);
}

static void *work(void *data)
{
	struct worker *worker = data;
	struct crew *crew = worker->crew;
	struct epoll_event events[MAX_EVENTS];

	if (crew->activity->on_start)
		for (uint32_t i = worker->number; i < crew->n_clients; i += crew->n_workers)
			crew->activity->on_start(worker, &crew->clients[i]);
	while (!crew->is_over) {
		int n = epoll_wait(worker->epoll, events, MAX_EVENTS, -1);

		for (int i = 0; i < n; i++)
			if (events[i].data.ptr)
				on_readable(worker, events[i].data.ptr);
	}
	return NULL;
}

static uint64_t lines_so_far(const struct crew *crew)
{
	uint64_t n_lines = 0;

	for (unsigned int i = 0; i < crew->n_workers; i++)
		n_lines += crew->workers[i]->n_lines;
	return n_lines;
}

/* A busy server still sends lines; one that has lost a message does not. */
static void watch_for_stall(struct crew *crew)
{
	const struct timespec step = { .tv_nsec = 1000000 };
	uint64_t seen = 0;

	for (unsigned int idle_ms = 0; !crew->is_over; idle_ms++) {
		uint64_t n_lines = lines_so_far(crew);

		if (n_lines != seen)
			idle_ms = 0;
		seen = n_lines;
		if (idle_ms > crew->patience_ms)
			crew_fault(crew, "something did not come");
		nanosleep(&step, NULL);
	}
}

void crew_reset(struct crew *crew)
{
	uint64_t drained;

	crew->is_over = false;
	crew->fault = NULL;
	while (read(crew->over_event, &drained, sizeof(drained)) > 0)
		continue;
	for (unsigned int i = 0; i < crew->n_workers; i++) {
		struct worker *worker = crew->workers[i];

		worker->n_bytes = worker->n_lines = worker->n_events = 0;
		worker->latency_max_ns = 0;
		memset(worker->latency, 0, sizeof(worker->latency));
	}
}

void crew_run(struct crew *crew, const struct activity *activity)
{
	pthread_t threads[MAX_THREADS];

	crew_reset(crew);
	crew->activity = activity;
	for (unsigned int i = 0; i < crew->n_workers; i++)
		pthread_create(&threads[i], NULL, work, crew->workers[i]);
	if (activity->on_run)
		activity->on_run(crew);
	watch_for_stall(crew);
	for (unsigned int i = 0; i < crew->n_workers; i++)
		pthread_join(threads[i], NULL);
}
