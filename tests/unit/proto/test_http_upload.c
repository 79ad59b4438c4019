/* What requests say of files, and the heads of stored files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/http_upload.h"
#include "proto/upload_head.h"

/* The text lives in the buffer. */
static void parse(struct buffer *text, const char *fields, struct http_request *ret_request)
{
	const char *reason = NULL;

	buffer_clear(text);
	buffer_format(text, "POST /up HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", fields);
	assert_int_equal(
		http_parse(text->bytes, text->length, ret_request, &reason), HTTP_STATUS_OK);
}

static void assert_type(const char *given, const char *expected)
{
	CLEANUP(buffer_done) struct buffer text = { 0 }, field = { 0 };
	char type[UPLOAD_TYPE_BYTES] = "";
	struct http_request request;

	buffer_format(&field, "Content-Type: %s", given);
	parse(&text, field.bytes, &request);
	assert_int_equal(http_upload_type(&request, type), expected != NULL);
	if (expected)
		assert_string_equal(type, expected);
}

static void a_type_is_read_without_its_parameters(void **state)
{
	(void) state;
	assert_type("image/png", "image/png");
	assert_type("Text/PLAIN ; charset=utf-8", "text/plain");
	assert_type("image/svg+xml;", "image/svg+xml");
	assert_type("image", NULL);
	assert_type("image/", NULL);
	assert_type("/png", NULL);
	assert_type("image/*", NULL);
	assert_type("a/b/c", NULL);
	assert_type("a/b c", NULL);
	assert_type("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/bb", NULL);
}

static void lists_of_types_may_have_asterisks(void **state)
{
	static char png[] = "image/png", audio[] = "audio/*", all[] = "*/*";
	static char *const list[] = { png, audio }, *const any[] = { all };

	(void) state;
	assert_true(http_type_is_in("image/png", list, 2));
	assert_true(http_type_is_in("audio/ogg", list, 2));
	assert_false(http_type_is_in("image/gif", list, 2));
	assert_false(http_type_is_in("audiox/ogg", list, 2));
	assert_true(http_type_is_in("text/html", any, 1));
	assert_false(http_type_is_in("text/html", any, 0));
}

static void what_can_run_has_no_type(void **state)
{
	static const char *const types[] = { "text/html", "image/svg+xml", "text/xml",
		"application/pdf", "text/javascript", "text/css", "application/x-unheard-of" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		assert_false(http_served_type(types[i])->is_shown);
		assert_string_equal(
			http_served_type(types[i])->content_type, "application/octet-stream");
	}
	assert_true(http_served_type("image/png")->is_shown);
	assert_string_equal(
		http_served_type("text/plain")->content_type, "text/plain; charset=utf-8");
}

static void assert_name(const char *parameters, const char *expected)
{
	CLEANUP(buffer_done) struct buffer text = { 0 }, field = { 0 };
	struct http_request request;
	char name[UPLOAD_NAME_BYTES];

	buffer_format(&field, "Content-Disposition: attachment%s", parameters);
	parse(&text, field.bytes, &request);
	http_upload_name(&request, name);
	assert_string_equal(name, expected);
}

static void names_are_cleaned(void **state)
{
	(void) state;
	assert_name("", "");
	assert_name("; filename=a.png", "a.png");
	assert_name(" ; FileName = \"a b.png\" ; x=y", "a b.png");
	assert_name("; filename=\"a\\\"b\\\\c.png\"", "c.png");
	assert_name("; filename=\"/etc/passwd\"", "passwd");
	assert_name("; filename=\"C:\\\\a\\\\b.txt\"", "b.txt");
	assert_name("; filename=\"...\"", "");
	assert_name("; filename=\" .a. \"", "a");
	assert_name("; filename=\"a:b*c?<d>|\"", "a_b_c__d__");
	assert_name("; filename=\"unfinished", "unfinished");
	assert_name("; filename=x; filename*=UTF-8''%c3%a4", "\xc3\xa4");
	assert_name("; filename*=UTF-8'de'a%20b; filename=x", "a b");
	assert_name("; filename*=latin1''%e4; filename=x", "x");
	assert_name("; filename*=UTF-8''a%00b%0d%0ac", "a_b__c");
	assert_name("; filename*=UTF-8''a%2fb", "b");
	assert_name("; filename*=UTF-8''%e2%80%aeb%c2%85c%ef%bb%bfd", "bcd");
	assert_name("; filename*=UTF-8''%ffa%", "_a_");
	assert_name("; filename*=UTF-8''%e2%80%ae.%e2%80%ae.a", "a");
	assert_name("; filename*", "");
	assert_name("; =; ;;filename", "");
}

static void a_long_name_is_cut_between_characters(void **state)
{
	CLEANUP(buffer_done) struct buffer parameter = { 0 };
	char expected[UPLOAD_NAME_BYTES] = "";

	(void) state;
	buffer_put_text(&parameter, "; filename*=UTF-8''");
	for (int i = 0; i < 100; i++)
		buffer_put_text(&parameter, "%c3%a4");
	for (int i = 0; i < 59; i++)
		strcat(expected, "\xc3\xa4");
	assert_name(parameter.bytes, expected);
}

