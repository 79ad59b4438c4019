/* Records become plaintext.
 *
 * Nothing of a record is visible unless its tag is right. Whatever is wrong ends the connection
 * with the alert that RFC 8446 or RFC 5246 prescribes; then, and after close_notify or a fatal
 * alert, all further input is ignored.
 *
 * Records without data cost time and bring nothing, so few may follow each other; and a KeyUpdate,
 * which costs about ten times as much as a short record, must be followed by some data. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tls/alerts.h"
#include "tls/crypto.h"
#include "tls/keys.h"
#include "tls/record.h"

#define TLS_EMPTY_MAX 32   /* records in a row without data */
#define TLS_UPDATE_COST 16 /* records with data that pay for a KeyUpdate */
#define TLS_UPDATE_DEBT_MAX (32 * TLS_UPDATE_COST)

enum tls_opened_kind {
	TLS_OPENED_PARTIAL, /* the input has only a part of the record */
	TLS_OPENED_DATA,    /* at least one byte */
	TLS_OPENED_NOTHING, /* for the caller; but something may be owed now, see tls/seal.h */
	TLS_OPENED_CLOSE,   /* close_notify: the peer will send no more */
	TLS_OPENED_ALERT,   /* the peer has ended the connection with this alert */
	TLS_OPENED_ERROR,   /* end the connection with this alert */
};

struct tls_opened {
	enum tls_opened_kind kind;
	uint8_t alert;
	/* The record's bytes, which the caller drops; of a partial one, how many it needs before
	 * it can go on, counted from the record's begin. */
	size_t taken;
	const uint8_t *data; /* in `out` */
	size_t length;
};

/* Open the record at the begin of the input. The plaintext goes to `out`, which has room for
 * TLS_PLAIN_MAX + 1 bytes; NULL decrypts in place. Only the given keys change, and not if the
 * record is partial. */
struct tls_opened tls_open(struct tls_crypto *crypto, struct tls_keys *keys, uint8_t *input,
	size_t length, uint8_t *out);
