/* Lines of logs on their way into a channel's history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/history_query.h"
#include "report/report_import.h"
#include "report/report_messages.h"
#include "world/history.h"
#include "world/msgid.h"

#include "fixture.h"

#define RECORDED "history: { enabled = true; channels = true; };"
#define SECOND (WALL_MS / 1000 - 3600)

static struct world *world_with_channel(const char *config)
{
	struct world *world = world_of(config);
	struct channel *channel = channel_new(world, "#a");

	channel_add(world, channel, user_of(world, 1, "ana"), 0);
	return world;
}

static json_t *a_message(uint64_t second, const char *command, const char *source, const char *text)
{
	return json_pack("{s:I, s:i, s:s, s:s, s:s?}", "time", (json_int_t) second, "position", 7,
		"command", command, "source", source, "text", text);
}

/* Takes the messages. */
static struct buffer event_of(json_t *messages)
{
	json_t *parameters = json_pack("{s:s, s:o}", "channel", "#A", "messages", messages);
	struct buffer event = { 0 };

	assert_null(report_messages_put(parameters, &event));
	json_decref(parameters);
	return event;
}

/* The requests of the event; the effects are in the outbox. */
static void act(struct world *world, struct outbox *outbox, const struct buffer *text)
{
	const struct event event = {
		.kind = EVENT_ACT, .text = text->bytes, .text_length = text->length
	};

	assert_true(report_messages_is(&event));
	assert_false(report_import_is(&event));
	report_messages_act(world, outbox, &event);
}

static const struct effect *find_effect(const struct outbox *outbox, enum effect_kind kind)
{
	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->effects[i].kind == kind)
			return &outbox->effects[i];
	return NULL;
}

/* "PRIVMSG bea|text" of each row. */
static void describe_rows(const struct outbox *outbox, struct buffer *out)
{
	const struct effect *effect = find_effect(outbox, EFFECT_HISTORY);
	struct history_request request;
	struct pack_field field;
	struct pack pack;

	buffer_clear(out);
	if (!effect)
		return;
	pack = pack_over(effect->bytes->bytes, effect->bytes->length);
	while (pack_next(&pack, &field)) {
		assert_true(history_request_load(&field, &request));
		assert_int_equal(request.kind, HISTORY_REQUEST_IMPORT);
		assert_true(request.row.target > 0);
		assert_int_equal(request.row.birth, MSGID_BIRTH_IMPORTED);
		buffer_format(out, "%s%u %.*s|%.*s", out->length ? "\n" : "", request.row.verb,
			(int) request.row.source.length, request.row.source.bytes,
			(int) request.row.text.length,
			request.row.text.length ? request.row.text.bytes : "");
	}
}

static void assert_rows(const char *config, json_t *messages, const char *expected)
{
	struct world *world = world_with_channel(config);
	CLEANUP(buffer_done) struct buffer event = event_of(messages), rows = { 0 };
	struct outbox outbox = { 0 };

	act(world, &outbox, &event);
	describe_rows(&outbox, &rows);
	assert_string_equal(buffer_text(&rows), expected);
	outbox_done(&outbox);
	world_free(world);
}

static void lines_become_rows(void **state)
{
	json_t *messages = json_array();

	(void) state;
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", "bea", "hello"));
	json_array_append_new(messages, a_message(SECOND, "JOIN", "bea!b@h", ""));
	json_array_append_new(messages, a_message(SECOND, "PART", "bea!b@h", ""));
	json_array_append_new(messages, a_message(SECOND, "QUIT", "bea!b@h", "a reason"));
	json_array_append_new(messages, a_message(SECOND, "KICK", "bea", "cid two words"));
	json_array_append_new(messages, a_message(SECOND, "KICK", "bea", "cid "));
	json_array_append_new(messages, a_message(SECOND, "TOPIC", "bea", ""));
	json_array_append_new(messages, a_message(SECOND, "MODE", "bea", "+o cid"));
	json_array_append_new(messages, a_message(SECOND, "NICK", "bea", "cid"));
	assert_rows(RECORDED, messages,
		"1 bea|hello\n4 bea!b@h|* :bea\n5 bea!b@h|\n6 bea!b@h|:a reason\n"
		"8 bea|cid :two words\n8 bea|cid :\n9 bea|:\n10 bea|+o cid\n7 bea|cid");
}

static void what_papod_does_not_record_is_left_out(void **state)
{
	json_t *messages = json_array();

	(void) state;
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", "bea", ""));
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", "b ea", "x"));
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", ":bea", "x"));
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", "", "x"));
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", "bea", "x\ny"));
	json_array_append_new(messages, a_message(SECOND, "TAGMSG", "bea", "x"));
	json_array_append_new(messages, a_message(SECOND, "NICK", "bea", "c d"));
	json_array_append_new(messages, a_message(SECOND, "MODE", "bea", " +o"));
	json_array_append_new(messages, a_message(WALL_MS / 1000 - 30, "PRIVMSG", "bea", "x"));
	json_array_append_new(messages, a_message(WALL_MS / 1000 + 30, "PRIVMSG", "bea", "x"));
	json_array_append_new(messages, a_message(UINT32_MAX, "PRIVMSG", "bea", "x"));
	json_array_append_new(messages, a_message(INT64_MAX, "PRIVMSG", "bea", "x"));
	json_array_append_new(messages, a_message(5, "PRIVMSG", "bea", "x"));
	json_array_append_new(messages, a_message(SECOND, "JOIN", "bea!b@h", ""));
	assert_rows(
		"history: { enabled = true; channels = true; keep_days = 30; events = false; };",
		messages, "");
}

