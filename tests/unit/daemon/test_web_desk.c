/* Connections of requests over HTTP: bytes that a gate may send in any way, and gates that go, wait
 * or do not read. What is answered is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/web_desk.h"

#define START_MS 5000
#define REQUEST_MS 10000
#define IDLE_MS 60000
#define MOST_REQUESTS 512

struct desk_scene {
	struct loop *loop;
	struct web_desk *desk;
	struct web_sources sources;
	uint64_t now_ms;
	/* Of the answers. */
	int n_begun, n_done;
	struct buffer asked; /* targets and bodies */
	int n_parts;	     /* that each answer still has */
	size_t part_bytes;
	bool is_waiting; /* answers wait for something */
	struct buffer reply;
};

static struct desk_scene *scene_now;

uint64_t __wrap_loop_now_ms(const struct loop *loop);
void __wrap_web_answers_begin(const struct web_sources *sources, const struct web_request *request,
	const struct http_text *body, struct web_progress *progress, struct buffer *out);
void __wrap_web_answers_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out);
void __wrap_web_progress_done(struct web_progress *progress);

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return scene_now->now_ms;
}

/* The next part; the last one is followed by the end. */
static void put_part(struct web_progress *progress, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer content = { 0 };

	progress->is_waiting = scene_now->is_waiting;
	progress->is_going_on = progress->is_waiting || scene_now->n_parts;
	if (progress->is_waiting)
		return;
	for (size_t i = 0; i < scene_now->part_bytes; i++)
		buffer_put_byte(&content, (char) ('a' + scene_now->n_parts % 26));
	if (progress->is_going_on) {
		web_content_put(out, content.bytes, content.length);
		scene_now->n_parts--;
	} else {
		web_frame_put(out, "", 0);
	}
}

void __wrap_web_answers_begin(const struct web_sources *sources, const struct web_request *request,
	const struct http_text *body, struct web_progress *progress, struct buffer *out)
{
	const struct effect other = { .kind = EFFECT_REPLY, .text = (char[]){ "no" } },
			    effect = { .kind = EFFECT_REPLY, .text = (char[]){ "yes" } };

	scene_now->n_begun++;
	buffer_format(&scene_now->asked, "%s %zu ", request->target, body->length);
	sources->reply->is_awaited = true;
	web_desk_note(scene_now->desk, &other);
	web_desk_note(scene_now->desk, &effect);
	sources->reply->is_awaited = false;
	web_desk_note(scene_now->desk, &other);
	buffer_clear(&scene_now->reply);
	buffer_put(&scene_now->reply, sources->reply->text.bytes, sources->reply->text.length);
	put_part(progress, out);
}

void __wrap_web_answers_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out)
{
	(void) sources;
	assert_int_equal(out->length, 0);
	assert_true(progress->is_going_on);
	put_part(progress, out);
}

void __wrap_web_progress_done(struct web_progress *progress)
{
	(void) progress;
	scene_now->n_done++;
}

static int set_scene(void **state)
{
	struct desk_scene *scene = test_calloc(1, sizeof(*scene));

	scene_now = scene;
	scene->now_ms = START_MS;
	scene->part_bytes = 10;
	assert_int_equal(loop_new(&scene->loop), 0);
	scene->desk = web_desk_new(scene->loop, &scene->sources);
	*state = scene;
	return 0;
}

static int clear_scene(void **state)
{
	struct desk_scene *scene = *state;

	web_desk_free(scene->desk);
	loop_free(scene->loop);
	buffer_done(&scene->asked);
	buffer_done(&scene->reply);
	test_free(scene);
	return 0;
}

static void turn(struct desk_scene *scene)
{
	assert_int_equal(loop_turn(scene->loop, 0), 0);
	web_desk_tick(scene->desk);
}

/* Until all that is in the socket was read. */
static void turns(struct desk_scene *scene)
{
	for (int i = 0; i < 20; i++)
		turn(scene);
}

/* The result is the gate's end. */
static int connect_gate(struct desk_scene *scene)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	web_desk_take(scene->desk, ends[0]);
	return ends[1];
}

static void put_head_frame(struct buffer *out, const char *target)
{
	CLEANUP(mem_freep) char *copy = mem_text(target);
	const struct web_request request = {
		.target = copy,
		.address = { ADDRESS_FAMILY_IPV4, 32, 0, { 192, 0, 2, 1 } },
	};
	size_t begun = web_frame_begin(out);

	web_request_save(out, &request);
	web_frame_end(out, begun);
}

static void put_request(struct buffer *out, const char *target, size_t body_bytes)
{
	static char body[WEB_BODY_BYTES];

	put_head_frame(out, target);
	web_frame_put(out, body, body_bytes);
}

/* As papod reads it. */
static void say(struct desk_scene *scene, int gate, const char *bytes, size_t length)
{
	size_t n_sent = 0;

	while (n_sent < length) {
		ssize_t n =
			send(gate, bytes + n_sent, length - n_sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		assert_true(n > 0 || errno == EAGAIN);
		n_sent += n > 0 ? (size_t) n : 0;
		turn(scene);
	}
	turns(scene);
}

static int ask(struct desk_scene *scene, const char *target)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	int gate = connect_gate(scene);

	put_request(&out, target, 0);
	say(scene, gate, out.bytes, out.length);
	return gate;
}

