/* Questions to papod about who uploads: how they survive its end, and what counts as an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "gate/asker.h"
#include "link_house.h"

#define RETRY_MS 100
#define MOST_QUESTIONS 128
#define TOKEN_LINE "FILEHOST CHECK TOKEN abc\r\n"
#define VERDICT "FILEHOST CHECK 200 17 alice :welcome\r\n"

struct scene {
	struct house *house;
	struct asker *asker;
	int n_answers;
	enum http_status status;
	uint64_t account;
	char reason[100];
};

static int set_scene(void **state)
{
	struct scene *scene = test_calloc(1, sizeof(*scene));
	void *house;

	assert_int_equal(link_setup(&house), 0);
	scene->house = house;
	link_begin_with_papod(scene->house);
	link_expect_hello(scene->house);
	scene->asker = asker_new(scene->house->loop, scene->house->link);
	*state = scene;
	return 0;
}

static int clear_scene(void **state)
{
	struct scene *scene = *state;
	void *house = scene->house;

	asker_free(scene->asker);
	link_teardown(&house);
	test_free(scene);
	return 0;
}

static void note_answer(void *data, const struct asker_answer *answer)
{
	struct scene *scene = data;

	scene->n_answers++;
	scene->status = answer->status;
	scene->account = answer->account;
	strncpy(scene->reason, answer->reason, sizeof(scene->reason) - 1);
}

static struct question *ask_with(struct scene *scene, enum http_credentials kind, const char *text)
{
	CLEANUP(buffer_done) struct buffer message = { .is_secret = true };
	const struct address address = { ADDRESS_FAMILY_IPV4, 32, 1234, { 192, 0, 2, 1 } };
	const struct tls_facts facts = { .version = 0x0304, .suite = 0x1301 };
	const struct asker_question asked = { &address, &facts, kind, &message, note_answer,
		scene };

	buffer_put_text(&message, text);
	return asker_ask(scene->asker, &asked);
}

static struct question *ask(struct scene *scene)
{
	return ask_with(scene, HTTP_CREDENTIALS_TOKEN, "abc");
}

/* papod gets the connection, with these lines in it. */
static void expect_question(struct scene *scene, const char *lines)
{
	struct gate_message message = link_next_message(scene->house);
	char bytes[2048] = "";

	assert_int_equal(message.kind, GATE_MESSAGE_KIND_ASK);
	assert_int_equal(message.address.bytes[0], 192);
	assert_int_equal(message.tls.suite, 0x1301);
	assert_true(scene->house->taken_fd >= 0);
	assert_true(recv(scene->house->taken_fd, bytes, sizeof(bytes) - 1, 0) > 0);
	assert_string_equal(bytes, lines);
}

static void turn(struct scene *scene)
{
	link_turn(scene->house);
	asker_tick(scene->asker);
}

static void hear(struct scene *scene, const char *lines)
{
	assert_int_equal(
		send(scene->house->taken_fd, lines, strlen(lines), MSG_NOSIGNAL), strlen(lines));
	turn(scene);
}

static void expect_unavailable(const struct scene *scene)
{
	assert_int_equal(scene->n_answers, 1);
	assert_int_equal(scene->status, HTTP_STATUS_UNAVAILABLE);
	assert_int_equal(scene->account, 0);
	assert_string_equal(scene->reason, "The IRC server does not answer at the moment");
	assert_true(asker_next_deadline(scene->asker) == UINT64_MAX);
}

static void the_answer_may_come_in_pieces(void **state)
{
	struct scene *scene = *state;

	assert_non_null(ask(scene));
	expect_question(scene, TOKEN_LINE);
	assert_true(asker_next_deadline(scene->asker) == scene->house->now_ms + ASKER_MS);
	hear(scene, ":irc.example.org NOTICE * :hello\r\nFILEHOST CHE");
	assert_int_equal(scene->n_answers, 0);
	hear(scene, "CK 200 17 alice :welcome\r\nFILEHOST CHECK 403 0 * :no\r\n");
	assert_int_equal(scene->n_answers, 1);
	assert_int_equal(scene->status, HTTP_STATUS_OK);
	assert_int_equal(scene->account, 17);
	assert_string_equal(scene->reason, "welcome");
	assert_true(asker_next_deadline(scene->asker) == UINT64_MAX);
}

static void refusals_come_with_their_reason(void **state)
{
	static const struct {
		const char *line;
		enum http_status status;
	} refusals[] = {
		{ "FILEHOST CHECK 401 0 * :Wrong password\n", HTTP_STATUS_UNAUTHORIZED },
		{ "FILEHOST CHECK 403 0 * :Wrong password\r\n", HTTP_STATUS_FORBIDDEN },
		{ "FILEHOST CHECK 503 0 * :Wrong password\r\n", HTTP_STATUS_UNAVAILABLE },
	};
	struct scene *scene = *state;

	for (int i = 0; i < 3; i++) {
		assert_non_null(ask(scene));
		expect_question(scene, TOKEN_LINE);
		hear(scene, refusals[i].line);
		assert_int_equal(scene->n_answers, i + 1);
		assert_int_equal(scene->status, refusals[i].status);
		assert_string_equal(scene->reason, "Wrong password");
	}
}

static void what_is_no_verdict_is_left_out(void **state)
{
	struct scene *scene = *state;

	assert_non_null(ask(scene));
	expect_question(scene, TOKEN_LINE);
	hear(scene, "\r\nFILEHOST CHECK 200 17 alice\r\nFILEHOST CHECK 200 0 alice :no account\r\n"
		    "FILEHOST CHECK 999 17 alice :x\r\nFILEHOST CHECK x 17 alice :x\r\n"
		    "FILEHOST CHECK 200 -1 alice :x\r\nFILEHOST FILES 200 17 alice :x\r\n"
		    "CHECK FILEHOST 200 17 alice :x\r\n");
	assert_int_equal(scene->n_answers, 0);
	hear(scene, VERDICT);
	assert_int_equal(scene->account, 17);
}

