/* Requests that a gate passes to papod, and answers: what is loaded is what was saved, and frames
 * come in any pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/http_accept.h"
#include "proto/web_request.h"

static char target[] = "/metrics?a=b", accept_all[] = "*/*", token[] = "Bearer abc";
static char type[] = "text/plain", split_type[] = "text/plain\r\nSet-Cookie: a=b";

static struct web_request full_request(void)
{
	struct web_request request = {
		.method = HTTP_METHOD_POST,
		.is_head = true,
		.is_private = true,
		.target = target,
		.accept = accept_all,
		.authorization = token,
		.content_type = type,
		.signature = token,
		.event = type,
		.last_event_id = type,
	};

	assert_true(address_parse_range("192.0.2.1", &request.address));
	return request;
}

static bool load_saved_request(const struct web_request *request, struct web_request *ret_loaded)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	web_request_save(&bytes, request);
	return web_request_load(bytes.bytes, bytes.length, ret_loaded);
}

static bool is_request(const struct web_request *request)
{
	struct web_request loaded;
	bool is_loaded = load_saved_request(request, &loaded);

	if (is_loaded)
		web_request_done(&loaded);
	return is_loaded;
}

static bool is_answer(const struct web_answer *answer)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct web_answer loaded;
	bool is_loaded;

	web_answer_save(&bytes, answer);
	is_loaded = web_answer_load(buffer_text(&bytes), bytes.length, &loaded);
	if (is_loaded)
		web_answer_done(&loaded);
	return is_loaded;
}

/* The other side reads no frame that is longer. */
static void long_content_comes_in_several_frames(void **state)
{
	static const size_t lengths[] = { 0, 1, WEB_FRAME_BYTES, WEB_FRAME_BYTES + 1,
		3 * WEB_FRAME_BYTES };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		CLEANUP(buffer_done) struct buffer out = { 0 };
		size_t begun = web_frame_begin(&out), left = lengths[i], length;

		memset(buffer_extend(&out, left), 'x', left);
		web_content_end(&out, begun);
		for (; left; left -= length) {
			assert_int_equal(
				web_frame_look(&out, WEB_FRAME_BYTES, &length), WEB_FRAME_WHOLE);
			assert_true(length && length <= left);
			assert_int_equal(web_frame_bytes(&out)[length - 1], 'x');
			web_frame_drop(&out, length);
		}
		assert_int_equal(out.length, 0);
	}
}

static void a_request_is_loaded_as_it_was_saved(void **state)
{
	struct web_request request = full_request(), loaded;

	(void) state;
	assert_true(load_saved_request(&request, &loaded));
	assert_int_equal(loaded.method, HTTP_METHOD_POST);
	assert_true(loaded.is_head && loaded.is_private);
	assert_string_equal(loaded.target, target);
	assert_string_equal(loaded.accept, accept_all);
	assert_string_equal(loaded.authorization, token);
	assert_string_equal(loaded.content_type, type);
	assert_string_equal(loaded.signature, token);
	assert_string_equal(loaded.event, type);
	assert_string_equal(loaded.last_event_id, type);
	assert_memory_equal(&loaded.address, &request.address, sizeof(request.address));
	web_request_done(&loaded);
}

static void a_request_without_a_path_or_an_address_is_malformed(void **state)
{
	static char relative[] = "metrics";
	struct web_request request = full_request();

	(void) state;
	request.target = relative;
	assert_false(is_request(&request));
	request.target = NULL;
	assert_false(is_request(&request));
	request = full_request();
	request.address.family = ADDRESS_FAMILY_NONE;
	assert_false(is_request(&request));
	assert_true(address_parse_range("192.0.2.0/24", &request.address));
	assert_false(is_request(&request));
	request = full_request();
	request.method = HTTP_METHOD_OPTIONS + 1;
	assert_false(is_request(&request));
	assert_false(web_request_load("\1", 1, &request));
}

static void an_answer_cannot_add_lines_or_a_status_of_its_own(void **state)
{
	struct web_answer answer = { .status = HTTP_STATUS_OK, .content_type = type };

	(void) state;
	assert_true(is_answer(&answer));
	answer.allow = split_type;
	assert_false(is_answer(&answer));
	answer.allow = NULL;
	answer.content_type = split_type;
	assert_false(is_answer(&answer));
	answer.content_type = type;
	answer.status = 299;
	assert_false(is_answer(&answer));
	answer.status = HTTP_STATUS_CONTINUE;
	assert_false(is_answer(&answer));
	answer.status = 0;
	assert_false(is_answer(&answer));
}

static void frames_come_in_any_pieces(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	CLEANUP(buffer_done) struct buffer in = { 0 };
	size_t length;

	(void) state;
	web_frame_put(&out, "abc", 3);
	web_frame_put(&out, "", 0);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(web_frame_look(&in, 3, &length), WEB_FRAME_PARTIAL);
		buffer_put_byte(&in, out.bytes[i]);
	}
	assert_int_equal(web_frame_look(&in, 3, &length), WEB_FRAME_WHOLE);
	assert_int_equal(length, 3);
	assert_memory_equal(web_frame_bytes(&in), "abc", 3);
	assert_int_equal(web_frame_look(&in, 2, &length), WEB_FRAME_BAD);
	web_frame_drop(&in, 3);
	buffer_put(&in, out.bytes + 7, out.length - 7);
	assert_int_equal(web_frame_look(&in, 2, &length), WEB_FRAME_WHOLE);
	assert_int_equal(length, 0);
	web_frame_drop(&in, 0);
	assert_int_equal(in.length, 0);
}

static void the_type_that_is_named_more_precisely_counts(void **state)
{
	(void) state;
	assert_int_equal(http_accept_weight(NULL, "text/html", NULL), 1000);
	assert_int_equal(http_accept_weight("", "text/html", NULL), 0);
	assert_int_equal(http_accept_weight("*/*;q=0.1", "text/html", NULL), 100);
	assert_int_equal(http_accept_weight("*/*, text/*;q=0.2", "text/html", NULL), 200);
	assert_int_equal(http_accept_weight("text/html;q=0.3,text/*", "text/html", NULL), 300);
	assert_int_equal(http_accept_weight("TEXT/HTML ; Q=0", "text/html", NULL), 0);
	assert_int_equal(http_accept_weight("text/html;q=2, */*;q=0.5", "text/html", NULL), 0);
	assert_int_equal(http_accept_weight("text/htm*, textual/*", "text/html", NULL), 0);
}

static void another_version_does_not_count(void **state)
{
	(void) state;
	assert_int_equal(http_accept_weight("a/b;version=1", "a/b", "1"), 1000);
	assert_int_equal(http_accept_weight("a/b;version=\"1\";q=0.5", "a/b", "1"), 500);
	assert_int_equal(http_accept_weight("a/b;version=2", "a/b", "1"), 0);
	assert_int_equal(http_accept_weight("a/b;version=2, */*;q=0.1", "a/b", "1"), 100);
	assert_int_equal(http_accept_weight("a/b;version=2", "a/b", NULL), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_content_comes_in_several_frames),
		cmocka_unit_test(a_request_is_loaded_as_it_was_saved),
		cmocka_unit_test(a_request_without_a_path_or_an_address_is_malformed),
		cmocka_unit_test(an_answer_cannot_add_lines_or_a_status_of_its_own),
		cmocka_unit_test(frames_come_in_any_pieces),
		cmocka_unit_test(the_type_that_is_named_more_precisely_counts),
		cmocka_unit_test(another_version_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
