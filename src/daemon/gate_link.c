/* Owns the sockets to gates and the answers to their messages. Keys pass through the packet buffer
 * and a struct tls_keys here, which are overwritten. */
#include "daemon/gate_link.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/passed_fds.h"
#include "daemon/gate_news.h"
#include "net/reception.h"
#include "proto/gate_message.h"
#include "tls/keys.h"

#define MOST_GATES 256
#define MOST_OFFERS 16 /* of a gate in a turn */

/* One gate. */
struct gate_peer {
	struct gate_link *link;
	struct list node;
	int fd;
	struct loop_watch *watch;
	uint64_t gate;	       /* of its HELLO, for the log; 0: another program read that */
	bool has_left;	       /* it reads no answers, but may have sent more */
	struct buffer answer;  /* which the socket had no room for; empty: none */
	struct gate_news news; /* that it has */
	uint8_t certificates;  /* enum certificates */
};

struct gate_link {
	struct gate_link_needs needs;
	int listener; /* -1: none */
	struct reception *reception;
	struct list peers;
	size_t n_peers;
	char packet[GATE_MESSAGE_BYTES + 1];
};

struct gate_link *gate_link_new(const struct gate_link_needs *needs)
{
	struct gate_link *link = mem_new(sizeof(*link));

	link->needs = *needs;
	link->listener = -1;
	list_init(&link->peers);
	return link;
}

static void gate_peer_free(struct gate_peer *peer)
{
	list_remove(&peer->node);
	peer->link->n_peers--;
	loop_watch_remove(peer->watch);
	close(peer->fd);
	buffer_done(&peer->answer);
	free(peer);
}

void gate_link_free(struct gate_link *link)
{
	struct gate_peer *peer, *after;

	if (!link)
		return;
	LIST_EACH_SAFE (peer, after, &link->peers, node)
		gate_peer_free(peer);
	reception_free(link->reception);
	free(link);
}

#define GATE_TEXT_LENGTH 24

static const char *format_gate(const struct gate_peer *peer, char text[GATE_TEXT_LENGTH])
{
	snprintf(text, GATE_TEXT_LENGTH, "%016" PRIx64, peer->gate);
	return text;
}

/* Without any gate, the last word stays. */
static void report_certificates(const struct gate_link *link, struct gate_bytes facts)
{
	enum certificates worst = CERTIFICATES_UNKNOWN;
	const struct gate_peer *peer;

	LIST_EACH (peer, &link->peers, node)
		if (peer->certificates > worst)
			worst = peer->certificates;
	if (worst != CERTIFICATES_UNKNOWN)
		link->needs.on_certificates(link->needs.data, worst, facts);
}

static void forget_peer(struct gate_peer *peer)
{
	const struct gate_link *link = peer->link;

	gate_peer_free(peer);
	report_certificates(link, (struct gate_bytes){ 0 });
}

static void refuse_peer(struct gate_peer *peer, const char *reason)
{
	char gate[GATE_TEXT_LENGTH];

	log_entry(peer->link->needs.log, LOGBOOK_GATE_REFUSED, "GATE", format_gate(peer, gate),
		"REASON", reason);
	forget_peer(peer);
}

static void lose_peer(struct gate_peer *peer)
{
	char gate[GATE_TEXT_LENGTH];

	log_entry(peer->link->needs.log, LOGBOOK_GATE_GONE, "GATE", format_gate(peer, gate));
	forget_peer(peer);
}

/* Receiving */

#define PACKET_FDS 2 /* an even number, so that the kernel has no room for more */

/* One packet. Descriptors beyond the first are closed, and counted. */
struct gate_packet {
	ssize_t length; /* -1: see errno */
	int flags;
	int fd; /* -1: none */
	size_t n_fds;
};

static void take_descriptors(struct gate_packet *packet, struct msghdr *message)
{
	int fds[PACKET_FDS];

	packet->n_fds = passed_fds_take(message, fds, PACKET_FDS);
	if (packet->n_fds)
		packet->fd = fds[0];
	for (size_t i = 1; i < packet->n_fds; i++)
		close(fds[i]);
}

static struct gate_packet receive_packet(const struct gate_peer *peer)
{
	PASSED_FDS(PACKET_FDS) passed;
	struct gate_packet packet = { .fd = -1 };
	struct gate_link *link = peer->link;
	struct iovec part = { link->packet, sizeof(link->packet) };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed) };

	packet.length = recvmsg(peer->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	packet.flags = packet.length < 0 ? 0 : message.msg_flags;
	if (packet.length >= 0)
		take_descriptors(&packet, &message);
	return packet;
}

