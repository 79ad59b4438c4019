/* Owns the goodbye. */
#include "gate/goodbye.h"

#include <stdint.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "tls/keys.h"
#include "tls/seal.h"

#define GOODBYE "ERROR :The server cannot take more clients now; try again later\r\n"

static void seal_goodbye(struct tls_crypto *crypto, struct tls_keys *keys, struct buffer *out)
{
	const struct iovec piece = { (void *) (uintptr_t) GOODBYE, sizeof(GOODBYE) - 1 };

	out->length = tls_seal(crypto, keys, &piece, 1,
		(uint8_t *) buffer_extend(out, tls_sealed_bytes(keys, piece.iov_len)));
}

void goodbye_send(struct tls_crypto *crypto, int fd, const struct gate_message *client)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	uint8_t alert[TLS_ALERT_MAX];
	struct tls_keys keys;

	if (!client->keys.length ||
		!tls_keys_load(pack_over(client->keys.bytes, client->keys.length), &keys))
		return;
	if (!client->is_websocket && tls_can_seal(&keys))
		seal_goodbye(crypto, &keys, &out);
	buffer_put(&out, alert, tls_seal_alert(crypto, &keys, TLS_ALERT_CLOSE_NOTIFY, alert));
	(void) !send(fd, out.bytes, out.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	tls_keys_wipe(crypto, &keys);
}
