/* Bodies of notifications over HTTP, and their signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/hook.h"
#include "proto/web_signature.h"

#define JSON "application/json"

static char reason[HOOK_REASON_BYTES];

static bool parse(const char *content_type, const char *event, const char *text, struct hook *hook)
{
	const struct hook_body body = { content_type, event, text, strlen(text) };

	strcpy(reason, "");
	return hook_parse(&body, reason, hook);
}

static void check_lines(
	const char *content_type, const char *event, const char *text, const char *lines)
{
	CLEANUP(hook_done) struct hook hook = { 0 };

	assert_true(parse(content_type, event, text, &hook));
	assert_string_equal(buffer_text(&hook.lines), lines);
}

static void check_refused(
	const char *content_type, const char *event, const char *text, const char *why)
{
	struct hook hook;

	assert_false(parse(content_type, event, text, &hook));
	assert_non_null(strstr(reason, why));
}

static void a_text_is_split_into_lines(void **state)
{
	(void) state;
	check_lines(NULL, NULL, "one", "one\n");
	check_lines("text/plain", NULL, "\n one\r\n\r\n \ttwo\n\n", " one\n \ttwo\n");
	check_refused(NULL, NULL, " \n", "empty");
	check_refused(NULL, NULL, "a\rb", "carriage return");
	check_refused(NULL, NULL, "\xc3", "UTF-8");
}

static void json_names_channels(void **state)
{
	CLEANUP(hook_done) struct hook hook = { 0 };

	(void) state;
	assert_true(parse(JSON, NULL, "{\"text\":\"a\",\"channels\":[\"#a\",\"#b\"]}", &hook));
	assert_string_equal(hook.channels, "#a,#b");
	assert_int_equal(hook.n_lines, 1);
	check_refused(JSON, NULL, "{\"text\":\"a\",\"channels\":[]}", "channels");
	check_refused(JSON, NULL, "{\"text\":\"a\",\"channels\":[5]}", "channels");
	check_refused(JSON, NULL, "{\"text\":\"a\",\"channels\":[\"#a b\"]}", "channels");
	check_refused(JSON, NULL, "{\"txt\":\"a\"}", "text");
	check_refused(JSON, NULL, "[1]", "object");
}

static void long_texts_of_forges_are_shortened(void **state)
{
	char letters[121] = "", text[256], lines[256];

	(void) state;
	memset(letters, 'a', 120);
	snprintf(text, sizeof(text), "{\"ref\":\"%s\",\"ref_type\":\"branch\\u0002\"}", letters);
	snprintf(lines, sizeof(lines), "[] someone created branch  %.100s...\n", letters);
	check_lines(JSON, "create", text, lines);
}

static void forges_that_send_other_types_make_no_lines_of_them(void **state)
{
	(void) state;
	check_lines(JSON, "push", "{\"repository\":5,\"sender\":[],\"commits\":{},\"ref\":null}",
		"[] someone pushed 0 commits to \n");
	check_lines(JSON, "push", "{\"commits\":[5]}", "[] someone pushed 1 commit to \n    ()\n");
}

static void events_without_a_row_are_silent(void **state)
{
	CLEANUP(hook_done) struct hook hook = { 0 };

	(void) state;
	assert_true(parse(JSON, "watch", "{}", &hook));
	assert_int_equal(hook.n_lines, 0);
	assert_non_null(hook.is_silent);
}

static void forms_of_forges_are_refused(void **state)
{
	(void) state;
	check_refused(
		"application/x-www-form-urlencoded", "push", "payload={}", "application/json");
	check_refused("application/jsonp", "push", "{}", "application/json");
}

static void alerts_are_recognised(void **state)
{
	(void) state;
	check_lines(JSON, NULL,
		"{\"groupKey\":\"\",\"alerts\":[{\"labels\":{\"alertname\":\"A\"}}],"
		"\"truncatedAlerts\":2}",
		"[firing] A\nand 2 more alerts\n");
	check_refused(JSON, NULL, "{\"alerts\":[]}", "text");
}

/* From GitHub's manual, "Validating webhook deliveries". */
static void a_signature_is_that_of_the_forges(void **state)
{
	static const char secret[] = "It's a Secret to Everybody", body[] = "Hello, World!";
	static const char digits[] =
		"757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
	char wrong[] = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

	(void) state;
	assert_true(web_signature_is_right(digits, secret, body, strlen(body)));
	assert_true(web_signature_is_right(wrong, secret, body, strlen(body)));
	assert_false(web_signature_is_right(digits, secret, body, strlen(body) - 1));
	assert_false(web_signature_is_right(digits, "", body, strlen(body)));
	assert_false(web_signature_is_right(digits + 1, secret, body, strlen(body)));
	assert_false(web_signature_is_right("", secret, body, strlen(body)));
	wrong[strlen(wrong) - 1] = '6';
	assert_false(web_signature_is_right(wrong, secret, body, strlen(body)));
	wrong[strlen(wrong) - 1] = 'g';
	assert_false(web_signature_is_right(wrong, secret, body, strlen(body)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_split_into_lines),
		cmocka_unit_test(json_names_channels),
		cmocka_unit_test(long_texts_of_forges_are_shortened),
		cmocka_unit_test(forges_that_send_other_types_make_no_lines_of_them),
		cmocka_unit_test(events_without_a_row_are_silent),
		cmocka_unit_test(forms_of_forges_are_refused),
		cmocka_unit_test(alerts_are_recognised),
		cmocka_unit_test(a_signature_is_that_of_the_forges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
