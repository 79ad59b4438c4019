/* Owns the sockets of clients between their handshake and papod's answer. Their keys are in the
 * packets, which are overwritten when they are freed. */
#include "gate/papod_link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "gate/goodbye.h"
#include "net/unix_socket.h"

#define MOST_KEPT 4096
#define FIRST_RETRY_MS 10
#define LAST_RETRY_MS 1000
#define MOST_ANSWERS 64 /* in a turn */

struct kept_client {
	struct list node;
	uint64_t number;
	int fd;
	bool is_sent;	      /* over the present connection */
	bool is_again;	      /* over an earlier one */
	struct buffer packet; /* secret */
};

struct papod_link {
	struct papod_link_needs needs;
	uint64_t gate;
	uint64_t next_number;
	int fd; /* -1: not connected */
	struct loop_watch *watch;
	struct list kept; /* in the order of their numbers */
	size_t n_kept;
	bool has_greeted;
	bool has_bans;		   /* from the papod that is connected */
	uint8_t certificates;	   /* enum certificates */
	uint8_t told_certificates; /* over the present connection */
	struct buffer facts;	   /* of the certificates */
	bool is_missed;		   /* it was logged that papod does not answer */
	uint64_t retry_ms;
	uint64_t wait_ms; /* before the next try but one */
};

static void kept_client_free(struct papod_link *link, struct kept_client *client)
{
	list_remove(&client->node);
	link->n_kept--;
	close(client->fd);
	buffer_done(&client->packet);
	free(client);
}

/* Receiving */

static struct kept_client *find_kept(const struct papod_link *link, uint64_t number)
{
	struct kept_client *client;

	LIST_EACH (client, &link->kept, node)
		if (client->number == number)
			return client;
	return NULL;
}

static void log_not_taken(const struct papod_link *link, const struct gate_message *answer)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, answer->number);
	log_entry(link->needs.log, LOGBOOK_CLIENT_NOT_TAKEN, "NUMBER", number, "REASON",
		answer->text);
}

static void papod_has_answered(struct papod_link *link)
{
	link->wait_ms = FIRST_RETRY_MS;
	if (link->is_missed)
		log_entry(link->needs.log, LOGBOOK_PAPOD_FOUND, "FILE", link->needs.path);
	link->is_missed = false;
}

/* papod has written nothing to a client that it refuses; but one that has ended since the first
 * offer may have, and no nonce may protect two texts. */
static void tell_refused(const struct papod_link *link, const struct kept_client *client)
{
	const struct buffer *packet = &client->packet;
	struct gate_message message;

	if (!client->is_again && gate_message_load(packet->bytes, packet->length, &message))
		goodbye_send(link->needs.crypto, client->fd, &message);
	shutdown(client->fd, SHUT_RDWR);
}

/* A papod of an older release answers without having sent bans: those of the one before are no
 * longer in force. */
static void take_bans(struct papod_link *link, const struct gate_message *message)
{
	static const struct gate_message none = {
		.kind = GATE_MESSAGE_KIND_BANS, .is_first = true, .is_last = true
	};

	if (message->kind == GATE_MESSAGE_KIND_BANS)
		link->needs.on_bans(link->needs.data, message);
	else if (!link->has_bans)
		link->needs.on_bans(link->needs.data, &none);
	link->has_bans = true;
}

static void take_level(const struct papod_link *link, uint8_t level)
{
	if (link->needs.on_level)
		link->needs.on_level(link->needs.data, level);
}

/* The descriptor is only closed: the connection goes on in papod. */
static void take_answer(struct papod_link *link, const struct gate_message *answer)
{
	struct kept_client *client = find_kept(link, answer->number);

	papod_has_answered(link);
	if (answer->kind == GATE_MESSAGE_KIND_REFUSED) {
		log_not_taken(link, answer);
		if (client)
			tell_refused(link, client);
	}
	if (client)
		kept_client_free(link, client);
}

#define LINK_HAS_ENDED 1

/* 0: an answer was taken; LINK_HAS_ENDED, or a negative errno. A papod that ended with unread
 * packets leaves ECONNRESET, and behind it the answers that it had sent. */
static int take_next_answer(struct papod_link *link)
{
	char packet[GATE_MESSAGE_BYTES + 1];
	struct gate_message answer;
	ssize_t n = recv(link->fd, packet, sizeof(packet), MSG_DONTWAIT);

	if (n < 0 && errno == ECONNRESET)
		n = recv(link->fd, packet, sizeof(packet), MSG_DONTWAIT);
	if (n <= 0)
		return n < 0 ? -errno : LINK_HAS_ENDED;
	if (!gate_message_load(packet, (size_t) n, &answer))
		return -EBADMSG;
	switch (answer.kind) {
	case GATE_MESSAGE_KIND_TAKEN:
	case GATE_MESSAGE_KIND_REFUSED:
		take_bans(link, &answer);
		take_answer(link, &answer);
		return 0;
	case GATE_MESSAGE_KIND_BANS:
		take_bans(link, &answer);
		return 0;
	case GATE_MESSAGE_KIND_ERASE:
		if (link->needs.on_erase)
			link->needs.on_erase(link->needs.data, &answer);
		return 0;
	case GATE_MESSAGE_KIND_FILES:
		if (link->needs.on_files)
			link->needs.on_files(link->needs.data, &answer);
		return 0;
	case GATE_MESSAGE_KIND_LEVEL:
		take_level(link, answer.level);
		return 0;
	case GATE_MESSAGE_KIND_HELLO:
	case GATE_MESSAGE_KIND_CLIENT:
	case GATE_MESSAGE_KIND_LINK:
	case GATE_MESSAGE_KIND_STATE:
	case GATE_MESSAGE_KIND_ASK:
	case GATE_MESSAGE_KIND_OWNERS:
	case GATE_MESSAGE_KIND_REPORT:
	case GATE_MESSAGE_KIND_REQUEST:
		return -EBADMSG;
	}
	return 0;
}

