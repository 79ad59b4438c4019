/* Questions to the outside checker, in virtual time. The other end of the socket is in the same
 * thread, so each turn has a known outcome. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/logbook.h"
#include "base/mem.h"
#include "daemon/checker.h"

#define TIMEOUT_MS 10000
#define MOST_QUESTIONS 1024

static uint64_t now_ms;

uint64_t __wrap_loop_now_ms(const struct loop *loop);

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return now_ms;
}

struct fixture {
	char directory[32];
	char path[64];
	int listener;
	int peer; /* the accepted connection; -1: none */
	struct loop *loop;
	struct log log;
	struct checker *checker;
	struct buffer answers; /* "SESSION:RESULT " of each */
	struct buffer entries; /* the names of log entries, each with a space */
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	(void) fields;
	buffer_format(&fixture->entries, "%s ", logbook_row(entry)->name);
}

static void note_answer(void *data, uint64_t session, uint64_t request,
	const struct checker_request *asked, const struct checker_answer *answer)
{
	struct fixture *fixture = data;

	assert_int_equal(request, session + 1000);
	assert_null(asked->texts[CHECKER_TEXT_PASSWORD]);
	buffer_format(
		&fixture->answers, "%u:%u ", (unsigned int) session, (unsigned int) answer->result);
}

static void start_peer(struct fixture *fixture)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, fixture->path, sizeof(fixture->path));
	fixture->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fixture->listener, (struct sockaddr *) &address, sizeof(address)), 0);
	assert_int_equal(listen(fixture->listener, 10), 0);
}

static void hang_up(struct fixture *fixture)
{
	if (fixture->peer >= 0)
		close(fixture->peer);
	fixture->peer = -1;
}

static void stop_peer(struct fixture *fixture)
{
	hang_up(fixture);
	close(fixture->listener);
	unlink(fixture->path);
}

static int set_up(void **state)
{
	struct fixture *fixture = mem_new(sizeof(*fixture));

	now_ms = 1000;
	fixture->peer = -1;
	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(fixture->path, sizeof(fixture->path), "%s/socket", fixture->directory);
	start_peer(fixture);
	fixture->log = (struct log){ note_entry, fixture };
	assert_int_equal(loop_new(&fixture->loop), 0);
	fixture->checker = checker_new(
		&(struct checker_needs){ fixture->loop, &fixture->log, note_answer, fixture });
	checker_use(fixture->checker, fixture->path, TIMEOUT_MS);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	checker_free(fixture->checker);
	loop_free(fixture->loop);
	stop_peer(fixture);
	rmdir(fixture->directory);
	buffer_done(&fixture->answers);
	buffer_done(&fixture->entries);
	free(fixture);
	return 0;
}

static void turn(struct fixture *fixture)
{
	for (int i = 0; i < 4; i++) {
		assert_int_equal(loop_turn(fixture->loop, 0), 0);
		checker_tick(fixture->checker);
		if (fixture->peer < 0)
			fixture->peer = accept4(fixture->listener, NULL, NULL, SOCK_NONBLOCK);
	}
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
	ssize_t got = recv(fixture->peer, bytes, sizeof(bytes) - 1, 0);
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
	assert_int_equal(send(fixture->peer, line, strlen(line), MSG_NOSIGNAL), strlen(line));
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
	assert_string_equal(buffer_text(&fixture->answers), expected);
	buffer_clear(&fixture->answers);
}

static void expect_entries(struct fixture *fixture, const char *expected)
{
	assert_string_equal(buffer_text(&fixture->entries), expected);
	buffer_clear(&fixture->entries);
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
	hang_up(fixture);
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
	hang_up(fixture);
	turn(fixture);
	assert_int_equal(count_requests(fixture, &last), 2);
	hang_up(fixture);
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
		assert_int_equal(recv(fixture->peer, &byte, 1, 0), 0);
		expect_entries(fixture, "checker-failed ");
		hang_up(fixture);
		wait_ms(fixture, 100);
		answer(fixture, take_request(fixture));
		expect_answers(fixture, "7:0 ");
		expect_entries(fixture, "checker-works ");
		checker_use(fixture->checker, NULL, TIMEOUT_MS);
		hang_up(fixture);
		checker_use(fixture->checker, fixture->path, TIMEOUT_MS);
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
	assert_int_equal(recv(fixture->peer, &byte, 1, 0), 0);
	expect_answers(fixture, "7:0 ");
}

static void an_absent_checker_has_a_second_to_come(void **state)
{
	struct fixture *fixture = *state;

	stop_peer(fixture);
	ask(fixture, 7);
	wait_ms(fixture, 900);
	expect_answers(fixture, "");
	start_peer(fixture);
	wait_ms(fixture, 50);
	wait_ms(fixture, 2000);
	answer(fixture, take_request(fixture));
	expect_answers(fixture, "7:0 ");
	expect_entries(fixture, "checker-failed checker-works ");
}

static void without_a_checker_every_login_is_given_up(void **state)
{
	struct fixture *fixture = *state;

	stop_peer(fixture);
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
	start_peer(fixture);
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
	char other[80];

	ask(fixture, 7);
	stop_peer(fixture);
	snprintf(other, sizeof(other), "%s/other", fixture->directory);
	memcpy(fixture->path, other, sizeof(fixture->path));
	start_peer(fixture);
	checker_use(fixture->checker, fixture->path, TIMEOUT_MS);
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
