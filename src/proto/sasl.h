/* SASL on IRC: the mechanisms, and their messages as parameters of AUTHENTICATE (IRCv3 sasl 3.1).
 *
 * A message is written as base64, in pieces of SASL_PIECE_BYTES characters, one for each line. A
 * shorter piece is the last one. If the last one has full length, or the message is empty, "+"
 * follows. A client sends "*" to give up. For example, a PLAIN message of 302 bytes is
 *
 *     AUTHENTICATE (400 characters)
 *     AUTHENTICATE AGI=
 *
 * and one of 300 bytes
 *
 *     AUTHENTICATE (400 characters)
 *     AUTHENTICATE + */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#define SASL_PIECE_BYTES 400
/* Longest name or password of a client. RFC 4616 2 requires 255. */
#define SASL_FIELD_BYTES 300

/* The strongest first, those of outside checkers last. Snapshots contain the numbers. */
enum sasl_mechanism {
	SASL_MECHANISM_EXTERNAL,      /* RFC 4422 A: the certificate of the connection */
	SASL_MECHANISM_SCRAM_SHA_256, /* proto/scram.h */
	SASL_MECHANISM_PLAIN,	      /* RFC 4616: a name and a password */
	SASL_MECHANISM_OAUTHBEARER,   /* proto/bearer.h, like the next one */
	SASL_MECHANISM_IRCV3BEARER,
};
#define SASL_MECHANISMS 5
#define SASL_BIT(mechanism) (UINT32_C(1) << (mechanism))

struct sasl_row {
	const char *name;	/* RFC 4422 3.1 */
	size_t most_characters; /* of a client's message in base64: a multiple of
				   SASL_PIECE_BYTES */
};

const struct sasl_row *sasl_row(enum sasl_mechanism mechanism);
/* In any case of letters. False: there is none. */
bool sasl_find_mechanism(const char *name, enum sasl_mechanism *ret_mechanism);
/* The names of these mechanisms, one SASL_BIT() each, separated by commas: the value of the
 * capability `sasl`, and a parameter of RPL_SASLMECHS. */
void sasl_put_mechanisms(struct buffer *out, uint32_t mechanisms);

enum sasl_result {
	SASL_RESULT_WAITS,    /* for the next piece */
	SASL_RESULT_COMPLETE, /* the buffer contains all characters: see sasl_decode() */
	SASL_RESULT_ABORTED,  /* the client gave up: ERR_SASLABORTED */
	SASL_RESULT_TOO_LONG, /* ERR_SASLTOOLONG */
	SASL_RESULT_MALFORMED /* an empty parameter: ERR_SASLFAIL */
};

/* Add the parameter of an AUTHENTICATE to a message. The caller owns the buffer, which is empty at
 * the first piece, and which this function makes secret. After each result except WAITS and
 * COMPLETE it is empty again, and its memory was overwritten. */
enum sasl_result sasl_collect(
	struct buffer *message, enum sasl_mechanism mechanism, const char *parameter);

/* Replace the characters by the bytes that they mean. False: they are no base64, and are left. */
bool sasl_decode(struct buffer *message);

/* A message of the server, of which pieces are still to be sent. */
struct sasl_pieces {
	const char *at;
	size_t left;
	bool is_done;
};

/* Write the parameter of the next AUTHENTICATE; false: there are no more. */
bool sasl_next_piece(struct sasl_pieces *pieces, char parameter[SASL_PIECE_BYTES + 1]);

/* The fields of PLAIN, which lie in the message. Names are any UTF-8 without NUL: the caller
 * decides whether they belong to accounts. */
struct sasl_plain {
	const char *acts_for; /* the authorization identity; "": the account itself */
	const char *name;
	const char *password; /* in UTF-8, as the client wrote it */
};

/* False: three fields are not there, a name or the password is empty, too long, or not UTF-8. The
 * message has a NUL behind its last byte, as buffers have. */
bool sasl_parse_plain(const char *message, size_t length, struct sasl_plain *ret_plain);
