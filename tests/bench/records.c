/* Prints the CPU time of sealing and opening a record of TLS with a line of 100 bytes: by clients
 * whose cipher contexts are ready, and by so many that hardly any is. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "tls/open.h"
#include "tls/seal.h"

#define LINE_BYTES 100
#define MOST_CLIENTS 20000
#define ROUNDS 15

struct client {
	struct tls_keys keys;
	struct tls_keys peer;
	uint8_t record[256];
	size_t length;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

static void make_client(
	struct tls_crypto *crypto, uint16_t suite, uint64_t *seed, struct client *ret)
{
	uint8_t secrets[2][64];

	for (size_t i = 0; i < sizeof(secrets); i++)
		secrets[i / 64][i % 64] = (uint8_t) hash_random(seed);
	if (!tls_keys_from_1_3_secrets(crypto, suite, secrets[0], secrets[1], &ret->keys) &&
		!tls_keys_from_1_2_master(crypto, suite, secrets[0], secrets[1], &ret->keys))
		abort();
	ret->peer = ret->keys;
	ret->peer.read = ret->keys.write;
}

static void seal_lines(struct tls_crypto *crypto, struct client *clients, int n_clients)
{
	static const char line[LINE_BYTES];
	struct iovec piece = { (void *) (uintptr_t) line, sizeof(line) };

	for (int i = 0; i < n_clients; i++)
		clients[i].length =
			tls_seal(crypto, &clients[i].keys, &piece, 1, clients[i].record);
}

static void open_lines(struct tls_crypto *crypto, struct client *clients, int n_clients)
{
	uint8_t out[256];

	for (int i = 0; i < n_clients; i++) {
		struct tls_opened opened = tls_open(
			crypto, &clients[i].peer, clients[i].record, clients[i].length, out);

		assert(opened.length == LINE_BYTES);
	}
}

static void measure(uint16_t suite, int n_clients)
{
	struct tls_crypto *crypto = tls_crypto_new();
	struct client *clients = calloc((size_t) n_clients, sizeof(*clients));
	double seal_ns = 1e12, open_ns = 1e12;
	uint64_t seed = suite;

	for (int i = 0; i < n_clients; i++)
		make_client(crypto, suite, &seed, &clients[i]);
	for (int round = 0; round < ROUNDS; round++) {
		double begin = now_ns(), sealed, opened;

		seal_lines(crypto, clients, n_clients);
		sealed = now_ns();
		open_lines(crypto, clients, n_clients);
		opened = now_ns();
		seal_ns = sealed - begin < seal_ns ? sealed - begin : seal_ns;
		open_ns = opened - sealed < open_ns ? opened - sealed : open_ns;
	}
	printf("suite %04x, %5d clients: seal %4.0f ns, open %4.0f ns\n", suite, n_clients,
		seal_ns / n_clients, open_ns / n_clients);
	free(clients);
	tls_crypto_free(crypto);
}

int main(void)
{
	static const uint16_t suites[] = { 0x1301, 0x1302, 0x1303, 0xc02b, 0xcca9 };
	static const int counts[] = { 300, MOST_CLIENTS };

	for (size_t i = 0; i < ARRAY_LENGTH(suites); i++)
		for (size_t n = 0; n < ARRAY_LENGTH(counts); n++)
			measure(suites[i], counts[n]);
	return 0;
}
