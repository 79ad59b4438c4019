/* Certificates in files, what is said of them, and which a client gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "forge.h"
#include "gate/certificate.h"
#include "gate/keyring.h"

#define DAY 86400L
#define DAY_MS (24 * 3600 * 1000)
#define FILES 3

struct house {
	struct log log;
	struct buffer logged; /* entries in words, with the fields that are asked for */
	struct keyring *keyring;
	struct gate_settings *settings;
	struct forged forged[FILES];
	char directory[32], state[64], config[64], files[FILES][64];
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct house *house = data;

	buffer_put_text(&house->logged, entry == LOGBOOK_CERTIFICATE_LOADED    ? "loaded"
					: entry == LOGBOOK_CERTIFICATE_REFUSED ? "refused"
					: entry == LOGBOOK_CERTIFICATE_MADE    ? "made"
					: entry == LOGBOOK_CERTIFICATE_EXPIRES ? "expires"
					: entry == LOGBOOK_CERTIFICATE_EXPIRED ? "expired"
									       : "?");
	for (size_t i = 0; fields[i]; i += 2)
		if (fields[i + 1] &&
			(strcmp(fields[i], "NAMES") == 0 || strcmp(fields[i], "DAYS") == 0))
			buffer_format(&house->logged, " %s", fields[i + 1]);
	buffer_put_byte(&house->logged, '\n');
}