static void a_long_text_has_lines_that_fit(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 }, expected = { 0 };
	const size_t most = 510 - strlen(":bea PRIVMSG #a :");
	json_t *messages = json_array();

	(void) state;
	for (size_t i = 0; i < 1000; i++)
		buffer_put_byte(&text, 'x');
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", "bea", text.bytes));
	buffer_format(&expected, "1 bea|%.*s\r%.*s\r%s", (int) most, text.bytes, (int) most,
		text.bytes, text.bytes + 2 * most);
	assert_rows(RECORDED, messages, expected.bytes);
}

static uint64_t count_acts(const struct outbox *outbox)
{
	uint64_t n = 0;

	for (size_t i = 0; i < outbox->count; i++)
		n += outbox->effects[i].kind == EFFECT_LOG;
	return n;
}

static void ids_that_follow_are_higher(void **state)
{
	struct world *world = world_with_channel(RECORDED);
	json_t *messages = json_array();
	CLEANUP(buffer_done) struct buffer event = { 0 };
	struct outbox outbox = { 0 };

	(void) state;
	json_array_append_new(messages, a_message(SECOND, "PRIVMSG", "bea", "hello"));
	event = event_of(messages);
	act(world, &outbox, &event);
	world_set_time(world, NOW_MS, (SECOND - 600) * 1000, 42); /* the clock is put back */
	assert_true(msgid_next(world) > msgid_at(SECOND * 1000));
	assert_true(count_acts(&outbox));
	outbox_done(&outbox);
	world_free(world);
}

static void an_import_that_goes_on_is_noted_once(void **state)
{
	struct world *world = world_with_channel(RECORDED);
	json_t *parameters =
		json_pack("{s:s, s:[], s:b}", "channel", "#a", "messages", "continued", 1);
	CLEANUP(buffer_done) struct buffer event = { 0 };
	struct outbox outbox = { 0 };

	(void) state;
	assert_null(report_messages_put(parameters, &event));
	act(world, &outbox, &event);
	assert_int_equal(count_acts(&outbox), 0);
	json_decref(parameters);
	outbox_done(&outbox);
	world_free(world);
}

static void answers_of_the_store_are_counted(void **state)
{
	struct world *world = world_with_channel(RECORDED);
	json_t *messages = json_array(), *counts;
	CLEANUP(buffer_done)
	struct buffer event = { 0 }, question = { 0 }, reason = { 0 }, answer = { 0 }, rows = { 0 };
	struct outbox outbox = { 0 };
	struct report_messages lines;
	struct history_query query;

	(void) state;
	for (uint64_t i = 0; i < 5; i++)
		json_array_append_new(messages, a_message(SECOND + i, "PRIVMSG", "bea", "x"));
	json_array_append_new(messages, a_message(SECOND, "NONE", "bea", "x"));
	event = event_of(messages);
	assert_true(report_messages_ask(world, &event, &question, &lines, &reason));
	assert_true(history_query_load(question.bytes, question.length, &query));
	assert_int_equal(query.kind, HISTORY_QUERY_PRESENT);
	history_query_done(&query);
	pack_u64(&answer, HISTORY_ANSWER_PRESENT, 1);
	pack_u64(&answer, HISTORY_ANSWER_KEPT, msgid_at((SECOND + 2) * 1000));
	pack_u64(&answer, HISTORY_ANSWER_TOO_OLD, 2);
	assert_int_equal(report_messages_present(&answer), 3);
	report_messages_answer(&lines, &answer, &event);
	counts = report_messages_as_json(&lines);
	assert_int_equal(json_integer_value(json_object_get(counts, "new")), 2);
	assert_int_equal(json_integer_value(json_object_get(counts, "present")), 1);
	assert_int_equal(json_integer_value(json_object_get(counts, "tooOld")), 2);
	assert_int_equal(json_integer_value(json_object_get(counts, "unfit")), 1);
	json_decref(counts);
	act(world, &outbox, &event);
	describe_rows(&outbox, &rows);
	assert_string_equal(rows.bytes, "1 bea|x\n1 bea|x\n1 bea|x");
	outbox_done(&outbox);
	world_free(world);
}

static void refusals_have_reasons(void **state)
{
	static const struct {
		const char *config;
		const char *name;
		const char *reason;
	} rows[] = {
		{ RECORDED, "#b", "There is no channel #b" },
		{ "", "#a", "Messages are not recorded: history.enabled is off" },
		{ "history: { enabled = true; channels = false; };", "#a",
			"Messages in #a are not recorded" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct world *world = world_with_channel(rows[i].config);
		json_t *parameters = json_pack("{s:s}", "channel", rows[i].name);
		CLEANUP(buffer_done) struct buffer event = { 0 }, question = { 0 }, reason = { 0 };
		struct report_messages lines;

		assert_null(report_messages_put(parameters, &event));
		assert_false(report_messages_ask(world, &event, &question, &lines, &reason));
		assert_string_equal(reason.bytes, rows[i].reason);
		json_decref(parameters);
		world_free(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_rows),
		cmocka_unit_test(what_papod_does_not_record_is_left_out),
		cmocka_unit_test(a_long_text_has_lines_that_fit),
		cmocka_unit_test(ids_that_follow_are_higher),
		cmocka_unit_test(an_import_that_goes_on_is_noted_once),
		cmocka_unit_test(answers_of_the_store_are_counted),
		cmocka_unit_test(refusals_have_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