static void a_disposition_is_coded(void **state)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	(void) state;
	http_put_disposition(&line, false, "\xc3\xa4 '\".png");
	assert_string_equal(line.bytes,
		"Content-Disposition: attachment; filename*=UTF-8''%C3%A4%20%27%22.png\r\n");
	buffer_clear(&line);
	http_put_disposition(&line, true, "");
	assert_string_equal(line.bytes, "Content-Disposition: inline\r\n");
}

static void assert_credentials(
	const char *value, enum http_credentials expected, const char *message, size_t length)
{
	CLEANUP(buffer_done) struct buffer text = { 0 }, field = { 0 }, found = { 0 };
	struct http_request request;

	buffer_format(&field, "%s%s", value ? "Authorization: " : "X: y", value ? value : "");
	parse(&text, field.bytes, &request);
	assert_int_equal(http_read_credentials(&request, &found), expected);
	assert_int_equal(found.length, length);
	if (length)
		assert_memory_equal(found.bytes, message, length);
}

static void credentials_become_messages_of_sasl(void **state)
{
	static const char token[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";
	CLEANUP(buffer_done) struct buffer bearer = { 0 };

	(void) state;
	assert_credentials(NULL, HTTP_CREDENTIALS_NONE, NULL, 0);
	assert_credentials("basic YW5hOnNlOnNhbWU=", HTTP_CREDENTIALS_PLAIN, "\0ana\0se:same", 12);
	assert_credentials("Basic YW5h", HTTP_CREDENTIALS_MALFORMED, NULL, 0);	   /* ana */
	assert_credentials("Basic OmE=", HTTP_CREDENTIALS_MALFORMED, NULL, 0);	   /* :a */
	assert_credentials("Basic YTo=", HTTP_CREDENTIALS_MALFORMED, NULL, 0);	   /* a: */
	assert_credentials("Basic YQA6Yg==", HTTP_CREDENTIALS_MALFORMED, NULL, 0); /* a NUL :b */
	assert_credentials("Basic YW5hOng", HTTP_CREDENTIALS_MALFORMED, NULL, 0);
	assert_credentials("Basic", HTTP_CREDENTIALS_MALFORMED, NULL, 0);
	assert_credentials("Digest a", HTTP_CREDENTIALS_MALFORMED, NULL, 0);
	assert_credentials("Bearer a b", HTTP_CREDENTIALS_MALFORMED, NULL, 0);
	assert_credentials("Bearer", HTTP_CREDENTIALS_MALFORMED, NULL, 0);
	assert_credentials("Bearer aB1-._~+/=", HTTP_CREDENTIALS_BEARER,
		"n,,\1auth=Bearer aB1-._~+/=\1\1", 28);
	buffer_format(&bearer, "BEARER  %s", token);
	assert_credentials(bearer.bytes, HTTP_CREDENTIALS_TOKEN, token, 80);
}

static void assert_expectation(const char *fields, enum http_status expected)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct http_request request;

	parse(&text, fields, &request);
	assert_int_equal(http_read_expectation(&request), expected);
}

static void only_continue_can_be_expected(void **state)
{
	(void) state;
	assert_expectation("X: y", HTTP_STATUS_OK);
	assert_expectation("Expect: 100-Continue", HTTP_STATUS_CONTINUE);
	assert_expectation("Expect: 200-ok", HTTP_STATUS_EXPECTATION_FAILED);
	assert_expectation("Expect: 100-continue, x", HTTP_STATUS_EXPECTATION_FAILED);
}

static void heads_are_saved_and_loaded(void **state)
{
	const struct upload_head head = {
		.account = 17, .length = UINT64_MAX, .type = "image/png", .name = "a"
	};
	uint8_t bytes[UPLOAD_HEAD_BYTES];
	struct upload_head loaded;

	(void) state;
	upload_head_save(&head, bytes);
	assert_true(upload_head_load(bytes, &loaded));
	assert_memory_equal(&loaded, &head, sizeof(head));
	bytes[0] ^= 1;
	assert_false(upload_head_load(bytes, &loaded));
	bytes[0] ^= 1;
	bytes[8] += 1; /* the length of the fields */
	assert_false(upload_head_load(bytes, &loaded));
	bytes[10] = 1;
	assert_false(upload_head_load(bytes, &loaded));
	memset(bytes, 0, sizeof(bytes));
	assert_false(upload_head_load(bytes, &loaded));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_type_is_read_without_its_parameters),
		cmocka_unit_test(lists_of_types_may_have_asterisks),
		cmocka_unit_test(what_can_run_has_no_type),
		cmocka_unit_test(names_are_cleaned),
		cmocka_unit_test(a_long_name_is_cut_between_characters),
		cmocka_unit_test(a_disposition_is_coded),
		cmocka_unit_test(credentials_become_messages_of_sasl),
		cmocka_unit_test(only_continue_can_be_expected),
		cmocka_unit_test(heads_are_saved_and_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