/* Connecting */

static void plan_retry(struct papod_link *link)
{
	link->retry_ms = loop_now_ms(link->needs.loop) + link->wait_ms;
	link->wait_ms = link->wait_ms * 2 < LAST_RETRY_MS ? link->wait_ms * 2 : LAST_RETRY_MS;
}

static void log_lost(struct papod_link *link, int error)
{
	char count[24];

	snprintf(count, sizeof(count), "%zu", link->n_kept);
	if (!link->is_missed)
		log_entry(link->needs.log, LOGBOOK_PAPOD_LOST, "FILE", link->needs.path, "REASON",
			error ? strerror(error) : "papod has closed the connection", "CLIENTS",
			count);
	link->is_missed = true;
}

static void disconnect(struct papod_link *link)
{
	loop_watch_remove(TAKE(link->watch));
	close(TAKE_FD(link->fd));
	link->has_greeted = link->has_bans = false;
	link->told_certificates = CERTIFICATES_UNKNOWN;
}

/* The papod that has ended may have taken it, without an answer. */
static void offer_again(struct kept_client *client)
{
	if (client->is_sent && !client->is_again)
		gate_message_repeat(&client->packet);
	client->is_again |= client->is_sent;
	client->is_sent = false;
}

/* Clients whose answer has arrived must not be offered again: papod has used their keys. */
static void lose_papod(struct papod_link *link, int error)
{
	struct kept_client *client;

	while (take_next_answer(link) == 0)
		;
	disconnect(link);
	take_level(link, 0);
	log_lost(link, error);
	LIST_EACH (client, &link->kept, node)
		offer_again(client);
	plan_retry(link);
	if (!link->needs.path)
		link->needs.on_papod_gone(link->needs.data);
}

static int connect_link(const char *path, int *ret_fd)
{
	struct sockaddr_un address;
	int fd, error = unix_socket_address(path, &address);

	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *) &address, sizeof(address)) < 0) {
		error = -errno;
		close(fd);
		return error;
	}
	*ret_fd = fd;
	return 0;
}

/* Sending */

static int greet_papod(struct papod_link *link)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	const struct gate_message hello = {
		.kind = GATE_MESSAGE_KIND_HELLO,
		.version = GATE_MESSAGE_VERSION,
		.gate = link->gate,
	};
	int error;

	if (link->has_greeted)
		return 0;
	gate_message_save(&packet, &hello);
	error = unix_socket_pass(link->fd, &packet, -1, NULL);
	link->has_greeted = !error;
	return error;
}

static int send_state(struct papod_link *link)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	const struct gate_message state = {
		.kind = GATE_MESSAGE_KIND_STATE,
		.certificates = link->certificates,
		.facts = { (const uint8_t *) link->facts.bytes, link->facts.length },
	};
	int error;

	if (link->certificates == link->told_certificates)
		return 0;
	gate_message_save(&packet, &state);
	error = unix_socket_pass(link->fd, &packet, -1, NULL);
	if (!error)
		link->told_certificates = link->certificates;
	return error;
}

static int send_unsent(struct papod_link *link)
{
	struct kept_client *client;
	int error = greet_papod(link);

	if (!error)
		error = send_state(link);

	LIST_EACH (client, &link->kept, node) {
		if (error)
			return error;
		if (client->is_sent)
			continue;
		error = unix_socket_pass(link->fd, &client->packet, client->fd, NULL);
		client->is_sent = !error;
	}
	return error;
}

/* ETOOMANYREFS: sockets in flight count against the limit of open files, unix(7). */
static bool is_congestion(int error)
{
	return error == -EAGAIN || error == -EINTR || error == -ENOBUFS || error == -ETOOMANYREFS;
}

static void send_to_papod(struct papod_link *link)
{
	int error;

	if (link->fd < 0)
		return;
	error = send_unsent(link);
	if (error && !is_congestion(error)) {
		lose_papod(link, -error);
		return;
	}
	/* A socket that is not full, although sending failed, would be writable all the time. */
	link->retry_ms = error ? loop_now_ms(link->needs.loop) + FIRST_RETRY_MS : UINT64_MAX;
	error = loop_watch_change(link->watch, error == -EAGAIN ? EPOLLIN | EPOLLOUT : EPOLLIN);
	if (error)
		lose_papod(link, -error);
}

