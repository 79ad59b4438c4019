/* Messages between papod-gate and papod. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/logbook.h"
#include "base/pack.h"
#include "proto/gate_message.h"

static const uint8_t keys[] = { 1, 2, 3, 0, 5 };
static const struct address peer = { ADDRESS_FAMILY_IPV4, 32, 50123, { 192, 0, 2, 7 } };

static struct gate_message tls_client(void)
{
	struct gate_message client = {
		.kind = GATE_MESSAGE_KIND_CLIENT,
		.gate = 5,
		.number = 7,
		.listener = "secure",
		.address = peer,
		.tls = { .version = 0x0304, .suite = 0x1301, .has_certificate = true },
		.keys = { keys, sizeof(keys) },
	};

	memset(client.tls.certificate_sha256, 0xaa, sizeof(client.tls.certificate_sha256));
	memset(client.tls.key_sha512, 0xbb, sizeof(client.tls.key_sha512));
	return client;
}

/* The packet outlives the loaded message, whose bytes are in it. */
static bool load_saved(
	struct buffer *packet, const struct gate_message *message, struct gate_message *ret_loaded)
{
	buffer_clear(packet);
	gate_message_save(packet, message);
	return gate_message_load(packet->bytes, packet->length, ret_loaded);
}

static bool is_accepted(const struct gate_message *message)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message loaded;

	return load_saved(&packet, message, &loaded);
}

static void a_client_arrives_as_it_was_sent(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message sent = tls_client(), loaded;

	(void) state;
	assert_true(load_saved(&packet, &sent, &loaded));
	assert_int_equal(loaded.kind, GATE_MESSAGE_KIND_CLIENT);
	assert_int_equal(loaded.gate, 5);
	assert_int_equal(loaded.number, 7);
	assert_string_equal(loaded.listener, "secure");
	assert_memory_equal(&loaded.address, &peer, sizeof(peer));
	assert_int_equal(loaded.tls.version, 0x0304);
	assert_int_equal(loaded.tls.suite, 0x1301);
	assert_memory_equal(loaded.tls.certificate_sha256, sent.tls.certificate_sha256, 32);
	assert_memory_equal(loaded.tls.key_sha512, sent.tls.key_sha512, 64);
	assert_int_equal(loaded.keys.length, sizeof(keys));
	assert_memory_equal(loaded.keys.bytes, keys, sizeof(keys));
	assert_false(loaded.is_websocket);
	assert_int_equal(loaded.n_skipped, 0);
}

static void a_websocket_has_a_protocol_and_a_begun_record(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message sent = tls_client(), loaded;

	(void) state;
	sent.is_websocket = true;
	sent.protocol = WEBSOCKET_PROTOCOL_BINARY;
	sent.n_skipped = 16384;
	assert_true(load_saved(&packet, &sent, &loaded));
	assert_true(loaded.is_websocket);
	assert_int_equal(loaded.protocol, WEBSOCKET_PROTOCOL_BINARY);
	assert_int_equal(loaded.n_skipped, 16384);
	sent.n_skipped++;
	assert_false(is_accepted(&sent));
	sent.n_skipped = 0;
	sent.protocol++;
	assert_false(is_accepted(&sent));
}

static void a_websocket_needs_no_tls(void **state)
{
	struct gate_message sent = tls_client();

	(void) state;
	sent.is_websocket = true;
	sent.tls = (struct tls_facts){ 0 };
	sent.keys.length = 0;
	assert_true(is_accepted(&sent));
	sent.n_skipped = 1; /* without records */
	assert_false(is_accepted(&sent));
	sent.n_skipped = 0;
	sent.is_websocket = false;
	assert_false(is_accepted(&sent));
}

static void a_client_is_offered_again(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message sent = tls_client(), loaded;

	(void) state;
	assert_true(load_saved(&packet, &sent, &loaded));
	assert_false(loaded.is_again);
	for (int i = 0; i < 2; i++) {
		gate_message_repeat(&packet);
		assert_true(gate_message_load(packet.bytes, packet.length, &loaded));
		assert_true(loaded.is_again);
		assert_int_equal(loaded.keys.length, sizeof(keys));
	}
}

