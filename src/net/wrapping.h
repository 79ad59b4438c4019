/* Streams whose plain bytes travel in TLS records, in WebSocket frames, or in frames in records,
 * and what of them outlives the process.
 *
 * The plain bytes of such a stream are wrapped: the socket carries the wire, records or frames.
 * Keys, record numbers and the state of frames are in memory that the next process inherits, one
 * slot for each connection, so a client's TLS continues after any crash. Three rules make that
 * safe:
 *
 *   - Input stays in the kernel until its lines were reported (see stream.h). Opening a record
 *     again is harmless, so the slot is only changed when plain bytes are removed; what the
 *     kernel still has of them is removed by the next process.
 *   - Output is sealed into this memory, then the slot is changed, then it is sent. What the
 *     kernel did not accept stays in the memory and is sent as it is. So no nonce ever protects
 *     two plaintexts: a record that was not published was never sent.
 *   - A slot is changed at once or not at all: its new contents are written to `change` first, and
 *     the next process repeats the copy.
 *
 * Bytes of the wire are counted as the kernel counts them, so they include the handshake. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/connections.h"
#include "proto/websocket.h"
#include "tls/keys.h"

/* Room for sealed bytes: those of WRAPPED_PLAIN_BYTES in the smallest records (RFC 6066 4), what
 * TLS owes the peer, and an alert. */
#define WRAPPED_PLAIN_BYTES TLS_PLAIN_MAX
#define WRAPPED_BYTES (20480 - 256)

/* By slot of the connection. Only used ones take memory; 32 bits cannot address more. */
#if UINTPTR_MAX > UINT32_MAX
#define WRAPPING_SLOTS 131072
#else
#define WRAPPING_SLOTS 4096
#endif

/* Who shook hands: a gate, by a random number, and its count of clients. */
struct wrapping_origin {
	uint64_t gate;
	uint64_t number;
};

/* How a stream is wrapped. */
struct wrapping_setup {
	struct wrapping_origin origin;
	const struct tls_keys *keys; /* NULL: no TLS */
	uint32_t n_skipped;	     /* bytes of the next record that were taken already */
	bool has_frames;
	uint8_t protocol; /* of them: enum websocket_protocol */
};

struct wrapping {
	uint64_t id; /* of the connection; 0: free */
	struct wrapping_origin origin;
	uint64_t wire_taken;  /* up to the record that is opened next */
	uint64_t plain_taken; /* all plain bytes that were taken */
	uint64_t wire_written;
	uint64_t wire_sent; /* accepted by the kernel; after a crash the kernel knows better */
	uint64_t plain_written;
	uint64_t rest_from; /* on the wire, of the first byte in the connection's place */
	uint32_t rest_length;
	uint32_t n_skipped;	 /* bytes of the next record that were taken already */
	uint32_t n_line_skipped; /* of the next message's line */
	uint16_t close_code;	 /* of the peer's Close frame; 0: none */
	uint8_t pong_length;	 /* of the Pong frame that is owed; 0: none */
	bool has_frames;
	struct tls_keys keys; /* all zero: no TLS */
	struct websocket frames;
	bool has_place;	     /* its place takes memory */
	uint8_t pong;	     /* which one of the place is owed */
	uint16_t n_answered; /* Pings inside the message that begins the input */
};

/* The bytes that are being sent. */
struct wrapped_output {
	uint64_t id; /* 0: invalid */
	uint64_t from;
	uint32_t length;
	uint32_t reserved;
	uint8_t bytes[WRAPPED_BYTES];
};

/* What a connection has to send later; whole pages. */
struct wrapping_place {
	uint8_t rest[WRAPPED_BYTES];
	/* Whole frames: one that is owed, and one of a look, which may have no effect. */
	char pongs[2][128];
};

/* All zero at first. */
struct wrappings {
	uint64_t layout;    /* of this release, see wrapping.c */
	uint64_t change_id; /* 0: `change` is invalid */
	struct wrapping change;
	struct wrapping looked; /* the slot as it will be when the last look is removed */
	struct tls_keys before; /* of the record that is being opened */
	struct wrapped_output output;
	uint32_t n_used; /* slots from here on were never used */
	uint32_t reserved;
	struct wrapping slots[WRAPPING_SLOTS];
	_Alignas(4096) struct wrapping_place places[WRAPPING_SLOTS];
};

/* Set the memory, a shared mapping, before wrapped connections are added or attached. It must
 * outlive the table. Without it no stream can be wrapped. False: it was of a release with another
 * layout, and is empty now. */
bool connections_keep_wrappings(struct connections *connections, struct wrappings *wrappings);

/* Wrap the stream of a reserved id, before its socket is parked and added: from here on it consists
 * of such records or frames, and the handshake has been read and written. 0 or a negative errno,
 * ENOSPC: there is no slot for it; EINVAL: the keys are not usable. */
int connection_wrap(
	struct connections *connections, uint64_t id, int fd, const struct wrapping_setup *setup);
/* For an id that was wrapped, but is not added: forget its keys. */
void connection_unwrap(struct connections *connections, uint64_t id);

/* The id that was wrapped for this client of a gate; 0: none. */
uint64_t connections_find_wrapped(
	const struct connections *connections, const struct wrapping_origin *origin);
/* Also if its keys are lost, so that it cannot be attached. */
bool connection_is_wrapped(const struct connections *connections, uint64_t id);
/* Has no plain byte passed yet? */
bool connection_is_newly_wrapped(const struct connections *connections, uint64_t id);

/* After a crash: forget the keys of ids without a connection. */
void connections_forget_lost_wrappings(struct connections *connections);
