/* More questions than the resolver is asked at once, and more than are accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/resolver.h"

#include "fake_resolver.h"

#define AT_ONCE 64
#define QUESTIONS FAKE_RESOLVER_MOST
#define ANSWER_BYTES 65536
#define LONG_MS 60000
#define NAME "{\"parameters\":{\"names\":[{\"name\":\"ana.example\"}],\"flags\":0}}"
#define CONFIRMED                                                                                  \
	"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,1]}],\"flags\":0}}"
#define NO_SUCH "{\"error\":\"io.systemd.Resolve.NoSuchResourceRecord\",\"parameters\":{}}"

/* Questions have their numbers, from 1, as session and request. */
struct stage {
	struct fake_resolver fake;
	struct loop *loop;
	struct log log;
	struct resolver *resolver;
	size_t n_asked;
	size_t n_done;
	bool is_done[QUESTIONS + 2];
	bool has_name[QUESTIONS + 2];
	char *name; /* of the last finished one */
	size_t n_complaints;
	char complaint[256]; /* the last one: the helper and the reason */
};

static void on_done(void *data, uint64_t session, uint64_t request, const char *name)
{
	struct stage *stage = data;

	assert_int_equal(session, request);
	assert_in_range(request, 1, QUESTIONS + 1);
	assert_false(stage->is_done[request]);
	stage->is_done[request] = true;
	stage->has_name[request] = name;
	stage->n_done++;
	mem_set_text(&stage->name, name);
}

static void count_complaint(void *data, enum logbook entry, const char *const *fields)
{
	struct stage *stage = data;

	assert_int_equal(entry, LOGBOOK_HELPER_FAILED);
	snprintf(stage->complaint, sizeof(stage->complaint), "%s=%s %s=%s", fields[0], fields[1],
		fields[2], fields[3]);
	stage->n_complaints++;
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	fake_resolver_open(&stage->fake);
	stage->log = (struct log){ count_complaint, stage };
	*state = stage;
	if (loop_new(&stage->loop))
		return -1;
	stage->resolver = resolver_new(&(struct resolver_needs){ stage->loop, &stage->log,
		{ "/nonexistent/io.systemd.Resolve", stage->fake.place.path }, on_done, stage });
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	resolver_free(stage->resolver);
	loop_free(stage->loop);
	fake_resolver_close(&stage->fake);
	free(stage->name);
	free(stage);
	return 0;
}

static bool ask_within(struct stage *stage, uint32_t timeout_ms)
{
	struct address address;
	uint64_t number = stage->n_asked + 1;

	assert_true(address_parse_range("192.0.2.1", &address));
	if (!resolver_ask(stage->resolver, number, number, &address, timeout_ms))
		return false;
	stage->n_asked++;
	return true;
}

static void ask(struct stage *stage, size_t n_questions)
{
	for (size_t i = 0; i < n_questions; i++)
		assert_true(ask_within(stage, LONG_MS));
}

static void hang_up(struct stage *stage, size_t i)
{
	fake_resolver_hang_up(&stage->fake, i);
}

static void answer(struct stage *stage, size_t i, const char *text)
{
	fake_resolver_say(&stage->fake, i, text, strlen(text) + 1);
}

static void turn(struct stage *stage)
{
	assert_int_equal(loop_turn(stage->loop, 0), 0);
	resolver_tick(stage->resolver);
}

static void turn_until(struct stage *stage, size_t n_done)
{
	while (stage->n_done < n_done)
		turn(stage);
	assert_int_equal(stage->n_done, n_done);
}

static void only_so_many_are_asked_at_once(void **state)
{
	struct stage *stage = *state;

	ask(stage, AT_ONCE - 1);
	assert_int_equal(fake_resolver_look(&stage->fake), AT_ONCE - 1);
	ask(stage, 1);
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
	ask(stage, 2);
	assert_int_equal(fake_resolver_look(&stage->fake), 0);
	assert_int_equal(stage->n_done, 0);
}

