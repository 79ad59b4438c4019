/* Owns making two ends that know each other's keys. */
#include "pair.h"

#include <assert.h>
#include <string.h>

#include "tls/record.h"

const uint16_t pair_suites[PAIR_SUITES] = { 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030,
	0xcca8, 0xcca9 };

void pair_init(struct pair *pair, struct tls_crypto *crypto, uint16_t suite)
{
	uint8_t secrets[2][64];

	memset(secrets[0], 0xc1, sizeof(secrets[0]));
	memset(secrets[1], 0x5e, sizeof(secrets[1]));
	pair->crypto = crypto;
	if (!tls_keys_from_1_3_secrets(crypto, suite, secrets[0], secrets[1], &pair->server) &&
		!tls_keys_from_1_2_master(crypto, suite, secrets[0], secrets[1], &pair->server))
		assert(!"a suite of the table");
	pair->client = pair->server;
	pair->client.read = pair->server.write;
	pair->client.write = pair->server.read;
}

size_t forge_record(
	struct tls_crypto *crypto, struct tls_keys *keys, const struct forged *forged, uint8_t *out)
{
	const struct tls_suite *suite = tls_keys_suite(keys);
	struct tls_box box = tls_keys_box(keys, &keys->write);
	uint8_t *content = out + TLS_HEAD_BYTES + suite->explicit_bytes;
	uint8_t long_head[TLS_LONG_HEAD_BYTES];

	memcpy(out + TLS_HEAD_BYTES, box.nonce + suite->iv_bytes, suite->explicit_bytes);
	if (forged->length)
		memcpy(content, forged->content, forged->length);
	box.length = forged->length;
	if (suite->is_1_3) {
		content[box.length++] = forged->type;
		memset(content + box.length, 0, forged->padding);
		box.length += forged->padding;
	}
	tls_record_put_head(out, suite->is_1_3 ? TLS_CONTENT_DATA : forged->type,
		suite->explicit_bytes + box.length + TLS_TAG_BYTES);
	tls_record_put_long_head(long_head, keys->write.number++, forged->type, box.length);
	box.head = suite->is_1_3 ? out : long_head;
	box.head_length = suite->is_1_3 ? TLS_HEAD_BYTES : sizeof(long_head);
	box.in = box.out = content;
	box.tag = content + box.length;
	tls_crypto_seal(crypto, &box);
	return TLS_HEAD_BYTES + suite->explicit_bytes + box.length + TLS_TAG_BYTES;
}
