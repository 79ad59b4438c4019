/* What two programs say to each other: whole messages, in any pieces, until one of them closes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dialogue.h"

#define LONG_BYTES 4000000 /* more than a socket takes */

struct stage {
	struct loop *loop;
	struct dialogue dialogue;
	int other; /* the other program's end */
	int n_calls;
	int error; /* of the last one */
};

static void on_ready(void *data, uint32_t events)
{
	struct stage *stage = data;

	stage->n_calls++;
	stage->error = dialogue_go_on(&stage->dialogue, events);
}

static void open_again(struct stage *stage)
{
	int ends[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
	stage->other = ends[1];
	assert_int_equal(dialogue_open(&stage->dialogue, stage->loop, ends[0], on_ready, stage), 0);
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	if (!stage || loop_new(&stage->loop))
		return -1;
	open_again(stage);
	*state = stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	dialogue_close(&stage->dialogue);
	close(stage->other);
	loop_free(stage->loop);
	free(stage);
	return 0;
}

static void turn(struct stage *stage)
{
	assert_int_equal(loop_turn(stage->loop, UINT64_MAX), 0);
}

/* The length counts a final NUL if there is one. */
static void say(struct stage *stage, const char *bytes, size_t length)
{
	assert_int_equal(send(stage->other, bytes, length, MSG_NOSIGNAL), length);
	turn(stage);
}

static void expect_message(struct stage *stage, char delimiter, const char *text)
{
	size_t length = 0;
	const char *message = dialogue_next(&stage->dialogue, delimiter, &length);

	assert_non_null(message);
	assert_int_equal(length, strlen(text));
	assert_memory_equal(message, text, length);
}

static void expect_no_message(struct stage *stage, char delimiter)
{
	size_t length;

	assert_null(dialogue_next(&stage->dialogue, delimiter, &length));
}

static void lines_are_cut_wherever_they_were_torn(void **state)
{
	struct stage *stage = *state;

	say(stage, "one\n\ntw", 7);
	expect_message(stage, '\n', "one");
	expect_message(stage, '\n', "");
	expect_no_message(stage, '\n');
	assert_int_equal(dialogue_left(&stage->dialogue), 2);
	say(stage, "o\nthree\n", 8);
	expect_message(stage, '\n', "two");
	expect_message(stage, '\n', "three");
	expect_no_message(stage, '\n');
	assert_int_equal(dialogue_left(&stage->dialogue), 0);
}

static void messages_may_end_with_a_nul(void **state)
{
	struct stage *stage = *state;

	say(stage, "a\nb", sizeof("a\nb"));
	say(stage, "c", sizeof("c"));
	expect_message(stage, '\0', "a\nb");
	expect_message(stage, '\0', "c");
	expect_no_message(stage, '\0');
}

static void messages_may_be_taken_later(void **state)
{
	struct stage *stage = *state;

	say(stage, "one\ntwo\n", 8);
	expect_message(stage, '\n', "one");
	assert_int_equal(dialogue_left(&stage->dialogue), 4);
	say(stage, "three\n", 6);
	expect_message(stage, '\n', "two");
	expect_message(stage, '\n', "three");
	expect_no_message(stage, '\n');
}

static void used_memory_is_given_back(void **state)
{
	struct stage *stage = *state;
	struct dialogue *dialogue = &stage->dialogue;

	dialogue->in.is_secret = dialogue->out.is_secret = true;
	say(stage, "secret\n", 7);
	expect_message(stage, '\n', "secret");
	expect_no_message(stage, '\n');
	buffer_put_text(&dialogue->out, "secret\n");
	assert_int_equal(dialogue_flush(dialogue), 0);
	assert_null(dialogue->in.bytes);
	assert_null(dialogue->out.bytes);
	assert_true(dialogue->in.is_secret);
	assert_true(dialogue->out.is_secret);
}

static size_t read_all(const struct stage *stage)
{
	static char bytes[65536];
	size_t count = 0;
	ssize_t got;

	while ((got = recv(stage->other, bytes, sizeof(bytes), 0)) > 0)
		count += (size_t) got;
	assert_int_equal(errno, EAGAIN);
	return count;
}

static void what_has_no_room_is_sent_later(void **state)
{
	struct stage *stage = *state;
	struct buffer *out = &stage->dialogue.out;
	size_t count;

	memset(buffer_extend(out, LONG_BYTES), 'x', LONG_BYTES);
	assert_int_equal(dialogue_flush(&stage->dialogue), 0);
	assert_true(out->length > 0);
	for (count = read_all(stage); out->length; count += read_all(stage))
		turn(stage);
	assert_int_equal(count, LONG_BYTES);

	/* Room without output is not reported. */
	stage->n_calls = 0;
	assert_int_equal(loop_turn(stage->loop, 0), 0);
	assert_int_equal(stage->n_calls, 0);
}

static void output_from_before_the_beginning_is_sent(void **state)
{
	struct stage *stage = *state;
	char bytes[8];

	dialogue_close(&stage->dialogue);
	close(stage->other);
	buffer_put_text(&stage->dialogue.out, "hello\n");
	open_again(stage);
	turn(stage);
	assert_int_equal(recv(stage->other, bytes, sizeof(bytes), 0), 6);
	assert_memory_equal(bytes, "hello\n", 6);
}

static void its_end_is_told(void **state)
{
	struct stage *stage = *state;

	shutdown(stage->other, SHUT_WR);
	turn(stage);
	assert_int_equal(stage->error, -EPIPE);
}

static void a_last_answer_is_read_although_nothing_can_be_sent(void **state)
{
	struct stage *stage = *state;

	assert_int_equal(send(stage->other, "no\n", 3, MSG_NOSIGNAL), 3);
	close(stage->other);
	buffer_put_text(&stage->dialogue.out, "question\n");
	assert_int_equal(dialogue_go_on(&stage->dialogue, EPOLLIN | EPOLLOUT | EPOLLHUP), 0);
	expect_message(stage, '\n', "no");
	assert_int_equal(dialogue_go_on(&stage->dialogue, EPOLLIN | EPOLLOUT | EPOLLHUP), -EPIPE);
	stage->other = -1;
}

static void a_socket_that_takes_nothing_any_more_is_lost(void **state)
{
	struct stage *stage = *state;

	shutdown(stage->other, SHUT_RD);
	buffer_put_text(&stage->dialogue.out, "question\n");
	assert_int_equal(dialogue_go_on(&stage->dialogue, EPOLLOUT), -EPIPE);
}

static void another_beginning_knows_nothing_of_the_first(void **state)
{
	struct stage *stage = *state;

	say(stage, "one\nhalf", 8);
	expect_message(stage, '\n', "one");
	buffer_put_text(&stage->dialogue.out, "unsent\n");
	dialogue_close(&stage->dialogue);
	dialogue_close(&stage->dialogue);
	assert_false(dialogue_is_open(&stage->dialogue));
	close(stage->other);
	open_again(stage);
	assert_true(dialogue_is_open(&stage->dialogue));
	say(stage, "two\n", 4);
	expect_message(stage, '\n', "two");
	assert_int_equal(read_all(stage), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_are_cut_wherever_they_were_torn),
		TEST(messages_may_end_with_a_nul),
		TEST(messages_may_be_taken_later),
		TEST(used_memory_is_given_back),
		TEST(what_has_no_room_is_sent_later),
		TEST(output_from_before_the_beginning_is_sent),
		TEST(its_end_is_told),
		TEST(a_last_answer_is_read_although_nothing_can_be_sent),
		TEST(a_socket_that_takes_nothing_any_more_is_lost),
		TEST(another_beginning_knows_nothing_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
