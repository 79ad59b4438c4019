/* Requests that papod answers: how they survive its end, what it may send, and how many fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "passing_house.h"

#define RETRY_MS 100
#define MOST_PASSED 512
#define MOST_OF_NETWORK (MOST_PASSED / 4)

static int n_news;

static void note_news(void *data)
{
	(void) data;
	n_news++;
}

static struct passed *make_from(struct passing_house *scene, const char *from)
{
	struct address address = passing_house_address(from);

	n_news = 0;
	return passed_new(scene->passing, &address, note_news, NULL);
}

static void begin(struct passed *passed, const struct buffer *body)
{
	struct web_request request = { .target = (char[]){ "/metrics" } };

	request.address = passing_house_address("192.0.2.1");
	passed_begin(passed, &request, body);
}

/* One that papod has read. */
static struct passed *pass(struct passing_house *scene)
{
	const struct buffer body = { .bytes = (char[]){ "body" }, .length = 4 };
	struct passed *passed = make_from(scene, "192.0.2.1");

	assert_non_null(passed);
	begin(passed, &body);
	passing_house_turn(scene);
	passing_house_expect_request(scene);
	assert_string_equal(scene->request.target, "/metrics");
	assert_string_equal(scene->body.bytes, "body");
	assert_int_equal(passed_take(passed), PASSED_WAITS);
	return passed;
}

static void say_ok(struct passing_house *scene)
{
	passing_house_say_head(scene,
		&(struct web_answer){ .status = 200, .content_type = (char[]){ "text/plain" } });
}

static void expect_content(struct passed *passed, const char *text)
{
	const char *bytes;
	size_t length;

	assert_int_equal(passed_take(passed), PASSED_CONTENT);
	bytes = passed_content(passed, &length);
	assert_int_equal(length, strlen(text));
	assert_memory_equal(bytes, text, length);
}

static void expect_lost(const struct passing_house *scene, struct passed *passed)
{
	assert_int_equal(passed_take(passed), PASSED_LOST);
	assert_int_equal(passed_take(passed), PASSED_LOST);
	assert_true(passing_next_deadline(scene->passing) == UINT64_MAX ||
		    passing_next_deadline(scene->passing) > scene->house->now_ms);
	passed_free(passed);
}

/* Answers */

static void parts_come_in_their_order(void **state)
{
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	say_ok(scene);
	passing_house_say_frame(scene, "one");
	passing_house_say_frame(scene, "two");
	passing_house_say_frame(scene, "");
	passing_house_turn(scene);
	assert_true(n_news > 0);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	assert_int_equal(passed_answer(passed)->status, 200);
	assert_string_equal(passed_answer(passed)->content_type, "text/plain");
	expect_content(passed, "one");
	expect_content(passed, "two");
	assert_int_equal(passed_take(passed), PASSED_END);
	passed_free(passed);
	assert_true(passing_house_is_closed(scene));
}

static void frames_may_come_byte_by_byte(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	say_ok(scene);
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	web_frame_put(&out, "hello", 5);
	n_news = 0;
	for (size_t i = 0; i < out.length; i++) {
		assert_int_equal(passed_take(passed), PASSED_WAITS);
		assert_int_equal(n_news, 0);
		passing_house_say(scene, out.bytes + i, 1);
		passing_house_turn(scene);
	}
	assert_int_equal(n_news, 1);
	expect_content(passed, "hello");
	passed_free(passed);
}

static void a_large_body_goes_as_papod_reads(void **state)
{
	CLEANUP(buffer_done) struct buffer body = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed = make_from(scene, "192.0.2.1");

	for (int i = 0; i < WEB_BODY_BYTES; i++)
		buffer_put_byte(&body, (char) (i * 7));
	begin(passed, &body);
	passing_house_expect_request(scene);
	assert_int_equal(scene->body.length, body.length);
	assert_memory_equal(scene->body.bytes, body.bytes, body.length);
	say_ok(scene);
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	passed_free(passed);
}

