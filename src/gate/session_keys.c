/* Owns the way from OpenSSL's secrets to the keys of papod's record layer. */
#include "gate/session_keys.h"

#include <string.h>

#include "base/cleanup.h"

#define MASTER_BYTES 48
#define RANDOM_BYTES 32

#define HEX_DIGITS "0123456789abcdefABCDEF"

/* Of a digit that is one. Digits are random, and a branch for letters would be guessed wrong. */
static unsigned int hex_value(char digit)
{
	return (digit & 0xfu) + 9 * (digit >> 6);
}

/* The number of bytes; 0: no secret. */
static uint8_t parse_hex(const char *text, uint8_t secret[TLS_SECRET_MAX])
{
	size_t length = strspn(text, HEX_DIGITS), n = length / 2;

	if (length % 2 || text[length] || n > TLS_SECRET_MAX)
		return 0;
	for (size_t i = 0; i < n; i++)
		secret[i] = (uint8_t) (hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return (uint8_t) n;
}

bool traffic_secrets_note(struct traffic_secrets *secrets, const char *line)
{
	static const char client[] = "CLIENT_TRAFFIC_SECRET_0 ";
	static const char server[] = "SERVER_TRAFFIC_SECRET_0 ";
	const char *secret = strrchr(line, ' ');

	if (!secret)
		return false;
	if (strncmp(line, client, sizeof(client) - 1) == 0)
		secrets->n_client = parse_hex(secret + 1, secrets->client);
	else if (strncmp(line, server, sizeof(server) - 1) == 0)
		secrets->n_server = parse_hex(secret + 1, secrets->server);
	else
		return false;
	return true;
}

static bool export_1_3(uint16_t suite, const struct traffic_secrets *secrets,
	struct tls_crypto *crypto, struct tls_keys *ret_keys)
{
	const struct tls_suite *row = tls_suite_find(suite);

	if (!row || secrets->n_client != row->hash_bytes || secrets->n_server != row->hash_bytes)
		return false;
	return tls_keys_from_1_3_secrets(crypto, suite, secrets->client, secrets->server, ret_keys);
}

static bool export_1_2(
	SSL *ssl, uint16_t suite, struct tls_crypto *crypto, struct tls_keys *ret_keys)
{
	uint8_t master[MASTER_BYTES], randoms[2 * RANDOM_BYTES];
	bool is_exported;

	if (SSL_SESSION_get_master_key(SSL_get_session(ssl), master, sizeof(master)) !=
		sizeof(master))
		return false;
	SSL_get_server_random(ssl, randoms, RANDOM_BYTES);
	SSL_get_client_random(ssl, randoms + RANDOM_BYTES, RANDOM_BYTES);
	is_exported = tls_keys_from_1_2_master(crypto, suite, master, randoms, ret_keys);
	explicit_bzero(master, sizeof(master));
	return is_exported;
}

/* RFC 6066 4: what the client asked for, and OpenSSL granted. */
static uint16_t max_fragment_of(const SSL *ssl)
{
	static const uint16_t bytes[] = { TLS_PLAIN_MAX, 512, 1024, 2048, 4096 };
	uint8_t code = SSL_SESSION_get_max_fragment_length(SSL_get_session(ssl));

	return bytes[code < ARRAY_LENGTH(bytes) ? code : 0];
}

bool session_keys_export(SSL *ssl, const struct traffic_secrets *secrets, struct tls_crypto *crypto,
	struct tls_keys *ret_keys)
{
	uint16_t suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl));
	bool is_exported = SSL_version(ssl) == TLS1_3_VERSION
				   ? export_1_3(suite, secrets, crypto, ret_keys)
				   : export_1_2(ssl, suite, crypto, ret_keys);

	if (is_exported)
		ret_keys->max_fragment = max_fragment_of(ssl);
	return is_exported;
}