static bool is_closed(int gate)
{
	char byte;
	ssize_t n = recv(gate, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}

/* All that is there; papod goes on meanwhile. */
static size_t read_all(struct desk_scene *scene, int gate)
{
	static char bytes[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = recv(gate, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		all += (size_t) n;
		turns(scene);
	}
	return all;
}

static void expect_asked(struct desk_scene *scene, const char *wanted)
{
	assert_string_equal(buffer_text(&scene->asked), wanted);
	buffer_clear(&scene->asked);
}

/* Of a request that was not carried out. */
static void expect_refused(struct desk_scene *scene, int gate)
{
	turns(scene);
	assert_true(is_closed(gate));
	close(gate);
	expect_asked(scene, "");
	assert_true(web_desk_next_deadline(scene->desk) == UINT64_MAX);
}

/* Requests */

static void a_request_may_come_byte_by_byte(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct desk_scene *scene = *state;
	int gate = connect_gate(scene);

	put_request(&out, "/a", 3);
	for (size_t i = 0; i < out.length; i++) {
		expect_asked(scene, "");
		say(scene, gate, out.bytes + i, 1);
	}
	expect_asked(scene, "/a 3 ");
	assert_int_equal(read_all(scene, gate), 4);
	assert_true(is_closed(gate));
	close(gate);
	assert_int_equal(scene->n_done, 1);
}

static void the_largest_body_fits_and_no_larger_one(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct desk_scene *scene = *state;
	int gate = connect_gate(scene);

	put_request(&out, "/a", WEB_BODY_BYTES);
	say(scene, gate, out.bytes, out.length);
	expect_asked(scene, "/a 262144 ");
	close(gate);
	gate = connect_gate(scene);
	buffer_clear(&out);
	put_head_frame(&out, "/a");
	buffer_put(&out, "\x01\0\x04\0", 4);
	say(scene, gate, out.bytes, out.length);
	expect_refused(scene, gate);
}

static void heads_that_are_none_end_the_connection(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} heads[] = {
		{ "\xff\xff\xff\xff", 4 },
		{ "\x01\0\x01\0", 4 },
		{ "\0\0\0\0", 4 },
		{ "\x04\0\0\0body", 8 },
	};
	struct desk_scene *scene = *state;
	CLEANUP(buffer_done) struct buffer out = { 0 };
	int gate;

	for (size_t i = 0; i < ARRAY_LENGTH(heads); i++) {
		gate = connect_gate(scene);
		say(scene, gate, heads[i].bytes, heads[i].length);
		expect_refused(scene, gate);
	}
	gate = connect_gate(scene);
	put_request(&out, "no path", 0);
	assert_int_equal(send(gate, out.bytes, out.length, MSG_NOSIGNAL), out.length);
	expect_refused(scene, gate);
}

static void what_follows_a_request_is_dropped(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct desk_scene *scene = *state;
	int gate = connect_gate(scene);

	put_request(&out, "/a", 1);
	put_request(&out, "/b", 1);
	say(scene, gate, out.bytes, out.length);
	expect_asked(scene, "/a 1 ");
	assert_int_equal(read_all(scene, gate), 4);
	close(gate);
}

static void a_request_that_stops_ends_in_time(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct desk_scene *scene = *state;

	put_request(&out, "/a", 1);
	for (size_t length = 0; length < out.length; length += 7) {
		int gate = connect_gate(scene);

		say(scene, gate, out.bytes, length);
		assert_true(web_desk_next_deadline(scene->desk) == scene->now_ms + REQUEST_MS);
		scene->now_ms += REQUEST_MS - 1;
		turn(scene);
		assert_false(is_closed(gate));
		scene->now_ms++;
		expect_refused(scene, gate);
	}
}

static void a_gate_may_go_at_any_byte(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct desk_scene *scene = *state;

	put_request(&out, "/a", 1);
	for (size_t length = 0; length < out.length; length++) {
		int gate = connect_gate(scene);

		say(scene, gate, out.bytes, length);
		close(gate);
		turns(scene);
		assert_true(web_desk_next_deadline(scene->desk) == UINT64_MAX);
	}
	assert_int_equal(scene->n_begun, 0);
	assert_int_equal(scene->n_done, out.length);
}

static void requests_are_answered_in_any_order(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct desk_scene *scene = *state;
	int first = connect_gate(scene), second = ask(scene, "/second");

	put_request(&out, "/first", 2);
	say(scene, first, out.bytes, out.length);
	expect_asked(scene, "/second 0 /first 2 ");
	assert_int_equal(read_all(scene, first), 4);
	assert_int_equal(read_all(scene, second), 4);
	close(first);
	close(second);
}

static void only_an_awaited_reply_is_taken(void **state)
{
	struct desk_scene *scene = *state;
	int gate = ask(scene, "/a");

	assert_string_equal(scene->reply.bytes, "yes");
	close(gate);
}

/* Answers */

static void the_next_part_follows_when_the_last_was_read(void **state)
{
	struct desk_scene *scene = *state;
	int gate;

	scene->n_parts = 30;
	scene->part_bytes = 60000;
	gate = ask(scene, "/a");
	for (int i = 0; i < 100; i++)
		turn(scene);
	assert_true(scene->n_parts > 20);
	assert_int_equal(read_all(scene, gate), 30 * 60004 + 4);
	assert_true(is_closed(gate));
	assert_int_equal(scene->n_done, 1);
	close(gate);
}

static void a_gate_that_does_not_read_is_ended(void **state)
{
	static char bytes[100000];
	struct desk_scene *scene = *state;
	int gate;

	scene->n_parts = 1000;
	scene->part_bytes = 60000;
	gate = ask(scene, "/a");
	turns(scene);
	scene->now_ms += IDLE_MS - 1;
	turns(scene);
	assert_true(recv(gate, bytes, sizeof(bytes), 0) > 0);
	turns(scene);
	scene->now_ms += IDLE_MS - 1;
	turns(scene);
	assert_int_equal(scene->n_done, 0);
	scene->now_ms++;
	turns(scene);
	assert_int_equal(scene->n_done, 1);
	close(gate);
}

static void a_gate_may_go_in_an_answer(void **state)
{
	struct desk_scene *scene = *state;
	int gate;

	scene->n_parts = 1000;
	scene->part_bytes = 60000;
	gate = ask(scene, "/a");
	close(gate);
	turns(scene);
	assert_int_equal(scene->n_done, 1);
	scene->is_waiting = true;
	gate = ask(scene, "/b");
	close(gate);
	turns(scene);
	assert_int_equal(scene->n_done, 2);
}

static void an_answer_may_wait_as_long_as_it_takes(void **state)
{
	struct desk_scene *scene = *state;
	int gate;

	scene->is_waiting = true;
	gate = ask(scene, "/a");
	for (int i = 0; i < 10; i++) {
		scene->now_ms += IDLE_MS;
		turns(scene);
		assert_true(web_desk_next_deadline(scene->desk) == UINT64_MAX);
	}
	assert_int_equal(scene->n_done, 0);
	assert_int_equal(read_all(scene, gate), 0);
	scene->is_waiting = false;
	scene->n_parts = 2;
	turns(scene);
	assert_int_equal(read_all(scene, gate), 2 * 14 + 4);
	assert_true(is_closed(gate));
	close(gate);
}

/* More bytes of the gate do not wake it up. */
static void a_waiting_answer_reads_nothing(void **state)
{
	struct desk_scene *scene = *state;
	int gate;

	scene->is_waiting = true;
	gate = ask(scene, "/a");
	say(scene, gate, "more", 4);
	assert_int_equal(scene->n_done, 0);
	assert_int_equal(scene->n_begun, 1);
	close(gate);
	turns(scene);
	assert_int_equal(scene->n_done, 1);
}

/* Room */

static void requests_are_bounded(void **state)
{
	static int gates[MOST_REQUESTS];
	struct desk_scene *scene = *state;
	int gate;

	for (int i = 0; i < MOST_REQUESTS; i++)
		gates[i] = connect_gate(scene);
	gate = connect_gate(scene);
	assert_true(is_closed(gate));
	close(gate);
	assert_false(is_closed(gates[0]));
	close(gates[0]);
	turns(scene);
	gates[0] = ask(scene, "/a");
	expect_asked(scene, "/a 0 ");
	for (int i = 0; i < MOST_REQUESTS; i++)
		close(gates[i]);
}

static void all_is_freed_at_any_moment(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct desk_scene *scene = *state;
	int gates[4];

	gates[0] = connect_gate(scene);
	gates[1] = connect_gate(scene);
	put_request(&out, "/a", 100);
	say(scene, gates[1], out.bytes, out.length - 1);
	scene->n_parts = 1000;
	scene->part_bytes = 60000;
	gates[2] = ask(scene, "/b");
	scene->is_waiting = true;
	gates[3] = ask(scene, "/c");
	web_desk_free(TAKE(scene->desk));
	web_desk_free(NULL);
	assert_int_equal(scene->n_done, 4);
	for (int i = 0; i < 4; i++)
		close(gates[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_request_may_come_byte_by_byte),
		TEST(the_largest_body_fits_and_no_larger_one),
		TEST(heads_that_are_none_end_the_connection),
		TEST(what_follows_a_request_is_dropped),
		TEST(a_request_that_stops_ends_in_time),
		TEST(a_gate_may_go_at_any_byte),
		TEST(requests_are_answered_in_any_order),
		TEST(only_an_awaited_reply_is_taken),
		TEST(the_next_part_follows_when_the_last_was_read),
		TEST(a_gate_that_does_not_read_is_ended),
		TEST(a_gate_may_go_in_an_answer),
		TEST(an_answer_may_wait_as_long_as_it_takes),
		TEST(a_waiting_answer_reads_nothing),
		TEST(requests_are_bounded),
		TEST(all_is_freed_at_any_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