/* A client that reads slowly makes papod wait, and costs no memory here. */
static void papod_is_read_only_as_parts_are_taken(void **state)
{
	static char content[WEB_FRAME_BYTES];
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);
	size_t n_sent = 0, n_turns = 0, n_taken = 0;
	ssize_t n;

	say_ok(scene);
	for (int i = 0; i < 32; i++)
		web_frame_put(&out, content, sizeof(content));
	web_frame_put(&out, "", 0);
	passing_house_turn(scene);
	while (n_turns++ < 200) {
		n = send(scene->fd, out.bytes + n_sent, out.length - n_sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		n_sent += n > 0 ? (size_t) n : 0;
		passing_house_turn(scene);
	}
	assert_true(n_sent < out.length / 2);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	for (enum passed_part part = PASSED_WAITS; part != PASSED_END;) {
		n = send(scene->fd, out.bytes + n_sent, out.length - n_sent,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		n_sent += n > 0 ? (size_t) n : 0;
		part = passed_take(passed);
		n_taken += part == PASSED_CONTENT;
		assert_int_not_equal(part, PASSED_LOST);
		if (part == PASSED_WAITS)
			passing_house_turn(scene);
	}
	assert_int_equal(n_taken, 32);
	passed_free(passed);
}

/* It was restarted after its last byte. */
static void what_papod_has_left_is_read_to_its_end(void **state)
{
	static char content[40000];
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);
	int n_taken = 0;

	say_ok(scene);
	web_frame_put(&out, content, sizeof(content));
	web_frame_put(&out, content, sizeof(content));
	web_frame_put(&out, "", 0);
	passing_house_say(scene, out.bytes, out.length);
	passing_house_lose_papod(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	for (enum passed_part part = PASSED_WAITS; part != PASSED_END;) {
		part = passed_take(passed);
		assert_int_not_equal(part, PASSED_LOST);
		n_taken += part == PASSED_CONTENT;
		passing_house_turn(scene);
	}
	assert_int_equal(n_taken, 2);
	passed_free(passed);
}

/* Lengths that lie, and heads that are none */

static void a_frame_that_is_too_long_ends_the_answer(void **state)
{
	const uint8_t lengths[][4] = { { 0xff, 0xff, 0xff, 0xff }, { 1, 0, 1, 0 } };
	struct passing_house *scene = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		struct passed *passed = pass(scene);

		passing_house_say(scene, lengths[i], sizeof(lengths[i]));
		passing_house_turn(scene);
		assert_true(n_news > 0);
		expect_lost(scene, passed);
		assert_true(passing_house_is_closed(scene));
	}
}

static void a_long_frame_in_the_middle_ends_the_answer(void **state)
{
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	say_ok(scene);
	passing_house_say_frame(scene, "one");
	passing_house_say(scene, "\xff\xff\xff\x7f", 4);
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	expect_content(passed, "one");
	expect_lost(scene, passed);
}

static void malformed_heads_end_the_answer(void **state)
{
	const struct web_answer heads[] = {
		{ .status = 0 },
		{ .status = 199 },
		{ .status = 299 },
		{ .status = 200, .content_type = (char[]){ "text/plain\r\nSet-Cookie: a=b" } },
		{ .status = 405, .allow = (char[]){ "GET\n" } },
	};
	struct passing_house *scene = *state;
	struct passed *passed;

	for (size_t i = 0; i < ARRAY_LENGTH(heads); i++) {
		passed = pass(scene);
		passing_house_say_head(scene, &heads[i]);
		passing_house_turn(scene);
		assert_int_equal(passed_take(passed), PASSED_LOST);
		passed_free(passed);
	}
	passed = pass(scene);
	passing_house_say_frame(scene, "");
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_LOST);
	passed_free(passed);
}

/* papod ends */

static void a_request_that_papod_had_is_not_repeated(void **state)
{
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	passing_house_lose_papod(scene);
	assert_int_equal(n_news, 1);
	passing_house_find_papod(scene);
	passing_house_pass_time(scene, RETRY_MS);
	assert_false(passing_house_is_asked(scene));
	expect_lost(scene, passed);
}

static void half_a_frame_is_no_content(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	say_ok(scene);
	web_frame_put(&out, "hello", 5);
	passing_house_say(scene, out.bytes, out.length - 1);
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	assert_int_equal(passed_take(passed), PASSED_WAITS);
	n_news = 0;
	passing_house_lose_papod(scene);
	assert_int_equal(n_news, 1);
	expect_lost(scene, passed);
}

