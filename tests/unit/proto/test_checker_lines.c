/* The lines between papod and outside checkers: papod-checker(7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/checker_lines.h"

#define SECRET "correct horse battery staple"

static char *const password_texts[CHECKER_TEXT_COUNT] = {
	[CHECKER_TEXT_ACCOUNT] = (char[]){ "ana" },
	[CHECKER_TEXT_PASSWORD] = (char[]){ SECRET },
	[CHECKER_TEXT_ADDRESS] = (char[]){ "192.0.2.1" },
	[CHECKER_TEXT_CERTIFICATE] = (char[]){ "00ff" },
	[CHECKER_TEXT_LISTENER] = (char[]){ "tls" },
};

static char *const token_texts[CHECKER_TEXT_COUNT] = {
	[CHECKER_TEXT_MECHANISM] = (char[]){ "IRCV3BEARER" },
	[CHECKER_TEXT_TOKEN] = (char[]){ SECRET },
	[CHECKER_TEXT_TOKEN_TYPE] = (char[]){ "jwt" },
};

static struct checker_request make_request(
	uint64_t id, enum checker_kind kind, char *const texts[CHECKER_TEXT_COUNT])
{
	struct checker_request request = { .id = id, .kind = kind };

	memcpy(request.texts, texts, sizeof(request.texts));
	return request;
}

static void assert_request(const struct checker_request *request, const char *line)
{
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };

	assert_true(checker_format_request(request, &out));
	assert_string_equal(out.bytes, line);
}

static void a_request_has_what_is_known(void **state)
{
	struct checker_request request = make_request(1, CHECKER_KIND_PASSWORD, password_texts);

	(void) state;
	request.uses_tls = true;
	assert_request(&request,
		"{\"id\":1,\"kind\":\"password\",\"account\":\"ana\",\"password\":\"" SECRET
		"\",\"address\":\"192.0.2.1\",\"certificate\":\"00ff\",\"listener\":\"tls\","
		"\"tls\":true}\n");
	request = make_request(CHECKER_MOST_ID, CHECKER_KIND_TOKEN, token_texts);
	assert_request(&request,
		"{\"id\":9223372036854775807,\"kind\":\"token\",\"mechanism\":\"IRCV3BEARER\","
		"\"token\":\"" SECRET "\",\"token_type\":\"jwt\",\"tls\":false}\n");
}

static void a_request_is_read_as_it_was_written(void **state)
{
	static const char odd[] = "\"\\/\b\f\n\r\t\x01\x1f\x7f{}[],: zo\xc3\xab \xf0\x9f\x8c\xb1";
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	struct checker_request request = make_request(7, CHECKER_KIND_PASSWORD, password_texts);
	struct checker_request again;
	char reason[CHECKER_REASON_BYTES];

	(void) state;
	request.texts[CHECKER_TEXT_PASSWORD] = mem_text(odd);
	assert_true(checker_format_request(&request, &out));
	assert_true(checker_parse_request(out.bytes, out.length - 1, reason, &again));
	assert_int_equal(again.id, 7);
	assert_int_equal(again.kind, CHECKER_KIND_PASSWORD);
	assert_false(again.uses_tls);
	assert_string_equal(again.texts[CHECKER_TEXT_PASSWORD], odd);
	assert_string_equal(again.texts[CHECKER_TEXT_ADDRESS], "192.0.2.1");
	assert_null(again.texts[CHECKER_TEXT_TOKEN]);
	checker_request_done(&again);
	mem_free_secret(request.texts[CHECKER_TEXT_PASSWORD]);
}

static void what_cannot_be_written_leaves_nothing(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	CLEANUP(mem_freep) char *controls = mem_new(CHECKER_LINE_BYTES);
	struct checker_request request = make_request(7, CHECKER_KIND_PASSWORD, password_texts);
	char no_utf8[] = "\xff";

	(void) state;
	buffer_put_text(&out, "before");
	request.texts[CHECKER_TEXT_ACCOUNT] = no_utf8;
	assert_false(checker_format_request(&request, &out));
	assert_string_equal(out.bytes, "before");
	memset(controls, '\x01', CHECKER_LINE_BYTES / 6);
	request.texts[CHECKER_TEXT_ACCOUNT] = controls;
	assert_false(checker_format_request(&request, &out));
	assert_string_equal(out.bytes, "before");
	assert_null(memmem(out.bytes, out.capacity, SECRET, strlen(SECRET)));
}

static void assert_request_refused(const char *line, const char *why)
{
	struct checker_request request;
	char reason[CHECKER_REASON_BYTES];

	assert_false(checker_parse_request(line, strlen(line), reason, &request));
	assert_string_equal(reason, why);
}

static void a_request_without_its_parts_is_refused(void **state)
{
	(void) state;
	assert_request_refused("{\"id\":1}", "\"kind\" is no string");
	assert_request_refused("{\"kind\":\"token\"}", "\"id\" is no positive integer");
	assert_request_refused("{\"id\":0,\"kind\":\"token\"}", "\"id\" is no positive integer");
	assert_request_refused("{\"id\":1.0,\"kind\":\"token\"}", "\"id\" is no positive integer");
	assert_request_refused(
		"{\"id\":1,\"kind\":\"password\",\"account\":\"ana\"}", "\"password\" is missing");
	assert_request_refused(
		"{\"id\":1,\"kind\":\"password\",\"password\":\"x\"}", "\"account\" is missing");
	assert_request_refused("{\"id\":1,\"kind\":\"token\",\"mechanism\":\"OAUTHBEARER\"}",
		"\"token\" is missing");
	assert_request_refused(
		"{\"id\":1,\"kind\":\"password\",\"account\":1}", "\"account\" is no string");
	assert_request_refused("[]", "it is no JSON object");
	assert_request_refused("{\"id\":1,\"id\":1}",
		"the JSON is damaged at line 1, column 12: duplicate object key");
}

static void a_request_of_another_kind_can_be_answered(void **state)
{
	const char *line = "{\"id\":5,\"kind\":\"fingerprint\",\"account\":null}";
	struct checker_request request;
	char reason[CHECKER_REASON_BYTES];

	(void) state;
	assert_true(checker_parse_request(line, strlen(line), reason, &request));
	assert_int_equal(request.kind, CHECKER_KIND_UNKNOWN);
	assert_int_equal(request.id, 5);
	checker_request_done(&request);
}

static void assert_answer(
	const char *line, enum checker_result result, const char *account, const char *text)
{
	struct checker_answer answer;
	char reason[CHECKER_REASON_BYTES];

	assert_true(checker_parse_answer(line, strlen(line), reason, &answer));
	assert_int_equal(answer.id, 3);
	assert_int_equal(answer.result, result);
	assert_string_equal(answer.account ? answer.account : "-", account);
	assert_string_equal(answer.text ? answer.text : "-", text);
	checker_answer_done(&answer);
}

static void answers_are_understood(void **state)
{
	(void) state;
	assert_answer(
		"{\"id\":3,\"result\":\"ok\",\"account\":\"Ana\"}", CHECKER_RESULT_OK, "Ana", "-");
	assert_answer(" { \"result\" : \"no\", \"new\": [1], \"id\" : 3 } \r", CHECKER_RESULT_NO,
		"-", "-");
	assert_answer("{\"id\":3,\"result\":\"no\",\"account\":7,\"text\":\"it has expired\"}",
		CHECKER_RESULT_NO, "-", "it has expired");
	assert_answer("{\"id\":3,\"result\":\"busy\"}", CHECKER_RESULT_BUSY, "-", "-");
	assert_answer("{\"id\":3,\"result\":\"error\",\"text\":\"no LDAP\"}", CHECKER_RESULT_ERROR,
		"-", "no LDAP");
}

static void answers_are_read_as_they_were_written(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	char account[] = "ana", text[] = "a \"b\"";
	struct checker_answer answer = { 3, CHECKER_RESULT_OK, account, text };

	(void) state;
	assert_true(checker_format_answer(&answer, &out));
	assert_string_equal(out.bytes,
		"{\"id\":3,\"result\":\"ok\",\"account\":\"ana\",\"text\":\"a \\\"b\\\"\"}\n");
	assert_answer(out.bytes, CHECKER_RESULT_OK, "ana", "a \"b\"");
}

static void assert_answer_refused(const char *line, const char *why)
{
	struct checker_answer answer;
	char reason[CHECKER_REASON_BYTES];

	assert_false(checker_parse_answer(line, strlen(line), reason, &answer));
	assert_string_equal(reason, why);
}

static void nonsense_is_no_answer(void **state)
{
	(void) state;
	assert_answer_refused("", "the JSON is damaged at line 1, column 0: '[' or '{' expected");
	assert_answer_refused(
		"<html>", "the JSON is damaged at line 1, column 1: '[' or '{' expected");
	assert_answer_refused("{\"result\":\"no\"}", "\"id\" is no positive integer");
	assert_answer_refused("{\"id\":\"3\",\"result\":\"no\"}", "\"id\" is no positive integer");
	assert_answer_refused("{\"id\":3,\"result\":\"yes\"}",
		"\"result\" is not \"ok\", \"no\", \"busy\" or \"error\"");
	assert_answer_refused("{\"id\":3,\"result\":true}",
		"\"result\" is not \"ok\", \"no\", \"busy\" or \"error\"");
	assert_answer_refused("{\"id\":3,\"result\":\"no\",\"text\":7}", "\"text\" is no string");
}

static void an_account_has_a_name(void **state)
{
	char line[CHECKER_NAME_BYTES + 100], name[CHECKER_NAME_BYTES + 2] = "";

	(void) state;
	assert_answer_refused(
		"{\"id\":3,\"result\":\"ok\"}", "\"account\" is no name of an account");
	assert_answer_refused("{\"id\":3,\"result\":\"ok\",\"account\":\"\"}",
		"\"account\" is no name of an account");
	assert_answer_refused("{\"id\":3,\"result\":\"ok\",\"account\":\"a\\u0007\"}",
		"\"account\" is no name of an account");
	memset(name, 'a', CHECKER_NAME_BYTES);
	snprintf(line, sizeof(line), "{\"id\":3,\"result\":\"ok\",\"account\":\"%s\"}", name);
	assert_answer(line, CHECKER_RESULT_OK, name, "-");
	name[CHECKER_NAME_BYTES] = 'a';
	snprintf(line, sizeof(line), "{\"id\":3,\"result\":\"ok\",\"account\":\"%s\"}", name);
	assert_answer_refused(line, "\"account\" is no name of an account");
}

static void a_line_has_at_most_65536_bytes(void **state)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	struct checker_answer answer;
	char reason[CHECKER_REASON_BYTES];

	(void) state;
	buffer_put_text(&line, "{\"id\":3,\"result\":\"no\"}");
	memset(buffer_extend(&line, CHECKER_LINE_BYTES - line.length), ' ',
		CHECKER_LINE_BYTES - strlen("{\"id\":3,\"result\":\"no\"}"));
	assert_true(checker_parse_answer(line.bytes, line.length, reason, &answer));
	buffer_put_byte(&line, ' ');
	assert_false(checker_parse_answer(line.bytes, line.length, reason, &answer));
	assert_string_equal(reason, "it is longer than 65536 bytes");
}

static void a_deep_tree_is_refused(void **state)
{
	char line[66] = "";

	(void) state;
	memset(line, '[', 65);
	assert_answer_refused(
		line, "the JSON has too many parts: at most 64 lists, objects and commas");
}

void __real_free(void *memory);
void __wrap_free(void *memory);

void __wrap_free(void *memory)
{
	if (memory && memmem(memory, malloc_usable_size(memory), SECRET, strlen(SECRET)))
		fail_msg("memory that is freed holds a secret");
	__real_free(memory);
}

/* Each holds the secret; no reason may. */
static const char *const with_secret[] = {
	"{\"id\":1,\"kind\":\"password\",\"account\":\"ana\",\"password\":\"" SECRET "\"}",
	"{\"id\":1,\"kind\":\"token\",\"token\":\"" SECRET "\"}",
	"{\"id\":1,\"kind\":\"" SECRET "\"}",
	"{\"id\":\"" SECRET "\",\"kind\":\"token\"}",
	"{\"id\":1,\"" SECRET "\":1,\"" SECRET "\":1}",
	"{\"id\":1,\"password\":\"" SECRET,
	"{\"id\":1,\"password\":" SECRET "}",
	"{\"id\":1,\"password\":\"" SECRET "\\x\"}",
	"\"" SECRET "\"",
};

static void no_secret_stays_anywhere(void **state)
{
	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(with_secret); i++) {
		char reason[CHECKER_REASON_BYTES] = "";
		struct checker_request request;

		if (!checker_parse_request(
			    with_secret[i], strlen(with_secret[i]), reason, &request)) {
			assert_null(strstr(reason, SECRET));
			continue;
		}
		checker_request_done(&request);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_has_what_is_known),
		cmocka_unit_test(a_request_is_read_as_it_was_written),
		cmocka_unit_test(what_cannot_be_written_leaves_nothing),
		cmocka_unit_test(a_request_without_its_parts_is_refused),
		cmocka_unit_test(a_request_of_another_kind_can_be_answered),
		cmocka_unit_test(answers_are_understood),
		cmocka_unit_test(answers_are_read_as_they_were_written),
		cmocka_unit_test(nonsense_is_no_answer),
		cmocka_unit_test(an_account_has_a_name),
		cmocka_unit_test(a_line_has_at_most_65536_bytes),
		cmocka_unit_test(a_deep_tree_is_refused),
		cmocka_unit_test(no_secret_stays_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
