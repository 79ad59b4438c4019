/* What a TLS connection needs after its handshake: keys, numbers, and a few facts about the last
 * records.
 *
 * The struct has no pointers, so it may lie in memory that outlives the process, and be copied to
 * publish it: seal and open with a copy, then publish the copy together with the bytes. Otherwise
 * a crash could make two plaintexts share a nonce. It contains secrets: the caller keeps it out of
 * dumps and swap, and ends it with tls_keys_wipe(). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "tls/crypto.h"
#include "tls/suites.h"

#define TLS_SECRET_MAX 48
#define TLS_KEY_MAX 32
#define TLS_PLAIN_MAX 16384 /* bytes of data in a record */
#define TLS_HANDSHAKE_HEAD_BYTES 4
#define TLS_KEY_UPDATE_BYTES (TLS_HANDSHAKE_HEAD_BYTES + 1)

struct tls_direction {
	uint8_t secret[TLS_SECRET_MAX]; /* TLS 1.3, from which the next key follows */
	uint8_t key[TLS_KEY_MAX];
	uint8_t iv[TLS_NONCE_BYTES];
	uint32_t n_updates; /* keys before this one */
	uint64_t number;    /* of the next record; with this key in TLS 1.3 */
};

enum tls_keys_flags {
	/* The peer has sent close_notify or a fatal alert, or something wrong. */
	TLS_READ_ENDED = 1 << 0,
	/* We have sent close_notify or a fatal alert. */
	TLS_WRITE_ENDED = 1 << 1,
	/* The peer has asked for our KeyUpdate. */
	TLS_OWES_UPDATE = 1 << 2,
	/* The peer has asked to renegotiate, which gets a warning. */
	TLS_OWES_REFUSAL = 1 << 3,
};
#define TLS_FLAGS_MAX 15

struct tls_keys {
	struct tls_direction read;
	struct tls_direction write;
	uint16_t suite;
	uint16_t max_fragment; /* negotiated (RFC 6066 4), or TLS_PLAIN_MAX */
	uint16_t update_debt;  /* grows with KeyUpdates of the peer, and shrinks with data */
	uint8_t n_empty;       /* records in a row without data */
	uint8_t flags;	       /* enum tls_keys_flags */
	/* The part of a handshake message that has arrived; in TLS 1.2 also the number of bytes
	 * that are still to be skipped. */
	uint8_t partial[TLS_HANDSHAKE_HEAD_BYTES];
	uint32_t n_skipped;
	uint8_t n_partial;
	uint8_t padding[7]; /* no byte of the struct is undefined */
};

/* The keys of TLS 1.3 from the application traffic secrets of the peer and of ourselves, each as
 * long as the suite's hash. Both numbers are 0: add the records that were sent since, such as
 * tickets. False if the suite is unknown or of another version. */
bool tls_keys_from_1_3_secrets(struct tls_crypto *crypto, uint16_t suite, const uint8_t *read,
	const uint8_t *write, struct tls_keys *ret_keys);

/* The keys of a server with TLS 1.2, after the Finished messages, so both numbers are 1. */
bool tls_keys_from_1_2_master(struct tls_crypto *crypto, uint16_t suite, const uint8_t master[48],
	const uint8_t randoms[64] /* the server's first */, struct tls_keys *ret_keys);

/* For keys from another process: nothing in them can crash this one. */
bool tls_keys_are_valid(const struct tls_keys *keys);

/* Fields of base/pack.h for another process, for example from the gate to papod. The caller makes
 * the buffer secret. False: these are no valid keys. */
void tls_keys_save(struct buffer *out, const struct tls_keys *keys);
bool tls_keys_load(struct pack fields, struct tls_keys *ret_keys);

const struct tls_suite *tls_keys_suite(const struct tls_keys *keys);

/* Begin a box with the nonce of the direction's next record. */
struct tls_box tls_keys_box(const struct tls_keys *keys, const struct tls_direction *direction);

/* Change to the next key of TLS 1.3 (RFC 8446 7.2). */
void tls_keys_update(
	struct tls_crypto *crypto, const struct tls_suite *suite, struct tls_direction *direction);

/* When the connection ends: overwrite the keys, here and in the cache. They need not be valid. */
void tls_keys_wipe(struct tls_crypto *crypto, struct tls_keys *keys);
