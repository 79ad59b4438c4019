/* Owns the encryption of messages. */
#include "push/encrypt.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"

#define RECORD_BYTES 4096 /* RFC 8188 2.1: the only record is shorter */
#define CEK_BYTES 16
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define LAST_RECORD 0x02 /* RFC 8188 2: the delimiter of the padding */

struct encrypt_keys {
	uint8_t cek[CEK_BYTES];
	uint8_t nonce[NONCE_BYTES];
};

static void free_cipher(EVP_CIPHER_CTX **cipher)
{
	EVP_CIPHER_CTX_free(*cipher);
}

static void forget_encrypt_keys(struct encrypt_keys *keys)
{
	explicit_bzero(keys, sizeof(*keys));
}

static void hash_with(const void *key, size_t key_bytes, const void *text, size_t length,
	uint8_t hash[DIGEST_BYTES])
{
	struct digest digest = digest_hmac(
		(struct digest_input){ key, key_bytes }, (struct digest_input){ text, length });

	memcpy(hash, digest.bytes, DIGEST_BYTES);
	explicit_bzero(&digest, sizeof(digest));
}

/* RFC 5869 2.3, for at most 32 bytes: the info already ends with the number 1 of the only block. */
static void expand(const uint8_t key[DIGEST_BYTES], const void *info, size_t length, void *bytes,
	size_t n_bytes)
{
	uint8_t block[DIGEST_BYTES];

	hash_with(key, DIGEST_BYTES, info, length, block);
	memcpy(bytes, block, n_bytes);
	explicit_bzero(block, sizeof(block));
}

/* RFC 8291 3.3: what both keys and the secret of the subscription give. */
static bool derive_input(const struct push_keys *keys, EVP_PKEY *own,
	const uint8_t own_point[PUSH_POINT_BYTES], uint8_t input[DIGEST_BYTES])
{
	static const char info[] = "WebPush: info";
	uint8_t secret[P256_SECRET_BYTES] = { 0 }, key[DIGEST_BYTES];
	uint8_t whole[sizeof(info) + 2 * PUSH_POINT_BYTES + 1];
	bool is_good;

	memcpy(whole, info, sizeof(info));
	memcpy(whole + sizeof(info), keys->point, PUSH_POINT_BYTES);
	memcpy(whole + sizeof(info) + PUSH_POINT_BYTES, own_point, PUSH_POINT_BYTES);
	whole[sizeof(whole) - 1] = 1;
	is_good = p256_agree(own, keys->point, secret);
	hash_with(keys->auth, PUSH_AUTH_BYTES, secret, sizeof(secret), key);
	expand(key, whole, sizeof(whole), input, DIGEST_BYTES);
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(key, sizeof(key));
	return is_good;
}

/* RFC 8188 2.2 and 2.3. */
static void derive_encrypt_keys(const uint8_t input[DIGEST_BYTES],
	const uint8_t salt[ENCRYPT_SALT_BYTES], struct encrypt_keys *ret_keys)
{
	static const char cek_info[] = "Content-Encoding: aes128gcm\0\1";
	static const char nonce_info[] = "Content-Encoding: nonce\0\1";
	uint8_t key[DIGEST_BYTES];

	hash_with(salt, ENCRYPT_SALT_BYTES, input, DIGEST_BYTES, key);
	expand(key, cek_info, sizeof(cek_info) - 1, ret_keys->cek, CEK_BYTES);
	expand(key, nonce_info, sizeof(nonce_info) - 1, ret_keys->nonce, NONCE_BYTES);
	explicit_bzero(key, sizeof(key));
}

static bool seal_push(
	const struct encrypt_keys *keys, const void *text, size_t length, struct buffer *out)
{
	static const uint8_t delimiter = LAST_RECORD;
	CLEANUP(free_cipher) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	uint8_t *at = (uint8_t *) buffer_extend(out, length + 1 + TAG_BYTES);
	int n = 0, n_last = 0;

	return cipher &&
	       EVP_EncryptInit_ex2(cipher, EVP_aes_128_gcm(), keys->cek, keys->nonce, NULL) &&
	       EVP_EncryptUpdate(cipher, at, &n, text, (int) length) &&
	       EVP_EncryptUpdate(cipher, at + n, &n_last, &delimiter, 1) &&
	       EVP_EncryptFinal_ex(cipher, at + length + 1, &n) &&
	       EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, at + length + 1);
}

/* RFC 8188 2.1; the key's name is the public key, RFC 8291 4. */
static void put_header(const uint8_t salt[ENCRYPT_SALT_BYTES],
	const uint8_t own_point[PUSH_POINT_BYTES], struct buffer *out)
{
	static const uint8_t record_bytes[] = { 0, 0, RECORD_BYTES >> 8, RECORD_BYTES & 0xff };

	buffer_put(out, salt, ENCRYPT_SALT_BYTES);
	buffer_put(out, record_bytes, sizeof(record_bytes));
	buffer_put_byte(out, PUSH_POINT_BYTES);
	buffer_put(out, own_point, PUSH_POINT_BYTES);
}

bool encrypt_text(const struct push_keys *keys, const struct encrypt_dice *dice, const void *text,
	size_t length, struct buffer *out)
{
	CLEANUP(forget_encrypt_keys) struct encrypt_keys encrypt_keys = { 0 };
	uint8_t own_point[PUSH_POINT_BYTES], input[DIGEST_BYTES];
	EVP_PKEY *own = p256_from_private(dice->private_key, own_point);
	bool is_good = own && derive_input(keys, own, own_point, input);

	EVP_PKEY_free(own);
	if (!is_good)
		return false;
	derive_encrypt_keys(input, dice->salt, &encrypt_keys);
	explicit_bzero(input, sizeof(input));
	put_header(dice->salt, own_point, out);
	return seal_push(&encrypt_keys, text, length, out);
}