static void the_other_kinds_carry_what_they_need(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message loaded;

	(void) state;
	assert_true(load_saved(&packet,
		&(struct gate_message){
			.kind = GATE_MESSAGE_KIND_HELLO, .version = 1, .gate = UINT64_MAX },
		&loaded));
	assert_int_equal(loaded.version, 1);
	assert_true(loaded.gate == UINT64_MAX);
	assert_true(load_saved(&packet,
		&(struct gate_message){ .kind = GATE_MESSAGE_KIND_TAKEN, .number = 9 }, &loaded));
	assert_int_equal(loaded.kind, GATE_MESSAGE_KIND_TAKEN);
	assert_int_equal(loaded.number, 9);
	assert_true(load_saved(&packet,
		&(struct gate_message){
			.kind = GATE_MESSAGE_KIND_REFUSED, .number = 9, .text = "full" },
		&loaded));
	assert_string_equal(loaded.text, "full");
}

static void a_kind_without_its_fields_is_refused(void **state)
{
	(void) state;
	for (uint8_t kind = 0; kind <= GATE_MESSAGE_KIND_REFUSED; kind++)
		assert_false(is_accepted(&(struct gate_message){ .kind = kind }));
	assert_false(is_accepted(
		&(struct gate_message){ .kind = GATE_MESSAGE_KIND_REFUSED, .number = 9 }));
	assert_false(
		is_accepted(&(struct gate_message){ .kind = GATE_MESSAGE_KIND_HELLO, .gate = 1 }));
	assert_false(is_accepted(
		&(struct gate_message){ .kind = GATE_MESSAGE_KIND_HELLO, .version = 1 }));
}

static void a_state_says_something(void **state)
{
	struct gate_message said = { .kind = GATE_MESSAGE_KIND_STATE };

	(void) state;
	assert_true(is_accepted(&(struct gate_message){ .kind = GATE_MESSAGE_KIND_LINK }));
	assert_false(is_accepted(&said));
	said.certificates = CERTIFICATES_BAD;
	assert_true(is_accepted(&said));
	said.certificates++;
	assert_false(is_accepted(&said));
}

static void a_level_is_one_of_the_log_or_none(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message loaded;

	(void) state;
	for (uint8_t level = 0; level < SEVERITY_DEBUG + 2; level++) {
		const struct gate_message sent = { .kind = GATE_MESSAGE_KIND_LEVEL,
			.level = level };

		assert_int_equal(load_saved(&packet, &sent, &loaded),
			!level || (level >= SEVERITY_ERROR && level <= SEVERITY_DEBUG));
		assert_true(
			loaded.level == level || level < SEVERITY_ERROR || level > SEVERITY_DEBUG);
	}
}

static void a_client_lacks_nothing(void **state)
{
	struct gate_message sent = tls_client();

	(void) state;
	sent.number = 0;
	assert_false(is_accepted(&sent));
	sent = tls_client();
	sent.gate = 0;
	assert_false(is_accepted(&sent));
	sent = tls_client();
	sent.listener[0] = '\0';
	assert_false(is_accepted(&sent));
	sent = tls_client();
	sent.address.family = ADDRESS_FAMILY_NONE;
	assert_false(is_accepted(&sent));
	sent = tls_client();
	sent.address.prefix = 24; /* a network is no peer */
	assert_false(is_accepted(&sent));
	sent = tls_client();
	sent.address = (struct address){ ADDRESS_FAMILY_IPV6, 64, 1, { 1 } };
	assert_false(is_accepted(&sent));
	sent.address.prefix = 128;
	assert_true(is_accepted(&sent));
	sent.address = (struct address){ .family = ADDRESS_FAMILY_UNIX };
	assert_true(is_accepted(&sent));
}

