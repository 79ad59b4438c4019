/* Any bytes as records: of no use to anybody without the key. And records of any types and contents
 * with correct tags: their data comes out as it went in, both sides agree on the keys afterwards,
 * and what the server owes to the client is understood. And keys from another process, which may be
 * any bytes. The first byte selects the suite and the kind. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/tls/pair.h"
#include "base/cleanup.h"
#include "tls/seal.h"

#define FORGED_HEAD 3  /* type, padding, length */
#define LENGTH_UNIT 17 /* lengths go beyond a fragment of 512 bytes */
#define LONGEST (255 * LENGTH_UNIT)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct scene {
	struct pair pair;
	uint8_t out[TLS_PLAIN_MAX + 1];
	uint8_t record[TLS_RECORD_MAX];
	uint8_t content[LONGEST];
};

static void check_opened(const struct scene *scene, const struct tls_opened *opened, size_t length)
{
	assert(opened->taken <= length || opened->kind == TLS_OPENED_PARTIAL);
	assert((opened->kind == TLS_OPENED_DATA) == (opened->length > 0));
	assert(!opened->data || opened->data == scene->out);
	assert(opened->length <= scene->pair.server.max_fragment);
	assert(opened->kind < TLS_OPENED_CLOSE || scene->pair.server.flags & TLS_READ_ENDED);
	assert(tls_keys_are_valid(&scene->pair.server));
}

static void read_raw(struct scene *scene, const uint8_t *data, size_t size)
{
	struct tls_keys before = scene->pair.server;
	uint8_t *bytes = malloc(size + !size); /* exactly */
	struct tls_opened opened;

	if (size)
		memcpy(bytes, data, size);
	opened = tls_open(scene->pair.crypto, &scene->pair.server, bytes, size, scene->out);
	check_opened(scene, &opened, size);
	assert(opened.kind == TLS_OPENED_PARTIAL || opened.kind == TLS_OPENED_ERROR);
	if (opened.kind == TLS_OPENED_PARTIAL) {
		assert(opened.taken > size && opened.taken <= TLS_RECORD_MAX);
		assert(memcmp(&before, &scene->pair.server, sizeof(before)) == 0);
	}
	free(bytes);
}

/* The client opens one record of the server. */
static struct tls_opened answer(struct scene *scene, uint8_t *at, size_t left)
{
	struct tls_opened opened =
		tls_open(scene->pair.crypto, &scene->pair.client, at, left, scene->out);

	assert(opened.kind == TLS_OPENED_NOTHING || opened.kind == TLS_OPENED_DATA);
	scene->pair.client.n_empty = 0;
	scene->pair.client.update_debt = 0;
	return opened;
}

/* The server sends the data back, after what it owes. */
static void check_answers(struct scene *scene, const uint8_t *data, size_t length)
{
	struct pair *pair = &scene->pair;
	struct iovec piece = { (void *) (uintptr_t) data, length };
	size_t sealed = tls_sealed_bytes(&pair->server, length);
	uint8_t *bytes = malloc(sealed + !sealed), *at = bytes;
	size_t n_data = 0;

	assert(tls_seal(pair->crypto, &pair->server, &piece, 1, bytes) == sealed);
	assert(tls_sealed_bytes(&pair->server, 0) == 0);
	while (sealed) {
		struct tls_opened opened = answer(scene, at, sealed);

		if (opened.length)
			assert(memcmp(opened.data, data + n_data, opened.length) == 0);
		n_data += opened.length;
		at += opened.taken;
		sealed -= opened.taken;
	}
	assert(n_data == length);
	assert(memcmp(&pair->client.read, &pair->server.write, sizeof(pair->client.read)) == 0);
	free(bytes);
}

