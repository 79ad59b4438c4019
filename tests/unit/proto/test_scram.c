/* SCRAM-SHA-256. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/scram.h"

/* RFC 7677 3: the password is "pencil". */
#define CLIENT_FIRST "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
#define SERVER_NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define NONCE "rOprNGfwEbeRWgbNEkqO" SERVER_NONCE
#define SERVER_FIRST "r=" NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define PROOF "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
#define CLIENT_LAST "c=biws,r=" NONCE "," PROOF
#define SERVER_LAST "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
#define VERIFIER                                                                                   \
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ=="                                              \
	"$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="                                            \
	":wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

static struct scram_verifier parse_verifier(const char *text)
{
	struct scram_verifier verifier;

	assert_true(scram_verifier_parse(text, &verifier));
	return verifier;
}

/* An exchange whose challenge was sent. */
static struct scram begin(const char *client_first, const char *server_first)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct scram_verifier verifier = parse_verifier(VERIFIER);
	struct scram scram = { 0 };

	assert_int_equal(scram_read_first(&scram, client_first, strlen(client_first)), 0);
	scram_put_challenge(&scram, &verifier, SERVER_NONCE, &out);
	if (server_first) {
		assert_string_equal(out.bytes, server_first);
		assert_string_equal(scram.server_first, server_first);
	}
	return scram;
}

static enum scram_error end(struct scram *scram, const char *client_last, const char *server_last)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct scram_verifier verifier = parse_verifier(VERIFIER);
	enum scram_error error =
		scram_read_proof(scram, &verifier, client_last, strlen(client_last), &out);

	assert_string_equal(buffer_text(&out), error ? "" : server_last);
	scram_done(scram);
	return error;
}

static void the_exchange_of_the_specification_succeeds(void **state)
{
	struct scram scram = begin(CLIENT_FIRST, SERVER_FIRST);

	(void) state;
	assert_string_equal(scram.name, "user");
	assert_null(scram.acts_for);
	assert_string_equal(scram.header, "n,,");
	assert_string_equal(scram.first_bare, "n=user,r=rOprNGfwEbeRWgbNEkqO");
	assert_string_equal(scram.nonce, NONCE);
	assert_int_equal(end(&scram, CLIENT_LAST, SERVER_LAST), SCRAM_ERROR_NONE);
	assert_null(scram.name);
}