static void keys_and_tls_come_together(void **state)
{
	struct gate_message sent = tls_client();

	(void) state;
	sent.is_websocket = true;
	sent.keys.length = 0;
	assert_false(is_accepted(&sent));
	sent = tls_client();
	sent.is_websocket = true;
	sent.tls = (struct tls_facts){ 0 };
	assert_false(is_accepted(&sent));
}

static void irc_has_no_frames(void **state)
{
	struct gate_message sent = tls_client();

	(void) state;
	sent.protocol = WEBSOCKET_PROTOCOL_TEXT;
	assert_false(is_accepted(&sent));
	sent = tls_client();
	sent.n_skipped = 1;
	assert_false(is_accepted(&sent));
}

static void texts_that_do_not_fit_are_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	char longest[GATE_TEXT_BYTES];
	struct gate_message loaded;

	(void) state;
	memset(longest, 'x', sizeof(longest));
	buffer_put_byte(&packet, GATE_MESSAGE_KIND_REFUSED);
	pack_u64(&packet, 3, 9);
	pack_bytes(&packet, 11, longest, sizeof(longest) - 1);
	assert_true(gate_message_load(packet.bytes, packet.length, &loaded));
	assert_int_equal(strlen(loaded.text), sizeof(longest) - 1);
	packet.length = 1;
	pack_u64(&packet, 3, 9);
	pack_bytes(&packet, 11, longest, sizeof(longest));
	assert_false(gate_message_load(packet.bytes, packet.length, &loaded));
	packet.length = 1;
	pack_u64(&packet, 3, 9);
	pack_bytes(&packet, 11, "a\0b", 3);
	assert_false(gate_message_load(packet.bytes, packet.length, &loaded));
}

static void a_later_release_is_understood(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message loaded;

	(void) state;
	buffer_put_byte(&packet, GATE_MESSAGE_KIND_TAKEN);
	pack_text(&packet, 999, "new");
	pack_u64(&packet, 3, 9);
	assert_true(gate_message_load(packet.bytes, packet.length, &loaded));
	assert_int_equal(loaded.number, 9);
	packet.bytes[0] = GATE_MESSAGE_KINDS + 1;
	assert_true(gate_message_load(packet.bytes, packet.length, &loaded));
	assert_int_equal(loaded.kind, GATE_MESSAGE_KINDS + 1);
}

static void every_cut_packet_is_refused_or_lacks_its_last_fields(void **state)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message sent = tls_client(), loaded;
	size_t n_accepted = 0;

	(void) state;
	gate_message_save(&packet, &sent);
	for (size_t length = 0; length < packet.length; length++)
		n_accepted += gate_message_load(packet.bytes, length, &loaded);
	assert_int_equal(n_accepted, 0); /* the keys come last */
}

static void a_packet_is_never_longer_than_its_limit(void **state)
{
	static const uint8_t opaque[GATE_KEYS_BYTES + 1];
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message sent = tls_client(), loaded;

	(void) state;
	memset(sent.listener, 'x', sizeof(sent.listener) - 1);
	memset(sent.text, 'x', sizeof(sent.text) - 1);
	memset(&sent.tls, 0xff, sizeof(sent.tls));
	sent.tls.has_certificate = true;
	sent.is_websocket = true;
	sent.protocol = WEBSOCKET_PROTOCOL_BINARY;
	sent.n_skipped = 16384;
	sent.keys = (struct gate_bytes){ opaque, GATE_KEYS_BYTES };
	gate_message_save(&packet, &sent);
	assert_true(packet.length <= GATE_MESSAGE_BYTES);
	assert_true(gate_message_load(packet.bytes, packet.length, &loaded));
	gate_message_repeat(&packet);
	assert_true(packet.length <= GATE_MESSAGE_BYTES);
	buffer_extend(&packet, GATE_MESSAGE_BYTES + 1 - packet.length);
	assert_false(gate_message_load(packet.bytes, packet.length, &loaded));
	sent.keys.length++;
	assert_false(is_accepted(&sent));
}