static void a_request_waits_while_papod_is_away(void **state)
{
	const struct buffer body = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed;

	passing_house_lose_papod(scene);
	passed = make_from(scene, "192.0.2.1");
	begin(passed, &body);
	assert_int_equal(passed_take(passed), PASSED_WAITS);
	assert_true(passing_next_deadline(scene->passing) == scene->house->now_ms + RETRY_MS);
	passing_house_find_papod(scene);
	passing_house_pass_time(scene, RETRY_MS);
	passing_house_expect_request(scene);
	assert_int_equal(scene->body.length, 0);
	say_ok(scene);
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	passed_free(passed);
}

static void a_request_ends_when_papod_stays_away(void **state)
{
	const struct buffer body = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed;

	passing_house_lose_papod(scene);
	passed = make_from(scene, "192.0.2.1");
	begin(passed, &body);
	for (int waited = 0; waited < PASSING_MS; waited += RETRY_MS) {
		assert_int_equal(n_news, 0);
		assert_true(
			passing_next_deadline(scene->passing) <= scene->house->now_ms + RETRY_MS);
		passing_house_pass_time(scene, RETRY_MS);
	}
	assert_int_equal(n_news, 1);
	assert_true(passing_next_deadline(scene->passing) == UINT64_MAX);
	expect_lost(scene, passed);
}

/* Time */

static void papod_must_begin_to_answer_in_time(void **state)
{
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	assert_true(passing_next_deadline(scene->passing) == scene->house->now_ms + PASSING_MS);
	passing_house_say(scene, "\x05\0\0\0", 4);
	passing_house_pass_time(scene, PASSING_MS - 1);
	assert_int_equal(n_news, 0);
	passing_house_pass_time(scene, 1);
	assert_int_equal(n_news, 1);
	expect_lost(scene, passed);
	assert_true(passing_house_is_closed(scene));
}

static void an_answer_that_has_begun_has_no_deadline_here(void **state)
{
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	say_ok(scene);
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	assert_true(passing_next_deadline(scene->passing) == UINT64_MAX);
	passing_house_pass_time(scene, 10 * PASSING_MS);
	assert_int_equal(passed_take(passed), PASSED_WAITS);
	passing_house_say_frame(scene, "late");
	passing_house_turn(scene);
	expect_content(passed, "late");
	passed_free(passed);
}

static void the_next_deadline_is_the_earliest(void **state)
{
	struct passing_house *scene = *state;
	struct passed *first = pass(scene), *second;
	uint64_t first_ms = scene->house->now_ms + PASSING_MS;

	scene->house->now_ms += 1000;
	second = pass(scene);
	assert_true(passing_next_deadline(scene->passing) == first_ms);
	passed_free(first);
	assert_true(passing_next_deadline(scene->passing) == first_ms + 1000);
	passed_free(second);
	assert_true(passing_next_deadline(scene->passing) == UINT64_MAX);
}

/* Clients that go */

static void papod_is_told_that_a_client_has_gone(void **state)
{
	struct passing_house *scene = *state;
	struct passed *passed = pass(scene);

	passed_free(passed);
	assert_true(passing_house_is_closed(scene));
	passed_free(NULL);
	passed = pass(scene);
	say_ok(scene);
	passing_house_say_frame(scene, "one");
	passing_house_turn(scene);
	assert_int_equal(passed_take(passed), PASSED_HEAD);
	expect_content(passed, "one");
	passed_free(passed);
	n_news = 0;
	assert_true(passing_house_is_closed(scene));
	passing_house_turn(scene);
	assert_int_equal(n_news, 0);
}

/* Room */

static size_t fill(struct passing_house *scene, const char *from, struct passed **all, size_t most)
{
	size_t n = 0;

	while (n < most && (all[n] = make_from(scene, from)))
		n++;
	return n;
}

static void free_all(struct passed **all, size_t n)
{
	while (n)
		passed_free(all[--n]);
}

static void requests_of_a_network_are_bounded(void **state)
{
	static struct passed *all[MOST_PASSED];
	struct passing_house *scene = *state;
	size_t n = fill(scene, "2001:db8::1", all, MOST_PASSED);
	struct passed *other;

	assert_int_equal(n, MOST_OF_NETWORK);
	assert_null(make_from(scene, "2001:db8::2"));
	other = make_from(scene, "2001:db8:0:1::1");
	assert_non_null(other);
	passed_free(all[0]);
	all[0] = make_from(scene, "2001:db8::3");
	assert_non_null(all[0]);
	assert_null(make_from(scene, "2001:db8::4"));
	passed_free(other);
	free_all(all, n);
	all[0] = make_from(scene, "2001:db8::1");
	assert_non_null(all[0]);
	passed_free(all[0]);
}

