/* Owns the calls of libcrypto for P-256. */
#include "push/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "base/cleanup.h"

static void free_group(EC_GROUP **group)
{
	EC_GROUP_free(*group);
}

static void free_point(EC_POINT **point)
{
	EC_POINT_free(*point);
}

static void free_number(BIGNUM **number)
{
	BN_clear_free(*number);
}

static void free_builder(OSSL_PARAM_BLD **builder)
{
	OSSL_PARAM_BLD_free(*builder);
}

static void free_params(OSSL_PARAM **params)
{
	OSSL_PARAM_free(*params);
}

static void free_context(EVP_PKEY_CTX **context)
{
	EVP_PKEY_CTX_free(*context);
}

static void free_key(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

static void free_digest(EVP_MD_CTX **digest)
{
	EVP_MD_CTX_free(*digest);
}

static void free_signature(ECDSA_SIG **signature)
{
	ECDSA_SIG_free(*signature);
}

/* The number is NULL in a public key. */
static EVP_PKEY *build_key(const uint8_t point[PUSH_POINT_BYTES], const BIGNUM *number)
{
	CLEANUP(free_builder) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	CLEANUP(free_params) OSSL_PARAM *params = NULL;
	CLEANUP(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	if (!builder || !context ||
		!OSSL_PARAM_BLD_push_utf8_string(
			builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ||
		!OSSL_PARAM_BLD_push_octet_string(
			builder, OSSL_PKEY_PARAM_PUB_KEY, point, PUSH_POINT_BYTES) ||
		(number && !OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number)))
		return NULL;
	params = OSSL_PARAM_BLD_to_param(builder);
	if (!params || EVP_PKEY_fromdata_init(context) <= 0 ||
		EVP_PKEY_fromdata(context, &key, number ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
			params) <= 0)
		return NULL;
	return key;
}

static bool multiply_base(
	const EC_GROUP *group, const BIGNUM *number, uint8_t ret_point[PUSH_POINT_BYTES])
{
	CLEANUP(free_point) EC_POINT *point = EC_POINT_new(group);

	return point && EC_POINT_mul(group, point, number, NULL, NULL, NULL) &&
	       EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, ret_point,
		       PUSH_POINT_BYTES, NULL) == PUSH_POINT_BYTES;
}

EVP_PKEY *p256_from_private(
	const uint8_t private_key[P256_PRIVATE_BYTES], uint8_t ret_point[PUSH_POINT_BYTES])
{
	CLEANUP(free_group) EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	CLEANUP(free_number) BIGNUM *number = BN_bin2bn(private_key, P256_PRIVATE_BYTES, NULL);

	if (!group || !number)
		return NULL;
	BN_set_flags(number, BN_FLG_CONSTTIME);
	if (BN_is_zero(number) || BN_cmp(number, EC_GROUP_get0_order(group)) >= 0 ||
		!multiply_base(group, number, ret_point))
		return NULL;
	return build_key(ret_point, number);
}

EVP_PKEY *p256_from_point(const uint8_t point[PUSH_POINT_BYTES])
{
	return build_key(point, NULL);
}

bool p256_agree(
	EVP_PKEY *own, const uint8_t other[PUSH_POINT_BYTES], uint8_t secret[P256_SECRET_BYTES])
{
	CLEANUP(free_key) EVP_PKEY *peer = p256_from_point(other);
	CLEANUP(free_context) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(own, NULL);
	size_t length = P256_SECRET_BYTES;

	return peer && context && EVP_PKEY_derive_init(context) > 0 &&
	       EVP_PKEY_derive_set_peer(context, peer) > 0 &&
	       EVP_PKEY_derive(context, secret, &length) > 0 && length == P256_SECRET_BYTES;
}

/* Two numbers of 32 bytes, instead of ASN.1. */
static bool flatten_signature(
	const uint8_t *der, size_t length, uint8_t signature[P256_SIGNATURE_BYTES])
{
	CLEANUP(free_signature) ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long) length);

	return numbers &&
	       BN_bn2binpad(ECDSA_SIG_get0_r(numbers), signature, P256_SIGNATURE_BYTES / 2) > 0 &&
	       BN_bn2binpad(ECDSA_SIG_get0_s(numbers), signature + P256_SIGNATURE_BYTES / 2,
		       P256_SIGNATURE_BYTES / 2) > 0;
}

bool p256_sign(
	EVP_PKEY *key, const void *text, size_t length, uint8_t signature[P256_SIGNATURE_BYTES])
{
	CLEANUP(free_digest) EVP_MD_CTX *digest = EVP_MD_CTX_new();
	uint8_t der[80];
	size_t der_length = sizeof(der);

	return digest && EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, key) > 0 &&
	       EVP_DigestSign(digest, der, &der_length, text, length) > 0 &&
	       flatten_signature(der, der_length, signature);
}
