/* Owns the certificates in use, their reload and the warnings before they expire. */
#include "gate/keyring.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "gate/certificate.h"
#include "gate/last_good.h"
#include "gate/self_signed.h"
#include "proto/certificate_facts.h"

#define WARN_BEFORE_SECONDS (14 * 86400)
#define CHECK_EVERY_MS (24 * 3600 * 1000)

/* A pair of files of the settings; in the last entry, without files, the self-signed one. */
struct key_entry {
	char *certificate_path;
	char *key_path;
	struct certificate *certificate; /* NULL: none yet */
	char *problem;			 /* why the files cannot be used; NULL: they can */
};

struct keyring {
	const struct log *log;
	struct key_entry *entries;
	size_t n_entries;
	uint64_t n_changes;
	uint64_t check_ms; /* when to look for certificates that expire */
};

struct keyring *keyring_new(const struct log *log)
{
	struct keyring *keyring = mem_new(sizeof(*keyring));

	keyring->log = log;
	return keyring;
}

static void free_entries(struct key_entry *entries, size_t n_entries)
{
	for (size_t i = 0; i < n_entries; i++) {
		certificate_free(entries[i].certificate);
		free(entries[i].certificate_path);
		free(entries[i].key_path);
		free(entries[i].problem);
	}
	free(entries);
}

void keyring_free(struct keyring *keyring)
{
	if (!keyring)
		return;
	free_entries(keyring->entries, keyring->n_entries);
	free(keyring);
}

static void note_loaded(struct keyring *keyring, const struct certificate *certificate)
{
	CLEANUP(buffer_done) struct buffer names = { 0 };
	CLEANUP(buffer_done) struct buffer end = { 0 };
	char fingerprint[CERTIFICATE_FINGERPRINT_BYTES];

	certificate_describe_names(certificate, &names);
	certificate_describe_end(certificate, &end);
	certificate_fingerprint(certificate, fingerprint);
	log_entry(keyring->log, LOGBOOK_CERTIFICATE_LOADED, "FILE", certificate->name, "NAMES",
		buffer_text(&names), "EXPIRES", buffer_text(&end), "FINGERPRINT", fingerprint);
	keyring->n_changes++;
}

/* What OpenSSL will not serve, such as a key that is too short, must not be found out by the first
 * client. */
static bool can_serve(const struct certificate *certificate, struct buffer *ret_reason)
{
	SSL_CTX *trial = SSL_CTX_new(TLS_server_method());
	bool is_good = trial && SSL_CTX_use_cert_and_key(trial, certificate->leaf, certificate->key,
					certificate->chain, 1) == 1;

	if (!is_good) {
		buffer_format(
			ret_reason, "%s: OpenSSL refuses this certificate: ", certificate->name);
		openssl_explain(ret_reason);
	}
	SSL_CTX_free(trial);
	return is_good;
}

/* NULL: the files cannot be used, for the reason. */
static struct certificate *load_pair(
	const struct certificate_files *files, struct buffer *ret_reason)
{
	struct certificate *certificate =
		certificate_load(files->certificate, files->key, ret_reason);

	if (certificate && can_serve(certificate, ret_reason))
		return certificate;
	certificate_free(certificate);
	return NULL;
}

size_t keyring_check(const struct gate_settings *settings, struct buffer *ret_problems)
{
	size_t n_good = 0;

	for (size_t i = 0; i < settings->n_certificates; i++) {
		const struct certificate_files *files = &settings->certificates[i];
		CLEANUP(buffer_done) struct buffer reason = { 0 };
		struct certificate *certificate = NULL;

		if (!certificate_files_are_missing(files))
			certificate = load_pair(files, &reason);
		n_good += certificate != NULL;
		certificate_free(certificate);
		if (reason.length)
			buffer_format(ret_problems, "%s\n", buffer_text(&reason));
	}
	return n_good;
}

