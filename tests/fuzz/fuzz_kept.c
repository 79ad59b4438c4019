/* Any bytes as the parts that a process kept for the next one: what loads can be saved and loaded
 * again, always as the same bytes.
 *
 * The input is a row of parts. This program adds their order, the checksum, and magic and end of
 * the world, which the fuzzer would not find; without them the input would be refused early. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../unit/daemon/small_server.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "daemon/snapshot.h"

#define MAGIC "papod snapshot 1\n"
#define PART_WORLD 3
#define PART_CHECK 4
#define WORLD_MAGIC "papod world\n"
#define WORLD_END 104

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stays(const struct small_server *server)
{
	CLEANUP(buffer_done) struct buffer first = { 0 };
	CLEANUP(buffer_done) struct buffer second = { 0 };
	struct small_server again = small_server_new();

	small_server_save(server, &first);
	assert(!small_server_load(&again, first.bytes, first.length));
	small_server_save(&again, &second);
	assert(first.length == second.length);
	assert(memcmp(first.bytes, second.bytes, first.length) == 0);
	small_server_done(&again);
}

static void try_load(const void *bytes, size_t length)
{
	struct small_server server = small_server_new();
	const char *reason = small_server_load(&server, bytes, length);

	if (!reason) {
		assert(!world_check(engine_world(server.engine)));
		check_stays(&server);
	}
	small_server_done(&server);
}

static void put_sum(struct buffer *out, uint16_t id, size_t begun)
{
	pack_u64(out, id,
		hash_fingerprint(HASH_FINGERPRINT_START, out->bytes + begun, out->length - begun));
}

static void put_worlds(struct buffer *out, struct pack parts)
{
	struct pack_field part;

	while (pack_next(&parts, &part)) {
		size_t record, begun;

		if (part.id != PART_WORLD)
			continue;
		record = pack_begin(out, PART_WORLD);
		begun = out->length;
		buffer_put_text(out, WORLD_MAGIC);
		buffer_put(out, part.bytes, part.length);
		put_sum(out, WORLD_END, begun);
		pack_end(out, record);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct pack parts = pack_over(data, size);
	struct pack_field part;

	try_load(data, size);
	buffer_put_text(&bytes, MAGIC);
	while (pack_next(&parts, &part))
		if (part.id != PART_WORLD && part.id != PART_CHECK)
			pack_bytes(&bytes, part.id, part.bytes, part.length);
	put_sum(&bytes, PART_CHECK, 0);
	put_worlds(&bytes, pack_over(data, size));
	try_load(bytes.bytes, bytes.length);
	return 0;
}
