/* Owns how clients arrive: from listeners, from proxies, and from gates, which also bring those who
 * ask for an upload. A client is admitted while descriptors are left for it, and its socket is
 * parked before its first event. */
#include "daemon/clients_inside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/file_limit.h"
#include "net/resume.h"

#define FULL_TOLD_EVERY_MS 60000
#define MOST_PROXIED 1024
#define PROXIED_SLOT UINT32_MAX /* of ids; connections have lower ones */
#define NO_FILES_LEFT "no file descriptors are left for clients; raise LimitNOFILE="

/* A client that has connected. */
struct arrival {
	uint64_t id;
	int fd;
	const char *listener;
	bool has_inherited; /* see connections_add() */
	bool is_wrapped;    /* it does not understand plain text */
};

/* Files, the recording, the resolver and a reload need descriptors too. */
static bool is_full(const struct clients *clients, int fd)
{
	const struct settings *settings = engine_world(clients->needs.engine)->settings;

	return (uint64_t) fd + settings->loop_reserved_files >= clients->most_files;
}

/* Limits log entries, so that connecting clients cannot fill the log. */
static uint64_t full_deadline(const struct clients *clients)
{
	return clients->full_told_ms ? clients->full_told_ms + FULL_TOLD_EVERY_MS : 0;
}

static void log_refused(struct clients *clients, const char *listener, const char *reason)
{
	char count[24];

	snprintf(count, sizeof(count), "%zu", clients->n_refused);
	log_entry(clients->needs.log, LOGBOOK_CLIENT_REFUSED, "LISTENER", listener, "CLIENTS",
		count, "REASON", reason);
	clients->full_told_ms = loop_now_ms(clients->needs.loop);
	clients->n_refused = 0;
}

static void refuse_full(struct clients *clients, const struct arrival *arrival, const char *reason)
{
	if (!arrival->is_wrapped)
		(void) !send(arrival->fd, FILE_LIMIT_GOODBYE, strlen(FILE_LIMIT_GOODBYE),
			MSG_DONTWAIT | MSG_NOSIGNAL);
	close(arrival->fd);
	clients->n_refused++;
	if (loop_now_ms(clients->needs.loop) >= full_deadline(clients))
		log_refused(clients, arrival->listener, reason);
}

static uint64_t refused_deadline(const struct clients *clients)
{
	return clients->n_refused ? full_deadline(clients) : UINT64_MAX;
}

uint64_t clients_next_deadline(const struct clients *clients)
{
	return loop_earlier(refused_deadline(clients), proxied_next_deadline(clients->proxied));
}

void clients_tick(struct clients *clients)
{
	if (refused_deadline(clients) <= loop_now_ms(clients->needs.loop))
		log_refused(clients, NULL, "the server was full; raise LimitNOFILE=");
	proxied_tick(clients->proxied);
}

/* The event has the session, the listener and the address. */
static void announce_connection(struct clients *clients, int fd, struct event *event)
{
	event->kind = EVENT_CONNECTED;
	event->uid =
		event->address.family == ADDRESS_FAMILY_UNIX ? listeners_peer_uid(fd) : UINT32_MAX;
	event->text_length = strlen(event->text);
	engine_handle(clients->needs.engine, event);
}

void clients_welcome(struct clients *clients, uint64_t id, int fd, const char *listener)
{
	struct event event = { .session = id, .text = listener };

	/* If the peer is gone already, the first read reports it. */
	(void) listeners_peer(fd, &event.address);
	announce_connection(clients, fd, &event);
}

/* A socket that is not parked would be lost with the process. NULL: it is parked, or need not
 * be. */
static const char *why_not_parked(int error)
{
	switch (error) {
	case -ETOOMANYREFS:
		return "no more sockets can be stored for a restart; raise LimitNOFILE=";
	case -EAGAIN:
		return "no more sockets can be stored for a restart; raise net.core.wmem_max";
	}
	return NULL;
}

/* Park the socket first: from then on it outlives the process, as a newcomer if no event
 * follows. */
static bool take_in(struct clients *clients, const struct arrival *arrival)
{
	const struct clients_needs *needs = &clients->needs;
	const char *reason;

	if (!arrival->id) {
		close(arrival->fd);
		return false;
	}
	reason = why_not_parked(
		needs->park(needs->data, arrival->fd, arrival->id, arrival->listener));
	if (reason) {
		connection_abandon(clients->connections, arrival->id);
		refuse_full(clients, arrival, reason);
		return false;
	}
	if (connections_add(clients->connections, arrival->id, arrival->fd, arrival->has_inherited))
		return true;
	connection_unwrap(clients->connections, arrival->id);
	shutdown(arrival->fd, SHUT_RDWR);
	clients->needs.unpark(clients->needs.data, arrival->id);
	close(arrival->fd);
	return false;
}

bool clients_is_proxied_id(uint64_t id)
{
	return (uint32_t) id == PROXIED_SLOT;
}

/* NULL: connections there begin without a PROXY header. */
static const struct listener_settings *find_proxied_listener(
	const struct clients *clients, const char *name)
{
	const struct settings *settings = engine_world(clients->needs.engine)->settings;
	const struct listener_settings *listener =
		settings ? settings_find_listener(settings, name) : NULL;

	return listener && listener_is_proxied(listener) ? listener : NULL;
}

void clients_await_header(struct clients *clients, uint64_t id, int fd, const char *listener)
{
	struct address address = { 0 };

	(void) listeners_peer(fd, &address); /* if the proxy is gone, the first read reports it */
	proxied_add(clients->proxied, &(struct proxied_client){ fd, id, listener, &address });
}