/* RFC 5802 5: with SHA-1, whose proof is shorter. */
static void messages_of_rfc_5802_are_parsed(void **state)
{
	static const char first[] = "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL";
	static const char last[] = "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
				   "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct scram_verifier verifier = { .rounds = 4096 };
	struct scram scram = { 0 };
	size_t length;

	(void) state;
	assert_true(base64_decode("QSXCR+Q6sek8bf92", 16, verifier.salt, &length));
	verifier.salt_bytes = (uint8_t) length;
	assert_int_equal(scram_read_first(&scram, first, strlen(first)), SCRAM_ERROR_NONE);
	assert_string_equal(scram.name, "user");
	assert_string_equal(scram.nonce, "fyko+d2lbbFgONRv9qkxdawL");
	scram_put_challenge(&scram, &verifier, "3rfcNHYJY1ZVvWVs7j", &out);
	assert_string_equal(out.bytes,
		"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
	buffer_clear(&out);
	assert_int_equal(
		scram_read_proof(&scram, &verifier, last, strlen(last), &out), SCRAM_ERROR_OTHER);
	assert_int_equal(out.length, 0);
	scram_done(&scram);
}

static void assert_read(const char *message, const char *name, const char *acts_for)
{
	struct scram scram = { 0 };

	assert_int_equal(scram_read_first(&scram, message, strlen(message)), SCRAM_ERROR_NONE);
	assert_string_equal(scram.name, name);
	if (acts_for)
		assert_string_equal(scram.acts_for, acts_for);
	else
		assert_null(scram.acts_for);
	assert_null(scram.server_first);
	scram_done(&scram);
}

static void names_are_unescaped(void **state)
{
	(void) state;
	assert_read("n,,n=a=2Cb=3Dc,r=x", "a,b=c", NULL);
	assert_read("n,,n==3D2C,r=x", "=2C", NULL);
	assert_read("n,a==2C,n==2C=3D,r=x", ",=", ",");
	assert_read("n,a=bea,n=ana,r=x", "ana", "bea");
	assert_read("n,,n=\xc3\xa5sa,r=x", "\xc3\xa5sa", NULL);
	assert_read("y,,n=ana,r=!~+/=", "ana", NULL);
	assert_read("n,,n= ,r=x", " ", NULL);
	assert_read("n,,n=ana,r=x,a=b,z=c=d", "ana", NULL);
}

static void assert_refused(const char *message, enum scram_error expected)
{
	struct scram scram = { 0 };
	enum scram_error error = scram_read_first(&scram, message, strlen(message));

	if (error != expected)
		fail_msg("\"%s\" gives error %d", message, (int) error);
	assert_memory_equal(&scram, &(struct scram){ 0 }, sizeof(scram));
}

static void malformed_first_messages_are_refused(void **state)
{
	static const char *const messages[] = {
		"",
		"n",
		"n,",
		"n,,",
		",,n=ana,r=x",
		"x,,n=ana,r=x",
		"nn,,n=ana,r=x",
		"N,,n=ana,r=x",
		"F,n,,n=ana,r=x",
		"p,,n=ana,r=x",
		"n,n=ana,r=x",
		"n,a=,n=ana,r=x",
		"n,a=bea",
		"n,a=bea,",
		"n,b=bea,n=ana,r=x",
		"n,bea,n=ana,r=x",
		"n,,n=,r=x",
		"n,,r=x",
		"n,,r=x,n=ana",
		"n,,n=ana",
		"n,,n=ana,",
		"n,,n=ana,r=",
		"n,,n=ana,r",
		"n,,n=ana,,r=x",
		"n,,n=ana,r=x,",
		"n,,n=ana,r=x y",
		"n,,n=ana,r=x\x7f",
		"n,,n=ana,r=\xc3\xa5",
		"n,,n=ana,r=x,e",
		"n,,n=ana,r=x,e=",
		"n,,n=ana,r=x,1=e",
		"n,,n=ana,r=x,ee=e",
		"n,, n=ana,r=x",
		"n,,N=ana,r=x",
		"n,,n=ana,R=x",
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(messages); i++)
		assert_refused(messages[i], SCRAM_ERROR_OTHER);
}

static void each_refusal_has_its_reason(void **state)
{
	struct scram scram = { 0 };

	(void) state;
	assert_refused("p=tls-unique,,n=ana,r=x", SCRAM_ERROR_BINDING_NOT_SUPPORTED);
	assert_refused("p=tls-exporter,a=bea,n=ana,r=x", SCRAM_ERROR_BINDING_NOT_SUPPORTED);
	assert_refused("n,,m=e,n=ana,r=x", SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED);
	assert_refused("n,,n=ana,r=x,m=e", SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED);
	assert_refused("n,,n=ana,r=x,e=f,m=e", SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED);
	assert_refused("n,,n=a=b,r=x", SCRAM_ERROR_INVALID_NAME_ENCODING);
	assert_refused("n,,n=a=2,r=x", SCRAM_ERROR_INVALID_NAME_ENCODING);
	assert_refused("n,,n=a=2c,r=x", SCRAM_ERROR_INVALID_NAME_ENCODING);
	assert_refused("n,,n=a=2D,r=x", SCRAM_ERROR_INVALID_NAME_ENCODING);
	assert_refused("n,,n=a==3,r=x", SCRAM_ERROR_INVALID_NAME_ENCODING);
	assert_refused("n,a==,n=ana,r=x", SCRAM_ERROR_INVALID_NAME_ENCODING);
	assert_refused("n,,n=an\xe4,r=x", SCRAM_ERROR_INVALID_ENCODING);
	assert_refused("n,,n=\xed\xa0\x80,r=x", SCRAM_ERROR_INVALID_ENCODING);
	assert_int_equal(
		scram_read_first(&scram, "n,,n=a\0b,r=x", 12), SCRAM_ERROR_INVALID_ENCODING);
	assert_null(scram.header);
}

static void assert_ends(const char *client_last, enum scram_error expected)
{
	struct scram scram = begin(CLIENT_FIRST, SERVER_FIRST);
	enum scram_error error = end(&scram, client_last, SERVER_LAST);

	if (error != expected)
		fail_msg("\"%s\" gives error %d", client_last, (int) error);
}

static void malformed_last_messages_are_refused(void **state)
{
	static const char *const messages[] = {
		"",
		"c",
		PROOF,
		"c=biws,r=" NONCE,
		"c=biws," PROOF,
		"r=" NONCE "," PROOF,
		"r=" NONCE ",c=biws," PROOF,
		"c=biws," PROOF ",r=" NONCE,
		"c=,r=" NONCE "," PROOF,
		"c=biws,r=," PROOF,
		"c=biws,r=" NONCE ",," PROOF,
		"c=biws,r=" NONCE "," PROOF ",",
		"c=biws,r=" NONCE "," PROOF ",e=f",
		"c=biws,r=" NONCE ",e," PROOF,
		"c=biws,r=" NONCE ",p=",
		"c=biws,r=" NONCE ",p=AAAA",
		"c=biws,r=" NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ",
		"c=biws,r=" NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVR=",
		"c=biws,r=" NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndA==",
		"c=biws,r=" NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQA",
		"C=biws,r=" NONCE "," PROOF,
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(messages); i++)
		assert_ends(messages[i], SCRAM_ERROR_OTHER);
}

static void a_nonce_of_another_exchange_is_refused(void **state)
{
	(void) state;
	assert_ends("c=biws,r=rOprNGfwEbeRWgbNEkqO," PROOF, SCRAM_ERROR_OTHER);
	assert_ends("c=biws,r=" NONCE "x," PROOF, SCRAM_ERROR_OTHER);
	assert_ends("c=biws,r=xOprNGfwEbeRWgbNEkqO" SERVER_NONCE "," PROOF, SCRAM_ERROR_OTHER);
}

static void a_wrong_proof_is_refused(void **state)
{
	(void) state;
	assert_ends("c=biws,r=" NONCE ",p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		SCRAM_ERROR_INVALID_PROOF);
	assert_ends("c=biws,r=" NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVU=",
		SCRAM_ERROR_INVALID_PROOF);
	assert_ends("c=biws,r=" NONCE ",e=f," PROOF, SCRAM_ERROR_INVALID_PROOF);
}

static void other_reasons_in_the_last_message(void **state)
{
	struct scram scram = begin(CLIENT_FIRST, SERVER_FIRST);
	struct scram_verifier verifier = parse_verifier(VERIFIER);
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	assert_ends("c=biwt,r=" NONCE "," PROOF, SCRAM_ERROR_BINDINGS_DIFFER);
	assert_ends("c=eSws,r=" NONCE "," PROOF, SCRAM_ERROR_BINDINGS_DIFFER); /* y,, */
	assert_ends("c=biwsAAAA,r=" NONCE "," PROOF, SCRAM_ERROR_BINDINGS_DIFFER);
	assert_ends("c=biws,r=" NONCE ",m=e," PROOF, SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED);
	assert_ends("c=biws,r=" NONCE ",e=\xff," PROOF, SCRAM_ERROR_INVALID_ENCODING);
	assert_int_equal(scram_read_proof(&scram, &verifier, CLIENT_LAST "\0",
				 strlen(CLIENT_LAST) + 1, &out),
		SCRAM_ERROR_INVALID_ENCODING);
	scram_done(&scram);
}

/* What a client that knows the password sends. */
static void write_last(
	struct buffer *out, const struct scram *scram, const char *header, const char *extensions)
{
	static const uint8_t client_key[] = { /* HMAC(SaltedPassword, "Client Key") */
		0xa6, 0x0f, 0xc9, 0x23, 0xd6, 0x7e, 0x86, 0x44, 0xa9, 0x2d, 0x16, 0xb9, 0x6e, 0xda,
		0x5e, 0xf4, 0x65, 0x6b, 0x0c, 0x72, 0x5c, 0x48, 0x43, 0x74, 0xbe, 0x25, 0x53, 0x55,
		0x76, 0x99, 0x6e, 0x8b
	};
	struct scram_verifier verifier = parse_verifier(VERIFIER);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	char base64[100];
	size_t bare;
	struct digest proof;

	buffer_format(&text, "%s,%s,", scram->first_bare, scram->server_first);
	bare = text.length;
	base64_encode(header, strlen(header), base64);
	buffer_format(&text, "c=%s,r=%s%s", base64, scram->nonce, extensions);
	proof = digest_hmac((struct digest_input){ verifier.stored_key.bytes, DIGEST_BYTES },
		(struct digest_input){ text.bytes, text.length });
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		proof.bytes[i] ^= client_key[i];
	base64_encode(proof.bytes, DIGEST_BYTES, base64);
	buffer_format(out, "%s,p=%s", text.bytes + bare, base64);
}

static void headers_and_extensions_are_part_of_the_proof(void **state)
{
	static const struct {
		const char *first, *header, *extensions;
	} rows[] = {
		{ CLIENT_FIRST, "n,,", "" },
		{ "y,,n=user,r=x", "y,,", "" },
		{ "n,a=bea,n=user,r=x", "n,a=bea,", "" },
		{ "y,a==2Cb,n=us=3Der,r=x", "y,a==2Cb,", "" },
		{ "n,,n=user,r=x,e=f,g=h=", "n,,", ",i=j,p=k" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct scram scram = begin(rows[i].first, NULL);
		struct scram_verifier verifier = parse_verifier(VERIFIER);
		CLEANUP(buffer_done) struct buffer last = { 0 }, out = { 0 };

		write_last(&last, &scram, rows[i].header, rows[i].extensions);
		assert_int_equal(scram_read_proof(&scram, &verifier, last.bytes, last.length, &out),
			SCRAM_ERROR_NONE);
		assert_int_equal(out.length, strlen(SERVER_LAST));
		scram_done(&scram);
	}
}

/* The client's first message must not be exchanged on its way. */
static void another_header_than_at_first_is_refused(void **state)
{
	struct scram scram = begin("n,a=bea,n=user,r=x", NULL);
	struct scram_verifier verifier = parse_verifier(VERIFIER);
	CLEANUP(buffer_done) struct buffer last = { 0 }, out = { 0 };

	(void) state;
	write_last(&last, &scram, "n,,", "");
	assert_int_equal(scram_read_proof(&scram, &verifier, last.bytes, last.length, &out),
		SCRAM_ERROR_BINDINGS_DIFFER);
	scram_done(&scram);
}

static void nothing_proves_a_fake_verifier(void **state)
{
	struct scram scram = begin(CLIENT_FIRST, SERVER_FIRST);
	struct scram_verifier verifier;
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	scram_verifier_fake((struct digest_input){ "key", 3 }, "user", &verifier);
	assert_int_equal(
		scram_read_proof(&scram, &verifier, CLIENT_LAST, strlen(CLIENT_LAST), &out),
		SCRAM_ERROR_INVALID_PROOF);
	scram_done(&scram);
}

static void errors_have_the_texts_of_the_specification(void **state)
{
	(void) state;
	assert_string_equal(scram_error_text(SCRAM_ERROR_OTHER), "other-error");
	assert_string_equal(scram_error_text(SCRAM_ERROR_INVALID_ENCODING), "invalid-encoding");
	assert_string_equal(
		scram_error_text(SCRAM_ERROR_INVALID_NAME_ENCODING), "invalid-username-encoding");
	assert_string_equal(
		scram_error_text(SCRAM_ERROR_EXTENSIONS_NOT_SUPPORTED), "extensions-not-supported");
	assert_string_equal(scram_error_text(SCRAM_ERROR_BINDING_NOT_SUPPORTED),
		"channel-binding-not-supported");
	assert_string_equal(
		scram_error_text(SCRAM_ERROR_BINDINGS_DIFFER), "channel-bindings-dont-match");
	assert_string_equal(scram_error_text(SCRAM_ERROR_INVALID_PROOF), "invalid-proof");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exchange_of_the_specification_succeeds),
		cmocka_unit_test(messages_of_rfc_5802_are_parsed),
		cmocka_unit_test(names_are_unescaped),
		cmocka_unit_test(malformed_first_messages_are_refused),
		cmocka_unit_test(each_refusal_has_its_reason),
		cmocka_unit_test(malformed_last_messages_are_refused),
		cmocka_unit_test(a_nonce_of_another_exchange_is_refused),
		cmocka_unit_test(a_wrong_proof_is_refused),
		cmocka_unit_test(other_reasons_in_the_last_message),
		cmocka_unit_test(headers_and_extensions_are_part_of_the_proof),
		cmocka_unit_test(another_header_than_at_first_is_refused),
		cmocka_unit_test(nothing_proves_a_fake_verifier),
		cmocka_unit_test(errors_have_the_texts_of_the_specification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
