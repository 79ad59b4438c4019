/* Owns the frames of WebSocket.
 *
 * Only whole frames are read, because their bytes wait in memory that the next process inherits.
 * So no mask, no position inside a frame and no partial header is part of the state. A refused
 * header is reported as soon as its bytes are there. The pieces of a message are joined in front of
 * the input; the reader never allocates. Extensions are never accepted, so reserved bits are
 * errors. */
#include "proto/websocket.h"

#include <assert.h>
#include <string.h>

#include "base/big_endian.h"
#include "base/text.h"

#define FINAL_BIT 0x80
#define RESERVED_BITS 0x70
#define MASK_BIT 0x80
#define MASK_BYTES 4
#define CONTROL_BIT 0x08
#define CONTROL_PAYLOAD_BYTES 125
#define LENGTH_IN_2_BYTES 126
#define LENGTH_IN_8_BYTES 127

/* RFC 6455 5.2. */
enum opcode {
	OPCODE_CONTINUATION,
	OPCODE_TEXT,
	OPCODE_BINARY,
	OPCODE_CLOSE = 0x8,
	OPCODE_PING,
	OPCODE_PONG,
};

/* The frame that is read. */
struct websocket_frame {
	char *bytes; /* from the header on */
	size_t left; /* bytes of input from there */
	size_t header_bytes;
	size_t payload_bytes;
	uint8_t opcode;
	bool is_final;
};

enum progress {
	PROGRESS_REFUSED, /* the item is set */
	PROGRESS_WAITS,	  /* for more bytes */
	PROGRESS_GOES_ON,
};

static enum progress refuse_frame(
	struct websocket_item *item, enum websocket_code code, const char *text)
{
	*item = (struct websocket_item){
		.event = WEBSOCKET_EVENT_ERROR,
		.code = (uint16_t) code,
		.bytes = text,
		.length = strlen(text),
	};
	return PROGRESS_REFUSED;
}

static enum progress break_protocol(struct websocket_item *item, const char *text)
{
	return refuse_frame(item, WEBSOCKET_CODE_PROTOCOL_ERROR, text);
}

static bool is_control(uint8_t opcode)
{
	return opcode & CONTROL_BIT;
}

static bool is_known_opcode(uint8_t opcode)
{
	return opcode <= OPCODE_BINARY || (opcode >= OPCODE_CLOSE && opcode <= OPCODE_PONG);
}

/* May a message of the type begin? */
static bool accepts_type(const struct websocket *socket, uint8_t opcode)
{
	switch ((enum websocket_protocol) socket->protocol) {
	case WEBSOCKET_PROTOCOL_NONE:
		return true;
	case WEBSOCKET_PROTOCOL_TEXT:
		return opcode == OPCODE_TEXT;
	case WEBSOCKET_PROTOCOL_BINARY:
		return opcode == OPCODE_BINARY;
	}
	return false;
}

/* RFC 6455 5.4: the order of the frames of messages. */
static enum progress check_order(
	const struct websocket *socket, uint8_t opcode, struct websocket_item *item)
{
	if (is_control(opcode))
		return PROGRESS_GOES_ON;
	if (opcode == OPCODE_CONTINUATION)
		return socket->opcode ? PROGRESS_GOES_ON
				      : break_protocol(item, "Continuation of no message");
	if (socket->opcode)
		return break_protocol(item, "Message inside a message");
	if (!accepts_type(socket, opcode))
		return refuse_frame(item, WEBSOCKET_CODE_WRONG_TYPE,
			opcode == OPCODE_TEXT ? "Text message after agreeing on binary.ircv3.net"
					      : "Binary message after agreeing on text.ircv3.net");
	return PROGRESS_GOES_ON;
}

static enum progress read_first_byte(
	const struct websocket *socket, struct websocket_frame *frame, struct websocket_item *item)
{
	uint8_t byte;

	if (frame->left < 1)
		return PROGRESS_WAITS;
	byte = (uint8_t) frame->bytes[0];
	frame->is_final = byte & FINAL_BIT;
	frame->opcode = byte & 0x0f;
	if (byte & RESERVED_BITS)
		return break_protocol(item, "Reserved bit in a frame");
	if (!is_known_opcode(frame->opcode))
		return break_protocol(item, "Unknown opcode");
	if (is_control(frame->opcode) && !frame->is_final)
		return break_protocol(item, "Fragmented control frame");
	return check_order(socket, frame->opcode, item);
}