static void accept_proxy(struct clients *clients, const struct listener_settings *listener,
	struct arrival *arrival, const struct address *address)
{
	const struct clients_needs *needs = &clients->needs;
	struct proxied_client client = { arrival->fd, 0, arrival->listener, address };
	const char *reason;

	if (!listener_trusts_proxy(listener, address)) {
		proxied_refuse(clients->proxied, &client);
		return;
	}
	client.id = (uint64_t) ++clients->n_proxied << 32 | PROXIED_SLOT;
	reason = why_not_parked(needs->park(needs->data, client.fd, client.id, client.listener));
	if (reason)
		refuse_full(clients, arrival, reason);
	else
		proxied_add(clients->proxied, &client);
}

/* Between this machine and another one, the connection is not encrypted. */
static bool take_proxied_facts(const struct proxied_client *client,
	const struct proxy_header *header, struct tls_facts *ret_facts)
{
	if (!header->is_tls || !address_is_this_machine(client->proxy))
		return false;
	*ret_facts = (struct tls_facts){
		.version = tls_version_of_name(header->tls_version),
		.suite = tls_suite_of_name(header->tls_suite),
	};
	return true;
}

/* The socket stays parked as that of a proxy until the event is logged, with the length of the
 * header: from then on the next process passes over it. */
static void on_header(
	void *data, const struct proxied_client *client, const struct proxy_header *header)
{
	struct clients *clients = data;
	struct arrival arrival = { .fd = client->fd, .listener = client->listener };
	struct tls_facts facts;
	struct event event = {
		.text = client->listener,
		.address = *proxied_address(client, header),
		.consumed = (uint32_t) header->length,
		.tls = take_proxied_facts(client, header, &facts) ? &facts : NULL,
	};

	arrival.id = event.session = connections_reserve(clients->connections);
	if (take_in(clients, &arrival)) {
		announce_connection(clients, client->fd, &event);
		connection_skip(clients->connections, arrival.id, event.consumed);
	}
	clients->needs.unpark(clients->needs.data, client->id);
}

static void admit_arrival(struct clients *clients, struct arrival *arrival, struct event *event)
{
	event->session = arrival->id = connections_reserve(clients->connections);
	event->text = arrival->listener;
	if (take_in(clients, arrival))
		announce_connection(clients, arrival->fd, event);
}

void clients_accept(
	void *data, int fd, const char *listener, const struct address *address, bool has_inherited)
{
	struct clients *clients = data;
	struct arrival arrival = { .fd = fd, .listener = listener, .has_inherited = has_inherited };
	const struct listener_settings *proxied;

	if (is_full(clients, fd)) {
		refuse_full(clients, &arrival, NO_FILES_LEFT);
		return;
	}
	proxied = find_proxied_listener(clients, listener);
	if (proxied) {
		accept_proxy(clients, proxied, &arrival, address);
		return;
	}
	admit_arrival(clients, &arrival, &(struct event){ .address = *address });
}

void clients_take_question(struct clients *clients, int fd, const struct address *address,
	const struct tls_facts *facts)
{
	struct arrival arrival = { .fd = fd, .listener = GATE_ASKS_LISTENER };

	if (is_full(clients, fd))
		refuse_full(clients, &arrival, NO_FILES_LEFT);
	else
		admit_arrival(
			clients, &arrival, &(struct event){ .address = *address, .tls = facts });
}

/* The keys come first: a parked socket without them would be lost. */
static const char *wrap_and_take_in(
	struct clients *clients, const struct clients_offer *offer, struct arrival *arrival)
{
	int error;

	arrival->id = connections_reserve(clients->connections);
	error = arrival->id ? connection_wrap(
				      clients->connections, arrival->id, offer->fd, &offer->setup)
			    : 0;
	if (error) {
		connection_abandon(clients->connections, arrival->id);
		close(offer->fd);
		return error == -ENOSPC ? "papod has no memory for more clients with TLS"
					: strerrordesc_np(-error);
	}
	return take_in(clients, arrival) ? NULL : "papod is full; its log says of what";
}

const char *clients_adopt(struct clients *clients, const struct clients_offer *offer)
{
	struct arrival arrival = {
		.fd = offer->fd, .listener = offer->listener, .is_wrapped = true
	};
	const char *reason;

	if (offer->is_again &&
		connections_find_wrapped(clients->connections, &offer->setup.origin)) {
		close(offer->fd);
		return NULL;
	}
	if (is_full(clients, offer->fd)) {
		refuse_full(clients, &arrival, NO_FILES_LEFT);
		return NO_FILES_LEFT;
	}
	reason = wrap_and_take_in(clients, offer, &arrival);
	if (!reason)
		announce_connection(clients, offer->fd,
			&(struct event){ .session = arrival.id,
				.text = offer->listener,
				.address = *offer->address,
				.tls = offer->facts });
	return reason;
}

static void on_proxied_gone(void *data, uint64_t id)
{
	const struct clients_needs *needs = &((struct clients *) data)->needs;

	needs->unpark(needs->data, id);
}

void clients_begin_arrivals(struct clients *clients)
{
	clients->proxied = proxied_new(&(struct proxied_needs){ clients->needs.loop,
		clients->needs.log, MOST_PROXIED, on_header, on_proxied_gone, clients });
	clients->n_proxied = (uint32_t) loop_clock_ns();
}

void clients_limit_files(struct clients *clients, uint64_t most_files)
{
	clients->most_files = most_files;
}

uint64_t clients_most_files(const struct clients *clients)
{
	return clients->most_files;
}

const struct proxied *clients_proxied(const struct clients *clients)
{
	return clients->proxied;
}
