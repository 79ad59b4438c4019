/* The HTTP around requests that papod answers: which bodies are taken, what papod is told, and how
 * its answers reach clients. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/mem.h"
#include "gate/passed_request.h"
#include "passing_house.h"

#define HOST "Host: a\r\n"

struct scene {
	struct passing_house papod; /* the first member, for its setup */
	struct passed_site site;
	struct address address;
	struct tls_facts facts;
	struct errand *errand;
	enum errand_step step;
	struct buffer heard; /* by the client */
	int n_answers;
};

static void note_answer(void *data)
{
	((struct scene *) data)->n_answers++;
}

static int set_scene(void **state)
{
	struct scene *scene = test_calloc(1, sizeof(*scene));
	struct passing_house *house;
	void *made;

	assert_int_equal(passing_house_setup(&made), 0);
	house = made;
	scene->papod = *house;
	test_free(house);
	scene->site = (struct passed_site){ true, true, true };
	scene->address = passing_house_address("192.0.2.1");
	*state = scene;
	return 0;
}

static int clear_scene(void **state)
{
	struct scene *scene = *state;
	struct passing_house *house = test_malloc(sizeof(*house));
	void *made = house;

	errand_free(TAKE(scene->errand));
	buffer_done(&scene->heard);
	*house = scene->papod;
	passing_house_teardown(&made);
	test_free(scene);
	return 0;
}

static struct http_request parse(const char *head)
{
	struct http_request request;
	const char *reason;

	assert_int_equal(http_parse(head, strlen(head), &request, &reason), HTTP_STATUS_OK);
	return request;
}

/* Of a client, which begins anew. */
static void send_head(struct scene *scene, const char *head)
{
	const struct http_request request = parse(head);
	const struct passed_needs needs = { &scene->site, &scene->papod.passing };
	const struct errand_peer peer = {
		.address = &scene->address,
		.facts = &scene->facts,
		.is_private = true,
		.on_answer = note_answer,
		.data = scene,
	};
	struct errand_answer answer = { .fd = -1 };

	errand_free(TAKE(scene->errand));
	buffer_clear(&scene->heard);
	scene->n_answers = 0;
	scene->step = passed_request_begin(&needs, &peer, &request, &answer, &scene->errand);
	buffer_put(&scene->heard, answer.head.bytes, answer.head.length);
	buffer_done(&answer.head);
}

static void send_body(struct scene *scene, const char *bytes, size_t length)
{
	assert_int_equal(scene->step, ERRAND_STEP_RECEIVES);
	scene->step = scene->errand->kind->take(scene->errand, bytes, length, &scene->heard);
}

/* All that there is of the answer. */
static void hear(struct scene *scene)
{
	buffer_clear(&scene->heard);
	passing_house_turn(&scene->papod);
	do
		scene->step = scene->errand->kind->go_on(scene->errand, &scene->heard);
	while (scene->step == ERRAND_STEP_PART);
}

static void expect_heard(const struct scene *scene, const char *part)
{
	if (!strstr(buffer_text(&scene->heard), part))
		fail_msg("not heard: %s, but: %s", part, buffer_text(&scene->heard));
}

static void expect_unheard(const struct scene *scene, const char *part)
{
	if (strstr(buffer_text(&scene->heard), part))
		fail_msg("heard: %s", buffer_text(&scene->heard));
}

static void expect_refusal(const struct scene *scene, const char *status)
{
	assert_int_equal(scene->step, ERRAND_STEP_ANSWERED);
	expect_heard(scene, status);
	expect_heard(scene, "Connection: close\r\n");
	expect_heard(scene, "Content-Type: application/problem+json\r\n");
}

static void say_ok(struct scene *scene)
{
	passing_house_say_head(
		&scene->papod, &(struct web_answer){ .status = 200,
				       .content_type = (char[]){ "application/json" } });
}

/* Which requests */

static bool is_passed(const struct scene *scene, const char *target)
{
	char head[200];
	struct http_request request;

	snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\n" HOST "\r\n", target);
	request = parse(head);
	return passed_request_is(&scene->site, &request);
}

