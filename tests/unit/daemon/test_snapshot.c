/* Snapshots of this release, of others, and of an empty world. tests/e2e/record_snapshot.py creates
 * the recorded ones. */
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
#include "daemon/requests.h"
#include "daemon/snapshot.h"
#include "net/resume.h"
#include "small_server.h"
#include "world/acceptance.h"
#include "world/answer_cursor.h"
#include "world/caps.h"
#include "world/channel.h"
#include "world/modes.h"
#include "world/session.h"
#include "world/user.h"

#define SMALL SNAPSHOTS "/0.1.snapshot"
#define FULL SNAPSHOTS "/0.1-full.snapshot" /* some of everything */
#define MAGIC_BYTES 17			    /* "papod snapshot 1\n" */
#define WORLD_MAGIC "papod world\n"
#define WORLD_MAGIC_BYTES (sizeof(WORLD_MAGIC) - 1)
#define WORLD_END 104
#define PART_CONNECTIONS 1
#define PART_WORLD 3
#define PART_CHECK 4

static struct buffer read_file(const char *path)
{
	struct buffer bytes = { 0 };
	char piece[4096];
	FILE *file = fopen(path, "re");
	size_t n;

	assert_non_null(file);
	while ((n = fread(piece, 1, sizeof(piece), file)))
		buffer_put(&bytes, piece, n);
	fclose(file);
	return bytes;
}

/* Loads in a new server. */
static const char *load(const struct buffer *bytes)
{
	struct small_server server = small_server_new();
	const char *reason = small_server_load(&server, bytes->bytes, bytes->length);

	small_server_done(&server);
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
	struct small_server server = small_server_new();
	struct buffer bytes = read_file(SMALL);
	const struct channel *channel;
	const struct user *ana;

	(void) state;
	assert_null(small_server_load(&server, bytes.bytes, bytes.length));
	assert_null(world_check(engine_world(server.engine)));
	ana = user_find(engine_world(server.engine), "ana");
	assert_non_null(ana);
	assert_string_equal(ana->away, "kettle");
	assert_non_null(user_find(engine_world(server.engine), "bea"));
	channel = channel_find(engine_world(server.engine), "#tea");
	assert_non_null(channel);
	assert_string_equal(channel->topic, "Darjeeling");
	assert_int_equal(connections_count(server.connections), 3);
	small_server_done(&server);
	buffer_done(&bytes);
}

static void check_lists(const struct channel *channel)
{
	static const char *const masks[CHANNEL_LIST_COUNT] = {
		[CHANNEL_LIST_BAN] = "*!*@192.0.2.1",
		[CHANNEL_LIST_EXCEPTION] = "*!*@192.0.2.2",
		[CHANNEL_LIST_INVITE] = "*!*@192.0.2.3",
		[CHANNEL_LIST_QUIET] = "*!*@192.0.2.4",
	};

	for (size_t i = 0; i < CHANNEL_LIST_COUNT; i++)
		assert_string_equal(channel->lists[i].entries[0].mask, masks[i]);
	assert_int_equal(channel->lists[CHANNEL_LIST_BAN].count, 2);
}

static void check_channel(const struct world *world)
{
	const struct channel *channel = channel_find(world, "#tea");
	const struct user *ana = user_find(world, "ana");
	struct buffer modes = { 0 };

	assert_string_equal(channel->topic, "Darjeeling");
	channel_format_modes(channel, true, &modes);
	assert_string_equal(
		buffer_text(&modes), "kdfjlxCDFKMNQRSTUcgimnpstuz secret 3 #other 5:60 99 9:10");
	buffer_done(&modes);
	check_lists(channel);
	assert_int_equal(user_find_member(ana, channel)->ranks, MEMBER_RANK_OPERATOR);
	assert_false(list_is_empty(&user_extras(user_find(world, "dan"))->invitations));
	assert_non_null(channel_find(world, "#forever"));
}

static void check_users(const struct world *world)
{
	const struct user *ana = user_find(world, "ana"), *root = user_find(world, "root");
	struct buffer letters = { 0 };

	assert_string_equal(ana->away, "kettle");
	assert_string_equal(user_find(world, "bea")->realname, "Bea");
	user_mode_letters(root->flags, &letters);
	assert_string_equal(buffer_text(&letters), "BDHIRTWdgoswx");
	buffer_done(&letters);
	assert_string_equal(root->operator_name, "root");
	assert_int_equal(user_extras(root)->silence.count, 1);
	assert_non_null(acceptance_find(root, ana));
	assert_non_null(whowas_find_before(&world->whowas, world->casemap, NULL, "past"));
}

