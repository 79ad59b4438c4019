/* A client with TLS records or WebSocket frames at the other end of a socket pair. */
#pragma once

#include "clients.h"
#include "tls_peer.h"

struct fixture {
	struct clients *clients;
	struct tls_peer peer;
	struct tls_keys keys;
	uint64_t id;
};

int wrapped_setup(void **state); /* with a client of TLS 1.3 */
int wrapped_teardown(void **state);

struct wrappings *map_wrappings(void);

/* Another client, which the functions below mean from then on. */
void begin_records(struct fixture *fixture, bool is_1_3);
/* Without TLS, so that the test can read the bytes. */
void begin_frames(struct fixture *fixture);

int peer_number(const struct fixture *fixture);
const struct wrapping *slot_of(const struct fixture *fixture);

/* Send what was sealed, but at most that many bytes of it. */
void send_sealed(struct fixture *fixture, size_t most);
void say(struct fixture *fixture, const char *text);
void hear(struct fixture *fixture, struct buffer *plain);
void assert_plain(struct fixture *fixture, const char *text);
void say_frames(struct fixture *fixture, const char *bytes, size_t length);

/* The process crashes, and the next one gets the socket. */
void die_and_come_back(struct fixture *fixture, const struct buffer *saved);
void save_and_die(struct fixture *fixture);

#define SAY_FRAMES(fixture, bytes) say_frames(fixture, bytes, sizeof(bytes) - 1)
#define NO_MASK "\0\0\0\0"
