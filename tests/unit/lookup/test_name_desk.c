/* Callers of papod-lookup: good, slow, many and malformed ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "lookup/name_desk.h"

#include "../net/socket_place.h"

#define LONG_MS 600000

struct stage {
	struct socket_place place;
	struct loop *loop;
	struct log log;
	struct name_desk *desk;
	size_t n_refused;
	struct buffer got; /* of the last answer that was read */
};

/* A fake C library: it answers "slow" when the test lets it, and everything else at once. */
static struct library {
	sem_t begun;
	sem_t may_end;
	sem_t ended;
} library;

static void answer(const struct resolve_question *question, struct buffer *reply)
{
	if (!question->is_for_name && text_starts_with(question->host, "slow")) {
		sem_post(&library.begun);
		while (sem_wait(&library.may_end) < 0)
			;
		sem_post(&library.ended);
	}
	resolve_put_name(question->is_for_name ? "ana.example" : question->host, reply);
}

/* No thread may still wait when the next test begins. */
static void let_end(void)
{
	sem_post(&library.may_end);
	while (sem_wait(&library.ended) < 0)
		;
}

static void count_refusal(void *data, enum logbook entry, const char *const *fields)
{
	struct stage *stage = data;

	(void) fields;
	assert_int_equal(entry, LOGBOOK_LOOKUP_REFUSED);
	stage->n_refused++;
}

static void open_desk(
	struct stage *stage, size_t most_threads, uint32_t timeout_ms, uint32_t idle_ms)
{
	name_desk_free(stage->desk);
	stage->desk = NULL;
	socket_place_leave(&stage->place);
	socket_place_listen(&stage->place);
	assert_int_equal(name_desk_new(
				 &(struct name_desk_needs){
					 .loop = stage->loop,
					 .log = &stage->log,
					 .listener = TAKE_FD(stage->place.listener),
					 .most_threads = most_threads,
					 .timeout_ms = timeout_ms,
					 .idle_ms = idle_ms,
					 .answer = answer,
				 },
				 &stage->desk),
		0);
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	sem_init(&library.begun, 0, 0);
	sem_init(&library.may_end, 0, 0);
	sem_init(&library.ended, 0, 0);
	stage->log = (struct log){ count_refusal, stage };
	*state = stage;
	if (loop_new(&stage->loop))
		return -1;
	socket_place_open(&stage->place);
	open_desk(stage, 4, LONG_MS, LONG_MS);
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	name_desk_free(stage->desk);
	loop_free(stage->loop);
	socket_place_close(&stage->place);
	buffer_done(&stage->got);
	free(stage);
	return 0;
}

static void turn(struct stage *stage)
{
	assert_int_equal(loop_turn(stage->loop, name_desk_next_deadline(stage->desk)), 0);
	name_desk_tick(stage->desk);
}

static int call(struct stage *stage)
{
	int fd = unix_socket_connect(stage->place.path);

	assert_true(fd >= 0);
	return fd;
}

static void say(int fd, const void *bytes, size_t length)
{
	assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), length);
}

static void ask_name(int fd)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	resolve_ask_name(&address, &out);
	say(fd, out.bytes, out.length);
}

static void ask_host(int fd, const char *host)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	resolve_ask_addresses(host, ADDRESS_FAMILY_NONE, &out);
	say(fd, out.bytes, out.length);
}

/* One reply, into stage->got; false: the connection has ended. */
static bool hear(struct stage *stage, int fd)
{
	char byte;
	ssize_t got;

	buffer_clear(&stage->got);
	do {
		got = recv(fd, &byte, 1, 0);
		if (got < 0 && errno == EAGAIN)
			turn(stage);
		else if (got <= 0)
			return false;
		else
			buffer_put_byte(&stage->got, byte);
	} while (got < 0 || byte);
	return true;
}

static void expect(struct stage *stage, int fd, const char *part)
{
	assert_true(hear(stage, fd));
	assert_non_null(strstr(stage->got.bytes, part));
}

static void a_question_has_an_answer(void **state)
{
	struct stage *stage = *state;
	int fd = call(stage);

	ask_name(fd);
	expect(stage, fd, "ana.example");
	ask_host(fd, "bea.example"); /* on the same connection */
	expect(stage, fd, "bea.example");
	assert_int_equal(name_desk_count(stage->desk), 1);
	close(fd);
	while (name_desk_count(stage->desk))
		turn(stage);
}

static void questions_at_once_are_answered_in_order(void **state)
{
	struct stage *stage = *state;
	int fd = call(stage);

	for (size_t i = 0; i < 20; i++)
		ask_host(fd, i % 2 ? "odd.example" : "even.example");
	for (size_t i = 0; i < 20; i++)
		expect(stage, fd, i % 2 ? "odd.example" : "even.example");
	close(fd);
}

static void a_call_may_come_byte_by_byte(void **state)
{
	struct stage *stage = *state;
	CLEANUP(buffer_done) struct buffer out = { 0 };
	int fd = call(stage);

	resolve_ask_addresses("bea.example", ADDRESS_FAMILY_NONE, &out);
	for (size_t i = 0; i < out.length; i++) {
		say(fd, out.bytes + i, 1);
		turn(stage);
	}
	expect(stage, fd, "bea.example");
	close(fd);
}

static void a_slow_name_server_delays_no_other_question(void **state)
{
	struct stage *stage = *state;
	int slow = call(stage), quick = call(stage);

	ask_host(slow, "slow.example");
	ask_name(quick);
	expect(stage, quick, "ana.example");
	let_end();
	expect(stage, slow, "slow.example");
	close(slow);
	close(quick);
}

