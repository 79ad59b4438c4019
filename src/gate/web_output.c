/* Owns the sealing and sending of answers. */
#include "gate/web_output.h"

#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "tls/seal.h"

bool web_output_put(struct web_output *output, const void *plain, size_t length)
{
	const struct iovec piece = { (void *) (uintptr_t) plain, length };
	size_t before = output->bytes.length;
	uint8_t *at;

	if (!output->keys) {
		buffer_put(&output->bytes, plain, length);
		return true;
	}
	if (!tls_can_seal(output->keys))
		return false;
	at = (uint8_t *) buffer_extend(&output->bytes, tls_sealed_bytes(output->keys, length));
	buffer_cut(&output->bytes, before + tls_seal(output->crypto, output->keys, &piece, 1, at));
	return true;
}

void web_output_end(struct web_output *output, enum tls_alert alert)
{
	uint8_t bytes[TLS_ALERT_MAX];

	output->has_closed = true;
	if (output->keys)
		buffer_put(&output->bytes, bytes,
			tls_seal_alert(output->crypto, output->keys, alert, bytes));
}

void web_output_close(struct web_output *output)
{
	web_output_end(output, TLS_ALERT_CLOSE_NOTIFY);
}

int web_output_send(struct web_output *output)
{
	ssize_t n;

	while (output->n_sent < output->bytes.length) {
		n = send(output->fd, output->bytes.bytes + output->n_sent,
			output->bytes.length - output->n_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EINTR ? -EAGAIN : -errno;
		output->n_sent += (size_t) n;
	}
	buffer_clear(&output->bytes);
	output->n_sent = 0;
	return 0;
}
