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

/* tls_seal() writes neither KeyUpdates of its own nor padding. RFC 8446 5.2. */
static void seal_inner(struct tls_peer *peer, const uint8_t *inner, size_t length)
{
	size_t at = peer->out.length;
	struct tls_box box = tls_keys_box(&peer->keys, &peer->keys.write);
	uint8_t *record;

	buffer_reserve(&peer->out, TLS_RECORD_MAX);
	record = (uint8_t *) peer->out.bytes + at;
	tls_record_put_head(record, TLS_CONTENT_DATA, length + TLS_TAG_BYTES);
	memcpy(record + TLS_HEAD_BYTES, inner, length);
	box.head = record;
	box.head_length = TLS_HEAD_BYTES;
	box.in = box.out = record + TLS_HEAD_BYTES;
	box.length = length;
	box.tag = box.out + length;
	tls_crypto_seal(peer->crypto, &box);
	peer->keys.write.number++;
	peer->out.length += TLS_HEAD_BYTES + length + TLS_TAG_BYTES;
}

/* RFC 8446 4.6.3. */
void tls_peer_update(struct tls_peer *peer)
{
	static const uint8_t update[] = { TLS_HANDSHAKE_KEY_UPDATE, 0, 0, 1, 1,
		TLS_CONTENT_HANDSHAKE };

	seal_inner(peer, update, sizeof(update));
	tls_keys_update(peer->crypto, tls_keys_suite(&peer->keys), &peer->keys.write);
}

/* RFC 8446 5.4. */
void tls_peer_seal_padding(struct tls_peer *peer)
{
	static const uint8_t padding[TLS_PLAIN_MAX + 1] = { TLS_CONTENT_DATA };

	seal_inner(peer, padding, sizeof(padding));
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