static struct gate_message bans_with(const struct buffer *ranges)
{
	return (struct gate_message){
		.kind = GATE_MESSAGE_KIND_BANS,
		.is_last = true,
		.ranges = { (const uint8_t *) ranges->bytes, ranges->length },
	};
}

static void bans_arrive_as_they_were_sent(void **state)
{
	CLEANUP(buffer_done) struct buffer ranges = { 0 };
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message sent, loaded;
	struct address range, back;

	(void) state;
	for (size_t i = 0; i < GATE_RANGES; i++) {
		assert_true(address_parse_range(i % 2 ? "2001:db8::/33" : "192.0.2.0/25", &range));
		gate_message_add_range(&ranges, &range);
	}
	sent = bans_with(&ranges);
	sent.is_first = true;
	assert_true(load_saved(&packet, &sent, &loaded));
	assert_true(packet.length <= GATE_MESSAGE_BYTES);
	assert_true(loaded.is_first && loaded.is_last);
	for (size_t i = 0; i < GATE_RANGES; i++)
		assert_true(gate_message_take_range(&loaded.ranges, &back));
	assert_memory_equal(&back, &range, sizeof(range));
	assert_false(gate_message_take_range(&loaded.ranges, &back));
	sent = (struct gate_message){ .kind = GATE_MESSAGE_KIND_BANS };
	assert_true(is_accepted(&sent));
}

static void only_ranges_are_banned(void **state)
{
	static const struct address malformed[] = {
		{ ADDRESS_FAMILY_NONE, 0, 0, { 0 } },
		{ ADDRESS_FAMILY_UNIX, 0, 0, { 0 } },
		{ ADDRESS_FAMILY_IPV4, 33, 0, { 192, 0, 2, 1 } },
		{ ADDRESS_FAMILY_IPV6, 129, 0, { 0x20 } },
		{ ADDRESS_FAMILY_IPV4, 32, 1, { 192, 0, 2, 1 } },
		{ ADDRESS_FAMILY_IPV4, 24, 0, { 192, 0, 2, 1 } },
		{ ADDRESS_FAMILY_IPV4, 32, 0, { 192, 0, 2, 1, 1 } },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(malformed); i++) {
		CLEANUP(buffer_done) struct buffer ranges = { 0 };
		struct gate_message sent;

		gate_message_add_range(&ranges, &malformed[i]);
		sent = bans_with(&ranges);
		assert_false(is_accepted(&sent));
	}
}

static void half_a_range_is_malformed(void **state)
{
	CLEANUP(buffer_done) struct buffer ranges = { 0 };
	struct gate_message sent;

	(void) state;
	gate_message_add_range(
		&ranges, &(struct address){ ADDRESS_FAMILY_IPV4, 32, 0, { 192, 0, 2, 1 } });
	sent = bans_with(&ranges);
	assert_true(is_accepted(&sent));
	sent.ranges.length--;
	assert_false(is_accepted(&sent));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_arrives_as_it_was_sent),
		cmocka_unit_test(a_websocket_has_a_protocol_and_a_begun_record),
		cmocka_unit_test(a_websocket_needs_no_tls),
		cmocka_unit_test(a_client_is_offered_again),
		cmocka_unit_test(the_other_kinds_carry_what_they_need),
		cmocka_unit_test(a_kind_without_its_fields_is_refused),
		cmocka_unit_test(a_state_says_something),
		cmocka_unit_test(a_level_is_one_of_the_log_or_none),
		cmocka_unit_test(a_client_lacks_nothing),
		cmocka_unit_test(keys_and_tls_come_together),
		cmocka_unit_test(irc_has_no_frames),
		cmocka_unit_test(texts_that_do_not_fit_are_refused),
		cmocka_unit_test(a_later_release_is_understood),
		cmocka_unit_test(every_cut_packet_is_refused_or_lacks_its_last_fields),
		cmocka_unit_test(a_packet_is_never_longer_than_its_limit),
		cmocka_unit_test(bans_arrive_as_they_were_sent),
		cmocka_unit_test(only_ranges_are_banned),
		cmocka_unit_test(half_a_range_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
