/* Questions to the outside checker, each turn of which has a known outcome. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/checker.h"

#include "line_peer.h"

#define TIMEOUT_MS 10000
#define MOST_QUESTIONS 1024

struct fixture {
	struct line_peer peer;
	struct checker *checker;
	struct buffer answers; /* "SESSION:RESULT " of each */
};

static void note_answer(void *data, uint64_t session, uint64_t request,
	const struct checker_request *asked, const struct checker_answer *answer)
{
	struct fixture *fixture = data;

	assert_int_equal(request, session + 1000);
	assert_null(asked->texts[CHECKER_TEXT_PASSWORD]);
	buffer_format(
		&fixture->answers, "%u:%u ", (unsigned int) session, (unsigned int) answer->result);
}

static int set_up(void **state)
{
	struct fixture *fixture = mem_new(sizeof(*fixture));

	line_peer_open(&fixture->peer);
	fixture->checker = checker_new(&(struct checker_needs){
		fixture->peer.loop, &fixture->peer.log, note_answer, fixture });
	checker_use(fixture->checker, fixture->peer.place.path, TIMEOUT_MS);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	checker_free(fixture->checker);
	line_peer_close(&fixture->peer);
	buffer_done(&fixture->answers);
	free(fixture);
	return 0;
}

static void tick(void *data)
{
	checker_tick(data);
}

static void turn(struct fixture *fixture)
{
	line_peer_turn(&fixture->peer, tick, fixture->checker);
}

static bool ask_about(struct fixture *fixture, uint64_t session, const char *password)
{
	struct checker_request request = { .kind = CHECKER_KIND_PASSWORD };

	request.texts[CHECKER_TEXT_ACCOUNT] = mem_text("ana");
	request.texts[CHECKER_TEXT_PASSWORD] = mem_text(password);
	return checker_ask(fixture->checker, session, session + 1000, &request);
}

static void ask(struct fixture *fixture, uint64_t session)
{
	assert_true(ask_about(fixture, session, "sesame"));
	turn(fixture);
}

/* The number of requests that have come; the id of the last one. */
static size_t count_requests(struct fixture *fixture, uint64_t *ret_last)
{
	char bytes[65536], reason[CHECKER_REASON_BYTES], *rest = bytes, *end;
	ssize_t got = recv(fixture->peer.fd, bytes, sizeof(bytes) - 1, 0);
	struct checker_request request;
	size_t count = 0;

	bytes[got > 0 ? got : 0] = '\0';
	for (; (end = strchr(rest, '\n')); rest = end + 1) {
		assert_true(checker_parse_request(rest, (size_t) (end - rest), reason, &request));
		*ret_last = request.id;
		checker_request_done(&request);
		count++;
	}
	assert_int_equal(*rest, '\0');
	return count;
}

static uint64_t take_request(struct fixture *fixture)
{
	uint64_t id = 0;

	assert_int_equal(count_requests(fixture, &id), 1);
	return id;
}

static void say(struct fixture *fixture, const char *line)
{
	line_peer_say(&fixture->peer, line);
	turn(fixture);
}

static void answer(struct fixture *fixture, uint64_t id)
{
	char line[100];

	snprintf(line, sizeof(line), "{\"id\":%u,\"result\":\"ok\",\"account\":\"ana\"}\n",
		(unsigned int) id);
	say(fixture, line);
}

static void wait_ms(struct fixture *fixture, uint64_t ms)
{
	now_ms += ms;
	turn(fixture);
}

static void expect_answers(struct fixture *fixture, const char *expected)
{
	expect_noted(&fixture->answers, expected);
}

static void expect_entries(struct fixture *fixture, const char *expected)
{
	expect_noted(&fixture->peer.entries, expected);
}

static void answers_come_in_any_order(void **state)
{
	struct fixture *fixture = *state;
	uint64_t first, second;

	ask(fixture, 7);
	first = take_request(fixture);
	ask(fixture, 8);
	second = take_request(fixture);
	answer(fixture, second);
	expect_answers(fixture, "8:0 ");
	say(fixture, "{\"id\":");
	expect_answers(fixture, "");
	assert_int_equal(first, 1);
	say(fixture, "1,\"result\":\"no\",\"text\":\"not now\"}\n");
	expect_answers(fixture, "7:1 ");
	expect_entries(fixture, "checker-refused ");
	assert_int_equal(checker_next_deadline(fixture->checker), UINT64_MAX);
}

