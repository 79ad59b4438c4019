/* What papod-gate and papod send each other, over a Unix socket of sequenced packets. A packet is
 * one message: a byte with its kind, then fields of base/pack.h. Unknown fields are skipped, so one
 * of the two programs may be newer than the other.
 *
 *     HELLO    gate -> papod   the first message of a gate
 *     CLIENT   gate -> papod   a client to take over; the packet carries its socket
 *     TAKEN    papod -> gate   the client outlives a crash of papod now: the gate forgets it
 *     REFUSED  papod -> gate   the gate closes the client
 *     LINK     gate -> papod   it carries a socket, connected to another process of the gate
 *     BANS     papod -> gate   ranges of addresses from which papod refuses every client
 *     STATE    gate -> papod   what the gate says of itself, when it connects and after changes
 *     ASK      gate -> papod   it carries a socket, over which the gate asks as a client, see below
 *     OWNERS   gate -> papod   accounts whose files the gate has
 *     ERASE    papod -> gate   accounts that have ended: the gate removes their files
 *     FILES    papod -> gate   a question about uploaded files, see upload_list.h
 *     REPORT   gate -> papod   its answer; an empty one: the gate cannot read its directory
 *     REQUEST  gate -> papod   it carries a socket, over which the gate passes a request of HTTP,
 *                              see web_request.h
 *     LEVEL    papod -> gate   which entries are logged, first and after each change
 *
 * The ranges come in as many messages as they need: with is_first they replace all from before,
 * once a message with is_last has arrived; messages without is_first, behind the last, add more.
 * Those with has_ended take ranges away.
 *
 * Who uploads a file has sent credentials with it. The gate asks papod whose they are, over a
 * connection with the address of the uploader: so the limits, delays and log entries are those of
 * all logins. It sends FILEHOST CHECK there, see command/filehost.c.
 *
 * A gate keeps a client until one of the two answers, and offers it again after papod was away.
 * papod takes each pair of gate and number once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "proto/tls_facts.h"
#include "proto/websocket.h"

#define GATE_MESSAGE_VERSION 1
#define GATE_MESSAGE_BYTES 4096 /* at most */
#define GATE_KEYS_BYTES 1024
#define GATE_LISTENER_BYTES 256 /* with the NUL; so for the next */
#define GATE_TEXT_BYTES 256
#define GATE_RANGES 200	  /* in a message */
#define GATE_ACCOUNTS 400 /* likewise */

/* The name of the listener of connections over which a gate asks. A listener of papod.conf with
 * this name would let clients check the credentials of uploaders, as those of SASL. */
#define GATE_ASKS_LISTENER "papod-gate"

enum gate_message_kind {
	GATE_MESSAGE_KIND_HELLO = 1,
	GATE_MESSAGE_KIND_CLIENT,
	GATE_MESSAGE_KIND_TAKEN,
	GATE_MESSAGE_KIND_REFUSED,
	GATE_MESSAGE_KIND_LINK,
	GATE_MESSAGE_KIND_BANS,
	GATE_MESSAGE_KIND_STATE,
	GATE_MESSAGE_KIND_ASK,
	GATE_MESSAGE_KIND_OWNERS,
	GATE_MESSAGE_KIND_ERASE,
	GATE_MESSAGE_KIND_FILES,
	GATE_MESSAGE_KIND_REPORT,
	GATE_MESSAGE_KIND_REQUEST,
	GATE_MESSAGE_KIND_LEVEL,
};
#define GATE_MESSAGE_KINDS GATE_MESSAGE_KIND_LEVEL /* the last one that is known */

/* Bytes of someone else: those of the packet, if a message was loaded. */
struct gate_bytes {
	const uint8_t *bytes;
	size_t length;
};

struct gate_message {
	enum gate_message_kind kind;

	/* HELLO */
	uint32_t version; /* GATE_MESSAGE_VERSION of the gate */

	/* HELLO, CLIENT */
	uint64_t gate; /* random, for each process of a gate; never 0 */

	/* CLIENT, TAKEN, REFUSED: counts the clients of a gate from 1. FILES, REPORT: of the
	 * question; papod never uses it twice, except to ask again. */
	uint64_t number;

	/* CLIENT; address and tls also of an ASK, which has no keys */
	char listener[GATE_LISTENER_BYTES]; /* its name in papod.conf */
	struct address address;
	bool is_again;		/* the gate offered it before, perhaps to another papod */
	struct tls_facts tls;	/* version 0: the client does not use TLS */
	struct gate_bytes keys; /* see tls_keys_save(); secret; empty without TLS */
	bool is_websocket;
	uint8_t protocol;   /* of WebSocket: enum websocket_protocol */
	uint32_t n_skipped; /* bytes of the next record that belong to the request of WebSocket */

	/* STATE */
	uint8_t certificates;	 /* enum certificates, not UNKNOWN */
	struct gate_bytes facts; /* see certificate_facts.h */

	/* REFUSED */
	char text[GATE_TEXT_BYTES]; /* the reason, for the log */

	/* BANS */
	bool is_first;
	bool is_last;
	bool has_ended;
	struct gate_bytes ranges; /* see gate_message_add_range() */

	/* OWNERS, ERASE */
	struct gate_bytes accounts; /* see gate_message_add_account() */

	/* FILES, REPORT */
	struct gate_bytes files; /* a struct upload_question, or upload_report */

	/* LEVEL */
	uint8_t level; /* enum severity: of the least urgent entries; 0: the gate's own choice */
};

/* Does the packet of such a message carry a descriptor? */
bool gate_message_carries_fd(enum gate_message_kind kind);
/* Does papod send it, and no gate? */
bool gate_message_is_of_papod(enum gate_message_kind kind);

/* Append the packet. With a CLIENT the caller makes the buffer secret, see buffer.h. */
void gate_message_save(struct buffer *out, const struct gate_message *message);
/* Set is_again in the packet of a CLIENT. */
void gate_message_repeat(struct buffer *packet);

/* Append to the ranges of a message, at most GATE_RANGES. */
void gate_message_add_range(struct buffer *ranges, const struct address *range);
/* Take one from the ranges of a loaded message. False: there is none left. */
bool gate_message_take_range(struct gate_bytes *ranges, struct address *ret_range);

/* The same for the ids of accounts, at most GATE_ACCOUNTS. */
void gate_message_add_account(struct buffer *accounts, uint64_t id);
bool gate_message_take_account(struct gate_bytes *accounts, uint64_t *ret_id);

/* False: the packet is malformed. A kind that a later release added is loaded without its fields,
 * and must be ignored. */
bool gate_message_load(const void *packet, size_t length, struct gate_message *ret_message);
