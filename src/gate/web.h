/* The request of a web client, after its handshake if it uses TLS: from its first byte to a client
 * that papod can take over, or to its end.
 *
 * One request comes over a connection. A page of a few files costs a browser a few more
 * connections; in return there is no second request to tell apart from the first one, and no idle
 * connection to wait for.
 *
 * Input stays in the kernel unless it surely belongs to the head of the request. So papod reads on
 * where the head ends: with TLS at the record that contains the end, of which it skips the bytes of
 * the head. */
#pragma once

#include <stdint.h>

#include "gate/handshake.h"
#include "gate/page.h"
#include "gate/passed_request.h"
#include "gate/upload_request.h"
#include "tls/crypto.h"
#include "tls/keys.h"

struct web;
struct web_space; /* memory that all requests share */

/* What the administrator offers. */
struct web_site {
	struct page_site pages;
	const char *const *origins; /* see http_check_upgrade() */
	bool has_no_clients;	    /* it only has pages */
};

struct web_needs {
	struct tls_crypto *crypto;
	struct web_space *space;
	const struct web_site *site;	    /* may change between two calls */
	const struct upload_needs *uploads; /* NULL: none, and nothing of the next */
	const struct passed_needs *passed;
};

/* How papod reads on. The keys are secret. */
struct web_result {
	struct tls_keys keys; /* all zero without TLS */
	uint8_t protocol;     /* enum websocket_protocol */
	uint32_t n_skipped;
};

struct web_space *web_space_new(void);
void web_space_free(struct web_space *space); /* NULL is allowed */

/* Takes ownership of the descriptor, which is non-blocking. The keys are copied; NULL: no TLS. The
 * needs must outlive it, and what the peer points at; NULL: it cannot upload anything. */
struct web *web_new(const struct web_needs *needs, int fd, const struct tls_keys *keys,
	const struct errand_peer *peer);
void web_free(struct web *web); /* closes the descriptor; NULL is allowed */

/* HANDSHAKE_STATE_WANTS_INPUT: call when more has arrived, which needs EPOLLET, as old input stays
 * in the kernel. HANDSHAKE_STATE_ASKS: call when the peer's on_answer() was called.
 * HANDSHAKE_STATE_DONE: take it with web_finish(). */
enum handshake_state web_go_on(struct web *web);
/* Why it was refused; NULL: it was not, or the client has gone without a word. */
const char *web_failure(const struct web *web);
/* The parts of a long answer or upload so far: how many the client had room for, or has sent; and
 * how often papod was asked. */
uint64_t web_parts(const struct web *web);
/* More of an upload has arrived than was read at once: call again in the next turn. */
bool web_has_unread(const struct web *web);
/* The client is closed next, because it is too slow: say so, if that is possible. */
void web_time_out(struct web *web);
/* Take the socket of a request that is done, and free the rest. */
void web_finish(struct web *web, struct web_result *ret_result, int *ret_fd);