static void at_most_64_are_under_way(void **state)
{
	struct fixture *fixture = *state;
	uint64_t last;

	for (uint64_t session = 1; session <= 70; session++)
		assert_true(ask_about(fixture, session, "sesame"));
	turn(fixture);
	assert_int_equal(count_requests(fixture, &last), CHECKER_MOST_REQUESTS);
	answer(fixture, 1);
	assert_int_equal(take_request(fixture), 65);
	expect_answers(fixture, "1:0 ");
}

/* The checker does not know that its client has gone. */
static void a_forgotten_question_counts_until_it_is_answered(void **state)
{
	struct fixture *fixture = *state;
	uint64_t last;

	for (uint64_t session = 1; session <= 65; session++)
		assert_true(ask_about(fixture, session, "sesame"));
	turn(fixture);
	assert_int_equal(count_requests(fixture, &last), 64);
	checker_forget(fixture->checker, 1);
	turn(fixture);
	assert_int_equal(count_requests(fixture, &last), 0);
	answer(fixture, 1);
	expect_answers(fixture, "");
	assert_int_equal(take_request(fixture), 65);
	expect_entries(fixture, "");
}

static void silence_is_given_up_and_ends_the_connection(void **state)
{
	struct fixture *fixture = *state;

	ask(fixture, 7);
	assert_int_equal(checker_next_deadline(fixture->checker), now_ms + TIMEOUT_MS);
	wait_ms(fixture, TIMEOUT_MS - 1);
	expect_answers(fixture, "");
	wait_ms(fixture, 1);
	expect_answers(fixture, "7:3 ");
	expect_entries(fixture, "checker-failed ");
	line_peer_hang_up(&fixture->peer);
	wait_ms(fixture, 100);
	ask(fixture, 8);
	answer(fixture, take_request(fixture));
	expect_answers(fixture, "8:0 ");
	expect_entries(fixture, "checker-works ");
}

/* Others were answered meanwhile: the connection stays, and the late answer is ignored. */
static void a_late_answer_is_ignored(void **state)
{
	struct fixture *fixture = *state;

	ask(fixture, 7);
	assert_int_equal(take_request(fixture), 1);
	wait_ms(fixture, TIMEOUT_MS - 1);
	ask(fixture, 8);
	answer(fixture, take_request(fixture));
	wait_ms(fixture, 1);
	expect_answers(fixture, "8:0 7:3 ");
	answer(fixture, 1);
	expect_answers(fixture, "");
	ask(fixture, 9);
	assert_int_equal(take_request(fixture), 3);
}

static void a_lost_question_is_sent_again_once(void **state)
{
	struct fixture *fixture = *state;
	uint64_t last;

	ask(fixture, 6);
	answer(fixture, take_request(fixture));
	ask(fixture, 7);
	ask(fixture, 8);
	line_peer_hang_up(&fixture->peer);
	turn(fixture);
	assert_int_equal(count_requests(fixture, &last), 2);
	line_peer_hang_up(&fixture->peer);
	turn(fixture);
	expect_answers(fixture, "6:0 7:3 8:3 ");
	expect_entries(fixture, "checker-failed ");
}

static void nonsense_ends_the_connection(void **state)
{
	static const char *const lines[] = { "hello\n", "{\"id\":1,\"result\":\"perhaps\"}\n",
		"{\"id\":2,\"result\":\"no\"}\n" };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		char byte;

		ask(fixture, 7);
		assert_int_equal(take_request(fixture), 1);
		say(fixture, lines[i]);
		assert_int_equal(recv(fixture->peer.fd, &byte, 1, 0), 0);
		expect_entries(fixture, "checker-failed ");
		line_peer_hang_up(&fixture->peer);
		wait_ms(fixture, 100);
		answer(fixture, take_request(fixture));
		expect_answers(fixture, "7:0 ");
		expect_entries(fixture, "checker-works ");
		checker_use(fixture->checker, NULL, TIMEOUT_MS);
		line_peer_hang_up(&fixture->peer);
		checker_use(fixture->checker, fixture->peer.place.path, TIMEOUT_MS);
	}
}

static void a_second_answer_is_nonsense(void **state)
{
	struct fixture *fixture = *state;
	char byte;

	ask(fixture, 7);
	assert_int_equal(take_request(fixture), 1);
	answer(fixture, 1);
	answer(fixture, 1);
	assert_int_equal(recv(fixture->peer.fd, &byte, 1, 0), 0);
	expect_answers(fixture, "7:0 ");
}

