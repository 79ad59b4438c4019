/* Owns the key of the server, and the tokens that it signs. */
#include "push/vapid.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/json_text.h"
#include "service/state_directory.h"

#define KEY_TEXT_BYTES 44  /* of the private key in base64url, with a NUL or a line feed */
#define LIFE_SECONDS 43200 /* RFC 8292 2: at most 24 hours, and the clocks may differ */

struct vapid {
	EVP_PKEY *key;
	char public_key[PUSH_POINT_TEXT_BYTES];
};

struct vapid *vapid_new(const uint8_t private_key[P256_PRIVATE_BYTES])
{
	uint8_t point[PUSH_POINT_BYTES];
	EVP_PKEY *key = p256_from_private(private_key, point);
	char text[(PUSH_POINT_BYTES + 2) / 3 * 4 + 1];
	struct vapid *vapid;

	if (!key)
		return NULL;
	vapid = mem_new(sizeof(*vapid));
	vapid->key = key;
	push_base64_encode(point, sizeof(point), text);
	memcpy(vapid->public_key, text, sizeof(vapid->public_key));
	return vapid;
}

void vapid_free(struct vapid *vapid)
{
	if (!vapid)
		return;
	EVP_PKEY_free(vapid->key);
	free(vapid);
}

const char *vapid_key(const struct vapid *vapid)
{
	return vapid->public_key;
}

/* Tokens */

static void put_base64(const void *bytes, size_t length, struct buffer *out)
{
	size_t most = (length + 2) / 3 * 4;
	char *text = mem_space(most + 1);

	push_base64_encode(bytes, length, text);
	buffer_put_text(out, text);
	free(text);
}

static void put_claims(
	const char *origin, const char *contact, uint64_t now_seconds, struct buffer *out)
{
	buffer_put_text(out, "{\"aud\":");
	json_put_text(out, origin);
	buffer_format(out, ",\"exp\":%llu", (unsigned long long) now_seconds + LIFE_SECONDS);
	if (contact) {
		buffer_put_text(out, ",\"sub\":");
		json_put_text(out, contact);
	}
	buffer_put_byte(out, '}');
}

bool vapid_authorize(const struct vapid *vapid, const char *origin, const char *contact,
	uint64_t now_seconds, struct buffer *out)
{
	static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"ES256\"}";
	CLEANUP(buffer_done) struct buffer claims = { 0 };
	uint8_t signature[P256_SIGNATURE_BYTES];
	size_t start;

	buffer_put_text(out, "vapid t=");
	start = out->length;
	put_base64(header, strlen(header), out);
	buffer_put_byte(out, '.');
	put_claims(origin, contact, now_seconds, &claims);
	put_base64(claims.bytes, claims.length, out);
	if (!p256_sign(vapid->key, out->bytes + start, out->length - start, signature))
		return false;
	buffer_put_byte(out, '.');
	put_base64(signature, sizeof(signature), out);
	buffer_format(out, ", k=%s", vapid->public_key);
	return true;
}

/* The file */

static struct vapid *make_vapid(const char *path, struct buffer *reason)
{
	uint8_t private_key[P256_PRIVATE_BYTES];
	char text[(P256_PRIVATE_BYTES + 2) / 3 * 4 + 2];
	struct vapid *vapid = NULL;
	int error;

	if (getrandom(private_key, sizeof(private_key), 0) == (ssize_t) sizeof(private_key))
		vapid = vapid_new(private_key);
	push_base64_encode(private_key, sizeof(private_key), text);
	text[KEY_TEXT_BYTES - 1] = '\n';
	error = vapid ? state_directory_write_file(path, text, KEY_TEXT_BYTES) : -EAGAIN;
	explicit_bzero(private_key, sizeof(private_key));
	explicit_bzero(text, sizeof(text));
	if (!error)
		return vapid;
	buffer_format(reason, "a new key cannot be written to %s: %s", path, strerror(-error));
	vapid_free(vapid);
	return NULL;
}

static struct vapid *read_vapid(int fd)
{
	uint8_t private_key[P256_PRIVATE_BYTES];
	char text[KEY_TEXT_BYTES + 1];
	ssize_t got = read(fd, text, sizeof(text));
	struct vapid *vapid = NULL;

	if (got == KEY_TEXT_BYTES && text[KEY_TEXT_BYTES - 1] == '\n' &&
		push_base64_decode(text, KEY_TEXT_BYTES - 1, private_key, sizeof(private_key)))
		vapid = vapid_new(private_key);
	explicit_bzero(private_key, sizeof(private_key));
	explicit_bzero(text, sizeof(text));
	return vapid;
}

struct vapid *vapid_load(const char *path, struct buffer *reason)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct vapid *vapid;

	if (fd < 0 && errno == ENOENT)
		return make_vapid(path, reason);
	if (fd < 0) {
		buffer_format(reason, "%s: %s", path, strerror(errno));
		return NULL;
	}
	vapid = read_vapid(fd);
	close(fd);
	if (!vapid)
		buffer_format(reason,
			"%s contains no key: restore it from a backup, or remove it and clients "
			"subscribe again",
			path);
	return vapid;
}