static void passwords_go_in_pieces_of_sasl(void **state)
{
	struct scene *scene = *state;
	char long_text[301];

	assert_non_null(ask_with(scene, HTTP_CREDENTIALS_PLAIN, "?alice?secret"));
	expect_question(scene, "FILEHOST CHECK PLAIN P2FsaWNlP3NlY3JldA==\r\n");
	hear(scene, VERDICT);
	memset(long_text, 'x', 300);
	long_text[300] = '\0';
	assert_non_null(ask_with(scene, HTTP_CREDENTIALS_BEARER, long_text));
	assert_int_equal(link_next_message(scene->house).kind, GATE_MESSAGE_KIND_ASK);
	{
		char bytes[1024] = "";

		assert_true(recv(scene->house->taken_fd, bytes, sizeof(bytes) - 1, 0) > 0);
		assert_non_null(strstr(bytes, "eHh4\r\nFILEHOST CHECK OAUTHBEARER +\r\n"));
	}
	hear(scene, VERDICT);
	assert_int_equal(scene->n_answers, 2);
}

/* It ended before it read a line, or crashed in the middle. */
static void the_next_papod_is_asked_again(void **state)
{
	struct scene *scene = *state;
	struct house *house = scene->house;

	assert_non_null(ask(scene));
	expect_question(scene, TOKEN_LINE);
	link_forget_fd(house);
	close(TAKE_FD(house->papod));
	turn(scene);
	assert_int_equal(scene->n_answers, 0);
	assert_true(asker_next_deadline(scene->asker) == house->now_ms + RETRY_MS);
	house->now_ms += RETRY_MS;
	turn(scene);
	link_accept_gate(house);
	link_expect_hello(house);
	house->now_ms += RETRY_MS;
	turn(scene);
	expect_question(scene, TOKEN_LINE);
	hear(scene, VERDICT);
	assert_int_equal(scene->account, 17);
}

static void a_papod_that_spoke_and_ended_has_refused(void **state)
{
	struct scene *scene = *state;

	assert_non_null(ask(scene));
	expect_question(scene, TOKEN_LINE);
	hear(scene, "ERROR :Closing link: too many connections\r\nFILEHOST");
	assert_int_equal(scene->n_answers, 0);
	link_forget_fd(scene->house);
	turn(scene);
	expect_unavailable(scene);
}

static void a_question_ends_when_no_papod_answers(void **state)
{
	struct scene *scene = *state;

	assert_non_null(ask(scene));
	expect_question(scene, TOKEN_LINE);
	scene->house->now_ms += ASKER_MS - 1;
	turn(scene);
	assert_int_equal(scene->n_answers, 0);
	scene->house->now_ms++;
	turn(scene);
	expect_unavailable(scene);
}

static void a_question_waits_while_papod_is_away(void **state)
{
	struct scene *scene = *state;

	close(TAKE_FD(scene->house->papod));
	turn(scene);
	scene->house->papod = -1;
	assert_non_null(ask(scene));
	for (int waited = 0; waited < ASKER_MS; waited += RETRY_MS) {
		assert_int_equal(scene->n_answers, 0);
		assert_true(asker_next_deadline(scene->asker) <= scene->house->now_ms + RETRY_MS);
		scene->house->now_ms += RETRY_MS;
		asker_tick(scene->asker);
	}
	expect_unavailable(scene);
}

static void endless_lines_end_a_question(void **state)
{
	struct scene *scene = *state;
	char noise[2001];

	assert_non_null(ask(scene));
	expect_question(scene, TOKEN_LINE);
	memset(noise, 'x', 2000);
	noise[2000] = '\0';
	for (int i = 0; i < 10 && !scene->n_answers; i++)
		hear(scene, noise);
	expect_unavailable(scene);
}

static void a_question_that_is_freed_gets_no_answer(void **state)
{
	struct scene *scene = *state;
	struct question *question = ask(scene);
	char byte;

	expect_question(scene, TOKEN_LINE);
	asker_question_free(question);
	asker_question_free(NULL);
	turn(scene);
	assert_int_equal(scene->n_answers, 0);
	assert_int_equal(recv(scene->house->taken_fd, &byte, 1, 0), 0);
}

static void questions_are_bounded(void **state)
{
	struct scene *scene = *state;
	struct question *questions[MOST_QUESTIONS];

	close(TAKE_FD(scene->house->papod));
	turn(scene);
	for (int i = 0; i < MOST_QUESTIONS; i++)
		assert_non_null(questions[i] = ask(scene));
	assert_null(ask(scene));
	asker_question_free(questions[0]);
	assert_non_null(questions[0] = ask(scene));
	scene->house->now_ms += ASKER_MS;
	asker_tick(scene->asker);
	assert_int_equal(scene->n_answers, MOST_QUESTIONS);
	assert_int_equal(scene->status, HTTP_STATUS_UNAVAILABLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_answer_may_come_in_pieces),
		TEST(refusals_come_with_their_reason),
		TEST(what_is_no_verdict_is_left_out),
		TEST(passwords_go_in_pieces_of_sasl),
		TEST(the_next_papod_is_asked_again),
		TEST(a_papod_that_spoke_and_ended_has_refused),
		TEST(a_question_ends_when_no_papod_answers),
		TEST(a_question_waits_while_papod_is_away),
		TEST(endless_lines_end_a_question),
		TEST(a_question_that_is_freed_gets_no_answer),
		TEST(questions_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
