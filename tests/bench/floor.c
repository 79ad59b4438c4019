/* The floor: the least that a chat server must do. One thread, epoll, and the bytes that papod
 * would send to the same sockets; no rules, no checks, no lookups. The first bytes of a line show
 * its kind, its recipients are the group of the connection, its numerics are papod's.
 *
 *     floor PORT write|batch WELCOME
 *
 * "write": each message to each receiver is one system call. "batch": one for each receiver and
 * turn of the loop. WELCOME is a file with the lines that papod sends to a new client. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#define SOURCE "!~bench@127.0.0.1 "
#define SERVER ":irc.localhost "
#define MAX_GROUPS 65536
#define MAX_EVENTS 1024
#define LINE_BYTES 512

struct pile {
	char *bytes;
	uint32_t n_bytes;
	uint32_t size;
};

struct peer {
	int fd;
	uint32_t group;	   /* 0: none */
	uint32_t position; /* in the group */
	bool is_dirty;
	bool is_waiting; /* for EPOLLOUT */
	bool has_welcome;
	bool has_echo;
	char nick[16];
	char *tag; /* in front of each line to it */
	struct pile in;
	struct pile out;
};

struct group {
	struct peer **peers;
	uint32_t n_peers;
};

struct floor {
	int epoll;
	int listener;
	bool is_batch;
	struct pile welcome;
	struct group groups[MAX_GROUPS];
	struct peer **dirty;
	uint32_t n_dirty;
	uint32_t max_dirty;
	char input[65536];
};

static void pile_add(struct pile *pile, const char *bytes, size_t n_bytes)
{
	if (pile->n_bytes + n_bytes > pile->size) {
		pile->size = (uint32_t) (4 * pile->size + n_bytes);
		pile->bytes = mem_resize(pile->bytes, pile->size, 1);
	}
	memcpy(pile->bytes + pile->n_bytes, bytes, n_bytes);
	pile->n_bytes += (uint32_t) n_bytes;
}

static void pile_text(struct pile *pile, const char *text)
{
	pile_add(pile, text, strlen(text));
}

/* Memory is freed when nothing waits, so that an idle client costs as little as possible. */
static void pile_take(struct pile *pile, size_t n_bytes)
{
	pile->n_bytes -= (uint32_t) n_bytes;
	if (pile->n_bytes > 0) {
		memmove(pile->bytes, pile->bytes + n_bytes, pile->n_bytes);
		return;
	}
	free(pile->bytes);
	*pile = (struct pile){ 0 };
}

static void peer_watch(struct floor *floor, struct peer *peer, bool is_waiting)
{
	struct epoll_event event = { .events = EPOLLIN | (is_waiting ? EPOLLOUT : 0),
		.data.ptr = peer };

	if (peer->is_waiting == is_waiting)
		return;
	peer->is_waiting = is_waiting;
	epoll_ctl(floor->epoll, EPOLL_CTL_MOD, peer->fd, &event);
}

static void peer_flush(struct floor *floor, struct peer *peer)
{
	ssize_t sent = send(peer->fd, peer->out.bytes, peer->out.n_bytes, MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN)
		sent = peer->out.n_bytes; /* the peer is gone: its end is read later */
	if (sent > 0)
		pile_take(&peer->out, (size_t) sent);
	peer_watch(floor, peer, peer->out.n_bytes > 0);
}

static void mark_dirty(struct floor *floor, struct peer *peer)
{
	if (peer->is_dirty)
		return;
	peer->is_dirty = true;
	if (floor->n_dirty == floor->max_dirty) {
		floor->max_dirty = 2 * floor->max_dirty + MAX_EVENTS;
		floor->dirty = mem_resize(floor->dirty, floor->max_dirty, sizeof(struct peer *));
	}
	floor->dirty[floor->n_dirty++] = peer;
}

/* One system call, unless something waits already. */
static void peer_write(struct floor *floor, struct peer *peer, const char *bytes, size_t n_bytes)
{
	ssize_t sent = 0;

	if (peer->out.n_bytes == 0)
		sent = send(peer->fd, bytes, n_bytes, MSG_NOSIGNAL);
	if (sent == (ssize_t) n_bytes)
		return;
	sent = sent < 0 ? 0 : sent;
	pile_add(&peer->out, bytes + sent, n_bytes - (size_t) sent);
	peer_watch(floor, peer, true);
}