/* Answering */

static uint32_t wanted_peer_events(const struct gate_peer *peer)
{
	return peer->answer.length ? EPOLLOUT : EPOLLIN;
}

/* False: the gate is lost. An answer that finds no room waits, and no more is read meanwhile. A
 * gate that has ended needs no answers, but the clients that it has sent are taken. */
static bool send_gate_answer(struct gate_peer *peer)
{
	ssize_t n = send(
		peer->fd, peer->answer.bytes, peer->answer.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	bool can_wait = n < 0 && (errno == EAGAIN || errno == EINTR);

	/* The socket has room, so waiting for that would be trying in each turn. The gate connects
	 * again, and offers again what was not answered. */
	if (n < 0 && errno == ENOBUFS)
		return false;
	peer->has_left = n < 0 && !can_wait;
	if (!can_wait)
		buffer_clear(&peer->answer);
	return loop_watch_change(peer->watch, wanted_peer_events(peer)) == 0;
}

static bool answer_offer(struct gate_peer *peer, uint64_t number, const char *reason)
{
	struct gate_message answer = {
		.kind = reason ? GATE_MESSAGE_KIND_REFUSED : GATE_MESSAGE_KIND_TAKEN,
		.number = number,
	};

	if (peer->has_left)
		return true;
	if (reason)
		snprintf(answer.text, sizeof(answer.text), "%s", reason);
	gate_message_save(&peer->answer, &answer);
	return send_gate_answer(peer);
}

/* False: the gate is gone. The rest follows when the socket has room again. */
static bool send_news(struct gate_peer *peer)
{
	const struct gate_link_needs *needs = &peer->link->needs;

	while (needs->get_bans && !peer->answer.length && !peer->has_left &&
		gate_news_next(&peer->news, needs->get_bans(needs->data),
			needs->get_level(needs->data), &peer->answer))
		if (!send_gate_answer(peer))
			return false;
	return true;
}

/* It has the bans before its first client is answered. */
static bool greet_peer(struct gate_peer *peer, uint64_t gate_id)
{
	char gate[GATE_TEXT_LENGTH];

	peer->gate = gate_id;
	log_entry(peer->link->needs.log, LOGBOOK_GATE_CONNECTED, "GATE", format_gate(peer, gate));
	if (!send_news(peer))
		return false;
	if (peer->link->needs.on_greeted)
		peer->link->needs.on_greeted(peer->link->needs.data);
	return true;
}

static const char *pass_offer(const struct gate_peer *peer, const struct gate_message *client,
	const struct tls_keys *keys, int fd)
{
	const struct gate_link_needs *needs = &peer->link->needs;
	const struct clients_offer offer = {
		.fd = fd,
		.listener = client->listener,
		.address = &client->address,
		.setup = {
			.origin = { client->gate, client->number },
			.keys = keys,
			.n_skipped = client->n_skipped,
			.has_frames = client->is_websocket,
			.protocol = client->protocol,
		},
		.facts = keys ? &client->tls : NULL,
		.is_again = client->is_again,
	};

	return needs->on_offer(needs->data, &offer);
}

/* Without a free descriptor, the kernel has closed the one in the packet. */
static const char *take_offer(
	const struct gate_peer *peer, const struct gate_message *client, int fd)
{
	const struct gate_bytes *saved = &client->keys;
	struct tls_keys keys;
	const char *reason;

	if (fd < 0)
		return "papod has no free file descriptor; raise LimitNOFILE=";
	if (saved->length && !tls_keys_load(pack_over(saved->bytes, saved->length), &keys)) {
		close(fd);
		return "papod does not know these keys; is papod-gate of the same release?";
	}
	reason = pass_offer(peer, client, saved->length ? &keys : NULL, fd);
	explicit_bzero(&keys, sizeof(keys));
	return reason;
}

/* A question that is lost is answered by the end of its connection. */
static void take_question(const struct gate_peer *peer, const struct gate_message *message, int fd)
{
	const struct gate_link_needs *needs = &peer->link->needs;

	if (fd >= 0 && needs->on_question)
		needs->on_question(needs->data, fd, &message->address,
			message->tls.version ? &message->tls : NULL);
	else if (fd >= 0)
		close(fd);
}

static void take_request(const struct gate_peer *peer, int fd)
{
	const struct gate_link_needs *needs = &peer->link->needs;

	if (fd >= 0 && needs->on_request)
		needs->on_request(needs->data, fd);
	else if (fd >= 0)
		close(fd);
}

/* The gate asks again, so what finds no room may be dropped. */
static void send_ended(const struct gate_peer *peer, const struct buffer *accounts)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	const struct gate_message message = {
		.kind = GATE_MESSAGE_KIND_ERASE,
		.accounts = { (const uint8_t *) accounts->bytes, accounts->length },
	};

	if (!accounts->length || peer->has_left)
		return;
	gate_message_save(&packet, &message);
	(void) !send(peer->fd, packet.bytes, packet.length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void answer_owners(const struct gate_peer *peer, const struct gate_message *message)
{
	const struct gate_link_needs *needs = &peer->link->needs;
	CLEANUP(buffer_done) struct buffer ended = { 0 };
	struct gate_bytes accounts = message->accounts;
	uint64_t id;

	while (needs->has_ended && gate_message_take_account(&accounts, &id))
		if (needs->has_ended(needs->data, id))
			gate_message_add_account(&ended, id);
	send_ended(peer, &ended);
}

void gate_link_erase(struct gate_link *link, uint64_t account)
{
	CLEANUP(buffer_done) struct buffer ended = { 0 };
	const struct gate_peer *peer;

	gate_message_add_account(&ended, account);
	LIST_EACH (peer, &link->peers, node)
		send_ended(peer, &ended);
}

/* Peers that have not said HELLO here come last: a gate that an earlier program has greeted, or the
 * parent of gates, which answers nothing. */
static const struct gate_peer *choose_peer(const struct gate_link *link, size_t number)
{
	size_t left = link->n_peers ? number % link->n_peers : 0;
	const struct gate_peer *peer;

	for (int has_greeted = 1; has_greeted >= 0; has_greeted--)
		LIST_EACH (peer, &link->peers, node)
			if ((peer->gate != 0) == has_greeted && !left--)
				return peer;
	return NULL;
}

bool gate_link_ask(const struct gate_link *link, const struct buffer *packet, size_t number)
{
	const struct gate_peer *peer = choose_peer(link, number);

	return peer && !peer->has_left &&
	       send(peer->fd, packet->bytes, packet->length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static void on_peer_ready(void *data, uint32_t events);

int gate_link_add(struct gate_link *link, int fd)
{
	struct gate_peer *peer = mem_new(sizeof(*peer));
	int error;

	peer->link = link;
	peer->fd = fd;
	peer->watch = loop_watch_new(link->needs.loop, fd, on_peer_ready, peer);
	list_add_last(&link->peers, &peer->node);
	link->n_peers++;
	error = loop_watch_change(peer->watch, EPOLLIN);
	if (error)
		gate_peer_free(peer);
	return error;
}

/* Without a free descriptor there is none. */
static void add_link(struct gate_link *link, int fd)
{
	if (fd >= 0 && link->n_peers >= MOST_GATES)
		close(fd);
	else if (fd >= 0)
		(void) gate_link_add(link, fd);
}

/* NULL: the packet is in order. */
static const char *check_packet(const struct gate_peer *peer, const struct gate_packet *packet,
	struct gate_message *ret_message)
{
	bool needs_fd, has_lost_fd = packet->flags & MSG_CTRUNC && !packet->n_fds;

	if (packet->flags & MSG_TRUNC ||
		!gate_message_load(peer->link->packet, (size_t) packet->length, ret_message))
		return "it sent a malformed message";
	needs_fd = gate_message_carries_fd(ret_message->kind);
	if (packet->n_fds > 1 || (!needs_fd && packet->n_fds) ||
		(needs_fd && !packet->n_fds && !has_lost_fd))
		return "it sent a wrong number of descriptors";
	if (gate_message_is_of_papod(ret_message->kind))
		return "it sent a message of papod";
	if (ret_message->kind == GATE_MESSAGE_KIND_HELLO && peer->gate)
		return "it introduced itself twice";
	return NULL;
}

/* False: the peer is gone. */
static bool take_packet(struct gate_peer *peer, struct gate_packet *packet)
{
	struct gate_message message = { 0 };
	const char *problem = check_packet(peer, packet, &message);
	bool goes_on = true;

	if (problem) {
		if (packet->fd >= 0)
			close(packet->fd);
		refuse_peer(peer, problem);
		return false;
	}
	switch (message.kind) {
	case GATE_MESSAGE_KIND_HELLO:
		goes_on = greet_peer(peer, message.gate);
		break;
	case GATE_MESSAGE_KIND_CLIENT:
		goes_on =
			answer_offer(peer, message.number, take_offer(peer, &message, packet->fd));
		break;
	case GATE_MESSAGE_KIND_STATE:
		peer->certificates = message.certificates;
		report_certificates(peer->link, message.facts);
		break;
	case GATE_MESSAGE_KIND_LINK:
		add_link(peer->link, packet->fd);
		break;
	case GATE_MESSAGE_KIND_ASK:
		take_question(peer, &message, packet->fd);
		break;
	case GATE_MESSAGE_KIND_REQUEST:
		take_request(peer, packet->fd);
		break;
	case GATE_MESSAGE_KIND_OWNERS:
		answer_owners(peer, &message);
		break;
	case GATE_MESSAGE_KIND_REPORT:
		if (peer->link->needs.on_report)
			peer->link->needs.on_report(peer->link->needs.data, &message);
		break;
	case GATE_MESSAGE_KIND_TAKEN:
	case GATE_MESSAGE_KIND_REFUSED:
	case GATE_MESSAGE_KIND_BANS:
	case GATE_MESSAGE_KIND_ERASE:
	case GATE_MESSAGE_KIND_FILES:
	case GATE_MESSAGE_KIND_LEVEL:
		break;
	}
	if (!goes_on)
		lose_peer(peer);
	return goes_on;
}

/* False: there is no more, or the peer is gone. A gate that ended with unread answers leaves
 * ECONNRESET, and behind it what it had sent. */
static bool read_packet(struct gate_peer *peer)
{
	struct gate_link *link = peer->link;
	struct gate_packet packet = receive_packet(peer);
	bool goes_on;

	if (packet.length < 0 && errno == ECONNRESET)
		packet = receive_packet(peer);
	if (packet.length < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (packet.length <= 0) {
		if (packet.fd >= 0)
			close(packet.fd);
		lose_peer(peer);
		return false;
	}
	goes_on = take_packet(peer, &packet);
	explicit_bzero(link->packet, (size_t) packet.length);
	return goes_on;
}

static void on_peer_ready(void *data, uint32_t events)
{
	struct gate_peer *peer = data;
	int n = 0;

	(void) events;
	if (peer->answer.length) {
		if (!send_gate_answer(peer) || !send_news(peer))
			lose_peer(peer);
		return;
	}
	while (n < MOST_OFFERS && read_packet(peer) && !peer->answer.length)
		n++;
}

/* Connecting */

static void on_gates_wait(void *data, int error)
{
	const struct gate_link *link = data;

	log_entry(link->needs.log, LOGBOOK_GATE_WAITS, "REASON", strerror(-error));
}

static void on_gate(void *data, int fd)
{
	add_link(data, fd);
}

/* Gates come on other ways, too, so they are not counted as callers. */
int gate_link_listen(struct gate_link *link, int fd)
{
	const struct reception_needs needs = {
		.loop = link->needs.loop,
		.listener = fd,
		.most = SIZE_MAX,
		.on_caller = on_gate,
		.on_shortage = on_gates_wait,
		.data = link,
	};
	int error = reception_new(&needs, &link->reception);

	if (!error)
		link->listener = fd;
	return error;
}

uint64_t gate_link_next_deadline(const struct gate_link *link)
{
	return link->reception ? reception_next_deadline(link->reception) : UINT64_MAX;
}

static void send_news_to_all(struct gate_link *link)
{
	struct gate_peer *peer, *after;

	LIST_EACH_SAFE (peer, after, &link->peers, node)
		if (!send_news(peer))
			lose_peer(peer);
}

void gate_link_tick(struct gate_link *link)
{
	send_news_to_all(link);
	if (link->reception)
		reception_tick(link->reception);
}

void gate_link_list(const struct gate_link *link, const char *name, struct descriptors *files)
{
	const struct gate_peer *peer;

	LIST_EACH (peer, &link->peers, node)
		descriptors_add(files, peer->fd, name);
}

int gate_link_listener(const struct gate_link *link)
{
	return link->listener;
}