static void expect_logged(struct house *house, const char *lines)
{
	assert_string_equal(buffer_text(&house->logged), lines);
	buffer_clear(&house->logged);
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	strcpy(house->directory, "/tmp/papod-keys-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->state, sizeof(house->state), "%s/state", house->directory);
	snprintf(house->config, sizeof(house->config), "%s/papod.conf", house->directory);
	for (int i = 0; i < FILES; i++)
		snprintf(
			house->files[i], sizeof(house->files[i]), "%s/%d.pem", house->directory, i);
	assert_int_equal(mkdir(house->state, 0700), 0);
	unsetenv("STATE_DIRECTORY");
	unsetenv("CREDENTIALS_DIRECTORY");
	house->log = (struct log){ note_entry, house };
	house->keyring = keyring_new(&house->log);
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;
	char path[128];

	keyring_free(house->keyring);
	gate_settings_free(house->settings);
	for (int i = 0; i < FILES; i++) {
		unlink(house->files[i]);
		forged_done(&house->forged[i]);
	}
	snprintf(path, sizeof(path), "%s/self-signed.pem", house->state);
	unlink(path);
	unlink(house->config);
	assert_int_equal(rmdir(house->state), 0);
	assert_int_equal(rmdir(house->directory), 0);
	buffer_done(&house->logged);
	free(house);
	return 0;
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_file(struct house *house, int i, const char *names, long seconds, bool is_rsa)
{
	forged_done(&house->forged[i]);
	house->forged[i] = forge("common.example", names, seconds, is_rsa);
	forge_write(&house->forged[i], house->files[i]);
}

/* The first n files are the certificates of the settings. */
static bool load_files(struct house *house, int n)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	buffer_put_text(&text, "server = { name = \"irc.server.example\"; }; certificates = (");
	for (int i = 0; i < n; i++)
		buffer_format(&text, "%s{ name = \"c%d\"; certificate = \"%s\"; key = \"%s\"; }",
			i ? ", " : "", i, house->files[i], house->files[i]);
	buffer_put_text(&text, ");\n");
	write_text(house->config, text.bytes);
	gate_settings_free(house->settings);
	house->settings = gate_settings_read(house->config, &house->log);
	assert_int_equal(house->settings->n_certificates, n);
	return keyring_load(house->keyring, house->settings);
}

static void shake_hands(SSL *client, SSL *server)
{
	for (int i = 0; i < 4; i++) {
		(void) SSL_do_handshake(client);
		(void) SSL_do_handshake(server);
	}
	ERR_clear_error();
}

/* The certificate that a client gets; NULL: none. The caller frees. */
static X509 *certificate_of(const struct house *house, const char *host, const char *algorithms)
{
	SSL_CTX *contexts[2] = { SSL_CTX_new(TLS_client_method()),
		SSL_CTX_new(TLS_server_method()) };
	BIO *ends[2];
	SSL *client, *server;
	X509 *got;

	SSL_CTX_set_cert_cb(contexts[1], keyring_choose, house->keyring);
	if (algorithms)
		assert_true(
			SSL_CTX_set1_sigalgs_list(contexts[0], (char *) (uintptr_t) algorithms));
	client = SSL_new(contexts[0]);
	server = SSL_new(contexts[1]);
	if (host)
		SSL_set_tlsext_host_name(client, (char *) (uintptr_t) host);
	assert_true(BIO_new_bio_pair(&ends[0], 65536, &ends[1], 65536));
	SSL_set_bio(client, ends[0], ends[0]);
	SSL_set_bio(server, ends[1], ends[1]);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	shake_hands(client, server);
	got = SSL_get1_peer_certificate(client);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(contexts[0]);
	SSL_CTX_free(contexts[1]);
	return got;
}

static void expect_certificate(
	const struct house *house, const char *host, const char *algorithms, int file)
{
	X509 *got = certificate_of(house, host, algorithms);

	assert_non_null(got);
	assert_int_equal(X509_cmp(got, house->forged[file].x509), 0);
	X509_free(got);
}

static void the_name_that_the_client_asks_for_chooses(void **state)
{
	struct house *house = *state;

	make_file(house, 0, "DNS:a.example", 100 * DAY, false);
	make_file(house, 1, "DNS:b.example,DNS:*.c.example", 100 * DAY, false);
	make_file(house, 2, "DNS:b.example", 100 * DAY, false);
	assert_true(load_files(house, 3));
	expect_logged(house, "loaded a.example\nloaded b.example *.c.example\nloaded b.example\n");
	expect_certificate(house, "a.example", NULL, 0);
	expect_certificate(house, "b.example", NULL, 1);
	expect_certificate(house, "x.c.example", NULL, 1);
	expect_certificate(house, "other.example", NULL, 0);
	expect_certificate(house, NULL, NULL, 0);
}

static void the_client_chooses_the_kind_of_key(void **state)
{
	struct house *house = *state;

	make_file(house, 0, "DNS:a.example", 100 * DAY, false);
	make_file(house, 1, "DNS:a.example", 100 * DAY, true);
	make_file(house, 2, "DNS:b.example", 100 * DAY, true);
	assert_true(load_files(house, 3));
	expect_certificate(house, "a.example", "ECDSA+SHA256", 0);
	expect_certificate(house, "a.example", "RSA-PSS+SHA256", 1);
	expect_certificate(house, "b.example", "RSA-PSS+SHA256", 2);
	expect_certificate(house, NULL, "RSA-PSS+SHA256", 1);
}

static void without_other_names_the_common_name_is_shown(void **state)
{
	struct house *house = *state;

	make_file(house, 0, NULL, 100 * DAY, false);
	make_file(house, 1, "email:a@example.org,DNS:b.example", 100 * DAY, false);
	assert_true(load_files(house, 2));
	expect_logged(house, "loaded common.example\nloaded b.example\n");
	keyring_describe(house->keyring, &house->logged);
	expect_logged(house, "common.example b.example");
}

static void the_fields_of_the_log_describe_a_certificate(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	CLEANUP(buffer_done) struct buffer end = { 0 };
	struct certificate *certificate;
	char fingerprint[CERTIFICATE_FINGERPRINT_BYTES], digits[3];
	uint8_t digest[32];
	time_t now = time(NULL) + 100 * DAY;
	char day[16];

	make_file(house, 0, NULL, 100 * DAY, false);
	certificate = certificate_load(house->files[0], house->files[0], &reason);
	assert_non_null(certificate);
	strftime(day, sizeof(day), "%Y-%m-%d", gmtime(&now));
	certificate_describe_end(certificate, &end);
	assert_string_equal(end.bytes, day);
	certificate_fingerprint(certificate, fingerprint);
	X509_digest(house->forged[0].x509, EVP_sha256(), digest, NULL);
	assert_int_equal(strlen(fingerprint), 64);
	for (size_t i = 0; i < sizeof(digest); i++) {
		snprintf(digits, sizeof(digits), "%02x", digest[i]);
		assert_memory_equal(fingerprint + 2 * i, digits, 2);
	}
	assert_true(certificate_seconds_left(certificate) > 100 * DAY - 60);
	assert_true(certificate_seconds_left(certificate) <= 100 * DAY);
	assert_string_equal(certificate->name, house->files[0]);
	assert_string_equal(buffer_text(&reason), "");
	certificate_free(certificate);
}

static void issuers_are_sent_too(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer pem = { 0 };
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct certificate *one, *two, *other;
	size_t end;

	make_file(house, 0, NULL, 100 * DAY, false);
	make_file(house, 1, NULL, 100 * DAY, false);
	make_file(house, 2, NULL, 100 * DAY, false);
	forge_put_key(&house->forged[0], &pem);
	forge_put_certificate(&house->forged[0], &pem);
	end = pem.length;
	one = certificate_parse("one", pem.bytes, &reason);
	forge_put_certificate(&house->forged[1], &pem);
	forge_put_certificate(&house->forged[2], &pem);
	two = certificate_parse("two", pem.bytes, &reason);
	assert_non_null(one);
	assert_int_equal(sk_X509_num(one->chain), 0);
	assert_int_equal(sk_X509_num(two->chain), 2);
	assert_int_equal(X509_cmp(sk_X509_value(two->chain, 0), house->forged[1].x509), 0);
	assert_int_equal(X509_cmp(two->leaf, house->forged[0].x509), 0);
	assert_true(certificate_equals(two, two));
	assert_false(certificate_equals(one, two));
	buffer_cut(&pem, end);
	forge_put_certificate(&house->forged[1], &pem);
	forge_put_certificate(&house->forged[1], &pem);
	other = certificate_parse("other", pem.bytes, &reason);
	assert_false(certificate_equals(two, other)); /* one of the issuers has changed */
	assert_int_equal(ERR_peek_error(), 0);
	certificate_free(one);
	certificate_free(two);
	certificate_free(other);
}

static void a_certificate_that_stays_is_not_logged_again(void **state)
{
	struct house *house = *state;

	make_file(house, 0, "DNS:a.example", 100 * DAY, false);
	assert_true(load_files(house, 1));
	expect_logged(house, "loaded a.example\n");
	assert_true(load_files(house, 1));
	expect_logged(house, "");
	make_file(house, 0, "DNS:b.example", 100 * DAY, false);
	assert_true(load_files(house, 1));
	expect_logged(house, "loaded b.example\n");
	expect_certificate(house, NULL, NULL, 0);
	make_file(house, 1, "DNS:c.example", 100 * DAY, false);
	assert_true(load_files(house, 2));
	expect_logged(house, "loaded c.example\n");
	assert_true(load_files(house, 1));
	expect_logged(house, "");
	expect_certificate(house, "c.example", NULL, 0);
}

static void a_pair_that_becomes_bad_serves_on(void **state)
{
	struct house *house = *state;

	make_file(house, 0, "DNS:a.example", 100 * DAY, false);
	assert_true(load_files(house, 1));
	expect_logged(house, "loaded a.example\n");
	write_text(house->files[0], "nonsense");
	assert_true(load_files(house, 1));
	expect_logged(house, "refused\n");
	assert_true(load_files(house, 1));
	expect_logged(house, "");
	expect_certificate(house, NULL, NULL, 0);
	unlink(house->files[0]); /* a different problem */
	assert_true(load_files(house, 1));
	expect_logged(house, "refused\n");
	expect_certificate(house, NULL, NULL, 0);
	make_file(house, 0, "DNS:b.example", 100 * DAY, false);
	assert_true(load_files(house, 1));
	expect_logged(house, "loaded b.example\n");
	write_text(house->files[0], "nonsense");
	assert_true(load_files(house, 1));
	expect_logged(house, "refused\n");
}

static void expect_problem(struct house *house, const char *problem)
{
	keyring_check(house->settings, &house->logged);
	assert_non_null(strstr(buffer_text(&house->logged), problem));
	buffer_clear(&house->logged);
}

static void problems_are_explained(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer pem = { 0 };

	make_file(house, 0, "DNS:a.example", 100 * DAY, false);
	make_file(house, 1, "DNS:a.example", 100 * DAY, false);
	assert_true(load_files(house, 1));
	buffer_clear(&house->logged);
	keyring_check(house->settings, &house->logged);
	expect_logged(house, "");
	forge_put_certificate(&house->forged[0], &pem);
	write_text(house->files[0], pem.bytes);
	expect_problem(house, "0.pem: has no private key that can be read");
	forge_put_key(&house->forged[1], &pem);
	write_text(house->files[0], pem.bytes);
	expect_problem(house, "0.pem: the key does not belong to the certificate in ");
	buffer_clear(&pem);
	forge_put_key(&house->forged[0], &pem);
	write_text(house->files[0], pem.bytes);
	expect_problem(house, "0.pem: has no certificate that can be read");
	unlink(house->files[0]);
	expect_problem(house, "0.pem: cannot be read: ");
	assert_int_equal(mkdir(house->files[0], 0700), 0);
	expect_problem(house, "0.pem: cannot be read: ");
	assert_int_equal(rmdir(house->files[0]), 0);
}

static void without_any_pair_the_server_signs_itself(void **state)
{
	struct house *house = *state;
	X509 *first, *second;

	assert_true(load_files(house, 0));
	expect_logged(house, "made\nloaded irc.server.example\n");
	first = certificate_of(house, NULL, NULL);
	assert_int_equal(X509_check_host(first, "irc.server.example", 0, 0, NULL), 1);
	assert_int_equal(X509_check_ca(first), 0);
	assert_int_equal(X509_get_extended_key_usage(first), XKU_SSL_SERVER);
	assert_int_equal(X509_get_key_usage(first), KU_DIGITAL_SIGNATURE);
	assert_int_equal(X509_verify(first, X509_get0_pubkey(first)), 1);
	assert_true(X509_cmp_current_time(X509_get0_notBefore(first)) < 0);
	assert_true(load_files(house, 0));
	expect_logged(house, "");
	second = certificate_of(house, NULL, NULL);
	assert_int_equal(X509_cmp(first, second), 0);
	X509_free(first);
	X509_free(second);
	make_file(house, 0, "DNS:a.example", 100 * DAY, false);
	assert_true(load_files(house, 1));
	expect_logged(house, "loaded a.example\n");
	expect_certificate(house, "irc.server.example", NULL, 0);
}

/* Ten years, beginning an hour ago. */
static void the_self_signed_certificate_lasts(void **state)
{
	struct house *house = *state;
	X509 *x509;
	int days, seconds;

	assert_true(load_files(house, 0));
	x509 = certificate_of(house, NULL, NULL);
	assert_true(ASN1_TIME_diff(
		&days, &seconds, X509_get0_notBefore(x509), X509_get0_notAfter(x509)));
	assert_int_equal(days, 3653);
	assert_in_range(seconds, 3600, 3601);
	assert_true(ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(x509), NULL));
	assert_int_equal(days, 0);
	assert_in_range(seconds, 3600, 3660);
	assert_int_equal(X509_get_version(x509), X509_VERSION_3);
	assert_int_equal(X509_NAME_cmp(X509_get_subject_name(x509), X509_get_issuer_name(x509)), 0);
	X509_free(x509);
}

