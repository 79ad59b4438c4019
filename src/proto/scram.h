/* The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), for example from RFC 7677 3:
 *
 *     client   n,,n=user,r=rOprNGfwEbeRWgbNEkqO
 *     server   r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22Z...gQ==,i=4096
 *     client   c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzb...nfs=
 *     server   v=6rri...2G4=
 *     client   (an empty message)
 *
 * The server sees no password. The client proves that it knows it, and checks with the last message
 * that the server knows its verifier. Computing takes microseconds.
 *
 * There is no channel binding, because the handshake is papod-gate's or a proxy's. A client that
 * requires it (flag p) is refused, others (n, y) are not. Extensions are skipped, except m, which a
 * server must understand (RFC 5802 5.1). */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "proto/scram_verifier.h"

/* Why an exchange fails. The texts are those of RFC 5802 7, for logs: a client is sent only that it
 * failed, because the reasons tell names with an account from others. */
enum scram_error {
	SCRAM_ERROR_NONE,
	SCRAM_ERROR_OTHER, /* malformed, or the nonce of another exchange */
	SCRAM_ERROR_INVALID_ENCODING,
	SCRAM_ERROR_INVALID_NAME_ENCODING,
	SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED,
	SCRAM_ERROR_BINDING_NOT_SUPPORTED,
	SCRAM_ERROR_BINDINGS_DIFFER,
	SCRAM_ERROR_INVALID_PROOF,
};
const char *scram_error_text(enum scram_error error);

/* An exchange, between its first message and its end. All texts are owned, without a secret. A
 * snapshot contains them all. */
struct scram {
	char *name;	    /* of the account whose password is proved; any UTF-8 */
	char *acts_for;	    /* the authorization identity, NULL: the account itself */
	char *header;	    /* "n,,": how the client wants to bind channels, and acts_for */
	char *first_bare;   /* the client's first message behind the header */
	char *nonce;	    /* of the client; from the server's message on, of both */
	char *server_first; /* NULL: not sent yet */
};

void scram_done(struct scram *scram);

/* Read the client's first message into an exchange that is all zero. After an error it is all zero
 * again. */
enum scram_error scram_read_first(struct scram *scram, const char *message, size_t length);

/* Write the server's first message. The verifier is that of the name, or a fake one. The server's
 * nonce is printable without commas, for example 18 random bytes in base64, and was never used. */
void scram_put_challenge(struct scram *scram, const struct scram_verifier *verifier,
	const char *server_nonce, struct buffer *out);
/* Was the challenge made from this verifier? Another password has another salt. */
bool scram_was_challenged(const struct scram *scram, const struct scram_verifier *verifier);

/* Read the client's last message, and write the server's if the proof is right. The verifier has
 * the salt and the rounds of the server's first message, or no proof is right. Without an error the
 * client has logged in, but must still be sent that message. */
enum scram_error scram_read_proof(const struct scram *scram, const struct scram_verifier *verifier,
	const char *message, size_t length, struct buffer *out);