static bool has_begun(void)
{
	return sem_trywait(&library.begun) == 0;
}

static void wait_until_begun(struct stage *stage)
{
	while (!has_begun()) {
		assert_int_equal(loop_turn(stage->loop, 0), 0);
		name_desk_tick(stage->desk);
	}
}

static void an_answer_that_takes_too_long_is_an_error(void **state)
{
	struct stage *stage = *state;
	int fd;

	open_desk(stage, 1, 1, LONG_MS);
	fd = call(stage);
	do { /* the time may end before the thread takes the question */
		ask_host(fd, "slow.example");
		expect(stage, fd, "io.systemd.Resolve.QueryTimedOut");
	} while (!has_begun());
	ask_name(fd); /* which waits for the only thread, and no longer than that */
	expect(stage, fd, "io.systemd.Resolve.QueryTimedOut");
	let_end();
	close(fd);
}

static void a_caller_that_goes_is_forgotten(void **state)
{
	struct stage *stage = *state;
	int gone, waits;

	open_desk(stage, 1, LONG_MS, LONG_MS);
	gone = call(stage);
	ask_host(gone, "slow.example");
	wait_until_begun(stage);
	waits = call(stage);
	ask_host(waits, "slow.example"); /* no thread is free for it */
	while (name_desk_count(stage->desk) < 2)
		turn(stage);
	close(gone);
	close(waits);
	while (name_desk_count(stage->desk))
		turn(stage);
	let_end();
	waits = call(stage);
	ask_name(waits);
	expect(stage, waits, "ana.example");
	assert_int_equal(sem_trywait(&library.begun), -1);
	close(waits);
}

static void more_callers_than_threads_take_turns(void **state)
{
	enum {
		CALLERS = 200
	};
	struct stage *stage = *state;
	int fds[CALLERS];

	for (size_t i = 0; i < CALLERS; i++) {
		fds[i] = call(stage);
		ask_name(fds[i]);
		turn(stage);
	}
	for (size_t i = 0; i < CALLERS; i++) {
		expect(stage, fds[i], "ana.example");
		close(fds[i]);
	}
}

static void malformed_calls_are_answered_with_an_error(void **state)
{
	struct stage *stage = *state;
	int fd = call(stage);

	say(fd, "GET / HTTP/1.1\r\n\r\n", 19); /* with the NUL */
	expect(stage, fd, "org.varlink.service.InvalidParameter");
	say(fd, "{\"method\":\"a.b\"}", 17);
	expect(stage, fd, "org.varlink.service.MethodNotFound");
	ask_name(fd);
	expect(stage, fd, "ana.example");
	close(fd);
}

static void a_call_without_an_end_ends_the_connection(void **state)
{
	struct stage *stage = *state;
	char bytes[RESOLVE_CALL_BYTES];
	int fd = call(stage);

	memset(bytes, ' ', sizeof(bytes));
	say(fd, bytes, sizeof(bytes));
	expect(stage, fd, "org.varlink.service.InvalidParameter");
	assert_false(hear(stage, fd));
	assert_int_equal(stage->n_refused, 1);
	assert_int_equal(name_desk_count(stage->desk), 0);
	close(fd);
}

static void a_call_that_stops_midway_ends_the_connection(void **state)
{
	struct stage *stage = *state;
	int fd;

	open_desk(stage, 1, LONG_MS, 1);
	fd = call(stage);
	say(fd, "{\"method\":", 10);
	expect(stage, fd, "org.varlink.service.InvalidParameter");
	assert_false(hear(stage, fd));
	assert_int_equal(stage->n_refused, 1);
	close(fd);
}

static void a_caller_that_asks_nothing_is_sent_away(void **state)
{
	struct stage *stage = *state;
	int fd;

	open_desk(stage, 1, LONG_MS, 1);
	fd = call(stage);
	assert_false(hear(stage, fd));
	assert_int_equal(stage->n_refused, 0);
	close(fd);
}

static void further_callers_wait_until_others_go(void **state)
{
	struct stage *stage = *state;
	int fds[NAME_DESK_CONNECTIONS], late;

	for (size_t i = 0; i < NAME_DESK_CONNECTIONS; i++) {
		fds[i] = call(stage);
		turn(stage);
	}
	assert_int_equal(name_desk_count(stage->desk), NAME_DESK_CONNECTIONS);
	late = call(stage);
	ask_name(late);
	assert_int_equal(loop_turn(stage->loop, 0), 0);
	assert_int_equal(name_desk_count(stage->desk), NAME_DESK_CONNECTIONS);
	close(fds[0]);
	expect(stage, late, "ana.example");
	for (size_t i = 1; i < NAME_DESK_CONNECTIONS; i++)
		close(fds[i]);
	close(late);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_question_has_an_answer),
		TEST(questions_at_once_are_answered_in_order),
		TEST(a_call_may_come_byte_by_byte),
		TEST(a_slow_name_server_delays_no_other_question),
		TEST(an_answer_that_takes_too_long_is_an_error),
		TEST(a_caller_that_goes_is_forgotten),
		TEST(more_callers_than_threads_take_turns),
		TEST(malformed_calls_are_answered_with_an_error),
		TEST(a_call_without_an_end_ends_the_connection),
		TEST(a_call_that_stops_midway_ends_the_connection),
		TEST(a_caller_that_asks_nothing_is_sent_away),
		TEST(further_callers_wait_until_others_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
