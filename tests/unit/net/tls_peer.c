/* Owns the records of a test's client. */
#include "tls_peer.h"

#include <string.h>

#include "base/hash.h"
#include "tls/open.h"
#include "tls/seal.h"

#define SUITE_1_3 0x1301
#define SUITE_1_2 0xC02F

static void fill(uint8_t *bytes, size_t length, uint64_t *dice)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t) hash_random(dice);
}

void tls_peer_begin(
	struct tls_peer *peer, bool is_1_3, uint64_t seed, struct tls_keys *ret_server_keys)
{
	uint8_t one[TLS_SECRET_MAX], other[64];

	fill(one, sizeof(one), &seed);
	fill(other, sizeof(other), &seed);
	if (!peer->crypto)
		peer->crypto = tls_crypto_new();
	if (is_1_3)
		tls_keys_from_1_3_secrets(peer->crypto, SUITE_1_3, one, other, ret_server_keys);
	else
		tls_keys_from_1_2_master(peer->crypto, SUITE_1_2, one, other, ret_server_keys);
	peer->keys = *ret_server_keys;
	peer->keys.read = ret_server_keys->write;
	peer->keys.write = ret_server_keys->read;
	peer->is_ended = false;
	buffer_clear(&peer->out);
	buffer_clear(&peer->in);
}

void tls_peer_done(struct tls_peer *peer)
{
	tls_crypto_free(peer->crypto);
	buffer_done(&peer->out);
	buffer_done(&peer->in);
	*peer = (struct tls_peer){ 0 };
}

void tls_peer_seal(struct tls_peer *peer, const char *bytes, size_t length)
{
	const struct iovec piece = { (void *) (uintptr_t) bytes, length };

	buffer_reserve(&peer->out, tls_sealed_bytes(&peer->keys, length));
	peer->out.length += tls_seal(peer->crypto, &peer->keys, &piece, 1,
		(uint8_t *) peer->out.bytes + peer->out.length);
}

/* papod answers KeyUpdates, but never asks for one, so tls_seal() cannot. RFC 8446 4.6.3. */
void tls_peer_update(struct tls_peer *peer)
{
	uint8_t record[TLS_HEAD_BYTES + 6 + TLS_TAG_BYTES] = { 0 };
	uint8_t *content = record + TLS_HEAD_BYTES;
	struct tls_box box = tls_keys_box(&peer->keys, &peer->keys.write);

	memcpy(content, (uint8_t[]){ TLS_HANDSHAKE_KEY_UPDATE, 0, 0, 1, 1, TLS_CONTENT_HANDSHAKE },
		6);
	tls_record_put_head(record, TLS_CONTENT_DATA, 6 + TLS_TAG_BYTES);
	box.head = record;
	box.head_length = TLS_HEAD_BYTES;
	box.in = box.out = content;
	box.length = 6;
	box.tag = content + 6;
	tls_crypto_seal(peer->crypto, &box);
	tls_keys_update(peer->crypto, tls_keys_suite(&peer->keys), &peer->keys.write);
	buffer_put(&peer->out, record, sizeof(record));
}

void tls_peer_seal_end(struct tls_peer *peer)
{
	uint8_t record[TLS_ALERT_MAX];
	size_t length = tls_seal_alert(peer->crypto, &peer->keys, TLS_ALERT_CLOSE_NOTIFY, record);

	buffer_put(&peer->out, record, length);
}

bool tls_peer_open(struct tls_peer *peer, const void *bytes, size_t length, struct buffer *plain)
{
	buffer_put(&peer->in, bytes, length);
	peer->keys.update_debt = 0; /* the server answers as often as it was asked */
	while (peer->in.length) {
		struct tls_opened opened = tls_open(peer->crypto, &peer->keys,
			(uint8_t *) peer->in.bytes, peer->in.length, NULL);

		if (opened.kind == TLS_OPENED_PARTIAL)
			break;
		if (opened.kind == TLS_OPENED_ERROR || opened.kind == TLS_OPENED_ALERT)
			return false;
		if (opened.kind == TLS_OPENED_DATA)
			buffer_put(plain, opened.data, opened.length);
		peer->is_ended |= opened.kind == TLS_OPENED_CLOSE;
		buffer_drop(&peer->in, opened.taken);
	}
	return true;
}
