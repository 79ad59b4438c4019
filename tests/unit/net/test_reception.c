/* Callers of a socket: so many at a time, and none while there is no free descriptor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/reception.h"

#include "socket_place.h"

#define MOST_CALLERS 2

struct stage {
	struct socket_place place;
	struct loop *loop;
	struct reception *reception;
	int callers[8]; /* the accepted ends */
	size_t n_callers;
	int n_shortages;
	int error; /* of the last one */
};

static void on_caller(void *data, int fd)
{
	struct stage *stage = data;

	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	stage->callers[stage->n_callers++] = fd;
}

static void on_shortage(void *data, int error)
{
	struct stage *stage = data;

	stage->n_shortages++;
	stage->error = error;
}

static struct reception_needs needs_of(struct stage *stage, int listener)
{
	return (struct reception_needs){
		.loop = stage->loop,
		.listener = listener,
		.most = MOST_CALLERS,
		.on_caller = on_caller,
		.on_shortage = on_shortage,
		.data = stage,
	};
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	struct reception_needs needs;

	if (!stage || loop_new(&stage->loop))
		return -1;
	socket_place_open(&stage->place);
	needs = needs_of(stage, TAKE_FD(stage->place.listener));
	*state = stage;
	return reception_new(&needs, &stage->reception);
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	reception_free(stage->reception);
	for (size_t i = 0; i < stage->n_callers; i++)
		close(stage->callers[i]);
	loop_free(stage->loop);
	socket_place_close(&stage->place);
	free(stage);
	return 0;
}

static int call(const struct stage *stage)
{
	int fd = unix_socket_connect(stage->place.path);

	assert_true(fd >= 0);
	return fd;
}

/* What is ready, without waiting. */
static void look(struct stage *stage)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(loop_turn(stage->loop, 0), 0);
}

static void leave(struct stage *stage)
{
	close(stage->callers[--stage->n_callers]);
	reception_leave(stage->reception);
}

static void callers_beyond_the_most_wait_until_others_leave(void **state)
{
	struct stage *stage = *state;
	int callers[MOST_CALLERS + 1];

	for (size_t i = 0; i < MOST_CALLERS + 1; i++)
		callers[i] = call(stage);
	look(stage);
	assert_int_equal(stage->n_callers, MOST_CALLERS);
	assert_int_equal(reception_count(stage->reception), MOST_CALLERS);
	assert_true(reception_next_deadline(stage->reception) == UINT64_MAX);

	leave(stage);
	look(stage);
	assert_int_equal(stage->n_callers, MOST_CALLERS);
	assert_int_equal(reception_count(stage->reception), MOST_CALLERS);
	for (size_t i = 0; i < MOST_CALLERS + 1; i++)
		close(callers[i]);
}

/* Turns in which no descriptor is free. */
static void look_without_descriptors(struct stage *stage)
{
	int free_fd = dup(0);
	struct rlimit old, low;

	close(free_fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = (struct rlimit){ (rlim_t) free_fd, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	look(stage);
	reception_tick(stage->reception);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
}

static void without_a_free_descriptor_a_caller_waits_quietly(void **state)
{
	struct stage *stage = *state;
	int caller = call(stage);

	look_without_descriptors(stage);
	assert_int_equal(stage->n_shortages, 1);
	assert_int_equal(stage->error, -EMFILE);
	look(stage);
	assert_int_equal(stage->n_callers, 0); /* not before the deadline */
	assert_true(reception_next_deadline(stage->reception) != UINT64_MAX);

	while (!stage->n_callers) {
		uint64_t deadline_ms = reception_next_deadline(stage->reception);

		assert_int_equal(loop_turn(stage->loop, deadline_ms), 0);
		reception_tick(stage->reception);
	}
	assert_true(reception_next_deadline(stage->reception) == UINT64_MAX);
	assert_int_equal(stage->n_shortages, 1);
	close(caller);
}

static void a_caller_that_leaves_does_not_end_the_wait(void **state)
{
	struct stage *stage = *state;
	int first = call(stage), second;

	look(stage);
	second = call(stage);
	look_without_descriptors(stage);
	leave(stage);
	look(stage);
	assert_int_equal(stage->n_callers, 0);
	assert_int_equal(reception_count(stage->reception), 0);
	close(first);
	close(second);
}

static void a_listener_that_cannot_be_watched_is_closed(void **state)
{
	struct stage *stage = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC); /* epoll takes no such file */
	struct reception_needs needs = needs_of(stage, fd);
	struct reception *reception = NULL;

	assert_int_equal(reception_new(&needs, &reception), -EPERM);
	assert_null(reception);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(callers_beyond_the_most_wait_until_others_leave),
		TEST(without_a_free_descriptor_a_caller_waits_quietly),
		TEST(a_caller_that_leaves_does_not_end_the_wait),
		TEST(a_listener_that_cannot_be_watched_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