static bool is_same_path(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* NULL: no entry was from these files. */
static struct key_entry *find_entry(const struct keyring *keyring, const struct key_entry *wanted)
{
	for (size_t i = 0; i < keyring->n_entries; i++)
		if (is_same_path(keyring->entries[i].certificate_path, wanted->certificate_path) &&
			is_same_path(keyring->entries[i].key_path, wanted->key_path))
			return &keyring->entries[i];
	return NULL;
}

/* Files that are read again and again must not fill the log. */
static void log_refused_pair(
	const struct keyring *keyring, const struct key_entry *fresh, const struct key_entry *old)
{
	CLEANUP(buffer_done) struct buffer end = { 0 };

	if (old && old->problem && strcmp(old->problem, fresh->problem) == 0)
		return;
	if (!fresh->certificate) {
		log_entry(keyring->log, LOGBOOK_CERTIFICATE_REFUSED, "REASON", fresh->problem);
		return;
	}
	certificate_describe_end(fresh->certificate, &end);
	log_entry(keyring->log, LOGBOOK_CERTIFICATE_COPY_USED, "FILE", fresh->certificate->name,
		"EXPIRES", buffer_text(&end), "REASON", fresh->problem);
}

static void keep_copy(
	const struct keyring *keyring, const char *name, const struct certificate *certificate)
{
	int error = last_good_store(name, certificate);

	if (error)
		log_entry(keyring->log, LOGBOOK_CERTIFICATE_NOT_COPIED, "FILE", certificate->name,
			"REASON", strerror(-error));
}

/* A certificate that is in use stays; at the start there is none yet. */
static void replace_refused(
	struct keyring *keyring, const char *name, struct key_entry *fresh, struct key_entry *old)
{
	bool is_in_use = old && old->certificate;

	if (!is_in_use)
		fresh->certificate = last_good_find(name);
	log_refused_pair(keyring, fresh, old);
	if (is_in_use)
		fresh->certificate = TAKE(old->certificate);
	else if (fresh->certificate)
		note_loaded(keyring, fresh->certificate);
}

static void replace_old(
	struct keyring *keyring, const char *name, struct key_entry *fresh, struct key_entry *old)
{
	if (old && old->certificate && certificate_equals(fresh->certificate, old->certificate)) {
		certificate_free(fresh->certificate);
		fresh->certificate = TAKE(old->certificate);
		return;
	}
	note_loaded(keyring, fresh->certificate);
	keep_copy(keyring, name, fresh->certificate);
}

static struct key_entry load_entry(struct keyring *keyring, const struct certificate_files *files)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct key_entry fresh = { .certificate_path = mem_text(files->certificate),
		.key_path = mem_text(files->key) };
	struct key_entry *old = find_entry(keyring, &fresh);
	bool is_missing = certificate_files_are_missing(files);

	if (is_missing && !old)
		log_entry(keyring->log, LOGBOOK_CERTIFICATE_AWAITED, "FILE", files->certificate);
	if (!is_missing)
		fresh.certificate = load_pair(files, &reason);
	if (fresh.certificate) {
		replace_old(keyring, files->name, &fresh, old);
	} else if (is_missing) {
		fresh.certificate = old ? TAKE(old->certificate) : NULL;
	} else {
		fresh.problem = buffer_take(&reason);
		replace_refused(keyring, files->name, &fresh, old);
	}
	return fresh;
}

static struct key_entry load_self_signed(
	struct keyring *keyring, const struct gate_settings *settings)
{
	struct key_entry fresh = { 0 };
	struct key_entry *old = find_entry(keyring, &fresh);

	if (old && old->certificate) {
		fresh.certificate = TAKE(old->certificate);
		return fresh;
	}
	fresh.certificate = self_signed_get(settings->all->server_name, keyring->log);
	if (fresh.certificate)
		note_loaded(keyring, fresh.certificate);
	return fresh;
}

static bool has_usable_entry(const struct key_entry *entries, size_t n_entries)
{
	for (size_t i = 0; i < n_entries; i++)
		if (entries[i].certificate)
			return true;
	return false;
}

uint64_t keyring_changes(const struct keyring *keyring)
{
	return keyring->n_changes;
}

