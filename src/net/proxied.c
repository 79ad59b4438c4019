/* Owns the sockets between their acceptance and the end of their PROXY header. */
#include "net/proxied.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bucket.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"

/* proxy-protocol.txt 2: more than 3 seconds, so that a lost packet may be sent again. */
#define HEADER_MS 5000
#define REFUSALS_BURST 60 /* entries of the log, and in how many seconds that many more come */
#define REFUSALS_SECONDS 60
#define DROP_BYTES (16 * 1024)

#define STRANGER "Only the proxies that proxy_protocol lists may connect here"
#define LATE "The PROXY header was not complete after 5 seconds"
#define CUT_OFF "The connection ended in its PROXY header"
#define CROWD "Too many connections wait for their PROXY header"

struct awaited {
	struct proxied *all;
	struct list node;
	struct loop_watch *watch;
	int fd;
	uint64_t id;
	char *listener;
	struct address proxy;
	uint64_t deadline_ms;
};

struct proxied {
	struct proxied_needs needs;
	struct list awaited; /* oldest first */
	size_t count;
	size_t n_unlogged;    /* refusals since the last entry */
	uint64_t log_full_ms; /* see bucket.h */
};

struct proxied *proxied_new(const struct proxied_needs *needs)
{
	struct proxied *proxied = mem_new(sizeof(*proxied));

	proxied->needs = *needs;
	list_init(&proxied->awaited);
	return proxied;
}

static void awaited_free(struct awaited *awaited)
{
	list_remove(&awaited->node);
	awaited->all->count--;
	free(awaited->listener);
	free(awaited);
}

static void close_awaited(struct awaited *awaited)
{
	loop_watch_remove(awaited->watch); /* first, as another process may have the socket */
	close(awaited->fd);
	awaited_free(awaited);
}

void proxied_free(struct proxied *proxied)
{
	struct awaited *awaited, *after;

	if (!proxied)
		return;
	LIST_EACH_SAFE (awaited, after, &proxied->awaited, node)
		close_awaited(awaited);
	free(proxied);
}

static struct proxied_client client_of(const struct awaited *awaited)
{
	return (struct proxied_client){ awaited->fd, awaited->id, awaited->listener,
		&awaited->proxy };
}

/* Refusing */

static void log_proxy_refused(
	struct proxied *proxied, const struct proxied_client *client, const char *reason)
{
	static const struct rate rate = { REFUSALS_BURST, REFUSALS_SECONDS };
	char address[ADDRESS_TEXT_BYTES], number[NUMBER_BYTES];

	/* A flood must not fill the log. */
	if (!bucket_take_one(&proxied->log_full_ms, loop_now_ms(proxied->needs.loop), rate)) {
		proxied->n_unlogged++;
		return;
	}
	address_format(client->proxy, address);
	log_entry(proxied->needs.log, LOGBOOK_PROXY_REFUSED, "ADDRESS", address, "LISTENER",
		client->listener, "REASON", reason, "UNLOGGED",
		proxied->n_unlogged ? text_format_u64(proxied->n_unlogged, number) : NULL);
	proxied->n_unlogged = 0;
}

