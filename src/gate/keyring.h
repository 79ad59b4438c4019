/* All certificates of the server, and which of them a client gets.
 *
 * Certificates for the name that the client asks for (SNI) serve it, else all; of those with the
 * same kind of key, the first. OpenSSL chooses between ECDSA and RSA by what the client
 * supports. */
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "gate/gate_settings.h"

struct keyring;

struct keyring *keyring_new(const struct log *log);
void keyring_free(struct keyring *keyring); /* NULL is allowed */

/* Read the files of the settings anew. A pair that cannot be used is logged; the one that was read
 * from these files before stays, at the start the copy of the last one. Without any pair, a
 * self-signed certificate serves. False: there is no certificate at all. */
bool keyring_load(struct keyring *keyring, const struct gate_settings *settings);

/* Changes by keyring_load() so far. */
uint64_t keyring_changes(const struct keyring *keyring);

/* Check the pairs of the settings as keyring_load() reads them. Appends a line for each that cannot
 * be used, and nothing if all can. Returns how many can; files that do not exist yet are neither.
 */
size_t keyring_check(const struct gate_settings *settings, struct buffer *ret_problems);

/* Give certificates to a handshake: for SSL_CTX_set_cert_cb(), with the keyring as argument. */
int keyring_choose(SSL *ssl, void *keyring);

/* Log certificates that expire soon, once a day. now_ms is loop_now_ms(). */
void keyring_tick(struct keyring *keyring, uint64_t now_ms);
uint64_t keyring_next_deadline(const struct keyring *keyring);

/* Can clients verify all of them today? */
bool keyring_is_verifiable(const struct keyring *keyring);

/* Append what papod may tell of them, see proto/certificate_facts.h. */
void keyring_put_facts(const struct keyring *keyring, struct buffer *out);

/* Append the names of all certificates, for STATUS= and the log. */
void keyring_describe(const struct keyring *keyring, struct buffer *out);