static void only_paths_of_papod_are_passed(void **state)
{
	struct scene *scene = *state;

	assert_true(is_passed(scene, "/metrics"));
	assert_true(is_passed(scene, "/metrics?x=/"));
	assert_true(is_passed(scene, "/notify/build"));
	assert_true(is_passed(scene, "/api/v1"));
	assert_true(is_passed(scene, "/api/v1/users/x?y"));
	assert_false(is_passed(scene, "/metrics/"));
	assert_false(is_passed(scene, "/metricsx"));
	assert_false(is_passed(scene, "/metric"));
	assert_false(is_passed(scene, "/notifyx/build"));
	assert_false(is_passed(scene, "/api/v2"));
	assert_false(is_passed(scene, "/api/v10"));
	assert_false(is_passed(scene, "/x/metrics"));
	assert_false(is_passed(scene, "/"));
}

static void what_is_off_is_not_passed(void **state)
{
	struct scene *scene = *state;

	scene->site = (struct passed_site){ .has_notifications = true };
	assert_false(is_passed(scene, "/metrics"));
	assert_false(is_passed(scene, "/api/v1/users"));
	assert_true(is_passed(scene, "/notify/build"));
}

static void papod_is_told_what_was_asked(void **state)
{
	struct scene *scene = *state;
	const struct web_request *request = &scene->papod.request;

	send_head(scene, "POST /notify/a?b=c HTTP/1.1\r\n" HOST
			 "Accept: text/plain\r\nAccept: text/html;q=0.5\r\n"
			 "Authorization: Bearer secret\r\nContent-Type: application/json\r\n"
			 "X-Gitea-Event: push\r\nX-Forgejo-Event: issues\r\n"
			 "X-Gitea-Signature: 0123\r\nX-Hub-Signature-256: sha256=ab\r\n"
			 "Content-Length: 2\r\n\r\n");
	send_body(scene, "{}", 2);
	passing_house_expect_request(&scene->papod);
	assert_int_equal(request->method, HTTP_METHOD_POST);
	assert_false(request->is_head);
	assert_true(request->is_private);
	assert_string_equal(request->target, "/notify/a?b=c");
	assert_string_equal(request->accept, "text/plain, text/html;q=0.5");
	assert_string_equal(request->authorization, "Bearer secret");
	assert_string_equal(request->content_type, "application/json");
	assert_string_equal(request->event, "issues");
	assert_string_equal(request->signature, "sha256=ab");
	assert_memory_equal(&request->address, &scene->address, sizeof(scene->address));
	assert_string_equal(scene->papod.body.bytes, "{}");
	send_head(scene, "HEAD /metrics HTTP/1.1\r\n" HOST "\r\n");
	passing_house_expect_request(&scene->papod);
	assert_int_equal(request->method, HTTP_METHOD_GET);
	assert_true(request->is_head);
	assert_null(request->accept);
	assert_null(request->authorization);
}

/* Bodies */

static void bodies_that_are_not_taken_are_refused(void **state)
{
	static const struct {
		const char *fields, *status;
	} bodies[] = {
		{ "", "HTTP/1.1 411 " },
		{ "Transfer-Encoding: chunked\r\n", "HTTP/1.1 411 " },
		{ "Content-Length: 262145\r\n", "HTTP/1.1 413 " },
		{ "Content-Length: 9223372036854775807\r\n", "HTTP/1.1 413 " },
		{ "Content-Length: 2\r\nContent-Encoding: gzip\r\n", "HTTP/1.1 415 " },
		{ "Content-Length: 2\r\nExpect: 200-ok\r\n", "HTTP/1.1 417 " },
	};
	struct scene *scene = *state;
	char head[300];

	for (size_t i = 0; i < ARRAY_LENGTH(bodies); i++) {
		snprintf(head, sizeof(head), "POST /notify/a HTTP/1.1\r\n" HOST "%s\r\n",
			bodies[i].fields);
		send_head(scene, head);
		expect_refusal(scene, bodies[i].status);
		assert_false(passing_house_is_asked(&scene->papod));
	}
}

static void a_body_may_come_in_pieces(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 6\r\n\r\n");
	assert_int_equal(scene->heard.length, 0);
	send_body(scene, "a", 1);
	send_body(scene, "", 0);
	send_body(scene, "bc", 2);
	assert_false(passing_house_is_asked(&scene->papod));
	send_body(scene, "defGET / HTTP/1.1", 17);
	assert_int_equal(scene->step, ERRAND_STEP_ASKS);
	passing_house_expect_request(&scene->papod);
	assert_int_equal(scene->papod.body.length, 6);
	assert_string_equal(scene->papod.body.bytes, "abcdef");
}

