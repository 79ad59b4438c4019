/* Snapshots of this release, of others, and of nobody. The recorded ones are made by
 * tests/e2e/record_snapshot.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "daemon/snapshot.h"
#include "world/channel.h"
#include "world/user.h"

#define RECORDED SNAPSHOTS "/0.1.snapshot"
#define MAGIC_BYTES 17 /* "papod snapshot 1\n" */
#define PART_CHECK 4
#define PART_WORLD 3

static struct buffer recorded(void)
{
	struct buffer bytes = { 0 };
	char piece[4096];
	FILE *file = fopen(RECORDED, "re");
	size_t n;

	assert_non_null(file);
	while ((n = fread(piece, 1, sizeof(piece), file)))
		buffer_put(&bytes, piece, n);
	fclose(file);
	return bytes;
}

static void ignore_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) data;
	(void) entry;
	(void) fields;
}

static const struct log no_log = { .write = ignore_entry };

static struct server server_new(void)
{
	const struct connection_callbacks callbacks = { 0 };
	struct server server = { .log = &no_log };

	assert_int_equal(loop_new(&server.loop), 0);
	server.connections = connections_new(server.loop, server.log, &callbacks);
	return server;
}

static void server_done(struct server *server)
{
	connections_free(server->connections);
	requests_done(&server->requests);
	world_free(server->world);
	loop_free(server->loop);
}

/* In a server of its own. */
static const char *load(const struct buffer *bytes)
{
	struct server server = server_new();
	const char *reason = snapshot_load(&server, bytes->bytes, bytes->length);

	server_done(&server);
	return reason;
}

static void assert_refused(const struct buffer *bytes, const char *why)
{
	const char *reason = load(bytes);

	assert_non_null(reason);
	if (why)
		assert_string_equal(reason, why);
}

static void the_recorded_one_loads(void **state)
{
	struct server server = server_new();
	struct buffer bytes = recorded();
	const struct channel *channel;
	const struct user *ana;

	(void) state;
	assert_null(snapshot_load(&server, bytes.bytes, bytes.length));
	assert_null(world_check(server.world));
	ana = user_find(server.world, "ana");
	assert_non_null(ana);
	assert_string_equal(ana->away, "kettle");
	assert_non_null(user_find(server.world, "bea"));
	channel = channel_find(server.world, "#tea");
	assert_non_null(channel);
	assert_string_equal(channel->topic, "Darjeeling");
	assert_int_equal(connections_count(server.connections), 3);
	server_done(&server);
	buffer_done(&bytes);
}

static void what_is_saved_is_loaded(void **state)
{
	struct server first = server_new(), second = server_new();
	struct buffer bytes = recorded(), once = { 0 }, again = { 0 };

	(void) state;
	assert_null(snapshot_load(&first, bytes.bytes, bytes.length));
	snapshot_save(&first, &once);
	assert_null(snapshot_load(&second, once.bytes, once.length));
	snapshot_save(&second, &again);
	assert_int_equal(once.length, again.length);
	assert_memory_equal(once.bytes, again.bytes, once.length);
	server_done(&first);
	server_done(&second);
	buffer_done(&bytes);
	buffer_done(&once);
	buffer_done(&again);
}

static void one_that_is_cut_anywhere_is_refused(void **state)
{
	struct buffer bytes = recorded();

	(void) state;
	while (bytes.length) {
		buffer_cut(&bytes, bytes.length - 1);
		assert_refused(&bytes, NULL);
	}
	buffer_done(&bytes);
}

static void one_with_a_flipped_bit_is_refused(void **state)
{
	struct buffer bytes = recorded();

	(void) state;
	for (size_t bit = 0; bit < 8 * bytes.length; bit++) {
		bytes.bytes[bit / 8] = (char) (bytes.bytes[bit / 8] ^ 1 << bit % 8);
		assert_refused(&bytes, NULL);
		bytes.bytes[bit / 8] = (char) (bytes.bytes[bit / 8] ^ 1 << bit % 8);
	}
	assert_null(load(&bytes));
	buffer_done(&bytes);
}

static void foreign_ones_are_refused(void **state)
{
	struct buffer bytes = recorded();

	(void) state;
	bytes.bytes[MAGIC_BYTES - 2] = '2';
	assert_refused(&bytes, "it has the layout of another release");
	memset(bytes.bytes, 'x', bytes.length);
	assert_refused(&bytes, "it does not start as a snapshot does");
	buffer_clear(&bytes);
	assert_refused(&bytes, "it does not start as a snapshot does");
	buffer_done(&bytes);
}

/* The same with a new part at the start, and one at the end, and perhaps without some part. */
static struct buffer extended(uint16_t without)
{
	struct buffer bytes = recorded(), out = { 0 };
	struct pack pack = pack_over(bytes.bytes + MAGIC_BYTES, bytes.length - MAGIC_BYTES);
	struct pack_field field;

	buffer_put(&out, bytes.bytes, MAGIC_BYTES);
	pack_text(&out, 4711, "what a later release knows");
	while (pack_next(&pack, &field)) {
		if (field.id == without)
			continue;
		if (field.id == PART_CHECK)
			pack_u64(&out, PART_CHECK,
				hash_fingerprint(HASH_FINGERPRINT_START, out.bytes, out.length));
		else
			pack_bytes(&out, field.id, field.bytes, field.length);
	}
	pack_text(&out, 4712, "and more");
	buffer_done(&bytes);
	return out;
}

static void unknown_parts_are_skipped(void **state)
{
	struct buffer bytes = extended(0);

	(void) state;
	assert_null(load(&bytes));
	buffer_done(&bytes);
}

static void needed_parts_must_be_there(void **state)
{
	static const uint16_t parts[] = { PART_CHECK, PART_WORLD };

	(void) state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct buffer bytes = extended(parts[i]);

		assert_refused(&bytes, "it is cut short");
		buffer_done(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_recorded_one_loads),
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(one_that_is_cut_anywhere_is_refused),
		cmocka_unit_test(one_with_a_flipped_bit_is_refused),
		cmocka_unit_test(foreign_ones_are_refused),
		cmocka_unit_test(unknown_parts_are_skipped),
		cmocka_unit_test(needed_parts_must_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
