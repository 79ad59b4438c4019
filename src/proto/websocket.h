/* WebSocket frames, as the server reads and writes them (RFC 6455 section 5), for IRC: each message
 * is one line without CR LF (IRCv3 websocket). The opening handshake is in proto/http_upgrade.h.
 *
 * A connection consists of few bytes: struct websocket, and what its input still contains. Both can
 * be copied as they are, also to another process. All sizes are in bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the reader may need of a connection's input: the pieces of a message and a partial frame. */
#define WEBSOCKET_INPUT_BYTES (16 * 1024)
#define WEBSOCKET_CLIENT_CONTROL_BYTES (2 + 4 + 125)
/* A message, in one frame or in several; and the line made of one. The limit of lines is lower, see
 * frame.h. */
#define WEBSOCKET_MESSAGE_BYTES (WEBSOCKET_INPUT_BYTES - WEBSOCKET_CLIENT_CONTROL_BYTES)
#define WEBSOCKET_LINE_BYTES (WEBSOCKET_MESSAGE_BYTES + 2)
#define WEBSOCKET_SERVER_HEADER_BYTES 4
#define WEBSOCKET_CONTROL_BYTES (2 + 125)

/* The subprotocol on which client and server agreed. */
enum websocket_protocol {
	WEBSOCKET_PROTOCOL_NONE, /* clients may send messages of both types, and get texts */
	WEBSOCKET_PROTOCOL_TEXT,
	WEBSOCKET_PROTOCOL_BINARY,
};

/* Status codes of RFC 6455 7.4.1 that this server sends, or sees. */
enum websocket_code {
	WEBSOCKET_CODE_NORMAL = 1000,
	WEBSOCKET_CODE_PROTOCOL_ERROR = 1002,
	WEBSOCKET_CODE_WRONG_TYPE = 1003,
	WEBSOCKET_CODE_NONE = 1005, /* a Close frame without a code; never on the wire */
	WEBSOCKET_CODE_NOT_UTF8 = 1007,
	WEBSOCKET_CODE_TOO_BIG = 1009,
};

/* The state between two frames. At first all zero, except the protocol. */
struct websocket {
	uint8_t protocol;	/* enum websocket_protocol */
	uint8_t opcode;		/* of the message under way; 0: none */
	uint8_t n_tail;		/* the bytes of a character of which the rest is missing */
	char tail[3];		/* these bytes */
	uint16_t message_bytes; /* of the message under way */
	bool is_over;		/* a Close frame or an error was reported: nothing else follows */
	bool has_sent_close;
};

/* Plaintext of the connection: first the message under way, message_bytes long; from `at` on the
 * frames that were not read yet. The caller stores these two parts, with the state, until more has
 * arrived: together they are shorter than WEBSOCKET_INPUT_BYTES. The bytes between the two parts
 * are used up. */
struct websocket_input {
	char *bytes; /* changed by the reader */
	size_t at;
	size_t length;
};

enum websocket_event {
	WEBSOCKET_EVENT_MESSAGE, /* complete; it may be empty */
	WEBSOCKET_EVENT_PIECE,	 /* stored in the input; only to be counted */
	WEBSOCKET_EVENT_PING,	 /* to be answered with websocket_write_pong() */
	WEBSOCKET_EVENT_PONG,
	WEBSOCKET_EVENT_CLOSE, /* to be answered with its code */
	WEBSOCKET_EVENT_ERROR, /* to be answered with its code; then the connection is closed */
};

struct websocket_item {
	enum websocket_event event;
	uint16_t code; /* CLOSE and ERROR: enum websocket_code, or another valid code of a client */
	/* The message or payload, in the input, where it is valid until the next call. CLOSE: the
	 * reason, UTF-8 with any characters. ERROR: an ASCII text. Not ended by a NUL. */
	const char *bytes;
	size_t length;
};

/* Read the next frame. False: it is not complete yet, or the connection is over. Frames are
 * unmasked in place, and a frame is read only once: after this call bytes before `at` are no longer
 * raw input. The result does not depend on the pieces in which the input arrives. */
bool websocket_next(
	struct websocket *socket, struct websocket_input *input, struct websocket_item *ret_item);

/* The line of a message (IRCv3 websocket), with CR LF; returns its length. CR and LF at the end of
 * the message are tolerated and dropped. An LF inside, which would be a second line, becomes a CR,
 * and so the parser refuses the line. */
size_t websocket_write_line(const struct websocket_item *message, char line[WEBSOCKET_LINE_BYTES]);

/* Could the state come from websocket_next(), with input of that length left? For states that
 * another process wrote. */
bool websocket_is_valid(const struct websocket *socket, size_t input_length);
/* Can it be the code of a Close frame, or of one without a code? */
bool websocket_is_close_code(uint16_t code);

/* The header of a message to the client; returns its length. The message must be valid UTF-8 if
 * websocket_sends_text(): text_mend_utf8() of a copy keeps its length. */
size_t websocket_write_header(
	const struct websocket *socket, size_t length, char header[WEBSOCKET_SERVER_HEADER_BYTES]);
bool websocket_sends_text(const struct websocket *socket);

/* Whole control frames for the client; these return their length. */
size_t websocket_write_pong(const struct websocket_item *ping, char frame[WEBSOCKET_CONTROL_BYTES]);
/* The reason is UTF-8, and cut if it is too long. 0: the frame was already sent (5.5.1). */
size_t websocket_write_close(struct websocket *socket, uint16_t code, const char *reason,
	char frame[WEBSOCKET_CONTROL_BYTES]);