static void a_client_that_waits_for_100_gets_it(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST
			 "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
	assert_string_equal(buffer_text(&scene->heard), "HTTP/1.1 100 Continue\r\n\r\n");
	send_body(scene, "{}", 2);
	assert_int_equal(scene->step, ERRAND_STEP_ASKS);
	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST
			 "Content-Length: 0\r\nExpect: 100-continue\r\n\r\n");
	assert_int_equal(scene->heard.length, 0);
	assert_int_equal(scene->step, ERRAND_STEP_ASKS);
}

static void an_empty_body_is_one(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	assert_int_equal(scene->step, ERRAND_STEP_ASKS);
	passing_house_expect_request(&scene->papod);
	assert_int_equal(scene->papod.body.length, 0);
}

static void a_body_without_room_is_refused(void **state)
{
	struct scene *scene = *state;
	struct passed *other =
		passed_new(scene->papod.passing, &scene->address, note_answer, scene);

	assert_true(passed_reserve(other, PASSING_BODIES / 4 - 1));
	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n");
	send_body(scene, "{", 1);
	send_body(scene, "}", 1);
	expect_refusal(scene, "HTTP/1.1 503 ");
	expect_heard(scene, "Retry-After: 5\r\n");
	assert_false(passing_house_is_asked(&scene->papod));
	passed_free(other);
}

static void too_many_requests_are_refused(void **state)
{
	static struct passed *others[512];
	struct scene *scene = *state;
	size_t n = 0;

	while ((others[n] = passed_new(scene->papod.passing, &scene->address, note_answer, scene)))
		n++;
	send_head(scene, "HEAD /metrics HTTP/1.1\r\n" HOST "\r\n");
	expect_refusal(scene, "HTTP/1.1 503 ");
	assert_string_equal(strstr(scene->heard.bytes, "\r\n\r\n"), "\r\n\r\n");
	while (n)
		passed_free(others[--n]);
}

/* Answers */

static void an_answer_comes_in_chunks(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(scene->step, ERRAND_STEP_ASKS);
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	hear(scene);
	assert_int_equal(scene->step, ERRAND_STEP_ASKS);
	expect_heard(scene, "HTTP/1.1 200 OK\r\n");
	expect_heard(scene, "Transfer-Encoding: chunked\r\n");
	expect_heard(scene, "Content-Type: application/json\r\n");
	expect_heard(scene, "Cache-Control: no-store\r\n");
	expect_unheard(scene, "Content-Length");
	passing_house_say_frame(&scene->papod, "0123456789abcdef");
	hear(scene);
	assert_string_equal(scene->heard.bytes, "10\r\n0123456789abcdef\r\n");
	passing_house_say_frame(&scene->papod, "");
	hear(scene);
	assert_string_equal(scene->heard.bytes, "0\r\n\r\n");
	assert_int_equal(scene->step, ERRAND_STEP_ANSWERED);
	assert_true(scene->n_answers >= 3);
}

static void an_old_client_gets_no_chunks(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "GET /metrics HTTP/1.0\r\n\r\n");
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	passing_house_say_frame(&scene->papod, "abc");
	passing_house_say_frame(&scene->papod, "");
	hear(scene);
	assert_int_equal(scene->step, ERRAND_STEP_ANSWERED);
	expect_unheard(scene, "Transfer-Encoding");
	expect_unheard(scene, "Content-Length");
	assert_string_equal(strstr(scene->heard.bytes, "\r\n\r\n"), "\r\n\r\nabc");
}

static void a_known_length_is_told(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
	passing_house_expect_request(&scene->papod);
	passing_house_say_head(&scene->papod, &(struct web_answer){ .status = 200,
						      .content_type = (char[]){ "text/plain" },
						      .has_length = true,
						      .content_length = 3 });
	passing_house_say_frame(&scene->papod, "abc");
	passing_house_say_frame(&scene->papod, "");
	hear(scene);
	expect_heard(scene, "Content-Length: 3\r\n");
	expect_unheard(scene, "Transfer-Encoding");
	assert_string_equal(strstr(scene->heard.bytes, "\r\n\r\n"), "\r\n\r\nabc");
}

static void a_head_has_no_content(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "HEAD /metrics HTTP/1.1\r\n" HOST "\r\n");
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	passing_house_say_frame(&scene->papod, "abc");
	hear(scene);
	assert_int_equal(scene->step, ERRAND_STEP_ANSWERED);
	expect_unheard(scene, "abc");
}