static void peer_write_lines(struct floor *floor, struct peer *peer, const char *bytes, size_t n)
{
	const char *end;

	while ((end = memchr(bytes, '\n', n))) {
		size_t length = (size_t) (end + 1 - bytes);

		peer_write(floor, peer, bytes, length);
		bytes += length;
		n -= length;
	}
}

static void peer_send(struct floor *floor, struct peer *peer, const char *bytes, size_t n_bytes)
{
	if (!floor->is_batch) {
		peer_write_lines(floor, peer, bytes, n_bytes);
		return;
	}
	if (peer->tag)
		pile_text(&peer->out, peer->tag);
	pile_add(&peer->out, bytes, n_bytes);
	mark_dirty(floor, peer);
}

/* Send to the sender's group, and to the sender itself if with_self. */
static void tell_group(struct floor *floor, struct peer *peer, struct pile *line, bool with_self)
{
	struct group *group = &floor->groups[peer->group];

	for (uint32_t i = 0; peer->group && i < group->n_peers; i++)
		if (group->peers[i] != peer)
			peer_send(floor, group->peers[i], line->bytes, line->n_bytes);
	if (with_self)
		peer_send(floor, peer, line->bytes, line->n_bytes);
	pile_take(line, line->n_bytes);
}

/* ":nick!~bench@host " and the unchanged line. */
static struct pile with_source(const struct peer *peer, const char *line, size_t n_bytes)
{
	struct pile text = { .size = 0 };

	text.size = (uint32_t) (sizeof(SOURCE) + sizeof(peer->nick) + n_bytes + 2);
	text.bytes = mem_resize(NULL, text.size, 1);
	pile_add(&text, ":", 1);
	pile_text(&text, peer->nick);
	pile_add(&text, SOURCE, sizeof(SOURCE) - 1);
	pile_add(&text, line, n_bytes);
	return text;
}

static void group_leave(struct floor *floor, struct peer *peer)
{
	struct group *group = &floor->groups[peer->group];

	if (!peer->group)
		return;
	group->peers[peer->position] = group->peers[--group->n_peers];
	group->peers[peer->position]->position = peer->position;
	peer->group = 0;
}

/* The name is "#" and a number. */
static void group_join(struct floor *floor, struct peer *peer, const char *name)
{
	struct group *group;

	peer->group = (uint32_t) (strtoul(name + 1, NULL, 10) + 1) % MAX_GROUPS;
	group = &floor->groups[peer->group];
	if ((group->n_peers & (group->n_peers - 1)) == 0)
		group->peers = mem_resize(
			group->peers, 2 * (size_t) group->n_peers + 1, sizeof(struct peer *));
	peer->position = group->n_peers;
	group->peers[group->n_peers++] = peer;
}

/* papod's 353 and 366, in lines as long as papod's. */
static void tell_names(struct floor *floor, struct peer *peer, const char *channel)
{
	const struct group *group = &floor->groups[peer->group];
	struct pile text = { .size = 0 };
	uint32_t start = 0;

	for (uint32_t i = 0; i < group->n_peers; i++) {
		bool is_new = i == 0 || text.n_bytes - start + sizeof("n00000\r\n") > LINE_BYTES;

		if (is_new) {
			pile_text(&text, i ? "\r\n" : "");
			start = text.n_bytes;
			pile_text(&text, SERVER "353 ");
			pile_text(&text, peer->nick);
			pile_text(&text, " = ");
			pile_text(&text, channel);
		}
		pile_text(&text, is_new ? (i ? " :" : " :@") : " ");
		pile_text(&text, group->peers[i]->nick);
	}
	pile_text(&text, "\r\n" SERVER "366 ");
	pile_text(&text, peer->nick);
	pile_text(&text, " ");
	pile_text(&text, channel);
	pile_text(&text, " :End of /NAMES list\r\n");
	peer_send(floor, peer, text.bytes, text.n_bytes);
	pile_take(&text, text.n_bytes);
}

