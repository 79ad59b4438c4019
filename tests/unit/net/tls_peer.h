/* The client's end of a TLS connection whose handshake is over: keys of both ends, made up, and the
 * client's records. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "tls/keys.h"

struct tls_peer {
	struct tls_crypto *crypto;
	struct tls_keys keys;
	struct buffer out; /* sealed, to be sent */
	struct buffer in;  /* received, not yet whole */
	bool is_ended;	   /* the server has sent close_notify */
};

/* Keys of TLS 1.3 or 1.2 that follow from the seed, for the server too. */
void tls_peer_begin(
	struct tls_peer *peer, bool is_1_3, uint64_t seed, struct tls_keys *ret_server_keys);
void tls_peer_done(struct tls_peer *peer);

void tls_peer_seal(struct tls_peer *peer, const char *bytes, size_t length);
/* Change to the next key, and ask the server to do the same. TLS 1.3. */
void tls_peer_update(struct tls_peer *peer);
/* The longest record, without data. TLS 1.3. */
void tls_peer_seal_padding(struct tls_peer *peer);
void tls_peer_seal_end(struct tls_peer *peer); /* close_notify */
/* Open what came. False: a record is wrong. */
bool tls_peer_open(struct tls_peer *peer, const void *bytes, size_t length, struct buffer *plain);
