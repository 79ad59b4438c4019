/* Owns writing records. The content is gathered where the record will be, and encrypted there:
 * copying a line costs less than another call of libcrypto. */
#include "tls/seal.h"

#include <assert.h>
#include <string.h>

#include "tls/record.h"

#define ALERT_BYTES 2

enum alert_level {
	ALERT_LEVEL_WARNING = 1,
	ALERT_LEVEL_FATAL = 2,
};

struct sealing {
	struct tls_crypto *crypto;
	struct tls_keys *keys;
	const struct tls_suite *suite;
	uint8_t *at; /* where the next record begins */
};

/* Where the caller has read. */
struct gathering {
	const struct iovec *pieces;
	size_t n_pieces;
	size_t taken; /* of the first piece */
};

/* RFC 8446 5.4: a reduced limit includes the byte with the type. */
static size_t plain_limit(const struct tls_keys *keys, const struct tls_suite *suite)
{
	return keys->max_fragment - (suite->is_1_3 && keys->max_fragment < TLS_PLAIN_MAX);
}

static size_t count_records(const struct tls_keys *keys, size_t length)
{
	size_t limit = plain_limit(keys, tls_keys_suite(keys));

	return length <= limit ? length > 0 : (length + limit - 1) / limit;
}

static bool owes_update(const struct tls_keys *keys, const struct tls_suite *suite, size_t length)
{
	if (!suite->is_1_3)
		return false;
	return keys->flags & TLS_OWES_UPDATE ||
	       keys->write.number + count_records(keys, length) > suite->max_records;
}

bool tls_can_seal(const struct tls_keys *keys)
{
	const struct tls_suite *suite = tls_keys_suite(keys);

	if (keys->flags & TLS_WRITE_ENDED)
		return false;
	return suite->is_1_3 || keys->write.number < suite->max_records;
}

size_t tls_sealed_bytes(const struct tls_keys *keys, size_t length)
{
	const struct tls_suite *suite = tls_keys_suite(keys);
	size_t overhead = tls_record_overhead(suite);
	size_t bytes = length + count_records(keys, length) * overhead;

	if (owes_update(keys, suite, length))
		bytes += TLS_KEY_UPDATE_BYTES + overhead;
	if (keys->flags & TLS_OWES_REFUSAL)
		bytes += ALERT_BYTES + overhead;
	return bytes;
}

/* Where the content of the next record begins. */
static uint8_t *record_content(const struct sealing *sealing)
{
	return sealing->at + TLS_HEAD_BYTES + sealing->suite->explicit_bytes;
}

/* RFC 8446 5.2. The head says data, and the real type follows the content. */
static void encrypt_1_3(struct sealing *sealing, struct tls_box *box, uint8_t type)
{
	box->out[box->length++] = type;
	tls_record_put_head(sealing->at, TLS_CONTENT_DATA, box->length + TLS_TAG_BYTES);
	box->head = sealing->at;
	box->head_length = TLS_HEAD_BYTES;
	box->tag = box->out + box->length;
	tls_crypto_seal(sealing->crypto, box);
}

/* RFC 5246 6.2.3.3. RFC 5288 3: the part of the nonce that the record carries is the number. */
static void encrypt_1_2(struct sealing *sealing, struct tls_box *box, uint8_t type)
{
	const struct tls_suite *suite = sealing->suite;
	uint8_t head[TLS_LONG_HEAD_BYTES];

	tls_record_put_head(sealing->at, type, suite->explicit_bytes + box->length + TLS_TAG_BYTES);
	memcpy(sealing->at + TLS_HEAD_BYTES, box->nonce + suite->iv_bytes, suite->explicit_bytes);
	tls_record_put_long_head(head, sealing->keys->write.number, type, box->length);
	box->head = head;
	box->head_length = sizeof(head);
	box->tag = box->out + box->length;
	tls_crypto_seal(sealing->crypto, box);
}

