#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/resolver.h"

#include "../net/socket_place.h"

#define NAME "{\"parameters\":{\"names\":[{\"name\":\"ana.example\"}],\"flags\":0}}"
#define CONFIRMED                                                                                  \
	"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,1]}],\"flags\":0}}"
#define OTHER                                                                                      \
	"{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,9]}],\"flags\":0}}"
#define NO_SUCH "{\"error\":\"io.systemd.Resolve.NoSuchResourceRecord\",\"parameters\":{}}"

/* A fake papod-lookup, without systemd-resolved, with prepared answers, one per call. */
struct stage {
	struct socket_place place;
	pthread_t thread;
	const char *const *answers; /* after the final NULL it is silent, but does not hang up */
	const char *unasked;	    /* sent with the first answer; NULL: nothing */
	int silent;		    /* the connection kept open */

	struct loop *loop;
	struct resolver *resolver;
	bool is_done;
	bool goes; /* the session ends with the answer */
	char *name;
};

static void on_done(void *data, uint64_t session, uint64_t request, const char *name)
{
	struct stage *stage = data;

	assert_int_equal(session, 7);
	assert_int_equal(request, 42);
	stage->is_done = true;
	if (stage->goes)
		resolver_forget(stage->resolver, session);
	stage->name = name ? strdup(name) : NULL;
}

static void *play(void *data)
{
	struct stage *stage = data;
	int fd = socket_place_wait(&stage->place);
	char call[1000];

	for (const char *const *answer = stage->answers; *answer; answer++) {
		struct buffer out = { 0 };

		if (recv(fd, call, sizeof(call), 0) <= 0)
			break;
		buffer_put(&out, *answer, strlen(*answer) + 1);
		if (stage->unasked && answer == stage->answers)
			buffer_put(&out, stage->unasked, strlen(stage->unasked) + 1);
		send(fd, out.bytes, out.length, MSG_NOSIGNAL);
		buffer_done(&out);
	}
	stage->silent = fd;
	return NULL;
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	socket_place_open(&stage->place);
	*state = stage;
	if (loop_new(&stage->loop))
		return -1;
	stage->resolver = resolver_new(&(struct resolver_needs){ stage->loop, NULL,
		{ "/nonexistent/io.systemd.Resolve", stage->place.path }, on_done, stage });
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	resolver_free(stage->resolver);
	loop_free(stage->loop);
	socket_place_close(&stage->place);
	free(stage->name);
	free(stage);
	return 0;
}

static void ask(struct stage *stage, const char *const *answers, uint32_t timeout_ms)
{
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	stage->answers = answers;
	assert_int_equal(pthread_create(&stage->thread, NULL, play, stage), 0);
	assert_true(resolver_ask(stage->resolver, 7, 42, &address, timeout_ms));
	assert_false(stage->is_done);
	while (!stage->is_done) {
		assert_int_equal(
			loop_turn(stage->loop, resolver_next_deadline(stage->resolver)), 0);
		resolver_tick(stage->resolver);
	}
	pthread_join(stage->thread, NULL);
	close(stage->silent);
}

static void a_name_that_leads_back_is_the_name(void **state)
{
	struct stage *stage = *state;

	ask(stage, (const char *const[]){ NAME, CONFIRMED, NULL }, 10000);
	assert_string_equal(stage->name, "ana.example");
}

/* For example because the name is banned, or the password is wrong. */
static void a_session_may_end_with_the_answer(void **state)
{
	struct stage *stage = *state;

	stage->goes = true;
	ask(stage, (const char *const[]){ NAME, CONFIRMED, NULL }, 10000);
	assert_string_equal(stage->name, "ana.example");
	assert_int_equal(resolver_next_deadline(stage->resolver), UINT64_MAX);
}

static void a_name_that_leads_elsewhere_is_none(void **state)
{
	struct stage *stage = *state;

	ask(stage, (const char *const[]){ NAME, OTHER, NULL }, 10000);
	assert_null(stage->name);
}

static void a_second_answer_is_not_taken_for_the_next(void **state)
{
	struct stage *stage = *state;

	stage->unasked = CONFIRMED;
	ask(stage, (const char *const[]){ NAME, OTHER, NULL }, 10000);
	assert_null(stage->name);
}

static void an_address_may_have_no_name(void **state)
{
	struct stage *stage = *state;

	ask(stage, (const char *const[]){ NO_SUCH, NULL }, 10000);
	assert_null(stage->name);
}

static void nonsense_is_no_name(void **state)
{
	struct stage *stage = *state;

	ask(stage, (const char *const[]){ "<html>", NULL }, 10000);
	assert_null(stage->name);
}

static void silence_is_waited_for_only_so_long(void **state)
{
	struct stage *stage = *state;

	ask(stage, (const char *const[]){ NAME, NULL }, 50);
	assert_null(stage->name);
}

static void a_question_can_be_forgotten(void **state)
{
	struct stage *stage = *state;
	struct address address;

	assert_true(address_parse_range("192.0.2.1", &address));
	assert_true(resolver_ask(stage->resolver, 7, 42, &address, 10000));
	resolver_forget(stage->resolver, 7);
	assert_true(resolver_next_deadline(stage->resolver) == UINT64_MAX);
	assert_false(stage->is_done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_name_that_leads_back_is_the_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_session_may_end_with_the_answer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_name_that_leads_elsewhere_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_second_answer_is_not_taken_for_the_next, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_address_may_have_no_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nonsense_is_no_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			silence_is_waited_for_only_so_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_question_can_be_forgotten, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
