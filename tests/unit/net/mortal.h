/* A server that writes a log and snapshots to shared memory and crashes at any time, often by
 * itself. Each line is answered to its sender and passed to the next client; "quit" is answered by
 * "bye" and the close. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "net/resume.h"
#include "net/wrapping.h"

#define PLAYERS 10
#define UNIX_FROM 4   /* players on Unix sockets */
#define TLS_FROM 6    /* and over TLS, of both versions in turn */
#define FRAMES_FROM 8 /* and in frames, first without TLS */
#define BYTE_COUNTS 64

struct chapter {
	size_t snapshot_length;
	size_t journal_length;
	char snapshot[1 << 20];
	char journal[1 << 20];
};

struct shared {
	uint32_t current; /* chapter */
	struct chapter chapters[2];
	struct byte_counts byte_counts[BYTE_COUNTS];
	struct partial_lines partials;
	struct wrappings wrappings;
	int pipe_fds[2];
};

/* The server's end of a player's connection, and the number of the connection, from 1. */
struct seat {
	int socket;
	uint32_t serial;
	bool has_tls;
	bool has_frames;
	struct tls_keys keys; /* with TLS */
};

static inline uint32_t roll(uint64_t *dice, uint32_t sides)
{
	return (uint32_t) (hash_random(dice) % sides);
}

/* Never returns. The seats are in the order of the players, and the caller owns them; dice decide
 * when to crash, unless the server is calm. */
void mortal_live(struct shared *shared, const struct seat *seats, uint64_t dice, bool is_calm);