static void the_self_signed_certificate_is_kept_with_the_state(void **state)
{
	struct house *house = *state;
	X509 *first, *second;

	setenv("STATE_DIRECTORY", house->state, 1);
	assert_true(load_files(house, 0));
	expect_logged(house, "made\nloaded irc.server.example\n");
	first = certificate_of(house, NULL, NULL);
	keyring_free(house->keyring);
	house->keyring = keyring_new(&house->log);
	assert_true(load_files(house, 0));
	expect_logged(house, "loaded irc.server.example\n");
	second = certificate_of(house, NULL, NULL);
	assert_int_equal(X509_cmp(first, second), 0);
	X509_free(first);
	X509_free(second);
}

static void a_damaged_self_signed_certificate_is_replaced(void **state)
{
	struct house *house = *state;
	char path[128];

	setenv("STATE_DIRECTORY", house->state, 1);
	snprintf(path, sizeof(path), "%s/self-signed.pem", house->state);
	write_text(path, "nonsense");
	assert_true(load_files(house, 0));
	expect_logged(house, "refused\nmade\nloaded irc.server.example\n");
	keyring_free(house->keyring);
	house->keyring = keyring_new(&house->log);
	assert_true(load_files(house, 0));
	expect_logged(house, "loaded irc.server.example\n");
}