/* Make a record of the content that is already in its place. */
static void seal_record(struct sealing *sealing, enum tls_content type, size_t length)
{
	struct tls_box box = tls_keys_box(sealing->keys, &sealing->keys->write);

	box.in = box.out = record_content(sealing);
	box.length = length;
	if (sealing->suite->is_1_3)
		encrypt_1_3(sealing, &box, type);
	else
		encrypt_1_2(sealing, &box, type);
	sealing->keys->write.number++;
	sealing->at += length + tls_record_overhead(sealing->suite);
}

/* RFC 8446 4.6.3: sealed with the old key, update_not_requested. */
static void seal_update(struct sealing *sealing)
{
	static const uint8_t update[TLS_KEY_UPDATE_BYTES] = { TLS_HANDSHAKE_KEY_UPDATE, 0, 0, 1,
		0 };

	memcpy(record_content(sealing), update, sizeof(update));
	seal_record(sealing, TLS_CONTENT_HANDSHAKE, sizeof(update));
	tls_keys_update(sealing->crypto, sealing->suite, &sealing->keys->write);
	sealing->keys->flags &= (uint8_t) ~TLS_OWES_UPDATE;
}

static void seal_alert_record(struct sealing *sealing, enum alert_level level, enum tls_alert alert)
{
	uint8_t *content = record_content(sealing);

	content[0] = (uint8_t) level;
	content[1] = (uint8_t) alert;
	seal_record(sealing, TLS_CONTENT_ALERT, ALERT_BYTES);
}

/* Copy the next bytes of the pieces; the result is less than `most` only at their end. */
static size_t gather(struct gathering *from, uint8_t *to, size_t most)
{
	size_t length = 0;

	while (from->n_pieces && length < most) {
		size_t left = from->pieces->iov_len - from->taken;
		size_t take = left < most - length ? left : most - length;

		if (take)
			memcpy(to + length, (const uint8_t *) from->pieces->iov_base + from->taken,
				take);
		length += take;
		from->taken += take;
		if (take == left) {
			from->pieces++;
			from->n_pieces--;
			from->taken = 0;
		}
	}
	return length;
}

static struct sealing begin_sealing(struct tls_crypto *crypto, struct tls_keys *keys, uint8_t *out)
{
	return (struct sealing){ crypto, keys, tls_keys_suite(keys), out };
}

size_t tls_seal(struct tls_crypto *crypto, struct tls_keys *keys, const struct iovec *pieces,
	size_t n_pieces, uint8_t *out)
{
	struct sealing sealing = begin_sealing(crypto, keys, out);
	struct gathering from = { pieces, n_pieces, 0 };
	size_t limit = plain_limit(keys, sealing.suite);
	size_t total = 0, length;

	for (size_t i = 0; i < n_pieces; i++)
		total += pieces[i].iov_len;
	assert(tls_can_seal(keys) && total <= TLS_SEAL_MAX);

	if (keys->flags & TLS_OWES_REFUSAL) {
		seal_alert_record(&sealing, ALERT_LEVEL_WARNING, TLS_ALERT_NO_RENEGOTIATION);
		keys->flags &= (uint8_t) ~TLS_OWES_REFUSAL;
	}
	if (owes_update(keys, sealing.suite, total))
		seal_update(&sealing);
	while ((length = gather(&from, record_content(&sealing), limit)))
		seal_record(&sealing, TLS_CONTENT_DATA, length);
	return (size_t) (sealing.at - out);
}

size_t tls_seal_alert(
	struct tls_crypto *crypto, struct tls_keys *keys, enum tls_alert alert, uint8_t *out)
{
	struct sealing sealing = begin_sealing(crypto, keys, out);
	bool is_warning = alert == TLS_ALERT_CLOSE_NOTIFY || alert == TLS_ALERT_USER_CANCELED;

	if (keys->flags & TLS_WRITE_ENDED)
		return 0;
	seal_alert_record(&sealing, is_warning ? ALERT_LEVEL_WARNING : ALERT_LEVEL_FATAL, alert);
	if (alert != TLS_ALERT_USER_CANCELED)
		keys->flags |= TLS_WRITE_ENDED;
	return (size_t) (sealing.at - out);
}