static void an_absent_checker_has_a_second_to_come(void **state)
{
	struct fixture *fixture = *state;

	line_peer_leave(&fixture->peer);
	ask(fixture, 7);
	wait_ms(fixture, 900);
	expect_answers(fixture, "");
	socket_place_listen(&fixture->peer.place);
	wait_ms(fixture, 50);
	wait_ms(fixture, 2000);
	answer(fixture, take_request(fixture));
	expect_answers(fixture, "7:0 ");
	expect_entries(fixture, "checker-failed checker-works ");
}

static void without_a_checker_every_login_is_given_up(void **state)
{
	struct fixture *fixture = *state;

	line_peer_leave(&fixture->peer);
	ask(fixture, 7);
	for (int i = 0; i < 40; i++)
		wait_ms(fixture, 100);
	expect_answers(fixture, "7:3 ");
	ask(fixture, 8);
	expect_answers(fixture, "8:3 ");
	expect_entries(fixture, "checker-failed ");
	for (int i = 0; i < 100; i++)
		wait_ms(fixture, 1000);
	assert_in_range(checker_next_deadline(fixture->checker), now_ms, now_ms + 10000);
	socket_place_listen(&fixture->peer.place);
	wait_ms(fixture, 10000);
	ask(fixture, 9);
	answer(fixture, take_request(fixture));
	expect_answers(fixture, "9:0 ");
	expect_entries(fixture, "checker-works ");
}

static void trouble_of_the_checker_is_logged_once(void **state)
{
	struct fixture *fixture = *state;

	ask(fixture, 7);
	say(fixture, "{\"id\":1,\"result\":\"error\",\"text\":\"no directory\"}\n");
	ask(fixture, 8);
	say(fixture, "{\"id\":2,\"result\":\"error\"}\n");
	ask(fixture, 9);
	say(fixture, "{\"id\":3,\"result\":\"busy\"}\n");
	expect_answers(fixture, "7:3 8:3 9:2 ");
	expect_entries(fixture, "checker-failed ");
	ask(fixture, 10);
	answer(fixture, 4);
	expect_entries(fixture, "checker-works ");
}

static void a_password_that_is_no_text_is_wrong(void **state)
{
	struct fixture *fixture = *state;
	uint64_t last;

	ask(fixture, 6);
	assert_int_equal(take_request(fixture), 1);
	assert_true(ask_about(fixture, 7, "\xff"));
	turn(fixture);
	assert_int_equal(count_requests(fixture, &last), 0);
	expect_answers(fixture, "7:1 ");
}

static void other_settings_ask_elsewhere(void **state)
{
	struct fixture *fixture = *state;
	struct socket_place *place = &fixture->peer.place;

	ask(fixture, 7);
	line_peer_leave(&fixture->peer);
	snprintf(place->path, sizeof(place->path), "%s/other", place->directory);
	socket_place_listen(place);
	checker_use(fixture->checker, place->path, TIMEOUT_MS);
	turn(fixture);
	assert_int_equal(take_request(fixture), 1);
	checker_use(fixture->checker, NULL, TIMEOUT_MS);
	assert_int_equal(checker_next_deadline(fixture->checker), 0);
	turn(fixture);
	expect_answers(fixture, "7:3 ");
}

static void there_is_a_limit_of_questions(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t session = 1; session <= MOST_QUESTIONS; session++)
		assert_true(ask_about(fixture, session, "sesame"));
	assert_false(ask_about(fixture, MOST_QUESTIONS + 1, "sesame"));
	checker_forget(fixture->checker, 1);
	assert_true(ask_about(fixture, MOST_QUESTIONS + 1, "sesame"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(answers_come_in_any_order),
		TEST(at_most_64_are_under_way),
		TEST(a_forgotten_question_counts_until_it_is_answered),
		TEST(silence_is_given_up_and_ends_the_connection),
		TEST(a_late_answer_is_ignored),
		TEST(a_lost_question_is_sent_again_once),
		TEST(nonsense_ends_the_connection),
		TEST(a_second_answer_is_nonsense),
		TEST(an_absent_checker_has_a_second_to_come),
		TEST(without_a_checker_every_login_is_given_up),
		TEST(trouble_of_the_checker_is_logged_once),
		TEST(a_password_that_is_no_text_is_wrong),
		TEST(other_settings_ask_elsewhere),
		TEST(there_is_a_limit_of_questions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
