/* The request of a web client for WebSocket, after its handshake if it uses TLS: from its first
 * byte to a client that papod can take over, or to its end.
 *
 * Its input stays in the kernel until the head of the request is complete. Then the head is
 * removed, and papod reads on: with TLS at the first record that the head did not fill, of which it
 * skips the bytes of the head. */
#pragma once

#include <stdint.h>

#include "gate/handshake.h"
#include "tls/crypto.h"
#include "tls/keys.h"

struct web;
struct web_space; /* memory that all requests share */

struct web_needs {
	struct tls_crypto *crypto;
	struct web_space *space;
};

/* How papod reads on. The keys are secret. */
struct web_result {
	struct tls_keys keys; /* all zero without TLS */
	uint8_t protocol;     /* enum websocket_protocol */
	uint32_t n_skipped;
};

struct web_space *web_space_new(void);
void web_space_free(struct web_space *space); /* NULL is allowed */

/* Takes ownership of the descriptor, which is non-blocking. The keys are copied; NULL: no TLS. */
struct web *web_new(const struct web_needs *needs, int fd, const struct tls_keys *keys);
void web_free(struct web *web); /* closes the descriptor; NULL is allowed */

/* Call when more input has arrived: epoll would report all of it again and again, so EPOLLET is
 * needed. HANDSHAKE_STATE_DONE: take it with web_finish(). */
enum handshake_state web_go_on(struct web *web);
/* Why it was refused; NULL: it was not, or the client has gone without a word. */
const char *web_failure(const struct web *web);
/* Take the socket of a request that is done, and free the rest. */
void web_finish(struct web *web, struct web_result *ret_result, int *ret_fd);