/* Copy the second word, up to a space or the line's end. */
static void copy_word(char *to, size_t to_bytes, const char *line)
{
	const char *word = strchr(line, ' ') + 1;
	size_t length = strcspn(word, " \r\n");

	length = length < to_bytes ? length : to_bytes - 1;
	memcpy(to, word, length);
	to[length] = '\0';
}

static void on_join(struct floor *floor, struct peer *peer, const char *line, size_t n_bytes)
{
	struct pile text = with_source(peer, line, n_bytes);
	char channel[32];

	copy_word(channel, sizeof(channel), line);
	group_join(floor, peer, channel);
	tell_group(floor, peer, &text, true);
	tell_names(floor, peer, channel);
}

static void on_nick(struct floor *floor, struct peer *peer, const char *line, size_t n_bytes)
{
	if (peer->has_welcome) {
		struct pile text = with_source(peer, line, n_bytes);
		tell_group(floor, peer, &text, true);
	}
	copy_word(peer->nick, sizeof(peer->nick), line);
}

static void on_ping(struct floor *floor, struct peer *peer, const char *line, size_t n_bytes)
{
	struct pile text = { .size = 0 };

	pile_text(&text, SERVER "PONG irc.localhost :");
	pile_add(&text, line + 5, n_bytes - 5);
	peer_send(floor, peer, text.bytes, text.n_bytes);
	pile_take(&text, text.n_bytes);
}

static void on_part(struct floor *floor, struct peer *peer, const char *line, size_t n_bytes)
{
	struct pile text = with_source(peer, line, n_bytes);

	tell_group(floor, peer, &text, true);
	group_leave(floor, peer);
}

static void on_quit(struct floor *floor, struct peer *peer)
{
	static const char farewell[] = "ERROR :Closing link: 127.0.0.1 (Quit: bench)\r\n";
	static const char reason[] = "QUIT :Quit: bench\r\n";
	struct pile text = with_source(peer, reason, sizeof(reason) - 1);

	tell_group(floor, peer, &text, false);
	group_leave(floor, peer);
	peer_send(floor, peer, farewell, sizeof(farewell) - 1);
	peer_flush(floor, peer);
	shutdown(peer->fd, SHUT_WR);
}

/* Orders of the generator to a floor: "FLOOR TAG text", "FLOOR ECHO", "FLOOR GROUP #number". */
static void on_order(struct floor *floor, struct peer *peer, const char *line, size_t n_bytes)
{
	if (line[6] == 'T') {
		peer->tag = mem_text_n(line + 10, n_bytes - 12);
		peer->tag = mem_resize(peer->tag, n_bytes, 1);
		strcat(peer->tag, " ");
	} else if (line[6] == 'E') {
		peer->has_echo = true;
	} else {
		group_join(floor, peer, line + 12);
	}
}

static void on_line(struct floor *floor, struct peer *peer, const char *line, size_t n_bytes)
{
	if (!strncmp(line, "PR", 2)) {
		struct pile text = with_source(peer, line, n_bytes);
		tell_group(floor, peer, &text, peer->has_echo);
	} else if (!strncmp(line, "PI", 2)) {
		on_ping(floor, peer, line, n_bytes);
	} else if (!strncmp(line, "PA", 2)) {
		on_part(floor, peer, line, n_bytes);
	} else if (!strncmp(line, "JO", 2)) {
		on_join(floor, peer, line, n_bytes);
	} else if (!strncmp(line, "NI", 2)) {
		on_nick(floor, peer, line, n_bytes);
	} else if (!strncmp(line, "US", 2)) {
		peer->has_welcome = true;
		peer_send(floor, peer, floor->welcome.bytes, floor->welcome.n_bytes);
	} else if (!strncmp(line, "QU", 2)) {
		on_quit(floor, peer);
	} else if (!strncmp(line, "FL", 2)) {
		on_order(floor, peer, line, n_bytes);
	}
}

/* Returns the number of bytes in whole lines. */
static size_t split_lines(struct floor *floor, struct peer *peer, const char *bytes, size_t n_bytes)
{
	const char *start = bytes, *end;

	while ((end = memchr(start, '\n', n_bytes - (size_t) (start - bytes)))) {
		on_line(floor, peer, start, (size_t) (end + 1 - start));
		start = end + 1;
	}
	return (size_t) (start - bytes);
}