/* Without a client that waits, more answers are unlikely, and to look for one is a system call. The
 * next turn finds what there is. */
static void on_link_ready(void *data, uint32_t events)
{
	struct papod_link *link = data;
	int n = 0, error;

	(void) events;
	do
		error = take_next_answer(link);
	while (!error && link->n_kept && ++n < MOST_ANSWERS);
	if (error && error != -EAGAIN && error != -EINTR)
		lose_papod(link, error == LINK_HAS_ENDED ? 0 : -error);
	send_to_papod(link);
}

/* The whole */

static void watch_link(struct papod_link *link)
{
	link->watch = loop_watch_new(link->needs.loop, link->fd, on_link_ready, link);
	send_to_papod(link);
}

static void connect_again(struct papod_link *link)
{
	int error = link->needs.path ? connect_link(link->needs.path, &link->fd) : -ENOTCONN;

	if (!error) {
		watch_link(link);
		return;
	}
	log_lost(link, -error);
	plan_retry(link);
}

struct papod_link *papod_link_new(const struct papod_link_needs *needs)
{
	struct papod_link *link = mem_new(sizeof(*link));

	link->needs = *needs;
	link->fd = needs->fd;
	link->wait_ms = FIRST_RETRY_MS;
	link->next_number = 1;
	list_init(&link->kept);
	while (getrandom(&link->gate, sizeof(link->gate), 0) != sizeof(link->gate) || !link->gate)
		;
	if (link->fd >= 0)
		watch_link(link);
	else
		connect_again(link);
	return link;
}

void papod_link_free(struct papod_link *link)
{
	struct kept_client *client, *after;

	if (!link)
		return;
	LIST_EACH_SAFE (client, after, &link->kept, node)
		kept_client_free(link, client);
	if (link->fd >= 0)
		disconnect(link);
	buffer_done(&link->facts);
	free(link);
}

void papod_link_offer(struct papod_link *link, int fd, struct gate_message *message)
{
	struct kept_client *client = mem_new(sizeof(*client));

	if (link->n_kept == MOST_KEPT)
		kept_client_free(link, LIST_FIRST(&link->kept, struct kept_client, node));
	message->kind = GATE_MESSAGE_KIND_CLIENT;
	message->gate = link->gate;
	message->number = client->number = link->next_number++;
	client->fd = fd;
	client->packet.is_secret = true;
	gate_message_save(&client->packet, message);
	list_add_last(&link->kept, &client->node);
	link->n_kept++;
	send_to_papod(link);
}

static bool are_facts_told(const struct papod_link *link, const struct buffer *facts)
{
	return link->facts.length == facts->length &&
	       (!facts->length || memcmp(link->facts.bytes, facts->bytes, facts->length) == 0);
}

void papod_link_state(
	struct papod_link *link, enum certificates certificates, const struct buffer *facts)
{
	link->certificates = (uint8_t) certificates;
	if (!are_facts_told(link, facts)) {
		buffer_clear(&link->facts);
		buffer_put(&link->facts, facts->bytes, facts->length);
		link->told_certificates = CERTIFICATES_UNKNOWN;
	}
	if (link->certificates != link->told_certificates)
		send_to_papod(link);
}

static bool send_message_now(
	const struct papod_link *link, const struct gate_message *message, int fd)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	if (link->fd < 0 || !link->has_greeted)
		return false;
	gate_message_save(&packet, message);
	return unix_socket_pass(link->fd, &packet, fd, NULL) == 0;
}

bool papod_link_ask(struct papod_link *link, int fd, const struct address *address,
	const struct tls_facts *facts)
{
	const struct gate_message message = {
		.kind = GATE_MESSAGE_KIND_ASK, .address = *address, .tls = *facts
	};

	return send_message_now(link, &message, fd);
}

bool papod_link_pass(struct papod_link *link, int fd)
{
	const struct gate_message message = { .kind = GATE_MESSAGE_KIND_REQUEST };

	return send_message_now(link, &message, fd);
}

void papod_link_owners(const struct papod_link *link, const struct buffer *accounts)
{
	const struct gate_message message = {
		.kind = GATE_MESSAGE_KIND_OWNERS,
		.accounts = { (const uint8_t *) accounts->bytes, accounts->length },
	};

	(void) send_message_now(link, &message, -1);
}

void papod_link_report(const struct papod_link *link, uint64_t number, const struct buffer *report)
{
	const struct gate_message message = {
		.kind = GATE_MESSAGE_KIND_REPORT,
		.number = number,
		.files = { (const uint8_t *) report->bytes, report->length },
	};

	(void) send_message_now(link, &message, -1);
}

size_t papod_link_count(const struct papod_link *link)
{
	return link->n_kept;
}

uint64_t papod_link_next_deadline(const struct papod_link *link)
{
	return link->retry_ms;
}

void papod_link_tick(struct papod_link *link)
{
	if (loop_now_ms(link->needs.loop) < link->retry_ms)
		return;
	if (link->fd < 0)
		connect_again(link);
	else
		send_to_papod(link);
}