static const struct session *session_of(const struct world *world, const char *nick)
{
	return LIST_FIRST(&user_find(world, nick)->sessions, struct session, in_user);
}

/* The password of the only question. */
static void check_password(const struct helpers *helpers, const char *password)
{
	struct requests requests = { 0 };
	struct buffer bytes = { 0 };
	struct pack_field field;
	struct pack pack;

	helpers_save(helpers, &bytes, 1);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	requests_load(&requests, pack_field_record(&field));
	assert_string_equal(requests.asked[0].request.password, password);
	requests_done(&requests);
	buffer_done(&bytes);
}

static void check_sessions(const struct small_server *server)
{
	const struct session *reader = session_of(engine_world(server->engine), "reader");
	const struct session *dan = session_of(engine_world(server->engine), "dan");
	struct buffer bytes = { 0 };

	assert_int_equal(dan->wait, SESSION_WAIT_OPER);
	assert_int_equal(helpers_count(server->helpers), 1);
	check_password(server->helpers, "x");
	assert_int_equal(reader->pauses, SESSION_PAUSE_READ);
	assert_int_equal(reader->answer->kind, ANSWER_KIND_LIST);
	connections_save(server->connections, &bytes);
	assert_non_null(memmem(bytes.bytes, bytes.length, "PRIVMSG reader :2 xxx", 21));
	buffer_done(&bytes);
	assert_int_equal(engine_world(server->engine)->n_unregistered, 2);
	assert_int_equal(session_of(engine_world(server->engine), "bea")->caps,
		CAP_ECHO_MESSAGE | CAP_MULTI_PREFIX | CAP_CAP_NOTIFY);
}

static void the_recorded_one_with_some_of_everything_loads(void **state)
{
	struct small_server server = small_server_new();
	struct buffer bytes = read_file(FULL);

	(void) state;
	assert_null(small_server_load(&server, bytes.bytes, bytes.length));
	check_users(engine_world(server.engine));
	check_channel(engine_world(server.engine));
	check_sessions(&server);
	assert_int_equal(ordered_count(&engine_world(server.engine)->bans.all), 6);
	assert_int_equal(connections_count(server.connections), 8);
	small_server_done(&server);
	buffer_done(&bytes);
}

static void assert_saves_the_same(const char *path)
{
	struct small_server first = small_server_new(), second = small_server_new();
	struct buffer bytes = read_file(path), once = { 0 }, again = { 0 };

	assert_null(small_server_load(&first, bytes.bytes, bytes.length));
	small_server_save(&first, &once);
	assert_null(small_server_load(&second, once.bytes, once.length));
	small_server_save(&second, &again);
	assert_int_equal(once.length, again.length);
	assert_memory_equal(once.bytes, again.bytes, once.length);
	small_server_done(&first);
	small_server_done(&second);
	buffer_done(&bytes);
	buffer_done(&once);
	buffer_done(&again);
}

static void what_is_saved_is_loaded(void **state)
{
	(void) state;
	assert_saves_the_same(SMALL);
	assert_saves_the_same(FULL);
}

static void assert_cut_is_refused(const char *path)
{
	struct buffer bytes = read_file(path);

	while (bytes.length) {
		buffer_cut(&bytes, bytes.length - 1);
		assert_refused(&bytes, NULL);
	}
	buffer_done(&bytes);
}

static void one_that_is_cut_anywhere_is_refused(void **state)
{
	(void) state;
	assert_cut_is_refused(SMALL);
	assert_cut_is_refused(FULL);
}

static void assert_flipped_is_refused(const char *path)
{
	struct buffer bytes = read_file(path);

	for (size_t bit = 0; bit < 8 * bytes.length; bit++) {
		bytes.bytes[bit / 8] = (char) (bytes.bytes[bit / 8] ^ 1 << bit % 8);
		assert_refused(&bytes, NULL);
		bytes.bytes[bit / 8] = (char) (bytes.bytes[bit / 8] ^ 1 << bit % 8);
	}
	assert_null(load(&bytes));
	buffer_done(&bytes);
}

