/* Plaintext becomes records.
 *
 * What the protocol owes to the peer goes first, in records of its own: the KeyUpdate that the peer
 * asked for, the KeyUpdate before a key of AES-GCM wears out (RFC 8446 5.5), the refusal to
 * renegotiate. The peer may ask for a KeyUpdate as often as it likes: one answer before the next
 * data is enough (RFC 8446 4.6.3), so opening writes nothing. The caller seals nothing, with no
 * pieces, if the peer waits and there is no data.
 *
 * Only the given keys change. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/uio.h>

#include "tls/alerts.h"
#include "tls/crypto.h"
#include "tls/keys.h"

/* False: nothing may be sent any more, or TLS 1.2 cannot change the worn-out key. Then only
 * tls_seal_alert() is left, and closing. */
bool tls_can_seal(const struct tls_keys *keys);

/* How many bytes tls_seal() writes for that many bytes of plaintext, at most TLS_SEAL_MAX; with
 * 0, what is owed. */
size_t tls_sealed_bytes(const struct tls_keys *keys, size_t length);
#define TLS_SEAL_MAX (1 << 24)

/* Seal the pieces, one after the other, in as few records as the limit allows. The result is the
 * number of bytes written to `out`. Needs tls_can_seal(). */
size_t tls_seal(struct tls_crypto *crypto, struct tls_keys *keys, const struct iovec *pieces,
	size_t n_pieces, uint8_t *out);

/* Seal an alert, at most TLS_ALERT_MAX bytes. After close_notify and all fatal alerts, no data may
 * follow; an alert after that writes nothing. */
size_t tls_seal_alert(
	struct tls_crypto *crypto, struct tls_keys *keys, enum tls_alert alert, uint8_t *out);
#define TLS_ALERT_MAX 31