static void an_answer_lets_the_next_one_begin(void **state)
{
	struct stage *stage = *state;

	ask(stage, AT_ONCE + 3);
	fake_resolver_look(&stage->fake);
	answer(stage, 10, NO_SUCH);
	turn_until(stage, 1);
	assert_true(stage->is_done[11]);
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
	hang_up(stage, 11); /* a hang-up ends a question too */
	turn_until(stage, 2);
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
	answer(stage, AT_ONCE, NO_SUCH);
	turn_until(stage, 3);
	assert_true(stage->is_done[AT_ONCE + 1]);
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
	answer(stage, AT_ONCE + 2, NO_SUCH);
	turn_until(stage, 4);
	assert_true(stage->is_done[AT_ONCE + 3]);
}

static void two_ends_at_once_let_two_begin(void **state)
{
	struct stage *stage = *state;

	ask(stage, AT_ONCE + 3);
	fake_resolver_look(&stage->fake);
	answer(stage, 0, NO_SUCH);
	answer(stage, AT_ONCE - 1, NO_SUCH);
	turn_until(stage, 2);
	assert_int_equal(fake_resolver_look(&stage->fake), 2);
}

static void forgotten_ones_make_room(void **state)
{
	struct stage *stage = *state;

	ask(stage, AT_ONCE + 2);
	fake_resolver_look(&stage->fake);
	resolver_forget(stage->resolver, AT_ONCE + 1); /* a waiting one */
	assert_int_equal(fake_resolver_look(&stage->fake), 0);
	resolver_forget(stage->resolver, 1);
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
	answer(stage, AT_ONCE, NO_SUCH);
	turn_until(stage, 1);
	assert_true(stage->is_done[AT_ONCE + 2]);
}

static void one_question_too_many_is_refused(void **state)
{
	struct stage *stage = *state;

	ask(stage, QUESTIONS);
	assert_int_equal(fake_resolver_look(&stage->fake), AT_ONCE);
	assert_false(ask_within(stage, LONG_MS));
	answer(stage, 0, NO_SUCH);
	turn_until(stage, 1);
	ask(stage, 1);
	assert_false(ask_within(stage, LONG_MS));
	resolver_forget(stage->resolver, QUESTIONS); /* a waiting one */
	assert_true(ask_within(stage, LONG_MS));
	assert_false(ask_within(stage, LONG_MS));
}

/* The loop's clock only advances with turns. */
static void time_is_up_at_the_deadline(void **state)
{
	struct stage *stage = *state;
	uint64_t now_ms = loop_now_ms(stage->loop);

	assert_true(ask_within(stage, 1));
	assert_true(resolver_next_deadline(stage->resolver) == now_ms + 1);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, 0);
	assert_true(ask_within(stage, 0));
	assert_true(resolver_next_deadline(stage->resolver) == now_ms);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, 1);
	assert_true(stage->is_done[2]);
	assert_null(stage->name);
	assert_true(resolver_next_deadline(stage->resolver) == now_ms + 1);
}

static void those_that_wait_have_no_more_time_than_others(void **state)
{
	struct stage *stage = *state;

	ask(stage, AT_ONCE);
	fake_resolver_look(&stage->fake);
	assert_true(ask_within(stage, 0));
	ask(stage, 1);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, 1);
	assert_true(stage->is_done[AT_ONCE + 1]);
	answer(stage, 0, NO_SUCH);
	turn_until(stage, 2);
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
	answer(stage, AT_ONCE, NO_SUCH);
	turn_until(stage, 3);
	assert_true(stage->is_done[AT_ONCE + 2]);
}