static void requests_of_all_are_bounded(void **state)
{
	static struct passed *all[MOST_PASSED];
	struct passing_house *scene = *state;
	char from[20];
	size_t n = 0;

	for (int i = 0; i < 4; i++) {
		snprintf(from, sizeof(from), "192.0.2.%d", i);
		n += fill(scene, from, all + n, MOST_OF_NETWORK);
	}
	assert_int_equal(n, MOST_PASSED);
	assert_null(make_from(scene, "198.51.100.1"));
	passed_free(all[--n]);
	all[n] = make_from(scene, "198.51.100.1");
	assert_non_null(all[n++]);
	free_all(all, n);
}

static void bodies_of_a_network_are_bounded(void **state)
{
	struct passing_house *scene = *state;
	struct passed *first = make_from(scene, "192.0.2.1"),
		      *second = make_from(scene, "192.0.2.1"),
		      *other = make_from(scene, "192.0.2.2");
	const size_t most = PASSING_BODIES / 4;

	assert_true(passed_reserve(first, most - 1));
	assert_true(passed_reserve(second, 1));
	assert_false(passed_reserve(second, 1));
	assert_false(passed_reserve(first, 1));
	assert_true(passed_reserve(other, most));
	passed_free(first);
	assert_true(passed_reserve(second, most - 1));
	assert_false(passed_reserve(second, SIZE_MAX));
	passed_free(second);
	passed_free(other);
}

static void bodies_of_all_are_bounded(void **state)
{
	struct passing_house *scene = *state;
	struct passed *all[5];
	char from[20];

	for (int i = 0; i < 5; i++) {
		snprintf(from, sizeof(from), "192.0.2.%d", i);
		all[i] = make_from(scene, from);
		assert_int_equal(passed_reserve(all[i], PASSING_BODIES / 4), i < 4);
	}
	passed_free(all[0]);
	assert_true(passed_reserve(all[4], PASSING_BODIES / 4));
	free_all(all + 1, 4);
}

/* A stream of events may last for days. */
static void a_body_takes_no_room_once_papod_has_it(void **state)
{
	CLEANUP(buffer_done) struct buffer body = { 0 };
	struct passing_house *scene = *state;
	struct passed *passed = make_from(scene, "192.0.2.1"),
		      *other = make_from(scene, "192.0.2.1");

	for (int i = 0; i < WEB_BODY_BYTES; i++)
		buffer_put_byte(&body, 'x');
	assert_true(passed_reserve(passed, body.length));
	begin(passed, &body);
	assert_false(passed_reserve(other, PASSING_BODIES / 4));
	passing_house_expect_request(scene);
	passing_house_turn(scene);
	assert_true(passed_reserve(other, PASSING_BODIES / 4));
	passed_free(passed);
	passed_free(other);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, passing_house_setup, passing_house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts_come_in_their_order),
		TEST(frames_may_come_byte_by_byte),
		TEST(a_large_body_goes_as_papod_reads),
		TEST(papod_is_read_only_as_parts_are_taken),
		TEST(what_papod_has_left_is_read_to_its_end),
		TEST(a_frame_that_is_too_long_ends_the_answer),
		TEST(a_long_frame_in_the_middle_ends_the_answer),
		TEST(malformed_heads_end_the_answer),
		TEST(a_request_that_papod_had_is_not_repeated),
		TEST(half_a_frame_is_no_content),
		TEST(a_request_waits_while_papod_is_away),
		TEST(a_request_ends_when_papod_stays_away),
		TEST(papod_must_begin_to_answer_in_time),
		TEST(an_answer_that_has_begun_has_no_deadline_here),
		TEST(the_next_deadline_is_the_earliest),
		TEST(papod_is_told_that_a_client_has_gone),
		TEST(requests_of_a_network_are_bounded),
		TEST(requests_of_all_are_bounded),
		TEST(bodies_of_a_network_are_bounded),
		TEST(bodies_of_all_are_bounded),
		TEST(a_body_takes_no_room_once_papod_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
