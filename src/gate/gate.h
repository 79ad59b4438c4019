/* papod-gate: accepts clients that use TLS, does their handshakes, and passes their sockets with
 * their keys to papod, which needs no private key and no parser of certificates.
 *
 * It holds a client for some milliseconds, and no one after that. So it may end at any time, and an
 * update of OpenSSL restarts it alone. */
#pragma once

#include <stdbool.h>

#include "base/log.h"

/* How long handshakes and clients that papod has not taken have at a stop. */
#define GATE_STOP_MS 1000

struct gate_options {
	const char *config;   /* NULL: the default file */
	const char *handover; /* where papod listens */
	bool is_check;	      /* check the certificates instead of serving */
	bool is_any_enough;   /* for the check: one good pair */
	bool is_acme_config;  /* print the configuration of dehydrated instead */
	int handover_fd;      /* of a gate that papod started, instead; -1: none */
};

/* Serve until a signal ends it; the result is an exit status. */
int gate_run(const struct gate_options *options, const struct log *log);