static void one_with_a_flipped_bit_is_refused(void **state)
{
	(void) state;
	assert_flipped_is_refused(SMALL);
	assert_flipped_is_refused(FULL);
}

static void foreign_ones_are_refused(void **state)
{
	struct buffer bytes = read_file(SMALL);

	(void) state;
	bytes.bytes[MAGIC_BYTES - 2] = '2';
	assert_refused(&bytes, "it has the layout of another release");
	memset(bytes.bytes, 'x', bytes.length);
	assert_refused(&bytes, "it does not start as a snapshot does");
	buffer_clear(&bytes);
	assert_refused(&bytes, "it does not start as a snapshot does");
	buffer_done(&bytes);
}

/* Changes of a later release, by the records that contain them: an existing or missing field has
 * these additional bits, or this text at its end. */
static const struct change {
	uint16_t outer, record, field;
	uint64_t bits;
	const char *more;
} changes[] = {
	{ 1, 2, 20, 1u << 20, NULL },		       /* flags of connections */
	{ 2, 1, 1, 64, NULL },			       /* kinds of questions to helpers */
	{ PART_WORLD, 101, 8, 1u << 30, NULL },	       /* flags of users */
	{ PART_WORLD, 101, 11, 1u << 31, NULL },       /* kinds of notices to operators */
	{ PART_WORLD, 102, 6, 1u << 30, NULL },	       /* flags of channels */
	{ 102, 100, 3, 1u << 30, NULL },	       /* ranks of members */
	{ PART_WORLD, 103, 11, 1u << 30, NULL },       /* capabilities */
	{ PART_WORLD, 103, 13, 64, NULL },	       /* waits */
	{ PART_WORLD, 103, 14, 1u << 7, NULL },	       /* pauses */
	{ 103, 102, 1, 64, NULL },		       /* kinds of long answers */
	{ PART_WORLD, 121, 2, 64, NULL },	       /* kinds of bans */
	{ 100, 1, 3, 0, "\ntomorrow: { x = 1; };\n" }, /* an unknown option */
};

static const struct change *find_change(uint16_t outer, uint16_t record, uint16_t field)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (changes[i].outer == outer && changes[i].record == record &&
			changes[i].field == field)
			return &changes[i];
	return NULL;
}

/* No text or number in the recorded snapshots looks like one by chance. */
static bool looks_like_a_record(const struct pack_field *field)
{
	struct pack pack = pack_field_record(field);
	struct pack_field inner;
	bool is_one = false;

	while (pack_next(&pack, &inner)) {
		if (!inner.id || inner.id > 200)
			return false;
		is_one = true;
	}
	return is_one && !pack.failed;
}

static void put_unknown(struct buffer *out)
{
	size_t record = pack_begin(out, 60000);

	pack_u64(out, 1, UINT64_MAX);
	pack_end(out, record);
	pack_text(out, 60001, "what a later release knows");
	pack_bytes(out, 60002, NULL, 0);
}

static void put_changed(
	struct buffer *out, const struct pack_field *field, const struct change *change)
{
	size_t begun;

	if (!change) {
		pack_bytes(out, field->id, field->bytes, field->length);
		return;
	}
	if (change->bits) {
		pack_u64(out, field->id, pack_field_u64(field) | change->bits);
		return;
	}
	begun = pack_begin(out, field->id);
	buffer_put(out, field->bytes, field->length);
	buffer_put_text(out, change->more);
	pack_end(out, begun);
}

static void grow(struct buffer *out, uint16_t outer, const struct pack_field *grown);

/* A missing field is zero. */
static void put_missing(struct buffer *out, uint16_t outer, const struct pack_field *record)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct pack pack = pack_field_record(record);
		bool is_there = changes[i].outer != outer || changes[i].record != record->id;
		struct pack_field field;

		while (pack_next(&pack, &field))
			is_there |= field.id == changes[i].field;
		if (!is_there && changes[i].bits)
			pack_u64(out, changes[i].field, changes[i].bits);
	}
}