/* A length of 2 or 8 bytes. RFC 6455 5.2: the shortest form is required, and the highest bit of the
 * longest must be 0. */
static enum progress read_long_length(
	size_t length_bytes, struct websocket_frame *frame, struct websocket_item *item)
{
	uint64_t value;

	if (frame->left < 2 + length_bytes)
		return PROGRESS_WAITS;
	value = big_endian_read(frame->bytes + 2, length_bytes);
	if (value >> 63)
		return break_protocol(item, "Length with its highest bit set");
	if (value <= (length_bytes == 2 ? CONTROL_PAYLOAD_BYTES : UINT16_MAX))
		return break_protocol(item, "Length in more bytes than needed");
	/* So that sums with it cannot wrap. */
	frame->payload_bytes = value > UINT32_MAX ? UINT32_MAX : (size_t) value;
	frame->header_bytes += length_bytes;
	return PROGRESS_GOES_ON;
}

static enum progress read_length(struct websocket_frame *frame, struct websocket_item *item)
{
	uint8_t byte;

	if (frame->left < 2)
		return PROGRESS_WAITS;
	byte = (uint8_t) frame->bytes[1];
	if (!(byte & MASK_BIT))
		return break_protocol(item, "Frame without a mask");
	byte &= (uint8_t) ~MASK_BIT;
	if (is_control(frame->opcode) && byte > CONTROL_PAYLOAD_BYTES)
		return break_protocol(item, "Control frame with over 125 bytes");
	frame->header_bytes = 2 + MASK_BYTES;
	frame->payload_bytes = byte;
	if (byte < LENGTH_IN_2_BYTES)
		return PROGRESS_GOES_ON;
	return read_long_length(byte == LENGTH_IN_8_BYTES ? 8 : 2, frame, item);
}

static enum progress check_size(const struct websocket *socket, const struct websocket_frame *frame,
	struct websocket_item *item)
{
	size_t before = is_control(frame->opcode) ? 0 : socket->message_bytes;

	if (before + frame->payload_bytes > WEBSOCKET_MESSAGE_BYTES)
		return refuse_frame(item, WEBSOCKET_CODE_TOO_BIG, "Message is too long");
	return frame->left < frame->header_bytes + frame->payload_bytes ? PROGRESS_WAITS
									: PROGRESS_GOES_ON;
}

static enum progress read_websocket_frame(
	const struct websocket *socket, struct websocket_frame *frame, struct websocket_item *item)
{
	enum progress progress = read_first_byte(socket, frame, item);

	if (progress == PROGRESS_GOES_ON)
		progress = read_length(frame, item);
	if (progress == PROGRESS_GOES_ON)
		progress = check_size(socket, frame, item);
	return progress;
}

/* RFC 6455 5.3. */
static void unmask_payload(char *payload, size_t length)
{
	uint32_t mask;
	uint64_t masks, word;
	size_t at = 0;

	memcpy(&mask, payload - MASK_BYTES, sizeof(mask));
	masks = (uint64_t) mask << 32 | mask;
	for (; length - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, payload + at, sizeof(word));
		word ^= masks;
		memcpy(payload + at, &word, sizeof(word));
	}
	for (; at < length; at++)
		payload[at] ^= (payload - MASK_BYTES)[at % MASK_BYTES];
}

/* How many bytes a UTF-8 character has that begins with this one; 1 for others. */
static size_t character_bytes(char first)
{
	uint8_t byte = (uint8_t) first;

	return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
}

/* The bytes at the end that begin a character, but do not complete it. */
static size_t partial_character(const char *bytes, size_t length)
{
	for (size_t n = 1; n <= 3 && n <= length; n++) {
		char byte = bytes[length - n];

		if (((uint8_t) byte & 0xc0) != 0x80)
			return character_bytes(byte) > n ? n : 0;
	}
	return 0;
}

/* Join the partial character of the piece before with bytes of this one. Returns how many belong to
 * it; if the character is then complete, it must be valid. */
static size_t complete_character(
	struct websocket *socket, const char *bytes, size_t length, bool *ret_is_valid)
{
	size_t missing, have = socket->n_tail;
	char character[4];

