/* Messages of SASL with a bearer token, whose bytes a client sends in its only message.
 *
 * OAUTHBEARER (RFC 7628), with ^A for the byte 1; the name and everything but the token may be left
 * out:
 *
 *     n,a=ana,^Ahost=irc.example.org^Aport=6697^Aauth=Bearer eyJ0^A^A
 *
 * IRCV3BEARER (IRCv3, a proposal), with ^@ for NUL:
 *
 *     ana^@jwt^@eyJ0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The longest type of a token, and the longest name. */
#define BEARER_TYPE_BYTES 64
#define BEARER_NAME_BYTES 300

/* They lie in the message. */
struct bearer {
	const char *name; /* of the account; NULL: the client names none */
	const char *type; /* of the token; NULL: OAuth 2.0 */
	const char *token;
};

/* The message has a NUL behind its last byte, and is changed. False: malformed. */
bool bearer_parse_oauth(char *message, size_t length, struct bearer *ret_bearer);
bool bearer_parse_ircv3(char *message, size_t length, struct bearer *ret_bearer);