static void grow_fields(struct buffer *out, uint16_t outer, const struct pack_field *record)
{
	struct pack pack = pack_field_record(record);
	struct pack_field field;

	put_unknown(out);
	put_missing(out, outer, record);
	while (pack_next(&pack, &field)) {
		if (field.id == WORLD_END)
			break; /* the end stays last */
		if (looks_like_a_record(&field))
			grow(out, record->id, &field);
		else
			put_changed(out, &field, find_change(outer, record->id, field.id));
		put_unknown(out);
	}
}

/* Append the record with unknown fields between all its fields, at each depth. */
static void grow(struct buffer *out, uint16_t outer, const struct pack_field *grown)
{
	size_t record = pack_begin(out, grown->id);

	grow_fields(out, outer, grown);
	pack_end(out, record);
}

static void grow_world(struct buffer *out, struct pack_field world)
{
	size_t record = pack_begin(out, PART_WORLD), begun = out->length;

	world.bytes += WORLD_MAGIC_BYTES;
	world.length -= WORLD_MAGIC_BYTES;
	buffer_put_text(out, WORLD_MAGIC);
	grow_fields(out, 0, &world);
	pack_u64(out, WORLD_END,
		hash_fingerprint(HASH_FINGERPRINT_START, out->bytes + begun, out->length - begun));
	pack_end(out, record);
}

static void put_part(struct buffer *out, const struct pack_field *part, bool is_grown)
{
	if (part->id == PART_CHECK)
		pack_u64(out, PART_CHECK,
			hash_fingerprint(HASH_FINGERPRINT_START, out->bytes, out->length));
	else if (!is_grown)
		pack_bytes(out, part->id, part->bytes, part->length);
	else if (part->id == PART_WORLD)
		grow_world(out, *part);
	else
		grow(out, 0, part);
}

/* The snapshot with a new part at the start and one at the end; optionally without a part, or as a
 * later release would write it. */
static struct buffer extended(const char *path, uint16_t without, bool is_grown)
{
	struct buffer bytes = read_file(path), out = { 0 };
	struct pack pack = pack_over(bytes.bytes + MAGIC_BYTES, bytes.length - MAGIC_BYTES);
	struct pack_field field;

	buffer_put(&out, bytes.bytes, MAGIC_BYTES);
	pack_text(&out, 4711, "what a later release knows");
	while (pack_next(&pack, &field))
		if (field.id != without)
			put_part(&out, &field, is_grown);
	pack_text(&out, 4712, "and more");
	buffer_done(&bytes);
	return out;
}

static void unknown_parts_are_skipped(void **state)
{
	struct buffer bytes = extended(SMALL, 0, false);

	(void) state;
	assert_null(load(&bytes));
	buffer_done(&bytes);
}

static void needed_parts_must_be_there(void **state)
{
	static const uint16_t parts[] = { PART_CHECK, PART_WORLD };

	(void) state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct buffer bytes = extended(SMALL, parts[i], false);

		assert_refused(&bytes, "it is cut short");
		buffer_done(&bytes);
	}
}

/* The sum is right, so only the contents are wrong. */
static void parts_that_no_release_writes_are_refused(void **state)
{
	struct buffer bytes = read_file(SMALL), spoilt = { 0 }, doubled = { 0 };
	struct pack pack = pack_over(bytes.bytes + MAGIC_BYTES, bytes.length - MAGIC_BYTES);
	struct pack_field field;

	(void) state;
	buffer_put(&spoilt, bytes.bytes, MAGIC_BYTES);
	buffer_put(&doubled, bytes.bytes, bytes.length);
	while (pack_next(&pack, &field)) {
		if (field.id == PART_CONNECTIONS)
			pack_text(&spoilt, PART_CONNECTIONS, "no connections");
		else
			put_part(&spoilt, &field, false);
		if (field.id == PART_WORLD)
			put_part(&doubled, &field, false);
	}
	assert_refused(&spoilt, "its connections are malformed");
	assert_refused(&doubled, "it has two worlds");
	buffer_done(&bytes);
	buffer_done(&spoilt);
	buffer_done(&doubled);
}