static void refusals_of_papod_keep_their_fields(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "GET /api/v1/users HTTP/1.1\r\n" HOST "\r\n");
	passing_house_expect_request(&scene->papod);
	passing_house_say_head(&scene->papod,
		&(struct web_answer){ .status = 401, .wants_token = true, .retry_s = 60 });
	hear(scene);
	expect_heard(scene, "HTTP/1.1 401 Unauthorized\r\n");
	expect_heard(scene, "WWW-Authenticate: Bearer\r\n");
	expect_heard(scene, "Retry-After: 60\r\n");
	passing_house_say_frame(&scene->papod, "");
	hear(scene);
	assert_int_equal(scene->heard.length, 0);
	send_head(scene, "DELETE /api/v1/users HTTP/1.1\r\n" HOST "\r\n");
	passing_house_expect_request(&scene->papod);
	passing_house_say_head(&scene->papod,
		&(struct web_answer){ .status = 405, .allow = (char[]){ "GET, HEAD" } });
	hear(scene);
	expect_heard(scene, "Allow: GET, HEAD\r\n");
}

/* papod ends, or does not answer */

static void a_reader_is_told_that_papod_is_away(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
	passing_house_expect_request(&scene->papod);
	passing_house_lose_papod(&scene->papod);
	assert_int_equal(scene->n_answers, 1);
	hear(scene);
	expect_refusal(scene, "HTTP/1.1 503 ");
	expect_heard(scene, "The IRC server does not answer at the moment");
	expect_heard(scene, "Retry-After: 5\r\n");
}

static void a_writer_is_told_that_it_may_have_been_done(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n");
	send_body(scene, "{}", 2);
	passing_house_expect_request(&scene->papod);
	passing_house_lose_papod(&scene->papod);
	hear(scene);
	expect_refusal(scene, "HTTP/1.1 503 ");
	expect_heard(scene, "it may have carried out the request, or not");
}

static void an_answer_that_breaks_off_lacks_its_end(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	passing_house_say_frame(&scene->papod, "abc");
	passing_house_lose_papod(&scene->papod);
	hear(scene);
	assert_string_equal(strstr(scene->heard.bytes, "\r\n\r\n"), "\r\n\r\n3\r\nabc\r\n");
	hear(scene);
	assert_int_equal(scene->step, ERRAND_STEP_ANSWERED);
	assert_int_equal(scene->heard.length, 0);
}

static void time_out(struct scene *scene)
{
	buffer_clear(&scene->heard);
	scene->errand->kind->time_out(scene->errand, &scene->heard);
}

static void a_slow_body_is_told_so(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n");
	time_out(scene);
	expect_heard(scene, "HTTP/1.1 408 ");
	send_body(scene, "{}", 2);
	time_out(scene);
	expect_heard(scene, "HTTP/1.1 408 ");
	assert_false(passing_house_is_asked(&scene->papod));
}

/* 408 would say that it was not complete, and that it can be repeated (RFC 9110 15.5.9). */
static void a_body_that_papod_has_was_not_slow(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n");
	send_body(scene, "{}", 2);
	time_out(scene);
	expect_unheard(scene, "HTTP/1.1 408 ");
	expect_heard(scene, "HTTP/1.1 503 ");
	expect_heard(scene, "it may have carried out the request, or not");
	send_head(scene, "GET /metrics HTTP/1.1\r\n" HOST "\r\n");
	time_out(scene);
	expect_heard(scene, "HTTP/1.1 503 ");
}

static void an_answer_that_stalls_gets_no_other(void **state)
{
	struct scene *scene = *state;

	send_head(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n");
	send_body(scene, "{}", 2);
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	hear(scene);
	time_out(scene);
	assert_int_equal(scene->heard.length, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_paths_of_papod_are_passed),
		TEST(what_is_off_is_not_passed),
		TEST(papod_is_told_what_was_asked),
		TEST(bodies_that_are_not_taken_are_refused),
		TEST(a_body_may_come_in_pieces),
		TEST(a_client_that_waits_for_100_gets_it),
		TEST(an_empty_body_is_one),
		TEST(a_body_without_room_is_refused),
		TEST(too_many_requests_are_refused),
		TEST(an_answer_comes_in_chunks),
		TEST(an_old_client_gets_no_chunks),
		TEST(a_known_length_is_told),
		TEST(a_head_has_no_content),
		TEST(refusals_of_papod_keep_their_fields),
		TEST(a_reader_is_told_that_papod_is_away),
		TEST(a_writer_is_told_that_it_may_have_been_done),
		TEST(an_answer_that_breaks_off_lacks_its_end),
		TEST(a_slow_body_is_told_so),
		TEST(a_body_that_papod_has_was_not_slow),
		TEST(an_answer_that_stalls_gets_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