static void a_state_that_cannot_be_written_is_logged(void **state)
{
	struct house *house = *state;

	setenv("STATE_DIRECTORY", "/proc/self/none", 1);
	assert_true(load_files(house, 0));
	expect_logged(house, "refused\nmade\nloaded irc.server.example\n");
}

static void the_end_is_announced_once_a_day(void **state)
{
	struct house *house = *state;

	make_file(house, 0, "DNS:a.example", 14 * DAY + 60, false);
	make_file(house, 1, "DNS:b.example", 14 * DAY, false);
	make_file(house, 2, "DNS:c.example", -5, false);
	assert_true(load_files(house, 3));
	buffer_clear(&house->logged);
	assert_int_equal(keyring_next_deadline(house->keyring), 0);
	keyring_tick(house->keyring, 1000);
	assert_true(strcmp(buffer_text(&house->logged), "expires 13\nexpired\n") == 0 ||
		    strcmp(buffer_text(&house->logged), "expires 14\nexpired\n") == 0);
	buffer_clear(&house->logged);
	assert_int_equal(keyring_next_deadline(house->keyring), 1000 + DAY_MS);
	keyring_tick(house->keyring, 1000 + DAY_MS - 1);
	expect_logged(house, "");
	keyring_tick(house->keyring, 1000 + DAY_MS);
	assert_non_null(strstr(buffer_text(&house->logged), "\nexpired\n"));
	assert_int_equal(keyring_next_deadline(house->keyring), 1000 + 2 * DAY_MS);
	assert_true(load_files(house, 3));
	assert_int_equal(keyring_next_deadline(house->keyring), 0);
}

static void the_last_day_counts_as_none(void **state)
{
	struct house *house = *state;

	make_file(house, 0, "DNS:a.example", 600, false);
	make_file(house, 1, "DNS:a.example", DAY + 600, false);
	assert_true(load_files(house, 2));
	buffer_clear(&house->logged);
	keyring_tick(house->keyring, 1000);
	expect_logged(house, "expires 0\nexpires 1\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_name_that_the_client_asks_for_chooses),
		TEST(the_client_chooses_the_kind_of_key),
		TEST(without_other_names_the_common_name_is_shown),
		TEST(the_fields_of_the_log_describe_a_certificate),
		TEST(issuers_are_sent_too),
		TEST(a_certificate_that_stays_is_not_logged_again),
		TEST(a_pair_that_becomes_bad_serves_on),
		TEST(problems_are_explained),
		TEST(without_any_pair_the_server_signs_itself),
		TEST(the_self_signed_certificate_lasts),
		TEST(the_self_signed_certificate_is_kept_with_the_state),
		TEST(a_damaged_self_signed_certificate_is_replaced),
		TEST(a_state_that_cannot_be_written_is_logged),
		TEST(the_end_is_announced_once_a_day),
		TEST(the_last_day_counts_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
