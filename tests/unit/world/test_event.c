/* Events as bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/event.h"

#include "fixture.h"

static struct buffer saved(const struct event *event)
{
	struct buffer out = { 0 };

	event_save(&out, event);
	return out;
}

static bool load(const struct buffer *bytes, struct event *ret_event)
{
	struct pack pack = pack_over(bytes->bytes, bytes->length);
	struct pack_field field;

	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, EVENT_RECORD);
	assert_false(pack_next(&pack, &field));
	return event_load(&field, ret_event);
}

static void every_part_survives(void **state)
{
	struct event event = { .kind = EVENT_CONNECTED,
		.is_too_long = true,
		.consumed = 1,
		.uid = UINT32_MAX,
		.now_ms = UINT64_MAX,
		.wall_ms = 3,
		.seed = 4,
		.session = 5,
		.request = 6,
		.status = 7,
		.text = "a\0b",
		.text_length = 3 };
	struct event back;
	struct buffer bytes;

	(void) state;
	assert_true(address_parse_range("2001:db8::1", &event.address));
	bytes = saved(&event);
	assert_true(load(&bytes, &back));
	assert_int_equal(back.kind, EVENT_CONNECTED);
	assert_true(back.is_too_long);
	assert_int_equal(back.consumed, 1);
	assert_int_equal(back.uid, UINT32_MAX);
	assert_true(back.now_ms == UINT64_MAX);
	assert_int_equal(back.wall_ms, 3);
	assert_int_equal(back.seed, 4);
	assert_int_equal(back.session, 5);
	assert_int_equal(back.request, 6);
	assert_int_equal(back.status, 7);
	assert_int_equal(back.text_length, 3);
	assert_memory_equal(back.text, "a\0b", 3);
	assert_memory_equal(&back.address, &event.address, sizeof(back.address));
	assert_null(back.settings);
	buffer_done(&bytes);
}

static void root_stays_root(void **state)
{
	struct event event = { .kind = EVENT_CONNECTED, .uid = 0, .text = "" }, back;
	struct buffer bytes = saved(&event);

	(void) state;
	assert_true(load(&bytes, &back));
	assert_int_equal(back.uid, 0);
	buffer_done(&bytes);
}

static void settings_come_along(void **state)
{
	struct event event = { .kind = EVENT_SETTINGS,
		.settings = settings_of("server: { name = \"irc.test\"; };") };
	struct event back;
	struct buffer bytes = saved(&event);

	(void) state;
	assert_true(load(&bytes, &back));
	assert_string_equal(back.settings->server_name, "irc.test");
	event_done(&back);
	settings_unref(event.settings);
	buffer_done(&bytes);
}

static void facts_of_tls_come_along(void **state)
{
	struct tls_facts facts = { .version = 0x0304, .suite = 0x1302, .has_certificate = true };
	struct event event = { .kind = EVENT_CONNECTED, .text = "tls", .text_length = 3 }, back;
	struct buffer bytes;

	(void) state;
	memset(facts.key_sha256, 7, sizeof(facts.key_sha256));
	event.tls = &facts;
	bytes = saved(&event);
	assert_true(load(&bytes, &back));
	assert_int_equal(back.tls->version, 0x0304);
	assert_int_equal(back.tls->suite, 0x1302);
	assert_memory_equal(back.tls->key_sha256, facts.key_sha256, sizeof(facts.key_sha256));
	assert_int_equal(back.text_length, 3);
	event_done(&back);
	buffer_done(&bytes);
}

/* The record of the facts follows that of the kind. */
static void event_with_malformed_facts_of_tls_is_none(void **state)
{
	struct buffer bytes = { 0 };
	struct event back;

	(void) state;
	for (int version = 0; version <= 1; version++)
		for (int n_records = 0; n_records <= 2; n_records++) {
			pack_u64(&bytes, 1, EVENT_CONNECTED);
			pack_bytes(&bytes, 100, "tls", 3);
			for (int i = 0; i < n_records; i++) {
				size_t record = pack_begin(&bytes, 103);

				pack_u64(&bytes, 1, version ? 0x0303 : 0);
				pack_end(&bytes, record);
			}
			const struct pack_field field = { 1, (const uint8_t *) bytes.bytes,
				bytes.length };
			bool is_event = event_load(&field, &back);

			assert_int_equal(is_event, !n_records || (version && n_records == 1));
			if (is_event)
				event_done(&back);
			buffer_clear(&bytes);
		}
	buffer_done(&bytes);
}

