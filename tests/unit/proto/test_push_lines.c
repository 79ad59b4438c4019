/* The lines between papod and papod-push. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/push_lines.h"

#define POINT                                                                                      \
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define AUTH "BTBZMqHH6r4Tts7J_aSIgg"

static struct push_message new_message(const char *text)
{
	return (struct push_message){
		.id = mem_text("1f-7"),
		.endpoint = mem_text("https://push.example.net/1"),
		.p256dh = mem_text(POINT),
		.auth = mem_text(AUTH),
		.topic = mem_text("a-_Z9"),
		.text = mem_text(text),
		.urgency = PUSH_URGENCY_HIGH,
		.ttl = 60,
	};
}

static void messages_come_back(void **state)
{
	CLEANUP(push_message_done)
	struct push_message message = new_message("@a=b :x PRIVMSG y :\x01\x02\"\\ tr\xc3\xa4umer");
	CLEANUP(push_message_done) struct push_message again = { 0 };
	CLEANUP(buffer_done) struct buffer line = { 0 };
	char reason[PUSH_REASON_BYTES];

	(void) state;
	push_format_message(&message, &line);
	assert_int_equal(line.bytes[line.length - 1], '\n');
	assert_null(memchr(line.bytes, '\n', line.length - 1));
	assert_true(push_parse_message(line.bytes, line.length - 1, reason, &again));
	assert_string_equal(again.id, message.id);
	assert_string_equal(again.endpoint, message.endpoint);
	assert_string_equal(again.p256dh, message.p256dh);
	assert_string_equal(again.auth, message.auth);
	assert_string_equal(again.topic, message.topic);
	assert_string_equal(again.text, message.text);
	assert_int_equal(again.urgency, message.urgency);
	assert_int_equal(again.ttl, message.ttl);
}

#define MESSAGE(id, endpoint, keys, rest) "{\"id\":" id ",\"endpoint\":" endpoint "," keys rest "}"
#define KEYS "\"p256dh\":\"" POINT "\",\"auth\":\"" AUTH "\","
#define REST "\"text\":\"x\",\"urgency\":\"low\",\"ttl\":0"
#define URL "\"https://push.example.net/1\""

static void malformed_messages_are_refused(void **state)
{
	static const struct {
		const char *line, *reason;
	} samples[] = {
		{ "", "" },
		{ "[]", "it is no JSON object" },
		{ "{}", "\"urgency\"" },
		{ MESSAGE("7", URL, KEYS, REST), "\"id\" is no string" },
		{ MESSAGE("\"\"", URL, KEYS, REST), "\"id\"" },
		{ MESSAGE("\"a b\"", URL, KEYS, REST), "\"id\"" },
		{ MESSAGE("\"a\"", "\"http://push.example.net/\"", KEYS, REST), "\"endpoint\"" },
		{ MESSAGE("\"a\"", "null", KEYS, REST), "\"endpoint\"" },
		{ MESSAGE("\"a\"", URL, "\"p256dh\":\"x\",\"auth\":\"y\",", REST), "\"p256dh\"" },
		{ MESSAGE("\"a\"", URL, KEYS, "\"urgency\":\"low\",\"ttl\":0"), "\"text\"" },
		{ MESSAGE("\"a\"", URL, KEYS, "\"text\":\"\",\"urgency\":\"low\",\"ttl\":0"),
			"\"text\"" },
		{ MESSAGE("\"a\"", URL, KEYS, "\"text\":\"x\",\"urgency\":\"now\",\"ttl\":0"),
			"\"urgency\"" },
		{ MESSAGE("\"a\"", URL, KEYS, "\"text\":\"x\",\"urgency\":\"low\",\"ttl\":-1"),
			"\"ttl\"" },
		{ MESSAGE("\"a\"", URL, KEYS, "\"text\":\"x\",\"urgency\":\"low\",\"ttl\":2419201"),
			"\"ttl\"" },
		{ MESSAGE("\"a\"", URL, KEYS, REST ",\"topic\":\"a b\""), "\"topic\"" },
		{ MESSAGE("\"a\"", URL, KEYS,
			  REST ",\"topic\":\"abcdefghijabcdefghijabcdefghijabc\""),
			"\"topic\"" },
	};
	struct push_message message;
	char reason[PUSH_REASON_BYTES];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(samples); i++) {
		size_t length = strlen(samples[i].line);

		if (push_parse_message(samples[i].line, length, reason, &message))
			fail_msg("%s was accepted", samples[i].line);
		assert_memory_equal(reason, samples[i].reason, strlen(samples[i].reason));
	}
}

static void a_text_has_at_most_3993_bytes(void **state)
{
	char text[PUSH_TEXT_BYTES + 2] = "", reason[PUSH_REASON_BYTES];

	(void) state;
	memset(text, 'x', PUSH_TEXT_BYTES);
	for (int i = 0; i < 2; i++) {
		CLEANUP(push_message_done) struct push_message message = new_message(text);
		CLEANUP(push_message_done) struct push_message again = { 0 };
		CLEANUP(buffer_done) struct buffer line = { 0 };

		push_format_message(&message, &line);
		assert_int_equal(
			push_parse_message(line.bytes, line.length - 1, reason, &again), i == 0);
		text[PUSH_TEXT_BYTES] = 'x';
	}
}

static struct push_answer parse_answer(const char *line)
{
	struct push_answer answer = { 0 };
	char reason[PUSH_REASON_BYTES];

	assert_true(push_parse_answer(line, strlen(line), reason, &answer));
	return answer;
}

static void answers_come_back(void **state)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	CLEANUP(push_answer_done) struct push_answer answer = { 0 };
	CLEANUP(push_answer_done) struct push_answer key = { 0 };

	(void) state;
	push_format_answer("1f-7", PUSH_RESULT_GONE, "it \"went\"", &line);
	answer = parse_answer(line.bytes);
	assert_null(answer.key);
	assert_string_equal(answer.id, "1f-7");
	assert_int_equal(answer.result, PUSH_RESULT_GONE);
	assert_string_equal(answer.reason, "it \"went\"");
	buffer_clear(&line);
	push_format_key(POINT, &line);
	key = parse_answer(line.bytes);
	assert_string_equal(key.key, POINT);
}

static void malformed_answers_are_refused(void **state)
{
	static const char *const lines[] = { "", "{", "[]", "{}", "{\"id\":\"a\"}",
		"{\"id\":\"a\",\"result\":\"done\"}", "{\"result\":\"sent\"}",
		"{\"id\":7,\"result\":\"sent\"}", "{\"id\":\"a\",\"result\":7}",
		"{\"id\":\"a\",\"result\":\"sent\",\"reason\":7}", "{\"key\":\"\"}",
		"{\"key\":\"x\"}", "{\"key\":7}", "{\"key\":\"" POINT "=\"}" };
	struct push_answer answer;
	char reason[PUSH_REASON_BYTES];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		if (push_parse_answer(lines[i], strlen(lines[i]), reason, &answer))
			fail_msg("%s was accepted", lines[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_back),
		cmocka_unit_test(malformed_messages_are_refused),
		cmocka_unit_test(a_text_has_at_most_3993_bytes),
		cmocka_unit_test(answers_come_back),
		cmocka_unit_test(malformed_answers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