static bool read_forged(struct scene *scene, const struct forged *forged)
{
	struct pair *pair = &scene->pair;
	uint32_t n_updates = pair->server.read.n_updates;
	size_t length = forge_record(pair->crypto, &pair->client, forged, scene->record);
	struct tls_opened opened =
		tls_open(pair->crypto, &pair->server, scene->record, length, scene->out);

	check_opened(scene, &opened, length);
	assert(opened.taken == length);
	assert(opened.kind != TLS_OPENED_PARTIAL);
	/* without a type of its own, a record ends with another one */
	if (opened.kind == TLS_OPENED_DATA && forged->type) {
		assert(forged->type == TLS_CONTENT_DATA && opened.length == forged->length);
		assert(memcmp(opened.data, forged->content, forged->length) == 0);
	}
	if (pair->server.read.n_updates != n_updates)
		tls_keys_update(pair->crypto, tls_keys_suite(&pair->client), &pair->client.write);
	if (opened.kind < TLS_OPENED_CLOSE) {
		assert(memcmp(&pair->client.write, &pair->server.read,
			       sizeof(pair->client.write)) == 0);
		check_answers(scene, forged->content, opened.length);
	}
	return opened.kind < TLS_OPENED_CLOSE;
}

/* Short contents come from the input; the rest of long ones is zeros. */
static void read_all_forged(struct scene *scene, const uint8_t *data, size_t size)
{
	bool goes_on = true;

	while (goes_on && size >= FORGED_HEAD) {
		struct forged forged = { data[0], scene->content, 0, (size_t) data[1] * 3 };
		size_t length = data[2] & 128 ? (size_t) data[2] * LENGTH_UNIT : data[2];
		size_t copied = data[2] & 127;

		data += FORGED_HEAD;
		size -= FORGED_HEAD;
		if (copied > size)
			copied = size;
		memset(scene->content, 0, sizeof(scene->content));
		memcpy(scene->content, data, copied);
		forged.length = length;
		goes_on = read_forged(scene, &forged);
		data += copied;
		size -= copied;
	}
}

/* Keys from another process: whatever loads can be used, and saved. */
static void use_loaded(struct scene *scene, const uint8_t *data, size_t size)
{
	CLEANUP(buffer_done) struct buffer saved = { .is_secret = true };
	struct tls_keys *keys = &scene->pair.server, again;
	struct iovec piece = { scene->content, sizeof(scene->content) };
	struct forged forged = { TLS_CONTENT_HANDSHAKE, "\1\0\0\1", 4, 0 };
	size_t length;

	if (!tls_keys_load(pack_over(data, size), keys))
		return;
	tls_keys_save(&saved, keys);
	assert(tls_keys_load(pack_over(saved.bytes, saved.length), &again));
	assert(memcmp(keys, &again, sizeof(again)) == 0);
	again.write = again.read;
	length = forge_record(scene->pair.crypto, &again, &forged, scene->record);
	tls_open(scene->pair.crypto, keys, scene->record, length, scene->out);
	assert(tls_sealed_bytes(keys, sizeof(scene->content)) <= sizeof(scene->record));
	if (tls_can_seal(keys))
		tls_seal(scene->pair.crypto, keys, &piece, 1, scene->record);
	tls_seal_alert(scene->pair.crypto, keys, TLS_ALERT_INTERNAL_ERROR, scene->record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tls_crypto *crypto; /* takes longer to make than to use */
	struct scene *scene;

	if (!size)
		return 0;
	scene = calloc(1, sizeof(*scene));
	if (!crypto)
		crypto = tls_crypto_new();
	pair_init(&scene->pair, crypto, pair_suites[(data[0] & 63) % PAIR_SUITES]);
	if (data[0] & 64)
		scene->pair.server.max_fragment = scene->pair.client.max_fragment = 512;
	if ((data[0] & 192) == 192)
		use_loaded(scene, data + 1, size - 1);
	else if (data[0] & 128)
		read_raw(scene, data + 1, size - 1);
	else
		read_all_forged(scene, data + 1, size - 1);
	free(scene);
	return 0;
}
