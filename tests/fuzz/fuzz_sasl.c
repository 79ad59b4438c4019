/* Any parameters of AUTHENTICATE: a message never exceeds its limit, and nothing stays after an
 * error. Any message: its pieces give it again. Any bytes as PLAIN: the fields are valid. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_collected(
	const struct buffer *message, enum sasl_mechanism mechanism, enum sasl_result result)
{
	size_t most = sasl_row(mechanism)->most_characters;

	assert(message->length <= most);
	if (result == SASL_RESULT_WAITS)
		assert(message->length % SASL_PIECE_BYTES == 0);
	else if (result == SASL_RESULT_COMPLETE)
		assert(message->length <= most / 4 * 3);
	else
		assert(!message->bytes);
}

/* A whole message is decoded, as callers do it. */
static enum sasl_result collect_decoded(
	struct buffer *message, enum sasl_mechanism mechanism, const char *parameter)
{
	enum sasl_result result = sasl_collect(message, mechanism, parameter);

	if (result != SASL_RESULT_COMPLETE || sasl_decode(message))
		return result;
	buffer_done(message);
	return SASL_RESULT_MALFORMED;
}

/* Each line is a parameter; the first byte chooses the mechanism. */
static void feed_parameters(char *lines)
{
	CLEANUP(buffer_done) struct buffer message = { 0 };
	enum sasl_mechanism mechanism = (enum sasl_mechanism)((uint8_t) *lines % SASL_MECHANISMS);
	const char *parameter;

	if (!*lines++)
		return;
	while ((parameter = text_split(&lines, '\n'))) {
		enum sasl_result result = collect_decoded(&message, mechanism, parameter);

		check_collected(&message, mechanism, result);
		if (result == SASL_RESULT_COMPLETE)
			buffer_done(&message);
	}
}

static void check_pieces(const char *bytes, size_t length)
{
	enum sasl_mechanism mechanism = SASL_MECHANISM_SCRAM_SHA_256;
	CLEANUP(buffer_done) struct buffer message = { 0 };
	enum sasl_result result = SASL_RESULT_WAITS;
	struct sasl_pieces pieces = { bytes, length, false };
	char piece[SASL_PIECE_BYTES + 1];

	if (length > sasl_row(mechanism)->most_characters / 4 * 3)
		return;
	while (sasl_next_piece(&pieces, piece)) {
		assert(result == SASL_RESULT_WAITS);
		result = collect_decoded(&message, mechanism, piece);
	}
	assert(result == SASL_RESULT_COMPLETE && message.length == length);
	assert(!length || memcmp(message.bytes, bytes, length) == 0);
}

static void check_field(const char *field, const char *start, const char *end)
{
	size_t length = strlen(field);

	assert(field >= start && field + length <= end);
	assert(length <= SASL_FIELD_BYTES && text_is_utf8(field, length));
}

static void check_plain(const char *message, size_t length)
{
	const char *end = message + length;
	struct sasl_plain plain;

	if (!sasl_parse_plain(message, length, &plain))
		return;
	check_field(plain.acts_for, message, end);
	check_field(plain.name, message, end);
	check_field(plain.password, message, end);
	assert(*plain.name && *plain.password);
	assert(plain.password + strlen(plain.password) == end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *) data, size);

	check_plain(text, size);
	check_pieces(text, size);
	feed_parameters(text);
	free(text);
	return 0;
}
