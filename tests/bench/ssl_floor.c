/* The floor for TLS: OpenSSL does the handshakes, and what one client says goes to all others by a
 * loop of SSL_write(). It knows just enough of IRC for secure.py.
 *
 *     ssl_floor each|batch PORT CERTIFICATE KEY
 *
 * each: every line is a record of its own. batch: the lines of one read share it. */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST_CLIENTS 1000
#define READ_BYTES 16384
#define PREFIX ":n0!u@floor "

struct client {
	SSL *ssl;
	size_t n_unread; /* of a line that has begun */
	char unread[READ_BYTES];
};

struct floor {
	SSL_CTX *context;
	bool is_batching;
	size_t n_clients;
	struct pollfd polled[1 + MOST_CLIENTS]; /* the listener, then the clients */
	struct client *clients[MOST_CLIENTS];
	size_t n_said; /* lines of one read, for all others */
	char said[4 * READ_BYTES];
};

static SSL_CTX *make_context(const char *certificate, const char *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (!context || !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) ||
		!SSL_CTX_set_num_tickets(context, 0) ||
		SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
		SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
		ERR_print_errors_fp(stderr);
		exit(1);
	}
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	return context;
}

static int listen_at(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t) atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
		bind(fd, (struct sockaddr *) &address, sizeof(address)) || listen(fd, 4096))
		err(1, "port %s", port);
	return fd;
}

static void drop_client(struct floor *floor, size_t i)
{
	SSL_free(floor->clients[i]->ssl);
	close(floor->polled[1 + i].fd);
	free(floor->clients[i]);
	floor->n_clients--;
	floor->clients[i] = floor->clients[floor->n_clients];
	floor->polled[1 + i] = floor->polled[1 + floor->n_clients];
}

/* The handshake is done before anything else goes on: secure.py makes one at a time. */
static void accept_client(struct floor *floor)
{
	int fd = accept4(floor->polled[0].fd, NULL, NULL, SOCK_CLOEXEC), on = 1;
	struct client *client = calloc(1, sizeof(*client));

	if (fd < 0 || !client || floor->n_clients == MOST_CLIENTS)
		err(1, "accept");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	client->ssl = SSL_new(floor->context);
	floor->clients[floor->n_clients] = client;
	floor->polled[1 + floor->n_clients] = (struct pollfd){ .fd = fd, .events = POLLIN };
	floor->n_clients++;
	if (SSL_set_fd(client->ssl, fd) != 1 || SSL_accept(client->ssl) != 1)
		drop_client(floor, floor->n_clients - 1);
}

static void write_client(struct client *client, const char *text, size_t length)
{
	if (length)
		(void) SSL_write(client->ssl, text, (int) length);
}

static void write_others(struct floor *floor, const struct client *speaker)
{
	for (size_t i = 0; i < floor->n_clients; i++)
		if (floor->clients[i] != speaker)
			write_client(floor->clients[i], floor->said, floor->n_said);
	floor->n_said = 0;
}

static void handle_line(struct floor *floor, struct client *client, const char *line, size_t length)
{
	static const char welcome[] = ":floor 001 n :hello\r\n", pong[] = "PONG floor end\r\n";

	if (!strncmp(line, "NICK ", 5))
		write_client(client, welcome, sizeof(welcome) - 1);
	if (!strncmp(line, "PING ", 5))
		write_client(client, pong, sizeof(pong) - 1);
	if (strncmp(line, "PRIVMSG ", 8) != 0)
		return;
	memcpy(floor->said + floor->n_said, PREFIX, strlen(PREFIX));
	memcpy(floor->said + floor->n_said + strlen(PREFIX), line, length);
	floor->n_said += strlen(PREFIX) + length;
	if (!floor->is_batching)
		write_others(floor, client);
}

static void read_client(struct floor *floor, size_t i)
{
	struct client *client = floor->clients[i];
	int n = SSL_read(client->ssl, client->unread + client->n_unread,
		(int) (sizeof(client->unread) - client->n_unread));
	const char *line = client->unread, *end;

	if (n <= 0) {
		drop_client(floor, i);
		return;
	}
	client->n_unread += (size_t) n;
	while ((end = memchr(line, '\n', client->n_unread)) != NULL) {
		size_t length = (size_t) (end + 1 - line);

		handle_line(floor, client, line, length);
		client->n_unread -= length;
		line = end + 1;
	}
	memmove(client->unread, line, client->n_unread);
	if (floor->n_said)
		write_others(floor, client);
}

int main(int argc, char **argv)
{
	static struct floor floor;

	if (argc != 5)
		errx(2, "usage: ssl_floor each|batch PORT CERTIFICATE KEY");
	floor.is_batching = !strcmp(argv[1], "batch");
	floor.context = make_context(argv[3], argv[4]);
	floor.polled[0] = (struct pollfd){ .fd = listen_at(argv[2]), .events = POLLIN };
	for (;;) {
		if (poll(floor.polled, 1 + floor.n_clients, -1) < 0)
			err(1, "poll");
		/* From the end: the place of a client that is dropped goes to the last. */
		for (size_t i = floor.n_clients; i-- > 0;)
			if (floor.polled[1 + i].revents)
				read_client(&floor, i);
		if (floor.polled[0].revents)
			accept_client(&floor);
	}
}