static void peer_close(struct floor *floor, struct peer *peer)
{
	group_leave(floor, peer);
	for (uint32_t i = 0; i < floor->n_dirty; i++)
		if (floor->dirty[i] == peer)
			floor->dirty[i] = floor->dirty[--floor->n_dirty];
	close(peer->fd);
	free(peer->tag);
	free(peer->in.bytes);
	free(peer->out.bytes);
	free(peer);
}

static void peer_read(struct floor *floor, struct peer *peer)
{
	ssize_t got = recv(peer->fd, floor->input, sizeof(floor->input), 0);
	size_t taken;

	if (got <= 0) {
		if (got == 0 || errno != EAGAIN)
			peer_close(floor, peer);
		return;
	}
	if (peer->in.n_bytes == 0) {
		taken = split_lines(floor, peer, floor->input, (size_t) got);
		if (taken < (size_t) got)
			pile_add(&peer->in, floor->input + taken, (size_t) got - taken);
		return;
	}
	pile_add(&peer->in, floor->input, (size_t) got);
	pile_take(&peer->in, split_lines(floor, peer, peer->in.bytes, peer->in.n_bytes));
}

static void accept_all(struct floor *floor)
{
	const int yes = 1;
	int fd;

	while ((fd = accept4(floor->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct peer *peer = mem_new(sizeof(*peer));
		struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };

		peer->fd = fd;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
		epoll_ctl(floor->epoll, EPOLL_CTL_ADD, fd, &event);
	}
}

static void flush_all(struct floor *floor)
{
	for (uint32_t i = 0; i < floor->n_dirty; i++) {
		floor->dirty[i]->is_dirty = false;
		if (floor->dirty[i]->out.n_bytes > 0 && !floor->dirty[i]->is_waiting)
			peer_flush(floor, floor->dirty[i]);
	}
	floor->n_dirty = 0;
}

static void serve(struct floor *floor)
{
	struct epoll_event events[MAX_EVENTS];
	int n;

	while ((n = epoll_wait(floor->epoll, events, MAX_EVENTS, -1)) >= 0 || errno == EINTR) {
		for (int i = 0; i < n; i++) {
			struct peer *peer = events[i].data.ptr;

			if (!peer) {
				accept_all(floor);
				continue;
			}
			if (events[i].events & EPOLLOUT)
				peer_flush(floor, peer);
			if (events[i].events & ~(uint32_t) EPOLLOUT)
				peer_read(floor, peer);
		}
		flush_all(floor);
	}
}

static bool floor_listen(struct floor *floor, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t) strtoul(port, NULL, 10)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN };
	const int yes = 1;

	floor->epoll = epoll_create1(EPOLL_CLOEXEC);
	floor->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(floor->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	return bind(floor->listener, (struct sockaddr *) &address, sizeof(address)) == 0 &&
	       listen(floor->listener, 4096) == 0 &&
	       epoll_ctl(floor->epoll, EPOLL_CTL_ADD, floor->listener, &event) == 0;
}

static bool read_welcome(struct floor *floor, const char *path)
{
	FILE *file = fopen(path, "re");
	size_t got;

	if (!file)
		return false;
	while ((got = fread(floor->input, 1, sizeof(floor->input), file)) > 0)
		pile_add(&floor->welcome, floor->input, got);
	fclose(file);
	return true;
}

int main(int argc, char *argv[])
{
	struct floor *floor = mem_new(sizeof(*floor));
	struct rlimit limit;

	if (argc != 4) {
		fprintf(stderr, "Usage: floor PORT write|batch WELCOME\n");
		return EXIT_FAILURE;
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	floor->is_batch = !strcmp(argv[2], "batch");
	if (!read_welcome(floor, argv[3]) || !floor_listen(floor, argv[1])) {
		fprintf(stderr, "floor: port %s or file %s: %s\n", argv[1], argv[3],
			strerror(errno));
		return EXIT_FAILURE;
	}
	serve(floor);
	return EXIT_FAILURE;
}