bool keyring_load(struct keyring *keyring, const struct gate_settings *settings)
{
	struct key_entry *entries = mem_new((settings->n_certificates + 1) * sizeof(*entries));
	size_t n = 0;

	while (n < settings->n_certificates) {
		entries[n] = load_entry(keyring, &settings->certificates[n]);
		n++;
	}
	if (!has_usable_entry(entries, n))
		entries[n++] = load_self_signed(keyring, settings);
	free_entries(keyring->entries, keyring->n_entries);
	keyring->entries = entries;
	keyring->n_entries = n;
	keyring->check_ms = 0;
	last_good_tidy(settings);
	return has_usable_entry(entries, n);
}

/* The first of several with the same kind of key must win, and OpenSSL keeps the last. */
static int use_certificates(const struct keyring *keyring, SSL *ssl, const char *host)
{
	int n_used = 0;

	for (size_t i = keyring->n_entries; i-- > 0;) {
		const struct certificate *certificate = keyring->entries[i].certificate;

		if (certificate && (!host || certificate_is_for(certificate, host)))
			n_used += SSL_use_cert_and_key(ssl, certificate->leaf, certificate->key,
					  certificate->chain, 1) == 1;
	}
	return n_used;
}

int keyring_choose(SSL *ssl, void *keyring)
{
	const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	if (host && use_certificates(keyring, ssl, host))
		return 1;
	return use_certificates(keyring, ssl, NULL) > 0;
}

static void warn_of_end(const struct keyring *keyring, const struct certificate *certificate)
{
	CLEANUP(buffer_done) struct buffer end = { 0 };
	int64_t seconds = certificate_seconds_left(certificate);
	char days[24];

	if (seconds > WARN_BEFORE_SECONDS)
		return;
	snprintf(days, sizeof(days), "%lld", (long long) (seconds > 0 ? seconds / 86400 : 0));
	certificate_describe_end(certificate, &end);
	log_entry(keyring->log,
		seconds > 0 ? LOGBOOK_CERTIFICATE_EXPIRES : LOGBOOK_CERTIFICATE_EXPIRED, "FILE",
		certificate->name, "EXPIRES", buffer_text(&end), "DAYS", seconds > 0 ? days : NULL);
}

void keyring_tick(struct keyring *keyring, uint64_t now_ms)
{
	if (now_ms < keyring->check_ms)
		return;
	for (size_t i = 0; i < keyring->n_entries; i++)
		if (keyring->entries[i].certificate)
			warn_of_end(keyring, keyring->entries[i].certificate);
	keyring->check_ms = now_ms + CHECK_EVERY_MS;
}

uint64_t keyring_next_deadline(const struct keyring *keyring)
{
	return keyring->check_ms;
}

bool keyring_is_verifiable(const struct keyring *keyring)
{
	for (size_t i = 0; i < keyring->n_entries; i++) {
		const struct certificate *certificate = keyring->entries[i].certificate;

		if (certificate && (certificate_is_self_signed(certificate) ||
					   certificate_seconds_left(certificate) <= 0))
			return false;
	}
	return true;
}

void keyring_put_facts(const struct keyring *keyring, struct buffer *out)
{
	for (size_t i = 0; i < keyring->n_entries; i++) {
		const struct key_entry *entry = &keyring->entries[i];
		CLEANUP(buffer_done) struct buffer names = { 0 };

		if (!entry->certificate || !entry->certificate_path)
			continue;
		certificate_describe_names(entry->certificate, &names);
		if (!certificate_facts_put(out, entry->certificate_path, buffer_text(&names),
			    certificate_ends_wall_ms(entry->certificate)))
			return;
	}
}

void keyring_describe(const struct keyring *keyring, struct buffer *out)
{
	for (size_t i = 0; i < keyring->n_entries; i++) {
		CLEANUP(buffer_done) struct buffer names = { 0 };

		if (!keyring->entries[i].certificate)
			continue;
		certificate_describe_names(keyring->entries[i].certificate, &names);
		buffer_format(out, "%s%s", out->length ? " " : "", buffer_text(&names));
	}
}