static void the_world_is_found_in_it(void **state)
{
	struct buffer bytes = extended(SMALL, 0, false), none = extended(SMALL, PART_WORLD, false);
	size_t length = 0;
	const char *world = snapshot_find_world(bytes.bytes, bytes.length, &length);

	(void) state;
	assert_non_null(world);
	assert_int_equal(memcmp(world, WORLD_MAGIC, WORLD_MAGIC_BYTES), 0);
	assert_true(length > WORLD_MAGIC_BYTES && world + length < bytes.bytes + bytes.length);
	assert_null(snapshot_find_world(none.bytes, none.length, &length));
	assert_null(snapshot_find_world(bytes.bytes, MAGIC_BYTES, &length));
	assert_null(snapshot_find_world(bytes.bytes, MAGIC_BYTES - 1, &length));
	buffer_done(&bytes);
	buffer_done(&none);
}

static void ignore_effects(void *data, const struct outbox *outbox)
{
	(void) data;
	(void) outbox;
}

/* Let all clients send a line, whatever their state. */
static void let_everybody_speak(const struct small_server *server, const char *text)
{
	const struct engine_sink sink = { .carry_out = ignore_effects };
	struct session *session, *next;

	LIST_EACH_SAFE (session, next, &engine_world(server->engine)->sessions, in_world) {
		struct event event = {
			.kind = EVENT_LINE,
			.session = session->id,
			.now_ms = engine_world(server->engine)->now_ms + 1,
			.text = text,
			.text_length = strlen(text),
		};

		engine_replay(server->engine, &event, &sink);
		assert_null(world_check(engine_world(server->engine)));
	}
}

static void assert_saves_nothing_unknown(const struct small_server *server)
{
	struct buffer bytes = { 0 };

	small_server_save(server, &bytes);
	assert_null(memmem(bytes.bytes, bytes.length, "later release", 13));
	assert_null(load(&bytes));
	buffer_done(&bytes);
}

static void check_grown(struct small_server *server)
{
	static const char *const lines[] = { "WHOIS ana ana", "MODE #tea", "NAMES #tea", "WHO *",
		"LIST", "MODE ana", "STATS k", "CAP LIST", "PRIVMSG #tea :hello", "QUIT" };
	const struct session *reader = session_of(engine_world(server->engine), "reader");

	assert_null(world_check(engine_world(server->engine)));
	assert_int_equal(connections_count(server->connections), 8);
	assert_int_equal(engine_world(server->engine)->n_sessions, 8);
	check_users(engine_world(server->engine));
	check_channel(engine_world(server->engine));
	assert_string_equal(engine_world(server->engine)->settings->server_name, "irc.test");
	assert_string_equal(engine_world(server->engine)->settings->network_name, "Tea");
	assert_non_null(settings_find_operator(engine_world(server->engine)->settings, "root"));
	assert_int_equal(session_of(engine_world(server->engine), "dan")->wait, SESSION_WAIT_NONE);
	assert_int_equal(session_of(engine_world(server->engine), "dan")->pauses, 0);
	assert_int_equal(reader->pauses, 0);
	assert_int_equal(helpers_count(server->helpers), 0);
	assert_int_equal(ordered_count(&engine_world(server->engine)->bans.all), 0);
	assert_saves_nothing_unknown(server);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		let_everybody_speak(server, lines[i]);
	assert_int_equal(engine_world(server->engine)->n_sessions, 0);
}

/* A downgrade: no client is lost, and unknown data is dropped permanently, so that it cannot
 * contradict anything after an upgrade. */
static void what_a_later_release_adds_anywhere_is_left_out(void **state)
{
	struct small_server server = small_server_new();
	struct buffer bytes = extended(FULL, 0, true);

	(void) state;
	assert_null(small_server_load(&server, bytes.bytes, bytes.length));
	check_grown(&server);
	small_server_done(&server);
	buffer_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_recorded_one_loads),
		cmocka_unit_test(the_recorded_one_with_some_of_everything_loads),
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(one_that_is_cut_anywhere_is_refused),
		cmocka_unit_test(one_with_a_flipped_bit_is_refused),
		cmocka_unit_test(foreign_ones_are_refused),
		cmocka_unit_test(unknown_parts_are_skipped),
		cmocka_unit_test(needed_parts_must_be_there),
		cmocka_unit_test(parts_that_no_release_writes_are_refused),
		cmocka_unit_test(the_world_is_found_in_it),
		cmocka_unit_test(what_a_later_release_adds_anywhere_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