/* White space in front, and the NUL at the end. */
static void answer_padded(struct stage *stage, size_t i, const char *text, size_t length)
{
	char *padded = malloc(length);
	int bytes = 1 << 20;

	memset(padded, ' ', length);
	memcpy(padded + length - strlen(text) - 1, text, strlen(text) + 1);
	setsockopt(stage->fake.fds[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	fake_resolver_say(&stage->fake, i, padded, length);
	free(padded);
}

static void an_answer_may_be_so_long_and_no_longer(void **state)
{
	struct stage *stage = *state;

	ask(stage, 2);
	fake_resolver_look(&stage->fake);
	answer_padded(stage, 1, NAME, ANSWER_BYTES + 1);
	turn_until(stage, 1);
	assert_true(stage->is_done[2]);
	assert_null(stage->name);
	answer_padded(stage, 0, NAME, ANSWER_BYTES);
	for (int i = 0; i < ANSWER_BYTES / 4096 + 2; i++)
		turn(stage);
	assert_int_equal(stage->n_done, 1); /* the name is being confirmed */
	answer_padded(stage, 0, CONFIRMED, ANSWER_BYTES);
	turn_until(stage, 2);
	assert_string_equal(stage->name, "ana.example");
}

static void an_answer_may_come_in_pieces(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1);
	fake_resolver_look(&stage->fake);
	fake_resolver_say(&stage->fake, 0, NAME, 10);
	turn(stage);
	fake_resolver_say(&stage->fake, 0, &NAME[10], sizeof(NAME) - 10);
	turn(stage);
	answer(stage, 0, CONFIRMED);
	turn_until(stage, 1);
	assert_string_equal(stage->name, "ana.example");
}

static void go_wrong(struct stage *stage, void (*how)(struct stage *stage, size_t i))
{
	ask(stage, 1);
	fake_resolver_look(&stage->fake);
	how(stage, stage->fake.n_calls - 1);
	turn_until(stage, stage->n_asked);
	assert_null(stage->name);
}

static void talk_nonsense(struct stage *stage, size_t i)
{
	answer(stage, i, "<html>");
}

static void find_none(struct stage *stage, size_t i)
{
	answer(stage, i, NO_SUCH);
}

static void a_failure_is_logged_once_until_it_is_mended(void **state)
{
	struct stage *stage = *state;

	go_wrong(stage, find_none);
	assert_int_equal(stage->n_complaints, 0); /* a missing name is no failure */
	go_wrong(stage, hang_up);
	go_wrong(stage, hang_up);
	go_wrong(stage, talk_nonsense);
	assert_int_equal(stage->n_complaints, 1);
	assert_string_equal(stage->complaint,
		"HELPER=resolver REASON=it closed the connection without an answer");
	go_wrong(stage, find_none);
	go_wrong(stage, talk_nonsense);
	assert_string_equal(stage->complaint,
		"HELPER=resolver REASON=its answer is not in the format of "
		"io.systemd.Resolve");
	go_wrong(stage, hang_up);
	assert_int_equal(stage->n_complaints, 2);
}

static void without_a_resolver_there_are_no_names(void **state)
{
	struct stage *stage = *state;

	unlink(stage->fake.place.path);
	ask(stage, 3);
	resolver_forget(stage->resolver, 2);
	assert_int_equal(stage->n_done, 0);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, 2);
	assert_false(stage->is_done[2]);
	assert_null(stage->name);
	assert_int_equal(stage->n_complaints, 1);
	assert_non_null(strstr(stage->complaint, "systemctl enable --now papod-lookup.socket"));
	assert_true(resolver_next_deadline(stage->resolver) == UINT64_MAX);
}

static void systemd_resolved_is_asked_before_papod_lookup(void **state)
{
	struct stage *stage = *state;
	struct resolver *resolver = resolver_new(&(struct resolver_needs){ stage->loop, &stage->log,
		{ stage->fake.place.path, "/nonexistent/socket" }, on_done, stage });
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	assert_true(resolver_ask(resolver, 1, 1, &address, LONG_MS));
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
	resolver_free(resolver);
	assert_int_equal(stage->n_complaints, 0);
}

static void only_the_socket_of_the_settings_is_asked(void **state)
{
	struct stage *stage = *state;

	resolver_use(stage->resolver, "/nonexistent/socket");
	ask(stage, 1);
	assert_int_equal(fake_resolver_look(&stage->fake), 0);
	resolver_tick(stage->resolver);
	assert_int_equal(stage->n_done, 1);
	resolver_use(stage->resolver, NULL);
	ask(stage, 1);
	assert_int_equal(fake_resolver_look(&stage->fake), 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_so_many_are_asked_at_once),
		TEST(an_answer_lets_the_next_one_begin),
		TEST(two_ends_at_once_let_two_begin),
		TEST(forgotten_ones_make_room),
		TEST(one_question_too_many_is_refused),
		TEST(time_is_up_at_the_deadline),
		TEST(those_that_wait_have_no_more_time_than_others),
		TEST(an_answer_may_be_so_long_and_no_longer),
		TEST(an_answer_may_come_in_pieces),
		TEST(a_failure_is_logged_once_until_it_is_mended),
		TEST(without_a_resolver_there_are_no_names),
		TEST(systemd_resolved_is_asked_before_papod_lookup),
		TEST(only_the_socket_of_the_settings_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
