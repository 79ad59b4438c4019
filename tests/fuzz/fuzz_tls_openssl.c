/* Records with correct tags, which our layer and OpenSSL's server read with the same keys: neither
 * accepts data that the other refuses, or other data. We may refuse earlier: a message of which
 * OpenSSL waits for more, and what makes a flood. The first byte selects the suite. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "../unit/tls/handshake.h"
#include "../unit/tls/pair.h"
#include "base/cleanup.h"
#include "tls/open.h"

#define FORGED_HEAD 4  /* type, padding, length, damage */
#define WARNINGS_MAX 4 /* then OpenSSL has enough */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Those without RSA, whose keys take long to make. */
static const struct handshake_wish wishes[] = {
	{ .cipher = "TLS_AES_128_GCM_SHA256", .is_1_3 = true },
	{ .cipher = "TLS_CHACHA20_POLY1305_SHA256", .is_1_3 = true },
	{ .cipher = "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ .cipher = "ECDHE-ECDSA-CHACHA20-POLY1305" },
};

struct duel {
	struct handshake handshake;
	struct tls_keys client;
	bool is_1_3;
	int n_alerts;
	uint8_t record[TLS_RECORD_MAX];
	uint8_t ours[TLS_PLAIN_MAX + 1];
	uint8_t theirs[TLS_PLAIN_MAX + 1];
};

enum verdict {
	VERDICT_GOES_ON,
	VERDICT_CLOSED,
	VERDICT_FAILED,
};

struct outcome {
	enum verdict verdict;
	size_t length;
};

static struct outcome read_as_we_do(struct duel *duel, size_t length)
{
	struct tls_keys *keys = &duel->handshake.keys;
	uint32_t n_updates = keys->read.n_updates;
	struct tls_opened opened =
		tls_open(duel->handshake.crypto, keys, duel->record, length, duel->ours);

	if (keys->read.n_updates != n_updates)
		tls_keys_update(duel->handshake.crypto, tls_keys_suite(keys), &duel->client.write);
	if (opened.kind == TLS_OPENED_CLOSE)
		return (struct outcome){ VERDICT_CLOSED, 0 };
	if (opened.kind == TLS_OPENED_DATA || opened.kind == TLS_OPENED_NOTHING)
		return (struct outcome){ VERDICT_GOES_ON, opened.length };
	return (struct outcome){ VERDICT_FAILED, 0 };
}

static struct outcome read_as_openssl_does(struct duel *duel, size_t length)
{
	SSL *server = duel->handshake.server;
	int n;

	ERR_clear_error();
	assert(BIO_write(duel->handshake.to_server, duel->record, (int) length) == (int) length);
	n = SSL_read(server, duel->theirs, sizeof(duel->theirs));
	if (n > 0)
		return (struct outcome){ VERDICT_GOES_ON, (size_t) n };
	if (SSL_get_error(server, n) == SSL_ERROR_WANT_READ)
		return (struct outcome){ VERDICT_GOES_ON, 0 };
	/* SSL_get_error() says so only if the last warning was close_notify too */
	if (SSL_get_shutdown(server) & SSL_RECEIVED_SHUTDOWN && !ERR_peek_error())
		return (struct outcome){ VERDICT_CLOSED, 0 };
	return (struct outcome){ VERDICT_FAILED, 0 };
}

/* OpenSSL counts warnings; as a server it takes offence at no_renegotiation, and at close_notify
 * that is called fatal. None of that brings data. */
static bool offends_openssl(const struct duel *duel, const struct forged *forged)
{
	return forged->type == TLS_CONTENT_ALERT &&
	       (!duel->is_1_3 || duel->n_alerts > WARNINGS_MAX);
}

static void compare(const struct duel *duel, const struct forged *forged, struct outcome ours,
	struct outcome theirs)
{
	const struct tls_keys *keys = &duel->handshake.keys;
	bool is_flood = keys->n_empty >= TLS_EMPTY_MAX ||
			keys->update_debt + TLS_UPDATE_COST > TLS_UPDATE_DEBT_MAX;

	assert(ours.length == theirs.length || (ours.verdict == VERDICT_FAILED && is_flood));
	if (ours.length)
		assert(memcmp(duel->ours, duel->theirs, ours.length) == 0);
	if (theirs.verdict == VERDICT_CLOSED)
		assert(ours.verdict == VERDICT_CLOSED);
	if (theirs.verdict == VERDICT_FAILED)
		assert(ours.verdict == VERDICT_FAILED || offends_openssl(duel, forged));
}

/* OpenSSL drops the rest of the record with a ClientHello, and we read it. */
static bool is_comparable(const struct duel *duel, const struct forged *forged)
{
	return duel->is_1_3 || forged->type != TLS_CONTENT_HANDSHAKE;
}

static bool send_forged(struct duel *duel, const struct forged *forged, uint8_t damage)
{
	size_t length = forge_record(duel->handshake.crypto, &duel->client, forged, duel->record);
	struct outcome ours, theirs;

	if (!is_comparable(duel, forged))
		return false;
	if (damage)
		duel->record[damage % length] ^= (uint8_t) (1 << damage % 8);
	/* both must get a whole record */
	if ((size_t) (duel->record[3] << 8 | duel->record[4]) + TLS_HEAD_BYTES != length)
		return false;
	duel->n_alerts += forged->type == TLS_CONTENT_ALERT;
	theirs = read_as_openssl_does(duel, length);
	ours = read_as_we_do(duel, length);
	compare(duel, forged, ours, theirs);
	return ours.verdict == VERDICT_GOES_ON && theirs.verdict == VERDICT_GOES_ON;
}

static void send_all(struct duel *duel, const uint8_t *data, size_t size)
{
	bool goes_on = true;

	while (goes_on && size >= FORGED_HEAD) {
		/* a type of 0 would make a type of the last byte of the content */
		uint8_t type = data[0] ? data[0] : TLS_CONTENT_DATA;
		uint8_t damage = data[3];
		struct forged forged = { type, data + FORGED_HEAD, data[2], data[1] };

		data += FORGED_HEAD;
		size -= FORGED_HEAD;
		if (forged.length > size)
			forged.length = size;
		goes_on = send_forged(duel, &forged, damage);
		data += forged.length;
		size -= forged.length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct duel *duel;

	if (!size)
		return 0;
	duel = calloc(1, sizeof(*duel));
	handshake_init(&duel->handshake, &wishes[data[0] % ARRAY_LENGTH(wishes)]);
	duel->is_1_3 = tls_keys_suite(&duel->handshake.keys)->is_1_3;
	duel->client = duel->handshake.keys;
	duel->client.write = duel->handshake.keys.read;
	send_all(duel, data + 1, size - 1);
	handshake_done(&duel->handshake);
	free(duel);
	return 0;
}
