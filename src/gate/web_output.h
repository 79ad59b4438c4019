/* The answer to a web client, from plain bytes to the socket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "tls/alerts.h"
#include "tls/crypto.h"
#include "tls/keys.h"
#include "tls/record.h"

/* The owner releases the bytes. */
struct web_output {
	int fd;			   /* borrowed, like the next */
	struct tls_keys *keys;	   /* NULL: no TLS */
	struct tls_crypto *crypto; /* with TLS */
	struct buffer bytes;	   /* as they are sent */
	size_t n_sent;		   /* of these */
	bool has_closed;	   /* nothing follows */
};

/* Append plain bytes. False: TLS allows no more with these keys. */
bool web_output_put(struct web_output *output, const void *plain, size_t length);
/* The last byte was put: with TLS, tell the client so. */
void web_output_close(struct web_output *output);
/* The same for another reason; without TLS it cannot be told. */
void web_output_end(struct web_output *output, enum tls_alert alert);
/* Send what the socket takes. 0: all is sent. A negative errno; -EAGAIN: the client must read
 * first. */
int web_output_send(struct web_output *output);
