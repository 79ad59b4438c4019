/* The certificate that papod-acme gets: tls.acme. */
#pragma once

#include "config/settings.h"

struct draft;

/* The name of the listener at port 80 that papod-gate gets for http-01. No entry of the list
 * "listen" can have it. */
#define ACME_LISTENER "tls.acme:80"
#define ACME_HTTP_PORT 80
#define ACME_TLS_PORT 443

/* Set where the certificate and the proofs for its issuer are, unless files set other directories
 * for the proofs; add warnings if the issuer cannot see the proofs. */
void acme_check(const struct draft *draft);

/* Does papod-gate need port 80 for it, and no listener of the list has it? */
bool acme_needs_port(const struct settings *settings);

/* Append the configuration of dehydrated, for a shell; nothing if no certificate is wanted. */
void acme_format(const struct settings *settings, struct buffer *out);
