/* The header with which a proxy begins a connection and says whose it is: the PROXY protocol,
 * versions 1 and 2 (haproxy, doc/proxy-protocol.txt). Any client could send one, so it is parsed
 * only where the configuration expects it, and from proxies that it trusts; there a connection
 * without it is malformed. All sizes are in bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"

/* A whole header. One of version 1 has at most 107. Proxies send 536 at most, without certificates
 * and names; larger ones than these are refused. */
#define PROXY_VERSION_1_BYTES 107
#define PROXY_HEADER_BYTES 4096

#define PROXY_TLS_VERSION_BYTES 16 /* with the NUL; so for the next */
#define PROXY_TLS_SUITE_BYTES 64
#define PROXY_NAME_BYTES 257

enum proxy_result {
	PROXY_RESULT_WAITS, /* for more bytes */
	PROXY_RESULT_ACCEPTED,
	PROXY_RESULT_MALFORMED,
};

struct proxy_header {
	size_t length; /* the bytes behind it are the client's */
	/* The client. Without a family the proxy does not know, or it speaks for itself, as in a
	 * health check: then the address of the connection counts. A Unix client has no name. */
	struct address client;
	bool is_tls; /* the client uses TLS to the proxy; the rest is about that */
	bool has_certificate;
	char tls_version[PROXY_TLS_VERSION_BYTES]; /* "TLSv1.3"; empty if not known */
	char tls_suite[PROXY_TLS_SUITE_BYTES];	   /* as OpenSSL writes it, likewise */
	char name[PROXY_NAME_BYTES]; /* the certificate's common name: UTF-8 without controls, or ""
				      */
};

/* Parse the first bytes of a connection. ret_header is set if they are accepted; *ret_reason, an
 * ASCII text for the log, if they are malformed. A mistake is reported as soon as possible, and
 * the pieces in which the bytes arrive do not change the result. */
enum proxy_result proxy_parse(
	const char *bytes, size_t length, struct proxy_header *ret_header, const char **ret_reason);
