/* Processes that answer, hang and crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth_pam/children.h"
#include "base/buffer.h"
#include "base/mem.h"

struct stage {
	struct loop *loop;
	struct children *children;
	struct buffer answers; /* "OWNER ID RESULT ACCOUNT TEXT\n" each */
	int n_answers;
};

/* In the process: the account says what happens. */
static void check(const void *check_data, const struct checker_request *request,
	struct checker_answer *ret_answer)
{
	const char *account = request->texts[CHECKER_TEXT_ACCOUNT];
	sigset_t blocked;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	if (sigismember(&blocked, SIGCHLD))
		_exit(9);
	if (strcmp(account, "hang") == 0)
		pause();
	if (strcmp(account, "crash") == 0)
		raise(SIGKILL);
	*ret_answer = (struct checker_answer){
		.id = request->id,
		.account = mem_text(check_data),
	};
	if (strcmp(account, "babble") == 0)
		memset(ret_answer->account = mem_new(70000), 'x', 69999);
}

static void on_answer(void *data, void *owner, const struct checker_answer *answer)
{
	struct stage *stage = data;

	buffer_format(&stage->answers, "%s %d %d %s %s\n", (const char *) owner, (int) answer->id,
		(int) answer->result, answer->account ? answer->account : "-",
		answer->text ? answer->text : "-");
	stage->n_answers++;
}

static void on_signal(void *data, int signal_number)
{
	(void) data;
	assert_int_equal(signal_number, SIGCHLD);
}

static int set_up(void **state)
{
	static const int signals[] = { SIGCHLD };
	struct stage *stage = mem_new(sizeof(*stage));
	struct children_needs needs = {
		.most = 2,
		.timeout_ms = 10000,
		.check = check,
		.check_data = "ana",
		.on_answer = on_answer,
		.data = stage,
	};

	*state = stage;
	if (loop_new(&stage->loop) || loop_signals(stage->loop, signals, 1, on_signal, stage))
		return -1;
	needs.loop = stage->loop;
	stage->children = children_new(&needs);
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	children_free(stage->children);
	loop_free(stage->loop);
	buffer_done(&stage->answers);
	free(stage);
	return waitpid(-1, NULL, WNOHANG) == -1 ? 0 : -1; /* no process is left */
}

static void start(struct stage *stage, uint64_t id, const char *account)
{
	struct checker_request request = { .id = id, .kind = CHECKER_KIND_PASSWORD };
	static char owner[] = "owner";
	char text[20];

	snprintf(text, sizeof(text), "%s", account);
	request.texts[CHECKER_TEXT_ACCOUNT] = text;
	assert_int_equal(children_start(stage->children, &request, owner), 0);
}

static void turn(struct stage *stage)
{
	assert_int_equal(loop_turn(stage->loop, children_next_deadline(stage->children)), 0);
	children_tick(stage->children);
}

static void await_room(struct stage *stage)
{
	while (!children_have_room(stage->children))
		turn(stage);
}

static void assert_answered(struct stage *stage, const char *account, const char *expected)
{
	start(stage, 7, account);
	while (!stage->n_answers)
		turn(stage);
	assert_string_equal(stage->answers.bytes, expected);
}

static void a_process_answers(void **state)
{
	assert_answered(*state, "ana", "owner 7 0 ana -\n");
}

static void a_crash_is_an_error(void **state)
{
	assert_answered(*state, "crash", "owner 7 3 - the process that asks PAM has crashed\n");
}

static void an_answer_that_cannot_be_written_is_an_error(void **state)
{
	assert_answered(*state, "babble", "owner 7 3 - the process that asks PAM has crashed\n");
}

static void the_number_of_processes_is_limited(void **state)
{
	struct stage *stage = *state;

	start(stage, 1, "hang");
	assert_true(children_have_room(stage->children));
	start(stage, 2, "ana");
	assert_false(children_have_room(stage->children));
	await_room(stage);
	assert_string_equal(stage->answers.bytes, "owner 2 0 ana -\n");
}

static void a_process_that_was_forgotten_is_ended(void **state)
{
	struct stage *stage = *state;
	char other[] = "other";
	struct checker_request request = { .id = 2, .kind = CHECKER_KIND_PASSWORD };
	char account[] = "ana";

	start(stage, 1, "hang");
	request.texts[CHECKER_TEXT_ACCOUNT] = account;
	assert_int_equal(children_start(stage->children, &request, other), 0);
	children_forget(stage->children, other);
	await_room(stage);
	assert_null(stage->answers.bytes);
	assert_true(children_next_deadline(stage->children) < UINT64_MAX);
}

static void a_process_has_only_so_much_time(void **state)
{
	struct stage *stage = *state;
	struct children_needs needs = {
		.loop = stage->loop,
		.most = 2,
		.timeout_ms = 50,
		.check = check,
		.check_data = "ana",
		.on_answer = on_answer,
		.data = stage,
	};

	children_free(stage->children);
	stage->children = children_new(&needs);
	assert_answered(stage, "hang", "owner 7 3 - PAM gave no answer in time\n");
	assert_int_equal(children_next_deadline(stage->children), UINT64_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_answers),
		TEST(a_crash_is_an_error),
		TEST(an_answer_that_cannot_be_written_is_an_error),
		TEST(the_number_of_processes_is_limited),
		TEST(a_process_that_was_forgotten_is_ended),
		TEST(a_process_has_only_so_much_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