	*ret_is_valid = true;
	if (!have)
		return 0;
	missing = character_bytes(socket->tail[0]) - have;
	if (missing > length) {
		memcpy(socket->tail + have, bytes, length);
		socket->n_tail += (uint8_t) length;
		return length;
	}
	memcpy(character, socket->tail, have);
	memcpy(character + have, bytes, missing);
	*ret_is_valid = text_utf8_character(character, have + missing) == have + missing;
	socket->n_tail = 0;
	return missing;
}

/* Is the next piece of a text UTF-8? A character may be divided between pieces (5.6). */
static bool is_text_piece(struct websocket *socket, const char *bytes, size_t length, bool is_final)
{
	bool is_valid;
	size_t done = complete_character(socket, bytes, length, &is_valid), partial;

	if (!is_valid)
		return false;
	if (done < length) {
		partial = partial_character(bytes + done, length - done);
		if (!text_is_utf8(bytes + done, length - done - partial))
			return false;
		socket->n_tail = (uint8_t) partial;
		memcpy(socket->tail, bytes + length - partial, partial);
	}
	return !is_final || !socket->n_tail;
}

static enum progress refuse_broken_text(struct websocket_item *item)
{
	return refuse_frame(item, WEBSOCKET_CODE_NOT_UTF8, "Text is not UTF-8");
}

/* A frame of a message, the only one or one of several: these are joined. */
static enum progress take_piece(struct websocket *socket, const struct websocket_frame *frame,
	char *message, struct websocket_item *item)
{
	char *payload = frame->bytes + frame->header_bytes;
	size_t length = frame->payload_bytes;

	if (frame->opcode != OPCODE_CONTINUATION)
		socket->opcode = frame->opcode;
	if (socket->opcode == OPCODE_TEXT &&
		!is_text_piece(socket, payload, length, frame->is_final))
		return refuse_broken_text(item);
	if (frame->opcode == OPCODE_CONTINUATION || !frame->is_final) {
		memmove(message + socket->message_bytes, payload, length);
		length += socket->message_bytes;
		payload = message;
	}
	*item = (struct websocket_item){
		.event = frame->is_final ? WEBSOCKET_EVENT_MESSAGE : WEBSOCKET_EVENT_PIECE,
		.bytes = payload,
		.length = length,
	};
	socket->message_bytes = frame->is_final ? 0 : (uint16_t) length;
	if (frame->is_final)
		socket->opcode = OPCODE_CONTINUATION;
	return PROGRESS_GOES_ON;
}

/* RFC 6455 7.4; codes 1012 to 1014 were registered later. */
static bool is_valid_code(uint16_t code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}

/* RFC 6455 5.5.1. */
static enum progress take_close(const char *payload, size_t length, struct websocket_item *item)
{
	item->event = WEBSOCKET_EVENT_CLOSE;
	item->code = WEBSOCKET_CODE_NONE;
	if (!length)
		return PROGRESS_GOES_ON;
	if (length == 1)
		return break_protocol(item, "Half a code in a Close frame");
	item->code = (uint16_t) big_endian_read(payload, 2);
	if (!is_valid_code(item->code))
		return break_protocol(item, "Invalid code in a Close frame");
	item->bytes = payload + 2;
	item->length = length - 2;
	return text_is_utf8(item->bytes, item->length) ? PROGRESS_GOES_ON
						       : refuse_broken_text(item);
}

static enum progress take_websocket_frame(struct websocket *socket,
	const struct websocket_frame *frame, char *message, struct websocket_item *item)
{
	char *payload = frame->bytes + frame->header_bytes;

	unmask_payload(payload, frame->payload_bytes);
	if (!is_control(frame->opcode))
		return take_piece(socket, frame, message, item);
	*item = (struct websocket_item){ .bytes = payload, .length = frame->payload_bytes };
	if (frame->opcode == OPCODE_CLOSE)
		return take_close(payload, frame->payload_bytes, item);
	item->event = frame->opcode == OPCODE_PING ? WEBSOCKET_EVENT_PING : WEBSOCKET_EVENT_PONG;
	return PROGRESS_GOES_ON;
}

/* RFC 6455 1.4, 7.1.7: bytes behind a Close frame or an error are discarded. */
static void end_websocket(struct websocket *socket, struct websocket_input *input)
{
	socket->is_over = true;
	socket->opcode = OPCODE_CONTINUATION;
	socket->message_bytes = 0;
	socket->n_tail = 0;
	input->at = input->length;
}

bool websocket_next(
	struct websocket *socket, struct websocket_input *input, struct websocket_item *ret_item)
{
	struct websocket_item item = { 0 };
	struct websocket_frame frame;
	enum progress progress;