/* Unread input would turn the close into a reset, which discards the text. */
static void send_refusal(const struct proxied_client *client, const char *reason)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	char address[ADDRESS_TEXT_BYTES], unread[DROP_BYTES];

	address_format(client->proxy, address);
	buffer_format(&text, "ERROR :Closing link: %s (%s)\r\n", address, reason);
	(void) !recv(client->fd, unread, sizeof(unread), MSG_DONTWAIT);
	(void) !send(client->fd, text.bytes, text.length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Also the copy that another process may have ends with the shutdown. */
static void end_awaited(struct awaited *awaited)
{
	const struct proxied_needs *needs = &awaited->all->needs;

	shutdown(awaited->fd, SHUT_RDWR);
	if (needs->on_gone)
		needs->on_gone(needs->data, awaited->id);
	close_awaited(awaited);
}

static void refuse_awaited(struct awaited *awaited, const char *reason)
{
	const struct proxied_client client = client_of(awaited);

	log_proxy_refused(awaited->all, &client, reason);
	send_refusal(&client, reason);
	end_awaited(awaited);
}

void proxied_refuse(struct proxied *proxied, const struct proxied_client *client)
{
	log_proxy_refused(proxied, client, STRANGER);
	send_refusal(client, STRANGER);
	close(client->fd);
}

/* Headers */

static void hand_on_proxied(struct awaited *awaited, const struct proxy_header *header)
{
	const struct proxied_needs *needs = &awaited->all->needs;
	const struct proxied_client client = client_of(awaited);

	loop_watch_remove(TAKE(awaited->watch));
	needs->on_header(needs->data, &client, header);
	awaited_free(awaited);
}

static void look_for_header(struct awaited *awaited, const char *bytes, size_t length, bool is_end)
{
	struct proxy_header header;
	const char *reason;

	switch (proxy_parse(bytes, length, &header, &reason)) {
	case PROXY_RESULT_WAITS:
		if (is_end)
			refuse_awaited(awaited, CUT_OFF);
		return;
	case PROXY_RESULT_MALFORMED:
		refuse_awaited(awaited, reason);
		return;
	case PROXY_RESULT_ACCEPTED:
		hand_on_proxied(awaited, &header);
		return;
	}
}

/* Edges: old input stays in the kernel. A connection that ends without a byte is a health check. */
static void on_proxy_ready(void *data, uint32_t events)
{
	struct awaited *awaited = data;
	char bytes[PROXY_HEADER_BYTES];
	ssize_t n = recv(awaited->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	if (n > 0)
		look_for_header(
			awaited, bytes, (size_t) n, events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
	else if (n == 0 || errno != EAGAIN)
		end_awaited(awaited);
}

void proxied_add(struct proxied *proxied, const struct proxied_client *client)
{
	struct awaited *awaited = mem_new(sizeof(*awaited));

	if (proxied->count == proxied->needs.most)
		refuse_awaited(LIST_FIRST(&proxied->awaited, struct awaited, node), CROWD);
	awaited->all = proxied;
	awaited->fd = client->fd;
	awaited->id = client->id;
	awaited->listener = mem_text(client->listener);
	awaited->proxy = *client->proxy;
	awaited->deadline_ms = loop_now_ms(proxied->needs.loop) + HEADER_MS;
	awaited->watch = loop_watch_new(proxied->needs.loop, client->fd, on_proxy_ready, awaited);
	list_add_last(&proxied->awaited, &awaited->node);
	proxied->count++;
	if (loop_watch_change(awaited->watch, EPOLLIN | EPOLLRDHUP | EPOLLET) != 0)
		end_awaited(awaited);
}

size_t proxied_count(const struct proxied *proxied)
{
	return proxied->count;
}

void proxied_each(const struct proxied *proxied, proxied_fn call, void *data)
{
	struct awaited *awaited;

	LIST_EACH (awaited, &proxied->awaited, node) {
		const struct proxied_client client = client_of(awaited);

		call(data, &client);
	}
}

/* A client at a Unix socket of the proxy has no name, and its rights here are none of its own. */
const struct address *proxied_address(
	const struct proxied_client *client, const struct proxy_header *header)
{
	switch (header->client.family) {
	case ADDRESS_FAMILY_IPV4:
	case ADDRESS_FAMILY_IPV6:
		return &header->client;
	}
	return client->proxy;
}

bool proxied_drop_header(int fd, const struct proxy_header *header)
{
	size_t left = header->length;
	char bytes[PROXY_HEADER_BYTES];

	while (left) {
		ssize_t n = recv(fd, bytes, left, MSG_DONTWAIT);

		if (n <= 0)
			return false;
		left -= (size_t) n;
	}
	return true;
}

uint64_t proxied_next_deadline(const struct proxied *proxied)
{
	return list_is_empty(&proxied->awaited)
		       ? UINT64_MAX
		       : LIST_FIRST(&proxied->awaited, struct awaited, node)->deadline_ms;
}

void proxied_tick(struct proxied *proxied)
{
	while (proxied_next_deadline(proxied) <= loop_now_ms(proxied->needs.loop))
		refuse_awaited(LIST_FIRST(&proxied->awaited, struct awaited, node), LATE);
}