static void what_lacks_its_parts_is_no_event(void **state)
{
	static const uint8_t need_text[] = { EVENT_CONNECTED, EVENT_LINE, EVENT_CLOSED,
		EVENT_OVERFLOW, EVENT_ANSWER, EVENT_RELOAD_FAILED, EVENT_STOP, EVENT_RESTART_FAILED,
		EVENT_STORAGE, EVENT_MAILED, EVENT_PUSHED, EVENT_ACT };
	static const uint8_t need_none[] = { EVENT_DRAINED, EVENT_TICK, EVENT_ASLEEP, EVENT_AWAKE,
		EVENT_DELIVERED, EVENT_STORED, EVENT_HISTORY };
	struct event back;

	(void) state;
	for (int kind = 0; kind < 256; kind++) {
		struct event event = { .kind = (uint8_t) kind };
		struct buffer bytes = saved(&event), with_text, with_all;

		assert_int_equal(
			load(&bytes, &back), memchr(need_none, kind, sizeof(need_none)) != NULL);
		event.text = "";
		with_text = saved(&event);
		assert_int_equal(load(&with_text, &back),
			memchr(need_none, kind, sizeof(need_none)) != NULL ||
				memchr(need_text, kind, sizeof(need_text)) != NULL);
		event.listener = "notify";
		with_all = saved(&event);
		assert_int_equal(load(&with_all, &back),
			memchr(need_none, kind, sizeof(need_none)) != NULL ||
				memchr(need_text, kind, sizeof(need_text)) != NULL ||
				kind == EVENT_DATAGRAM);
		buffer_done(&with_all);
		buffer_done(&bytes);
		buffer_done(&with_text);
	}
}

/* Cut between two parts it may be an event; cut inside one never. */
static void torn_bytes_are_no_event(void **state)
{
	struct event event = { .kind = EVENT_TICK, .now_ms = 500, .session = 77 };
	struct buffer bytes = saved(&event);

	(void) state;
	for (size_t length = 0; length < bytes.length - 6; length++) {
		const struct pack_field field = { 9, (const uint8_t *) bytes.bytes + 6, length };
		bool is_between = length == 7 || length == 15 || length == 22;
		struct event back;

		assert_int_equal(event_load(&field, &back), is_between);
	}
	buffer_done(&bytes);
}

static void torn_settings_are_dropped(void **state)
{
	struct event event = { .kind = EVENT_SETTINGS, .settings = settings_of("") };
	struct buffer bytes = saved(&event);
	const struct pack_field field = { 9, (const uint8_t *) bytes.bytes + 6, bytes.length - 6 };
	struct buffer torn = { 0 };
	struct event back;

	(void) state;
	buffer_put(&torn, field.bytes, field.length);
	buffer_put_byte(&torn, 'x');
	assert_false(event_load(
		&(struct pack_field){ 9, (const uint8_t *) torn.bytes, torn.length }, &back));
	settings_unref(event.settings);
	buffer_done(&bytes);
	buffer_done(&torn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_survives),
		cmocka_unit_test(root_stays_root),
		cmocka_unit_test(settings_come_along),
		cmocka_unit_test(facts_of_tls_come_along),
		cmocka_unit_test(event_with_malformed_facts_of_tls_is_none),
		cmocka_unit_test(what_lacks_its_parts_is_no_event),
		cmocka_unit_test(torn_bytes_are_no_event),
		cmocka_unit_test(torn_settings_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
