/* Owns the clients in tests of wrapped streams. */
#include "wrapped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/mman.h>

#include "base/cleanup.h"

void begin_records(struct fixture *fixture, bool is_1_3)
{
	tls_peer_begin(&fixture->peer, is_1_3, 7, &fixture->keys);
	fixture->clients->keys = &fixture->keys;
	fixture->id = clients_add_parked(fixture->clients, true);
}

struct wrappings *map_wrappings(void)
{
	void *memory = mmap(NULL, sizeof(struct wrappings), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

int wrapped_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	void *clients;
	struct wrappings *wrappings = map_wrappings();

	clients_setup(&clients);
	fixture->clients = clients;
	fixture->clients->wrappings = wrappings;
	assert_true(connections_keep_wrappings(fixture->clients->connections, wrappings));
	begin_records(fixture, true);
	*state = fixture;
	return 0;
}

int wrapped_teardown(void **state)
{
	struct fixture *fixture = *state;
	struct wrappings *wrappings = fixture->clients->wrappings;
	void *clients = fixture->clients;

	tls_peer_done(&fixture->peer);
	clients_teardown(&clients);
	munmap(wrappings, sizeof(*wrappings));
	free(fixture);
	return 0;
}

int peer_number(const struct fixture *fixture)
{
	return fixture->clients->n_peers - 1;
}

void send_sealed(struct fixture *fixture, size_t most)
{
	struct buffer *out = &fixture->peer.out;
	size_t length = out->length < most ? out->length : most;

	clients_say_bytes(fixture->clients, peer_number(fixture), out->bytes, length);
	buffer_drop(out, length);
}

void say(struct fixture *fixture, const char *text)
{
	tls_peer_seal(&fixture->peer, text, strlen(text));
	send_sealed(fixture, SIZE_MAX);
}

void hear(struct fixture *fixture, struct buffer *plain)
{
	CLEANUP(buffer_done) struct buffer wire = { 0 };

	clients_hear(fixture->clients, peer_number(fixture), &wire);
	assert_true(tls_peer_open(&fixture->peer, wire.bytes, wire.length, plain));
}

void assert_plain(struct fixture *fixture, const char *text)
{
	CLEANUP(buffer_done) struct buffer plain = { 0 };

	hear(fixture, &plain);
	assert_string_equal(buffer_text(&plain), text);
}

void die_and_come_back(struct fixture *fixture, const struct buffer *saved)
{
	clients_load(fixture->clients, saved);
	assert_int_equal(clients_attach(fixture->clients, peer_number(fixture), fixture->id), 0);
}

void save_and_die(struct fixture *fixture)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };

	clients_save(fixture->clients, &saved);
	die_and_come_back(fixture, &saved);
}

const struct wrapping *slot_of(const struct fixture *fixture)
{
	return &fixture->clients->wrappings->slots[(uint32_t) fixture->id];
}

void begin_frames(struct fixture *fixture)
{
	fixture->clients->keys = NULL;
	fixture->clients->has_frames = true;
	fixture->id = clients_add_parked(fixture->clients, true);
}

void say_frames(struct fixture *fixture, const char *bytes, size_t length)
{
	clients_say_bytes(fixture->clients, peer_number(fixture), bytes, length);
	clients_turn(fixture->clients);
	clients_turn(fixture->clients);
}
