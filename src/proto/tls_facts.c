/* Owns the facts of a client's TLS, as bytes and by name. */
#include "proto/tls_facts.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"

static const struct field tls_fields[] = {
	{ 1, FIELD_U16, FIELD_AT(tls_facts, uint16_t, version) },
	{ 2, FIELD_U16, FIELD_AT(tls_facts, uint16_t, suite) },
	{ 3, FIELD_BOOL, FIELD_AT(tls_facts, bool, has_certificate) },
};

static const struct tls_hash {
	uint16_t id; /* of the field */
	uint8_t length;
	size_t offset;
} tls_hashes[] = {
	{ 10, TLS_SHA256_BYTES, offsetof(struct tls_facts, certificate_sha256) },
	{ 11, TLS_SHA512_BYTES, offsetof(struct tls_facts, certificate_sha512) },
	{ 12, TLS_SHA256_BYTES, offsetof(struct tls_facts, key_sha256) },
	{ 13, TLS_SHA512_BYTES, offsetof(struct tls_facts, key_sha512) },
};

void tls_facts_save(struct buffer *out, const struct tls_facts *facts)
{
	fields_save(out, tls_fields, ARRAY_LENGTH(tls_fields), facts);
	if (!facts->has_certificate)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(tls_hashes); i++)
		pack_bytes(out, tls_hashes[i].id, (const char *) facts + tls_hashes[i].offset,
			tls_hashes[i].length);
}

void tls_facts_save_record(struct buffer *out, uint16_t id, const struct tls_facts *facts)
{
	size_t record = pack_begin(out, id);

	tls_facts_save(out, facts);
	pack_end(out, record);
}

/* False: the field is a hash of another length. */
static bool load_tls_hash(struct tls_facts *facts, const struct pack_field *field)
{
	for (size_t i = 0; i < ARRAY_LENGTH(tls_hashes); i++) {
		if (tls_hashes[i].id != field->id)
			continue;
		if (tls_hashes[i].length != field->length)
			return false;
		memcpy((char *) facts + tls_hashes[i].offset, field->bytes, field->length);
	}
	return true;
}

bool tls_facts_load(struct pack fields, struct tls_facts *ret_facts)
{
	struct tls_facts facts = { 0 };
	struct pack_field field;

	while (pack_next(&fields, &field))
		if (!fields_load(tls_fields, ARRAY_LENGTH(tls_fields), &facts, &field) &&
			!load_tls_hash(&facts, &field))
			return false;
	if (fields.failed || !facts.version)
		return false;

	*ret_facts = facts;
	return true;
}

struct tls_name {
	uint16_t number;
	const char *name;
	const char *openssl; /* its other name; NULL: it has none */
};

static const struct tls_name version_names[] = {
	{ 0x0303, "TLSv1.2", NULL },
	{ 0x0304, "TLSv1.3", NULL },
};

/* RFC 8446 appendix B.4, RFC 5289, RFC 7905. */
static const struct tls_name suite_names[] = {
	{ 0x1301, "TLS_AES_128_GCM_SHA256", NULL },
	{ 0x1302, "TLS_AES_256_GCM_SHA384", NULL },
	{ 0x1303, "TLS_CHACHA20_POLY1305_SHA256", NULL },
	{ 0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ 0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ 0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256" },
	{ 0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384" },
	{ 0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305" },
	{ 0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
		"ECDHE-ECDSA-CHACHA20-POLY1305" },
};

static const char *get_tls_name(
	const struct tls_name *names, size_t n_names, uint16_t number, const char *otherwise)
{
	for (size_t i = 0; i < n_names; i++)
		if (names[i].number == number)
			return names[i].name;
	return otherwise;
}

const char *tls_version_name(uint16_t version)
{
	return get_tls_name(version_names, ARRAY_LENGTH(version_names), version, "TLS");
}

const char *tls_suite_name(uint16_t suite)
{
	return get_tls_name(suite_names, ARRAY_LENGTH(suite_names), suite, "unknown cipher suite");
}

static uint16_t find_tls_number(
	const struct tls_name *names, size_t n_names, const char *name, uint16_t otherwise)
{
	for (size_t i = 0; i < n_names; i++)
		if (strcmp(names[i].name, name) == 0 ||
			(names[i].openssl && strcmp(names[i].openssl, name) == 0))
			return names[i].number;
	return otherwise;
}

uint16_t tls_version_of_name(const char *name)
{
	return find_tls_number(
		version_names, ARRAY_LENGTH(version_names), name, TLS_VERSION_UNKNOWN);
}

uint16_t tls_suite_of_name(const char *name)
{
	return find_tls_number(suite_names, ARRAY_LENGTH(suite_names), name, 0);
}
