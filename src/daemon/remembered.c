/* Owns the table of checked passwords: sets of a few places, of which the next one in turn is
 * replaced. */
#include "daemon/remembered.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"

#define SETS 4096
#define PLACES 4 /* of a set */

struct remembered {
	uint8_t key[DIGEST_BYTES];
	uint8_t turns[SETS];
	struct digest digests[SETS][PLACES]; /* all zero: unused */
};

struct remembered *remembered_new(void)
{
	struct remembered *remembered = mem_new(sizeof(*remembered));

	if (getrandom(remembered->key, sizeof(remembered->key), 0) == sizeof(remembered->key))
		return remembered;
	free(remembered);
	return NULL;
}

void remembered_free(struct remembered *remembered)
{
	if (remembered)
		explicit_bzero(remembered, sizeof(*remembered));
	free(remembered);
}

static struct digest digest_of_pair(
	const struct remembered *remembered, const char *hash, const char *password)
{
	CLEANUP(buffer_done) struct buffer text = { .is_secret = true };

	buffer_put(&text, hash, strlen(hash) + 1);
	buffer_put_text(&text, password);
	return digest_hmac((struct digest_input){ remembered->key, sizeof(remembered->key) },
		(struct digest_input){ text.bytes, text.length });
}

static size_t set_of(const struct digest *digest)
{
	return ((size_t) digest->bytes[0] << 8 | digest->bytes[1]) % SETS;
}

bool remembered_knows(const struct remembered *remembered, const char *hash, const char *password)
{
	struct digest digest;
	bool is_known = false;

	if (!remembered)
		return false;
	digest = digest_of_pair(remembered, hash, password);
	for (size_t i = 0; i < PLACES; i++)
		is_known |= digest_equals(&remembered->digests[set_of(&digest)][i], &digest);
	return is_known;
}

void remembered_add(struct remembered *remembered, const char *hash, const char *password)
{
	struct digest digest;
	size_t set;

	if (!remembered || remembered_knows(remembered, hash, password))
		return;
	digest = digest_of_pair(remembered, hash, password);
	set = set_of(&digest);
	remembered->digests[set][remembered->turns[set]++ % PLACES] = digest;
}
