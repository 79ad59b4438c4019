/* Owns the two sides. */
#include "websocket_peer.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/text.h"

static const uint8_t mask[] = { 0x37, 0xfa, 0x00, 0x3d };

static void put_length(struct buffer *out, size_t length)
{
	if (length <= 125) {
		buffer_put_byte(out, (char) (0x80 | length));
	} else if (length <= UINT16_MAX) {
		buffer_put_byte(out, (char) (0x80 | 126));
		buffer_put_byte(out, (char) (length >> 8));
		buffer_put_byte(out, (char) length);
	} else {
		buffer_put_byte(out, (char) (0x80 | 127));
		for (int shift = 56; shift >= 0; shift -= 8)
			buffer_put_byte(out, (char) (length >> shift));
	}
}

void peer_put_frame(struct buffer *out, int first, const void *payload, size_t length)
{
	const char *bytes = payload;

	buffer_put_byte(out, (char) first);
	put_length(out, length);
	buffer_put(out, mask, sizeof(mask));
	for (size_t i = 0; i < length; i++)
		buffer_put_byte(out, (char) (bytes[i] ^ mask[i % sizeof(mask)]));
}

void peer_put_text_frame(struct buffer *out, int first, const char *payload)
{
	peer_put_frame(out, first, payload, strlen(payload));
}

static void put_item(const struct websocket_item *item, struct buffer *out)
{
	static const char *const names[] = {
		[WEBSOCKET_EVENT_MESSAGE] = "message ",
		[WEBSOCKET_EVENT_PIECE] = "piece",
		[WEBSOCKET_EVENT_PING] = "ping ",
		[WEBSOCKET_EVENT_PONG] = "pong ",
		[WEBSOCKET_EVENT_CLOSE] = "close ",
		[WEBSOCKET_EVENT_ERROR] = "error ",
	};

	buffer_put_text(out, names[item->event]);
	if (item->code)
		buffer_format(out, "%d ", item->code);
	if (item->event != WEBSOCKET_EVENT_PIECE)
		buffer_put(out, item->bytes, item->length);
	buffer_put_byte(out, '\n');
}

static void check_text(const struct websocket *socket, const struct websocket_item *item)
{
	assert(item->event != WEBSOCKET_EVENT_MESSAGE ||
		socket->protocol != WEBSOCKET_PROTOCOL_TEXT ||
		text_is_utf8(item->bytes, item->length));
}

/* Only the message under way and unread frames stay. */
static void store_rest(
	const struct websocket *socket, const struct websocket_input *input, struct buffer *held)
{
	assert(websocket_is_valid(socket, input->length));
	assert(input->at >= socket->message_bytes && input->at <= input->length);
	if (!held->length)
		return;
	memmove(held->bytes + socket->message_bytes, held->bytes + input->at,
		input->length - input->at);
	buffer_cut(held, socket->message_bytes + input->length - input->at);
	assert(held->length < WEBSOCKET_INPUT_BYTES);
}

void peer_read(
	struct websocket *socket, const struct buffer *bytes, size_t chunk, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer held = { 0 };
	struct websocket_input input;
	struct websocket_item item;

	for (size_t at = 0; at < bytes->length; at += chunk) {
		size_t left = bytes->length - at;

		buffer_put(&held, bytes->bytes + at, left < chunk ? left : chunk);
		input = (struct websocket_input){ held.bytes, socket->message_bytes, held.length };
		while (websocket_next(socket, &input, &item)) {
			check_text(socket, &item);
			put_item(&item, out);
		}
		store_rest(socket, &input, &held);
	}
}
