/* The last line to a client that finished its handshake, but that papod refuses. */
#pragma once

#include "proto/gate_message.h"
#include "tls/crypto.h"

/* Send an ERROR, and the end of TLS, as far as the kernel has room. papod must not have used the
 * keys of the message. Web clients get only the end of TLS. papod's reason is for its
 * administrator. */
void goodbye_send(struct tls_crypto *crypto, int fd, const struct gate_message *client);