	assert(socket->message_bytes <= input->at && input->at <= input->length);
	if (socket->is_over) {
		input->at = input->length;
		return false;
	}
	frame = (struct websocket_frame){
		.bytes = input->bytes + input->at,
		.left = input->length - input->at,
	};
	progress = read_websocket_frame(socket, &frame, &item);
	if (progress == PROGRESS_WAITS)
		return false;
	if (progress == PROGRESS_GOES_ON) {
		input->at += frame.header_bytes + frame.payload_bytes;
		progress = take_websocket_frame(socket, &frame, input->bytes, &item);
	}
	if (progress == PROGRESS_REFUSED || item.event == WEBSOCKET_EVENT_CLOSE)
		end_websocket(socket, input);
	*ret_item = item;
	return true;
}

size_t websocket_write_line(const struct websocket_item *message, char line[WEBSOCKET_LINE_BYTES])
{
	size_t length = message->length;
	char *at = line;

	assert(message->event == WEBSOCKET_EVENT_MESSAGE && length <= WEBSOCKET_MESSAGE_BYTES);
	memcpy(line, message->bytes, length);
	while (length && (line[length - 1] == '\r' || line[length - 1] == '\n'))
		length--;
	while ((at = memchr(at, '\n', (size_t) (line + length - at))))
		*at = '\r';
	memcpy(line + length, "\r\n", 2);
	return length + 2;
}

bool websocket_is_valid(const struct websocket *socket, size_t input_length)
{
	size_t tail = socket->n_tail;

	if (socket->protocol > WEBSOCKET_PROTOCOL_BINARY || socket->opcode > OPCODE_BINARY)
		return false;
	if (socket->message_bytes > WEBSOCKET_MESSAGE_BYTES || socket->message_bytes > input_length)
		return false;
	if (!socket->opcode)
		return !socket->message_bytes && !tail;
	return !tail || (socket->opcode == OPCODE_TEXT && character_bytes(socket->tail[0]) > tail);
}

bool websocket_is_close_code(uint16_t code)
{
	return code == WEBSOCKET_CODE_NONE || is_valid_code(code);
}

bool websocket_sends_text(const struct websocket *socket)
{
	return socket->protocol != WEBSOCKET_PROTOCOL_BINARY;
}

/* RFC 6455 5.1: a server masks nothing. */
static size_t write_frame_header(enum opcode opcode, size_t length, char *header)
{
	assert(length <= UINT16_MAX);
	header[0] = (char) (FINAL_BIT | opcode);
	if (length <= CONTROL_PAYLOAD_BYTES) {
		header[1] = (char) length;
		return 2;
	}
	header[1] = LENGTH_IN_2_BYTES;
	big_endian_write(header + 2, length, 2);
	return 4;
}

size_t websocket_write_header(
	const struct websocket *socket, size_t length, char header[WEBSOCKET_SERVER_HEADER_BYTES])
{
	enum opcode opcode = websocket_sends_text(socket) ? OPCODE_TEXT : OPCODE_BINARY;

	return write_frame_header(opcode, length, header);
}

size_t websocket_write_pong(const struct websocket_item *ping, char frame[WEBSOCKET_CONTROL_BYTES])
{
	size_t header_bytes = write_frame_header(OPCODE_PONG, ping->length, frame);

	assert(ping->event == WEBSOCKET_EVENT_PING && ping->length <= CONTROL_PAYLOAD_BYTES);
	memcpy(frame + header_bytes, ping->bytes, ping->length);
	return header_bytes + ping->length;
}

size_t websocket_write_close(struct websocket *socket, uint16_t code, const char *reason,
	char frame[WEBSOCKET_CONTROL_BYTES])
{
	size_t length = strlen(reason);

	if (socket->has_sent_close)
		return 0;
	socket->has_sent_close = true;
	if (code == WEBSOCKET_CODE_NONE)
		return write_frame_header(OPCODE_CLOSE, 0, frame);
	assert(is_valid_code(code));
	if (length > CONTROL_PAYLOAD_BYTES - 2)
		length = text_cut_utf8(reason, length, CONTROL_PAYLOAD_BYTES - 2);
	write_frame_header(OPCODE_CLOSE, 2 + length, frame);
	big_endian_write(frame + 2, code, 2);
	memcpy(frame + 4, reason, length);
	return 4 + length;
}
