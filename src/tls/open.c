/* Owns reading records: checks before the tag, the tag, checks after it. */
#include "tls/open.h"

#include <string.h>

struct opening {
	struct tls_crypto *crypto;
	struct tls_keys *keys;
	const struct tls_suite *suite;
	uint8_t *record;
	uint8_t type;
	uint8_t *content;
	size_t length; /* of the content */
};

enum alert_level_received {
	LEVEL_WARNING = 1,
	LEVEL_FATAL = 2,
};

static struct tls_opened opened_as(enum tls_opened_kind kind)
{
	return (struct tls_opened){ .kind = kind };
}

static struct tls_opened refuse_record(enum tls_alert alert)
{
	return (struct tls_opened){ .kind = TLS_OPENED_ERROR, .alert = (uint8_t) alert };
}

static size_t fragment_length(const uint8_t *record)
{
	return (size_t) record[3] << 8 | record[4];
}

/* The bytes of a record beside what is encrypted. */
static size_t cipher_overhead(const struct tls_suite *suite)
{
	return suite->explicit_bytes + TLS_TAG_BYTES;
}

/* In TLS 1.3 padding and the type count as plaintext. RFC 8446 5.4. */
static struct tls_opened check_length(const struct opening *opening)
{
	size_t least = cipher_overhead(opening->suite) + opening->suite->is_1_3;
	size_t most = least + opening->keys->max_fragment;
	size_t length = fragment_length(opening->record);

	if (length > most)
		return refuse_record(TLS_ALERT_RECORD_OVERFLOW);
	if (length < least)
		return refuse_record(TLS_ALERT_DECODE_ERROR);
	return opened_as(TLS_OPENED_NOTHING);
}

/* RFC 8446 5: nothing is sent without protection after the handshake, no change_cipher_spec either.
 * RFC 5246 has no second one without a handshake, which is refused. */
static struct tls_opened check_head(const struct opening *opening)
{
	const uint8_t *head = opening->record;
	bool is_1_3 = opening->suite->is_1_3;

	if (is_1_3 ? head[0] != TLS_CONTENT_DATA
		   : head[0] < TLS_CONTENT_ALERT || head[0] > TLS_CONTENT_DATA)
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
	if (head[1] != TLS_VERSION_BYTE || head[2] != TLS_VERSION_BYTE)
		return refuse_record(is_1_3 ? TLS_ALERT_DECODE_ERROR : TLS_ALERT_PROTOCOL_VERSION);
	return check_length(opening);
}

static bool decrypt_record(struct opening *opening)
{
	const struct tls_suite *suite = opening->suite;
	const uint8_t *explicit = opening->record + TLS_HEAD_BYTES;
	struct tls_box box = tls_keys_box(opening->keys, &opening->keys->read);
	uint8_t head[TLS_LONG_HEAD_BYTES];

	opening->length = fragment_length(opening->record) - cipher_overhead(suite);
	memcpy(box.nonce + suite->iv_bytes, explicit, suite->explicit_bytes);
	box.head = opening->record;
	box.head_length = TLS_HEAD_BYTES;
	if (!suite->is_1_3) {
		tls_record_put_long_head(
			head, opening->keys->read.number, opening->type, opening->length);
		box.head = head;
		box.head_length = sizeof(head);
	}
	box.in = explicit + suite->explicit_bytes;
	box.out = opening->content;
	box.length = opening->length;
	box.tag = opening->record + TLS_HEAD_BYTES + suite->explicit_bytes + opening->length;
	return tls_crypto_open(opening->crypto, &box);
}

/* RFC 8446 5.4: the type is the last byte that is not zero. */
static bool strip_padding(struct opening *opening)
{
	while (opening->length && !opening->content[opening->length - 1])
		opening->length--;
	if (!opening->length)
		return false;
	opening->type = opening->content[--opening->length];
	return true;
}

/* Nothing for the caller, unless there has been too much of that. */
static struct tls_opened take_nothing(struct tls_keys *keys)
{
	if (keys->n_empty >= TLS_EMPTY_MAX)
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
	keys->n_empty++;
	return opened_as(TLS_OPENED_NOTHING);
}

static struct tls_opened take_data(struct opening *opening)
{
	struct tls_opened opened = opened_as(TLS_OPENED_DATA);

	if (!opening->length)
		return take_nothing(opening->keys);
	opening->keys->n_empty = 0;
	if (opening->keys->update_debt)
		opening->keys->update_debt--;
	opened.data = opening->content;
	opened.length = opening->length;
	return opened;
}

/* RFC 8446 6: the level means nothing, and all alerts but two are errors. */
static bool is_warning(const struct opening *opening, uint8_t level, uint8_t alert)
{
	return opening->suite->is_1_3 ? alert == TLS_ALERT_USER_CANCELED : level == LEVEL_WARNING;
}

static struct tls_opened take_alert(struct opening *opening)
{
	struct tls_opened opened = opened_as(TLS_OPENED_ALERT);
	uint8_t level, alert;

	if (opening->length != 2)
		return refuse_record(TLS_ALERT_DECODE_ERROR);
	level = opening->content[0];
	alert = opening->content[1];
	if (alert == TLS_ALERT_CLOSE_NOTIFY)
		return opened_as(TLS_OPENED_CLOSE);
	if (is_warning(opening, level, alert))
		return take_nothing(opening->keys);
	if (!opening->suite->is_1_3 && level != LEVEL_FATAL)
		return refuse_record(TLS_ALERT_ILLEGAL_PARAMETER);
	opened.alert = alert;
	return opened;
}

/* The next key, and perhaps a request. RFC 8446 4.6.3. */
static struct tls_opened take_update(struct opening *opening, uint8_t request)
{
	struct tls_keys *keys = opening->keys;

