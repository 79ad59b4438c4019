/* Owns the table of SASL mechanisms, the pieces of messages, and PLAIN. */
#include "proto/sasl.h"

#include <assert.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/text.h"

#define BYTES_OF_PIECE (SASL_PIECE_BYTES / 4 * 3)

/* A client that is not logged in can make the server store a message: it is no longer than the
 * mechanism needs. */
static const struct sasl_row sasl_rows[] = {
	/* a name */
	[SASL_MECHANISM_EXTERNAL] = { "EXTERNAL", 2 * SASL_PIECE_BYTES },
	/* a header with a name, a nonce, a proof and extensions; the first message is shorter, as
	 * it must be one line */
	[SASL_MECHANISM_SCRAM_SHA_256] = { "SCRAM-SHA-256", 8 * SASL_PIECE_BYTES },
	/* three fields, with a NUL between them */
	[SASL_MECHANISM_PLAIN] = { "PLAIN", 4 * SASL_PIECE_BYTES },
	/* a token: those with many claims have some KiB */
	[SASL_MECHANISM_OAUTHBEARER] = { "OAUTHBEARER", 28 * SASL_PIECE_BYTES },
	[SASL_MECHANISM_IRCV3BEARER] = { "IRCV3BEARER", 28 * SASL_PIECE_BYTES },
};
_Static_assert(ARRAY_LENGTH(sasl_rows) == SASL_MECHANISMS, "each mechanism has a row");

const struct sasl_row *sasl_row(enum sasl_mechanism mechanism)
{
	assert(mechanism < SASL_MECHANISMS);
	return &sasl_rows[mechanism];
}

bool sasl_find_mechanism(const char *name, enum sasl_mechanism *ret_mechanism)
{
	for (size_t i = 0; i < SASL_MECHANISMS; i++)
		if (text_equals_ignoring_case(name, sasl_rows[i].name)) {
			*ret_mechanism = (enum sasl_mechanism) i;
			return true;
		}
	return false;
}

void sasl_put_mechanisms(struct buffer *out, uint32_t mechanisms)
{
	const char *separator = "";

	for (size_t i = 0; i < SASL_MECHANISMS; i++)
		if (mechanisms & SASL_BIT(i)) {
			buffer_put_text(out, separator);
			buffer_put_text(out, sasl_rows[i].name);
			separator = ",";
		}
}

/* The bytes replace their text, and nothing of it stays behind them. */
bool sasl_decode(struct buffer *message)
{
	size_t length = 0, n_characters = message->length;

	if (!n_characters)
		return true;
	if (!base64_decode(message->bytes, n_characters, message->bytes, &length))
		return false;
	explicit_bzero(message->bytes + length, n_characters - length);
	buffer_cut(message, length);
	return true;
}

static enum sasl_result add_piece(struct buffer *message, size_t most, const char *parameter)
{
	size_t length = strlen(parameter);

	if (strcmp(parameter, "*") == 0)
		return SASL_RESULT_ABORTED;
	if (strcmp(parameter, "+") == 0)
		return SASL_RESULT_COMPLETE;
	if (!length)
		return SASL_RESULT_MALFORMED;
	if (length > SASL_PIECE_BYTES || message->length + length > most)
		return SASL_RESULT_TOO_LONG;
	buffer_put(message, parameter, length);
	return length == SASL_PIECE_BYTES ? SASL_RESULT_WAITS : SASL_RESULT_COMPLETE;
}

enum sasl_result sasl_collect(
	struct buffer *message, enum sasl_mechanism mechanism, const char *parameter)
{
	enum sasl_result result;

	message->is_secret = true;
	result = add_piece(message, sasl_row(mechanism)->most_characters, parameter);
	if (result != SASL_RESULT_WAITS && result != SASL_RESULT_COMPLETE)
		buffer_done(message);
	return result;
}

bool sasl_next_piece(struct sasl_pieces *pieces, char parameter[SASL_PIECE_BYTES + 1])
{
	size_t length = pieces->left < BYTES_OF_PIECE ? pieces->left : BYTES_OF_PIECE;

	if (pieces->is_done)
		return false;
	if (length)
		base64_encode(pieces->at, length, parameter);
	else
		text_copy(parameter, SASL_PIECE_BYTES + 1, "+");
	pieces->is_done = strlen(parameter) < SASL_PIECE_BYTES;
	if (length)
		pieces->at += length;
	pieces->left -= length;
	return true;
}

/* The end of the field: its NUL. */
static const char *field_end(const char *at, const char *end)
{
	const char *nul = memchr(at, '\0', (size_t) (end - at));

	return nul ? nul : end;
}

static bool is_sasl_field(const char *field)
{
	size_t length = strlen(field);

	return length <= SASL_FIELD_BYTES && text_is_utf8(field, length);
}

bool sasl_parse_plain(const char *message, size_t length, struct sasl_plain *ret_plain)
{
	const char *end = message + length, *first = field_end(message, end), *second;
	struct sasl_plain plain;

	if (first == end)
		return false;
	second = field_end(first + 1, end);
	if (second == end || field_end(second + 1, end) != end)
		return false;
	plain = (struct sasl_plain){ message, first + 1, second + 1 };
	if (!*plain.name || !*plain.password || !is_sasl_field(plain.acts_for) ||
		!is_sasl_field(plain.name) || !is_sasl_field(plain.password))
		return false;

	*ret_plain = plain;
	return true;
}
