/* Owns what a session knows of its TLS. Only facts with a certificate are stored whole. */
#include "world/session_tls.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proto/certfp.h"

void session_tls_set(struct session *session, const struct tls_facts *facts)
{
	session->tls_version = facts ? facts->version : 0;
	session->tls_suite = facts ? facts->suite : 0;
	if (session->extras) {
		free(session->extras->certificate);
		session->extras->certificate = NULL;
	}
	if (facts && facts->has_certificate)
		session_need_extras(session)->certificate = mem_copy(facts, sizeof(*facts));
}

const char *session_tls_version(const struct session *session)
{
	return session_is_secure(session) ? tls_version_name(session->tls_version) : NULL;
}

const char *session_tls_suite(const struct session *session)
{
	return session_is_secure(session) ? tls_suite_name(session->tls_suite) : NULL;
}

char *session_tls_fingerprint(const struct session *session)
{
	static const uint8_t unknown[TLS_SHA256_BYTES];
	const struct tls_facts *certificate = session_extras(session)->certificate;
	struct buffer text = { 0 };

	if (!certificate || memcmp(certificate->certificate_sha256, unknown, sizeof(unknown)) == 0)
		return NULL;
	certfp_format(certificate->certificate_sha256, TLS_SHA256_BYTES, &text);
	return buffer_take(&text);
}

void session_tls_save(struct buffer *out, uint16_t id, const struct session *session)
{
	const struct tls_facts *certificate = session_extras(session)->certificate;
	const struct tls_facts facts = { .version = session->tls_version,
		.suite = session->tls_suite };

	if (session_is_secure(session))
		tls_facts_save_record(out, id, certificate ? certificate : &facts);
}

void session_tls_load(struct session *session, struct pack record)
{
	struct tls_facts facts;

	if (tls_facts_load(record, &facts))
		session_tls_set(session, &facts);
}