	if (request > 1)
		return refuse_record(TLS_ALERT_ILLEGAL_PARAMETER);
	if (keys->update_debt + TLS_UPDATE_COST > TLS_UPDATE_DEBT_MAX)
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
	keys->update_debt += TLS_UPDATE_COST;
	keys->n_partial = 0;
	tls_keys_update(opening->crypto, opening->suite, &keys->read);
	if (request)
		keys->flags |= TLS_OWES_UPDATE;
	return take_nothing(keys);
}

/* Of all messages after the handshake, a server that asks for nothing gets only KeyUpdate. It ends
 * with its record, but may be in several (RFC 8446 5.1). */
static struct tls_opened take_handshake_1_3(struct opening *opening)
{
	static const uint8_t head[] = { TLS_HANDSHAKE_KEY_UPDATE, 0, 0, 1 };
	struct tls_keys *keys = opening->keys;
	size_t i = 0;

	for (; i < opening->length && keys->n_partial < sizeof(head); i++, keys->n_partial++)
		if (opening->content[i] != head[keys->n_partial])
			return refuse_record(keys->n_partial ? TLS_ALERT_DECODE_ERROR
							     : TLS_ALERT_UNEXPECTED_MESSAGE);
	if (i == opening->length)
		return take_nothing(keys);
	if (i + 1 < opening->length)
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
	return take_update(opening, opening->content[i]);
}

static struct tls_opened take_1_3(struct opening *opening)
{
	if (!strip_padding(opening))
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
	/* RFC 8446 5.4: only data may be empty. */
	if (!opening->length && opening->type != TLS_CONTENT_DATA)
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
	/* RFC 8446 5.1: nothing comes between the parts of a message. */
	if (opening->keys->n_partial && opening->type != TLS_CONTENT_HANDSHAKE)
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);

	switch (opening->type) {
	case TLS_CONTENT_DATA:
		return take_data(opening);
	case TLS_CONTENT_ALERT:
		return take_alert(opening);
	case TLS_CONTENT_HANDSHAKE:
		return take_handshake_1_3(opening);
	default:
		return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
	}
}

/* The bytes of a ClientHello that this record has; the flag is set at its end. */
static size_t skip_hello(struct tls_keys *keys, size_t length)
{
	size_t skipped = length < keys->n_skipped ? length : keys->n_skipped;

	keys->n_skipped -= (uint32_t) skipped;
	if (!keys->n_skipped)
		keys->flags |= TLS_OWES_REFUSAL;
	return skipped;
}

static uint32_t message_length(const uint8_t *head)
{
	return (uint32_t) head[1] << 16 | (uint32_t) head[2] << 8 | head[3];
}

/* RFC 5246 7.4.1.2: a client may send ClientHello again, to renegotiate. A server that does not
 * want to may say so with a warning (7.2.2) and go on. */
static struct tls_opened take_handshake_1_2(struct opening *opening)
{
	struct tls_keys *keys = opening->keys;
	size_t i = 0;

	while (i < opening->length) {
		if (keys->n_skipped) {
			i += skip_hello(keys, opening->length - i);
			continue;
		}
		keys->partial[keys->n_partial++] = opening->content[i++];
		if (keys->partial[0] != TLS_HANDSHAKE_CLIENT_HELLO)
			return refuse_record(TLS_ALERT_UNEXPECTED_MESSAGE);
		if (keys->n_partial < TLS_HANDSHAKE_HEAD_BYTES)
			continue;
		keys->n_partial = 0;
		keys->n_skipped = message_length(keys->partial);
		if (!keys->n_skipped)
			return refuse_record(TLS_ALERT_DECODE_ERROR);
	}
	return take_nothing(keys);
}

static struct tls_opened take_1_2(struct opening *opening)
{
	if (opening->type == TLS_CONTENT_DATA)
		return take_data(opening);
	if (opening->type == TLS_CONTENT_ALERT)
		return take_alert(opening);
	return take_handshake_1_2(opening);
}

static struct tls_opened open_whole(struct opening *opening)
{
	if (!decrypt_record(opening))
		return refuse_record(TLS_ALERT_BAD_RECORD_MAC);
	opening->keys->read.number++;
	return opening->suite->is_1_3 ? take_1_3(opening) : take_1_2(opening);
}

static struct tls_opened partial_until(size_t needed)
{
	return (struct tls_opened){ .kind = TLS_OPENED_PARTIAL, .taken = needed };
}

struct tls_opened tls_open(struct tls_crypto *crypto, struct tls_keys *keys, uint8_t *input,
	size_t length, uint8_t *out)
{
	struct opening opening = { crypto, keys, tls_keys_suite(keys), input, 0, out, 0 };
	struct tls_opened opened = opened_as(TLS_OPENED_CLOSE);
	size_t whole;

	if (keys->flags & TLS_READ_ENDED) {
		opened.taken = length;
		return opened;
	}
	if (length < TLS_HEAD_BYTES)
		return partial_until(TLS_HEAD_BYTES);
	whole = TLS_HEAD_BYTES + fragment_length(input);
	opening.type = input[0];
	if (!out)
		opening.content = input + TLS_HEAD_BYTES + opening.suite->explicit_bytes;

	opened = check_head(&opening);
	if (opened.kind == TLS_OPENED_NOTHING) {
		if (length < whole)
			return partial_until(whole);
		opened = open_whole(&opening);
	}
	opened.taken = whole < length ? whole : length;
	if (opened.kind >= TLS_OPENED_CLOSE)
		keys->flags |= TLS_READ_ENDED;
	return opened;
}
