/* The connections to gates, which pass on clients after their TLS handshake: papod-gate.
 *
 * A gate keeps a client until papod answers, so nothing is lost with this process. What a gate
 * sends is checked like the input of clients: nonsense closes its connection. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "daemon/clients.h"
#include "net/loop.h"
#include "proto/gate_message.h"
#include "survival/descriptors.h"
#include "world/bans.h"

/* systemd's name for the socket at which papod takes gates, see papod-gate-handover.socket. */
#define GATE_LINK_SOCKET "gate-handover"

struct gate_link;

struct gate_link_needs {
	struct loop *loop;
	const struct log *log;
	/* See clients_adopt(). */
	const char *(*on_offer)(void *data, const struct clients_offer *offer);
	/* See clients_take_question(). NULL: the connection is closed. */
	void (*on_question)(
		void *data, int fd, const struct address *address, const struct tls_facts *facts);
	/* See web_desk_take(). NULL: the connection is closed. */
	void (*on_request)(void *data, int fd);
	/* Is there no account with that id any more? NULL: nothing is known of accounts. */
	bool (*has_ended)(void *data, uint64_t account);
	/* The bans that gates enforce, and the level of their logs, see struct gate_message. NULL:
	 * none are sent. */
	const struct bans *(*get_bans)(void *data);
	uint8_t (*get_level)(void *data);
	/* A message of the kind REPORT. NULL: it is ignored. */
	void (*on_report)(void *data, const struct gate_message *message);
	/* A gate has come. NULL is allowed. */
	void (*on_greeted)(void *data);
	/* What all gates together say; called again without a change. The facts are what one of
	 * them knows of the certificates; empty: no news. */
	void (*on_certificates)(
		void *data, enum certificates certificates, struct gate_bytes facts);
	void *data;
};

struct gate_link *gate_link_new(const struct gate_link_needs *needs);
void gate_link_free(struct gate_link *link); /* NULL is allowed */

/* Take gates that connect at this socket; owned from now on. 0 or a negative errno. */
int gate_link_listen(struct gate_link *link, int fd);
/* Take the clients of a gate that is connected already; owned from now on. 0 or a negative
 * errno. */
int gate_link_add(struct gate_link *link, int fd);

/* Call in each turn: sends news, and after a lack of descriptors, it listens again. */
void gate_link_tick(struct gate_link *link);
uint64_t gate_link_next_deadline(const struct gate_link *link);

/* All gates remove the files of this account. */
void gate_link_erase(struct gate_link *link, uint64_t account);

/* Ask one of the gates: another one with each number. False: it takes no questions now. */
bool gate_link_ask(const struct gate_link *link, const struct buffer *packet, size_t number);

/* List the connections under that name, for the next program in this process. */
void gate_link_list(const struct gate_link *link, const char *name, struct descriptors *files);
int gate_link_listener(const struct gate_link *link); /* -1: none */
