/* What a thread leaves behind when it ends, seen by a destructor of its own data: that runs after
 * its function, and before the C library frees what it keeps for the thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>
#include <unistd.h>

#include "service/detached_thread.h"

struct probe {
	pthread_key_t key;
	int done[2]; /* a pipe */
	bool asks;
	bool has_resolver_state;
};

static void look_at_the_end(void *data)
{
	struct probe *probe = data;

	probe->has_resolver_state = _res._u._ext.nsaddrs[0] != NULL;
	close(probe->done[1]);
}

/* getaddrinfo() leaves it like this when it has asked a name server. The C library frees what it
 * allocated itself, so this is kept out of the count of leaks. */
static void pretend_to_ask(void *data)
{
	struct probe *probe = data;

	pthread_setspecific(probe->key, probe);
	if (!probe->asks)
		return;
	assert_int_equal(res_init(), 0);
	_res._u._ext.nsaddrs[0] = aligned_alloc(8, 32);
}

static void run_thread(bool asks, struct probe *ret_probe)
{
	char byte;

	*ret_probe = (struct probe){ .asks = asks, .has_resolver_state = true };
	assert_int_equal(pthread_key_create(&ret_probe->key, look_at_the_end), 0);
	assert_int_equal(pipe(ret_probe->done), 0);
	assert_true(detached_thread_start(pretend_to_ask, ret_probe));
	assert_int_equal(read(ret_probe->done[0], &byte, 1), 0);
	close(ret_probe->done[0]);
	pthread_key_delete(ret_probe->key);
}

static void test_what_the_resolver_keeps_is_freed_before_the_thread_ends(void **state)
{
	struct probe probe;

	(void) state;
	run_thread(true, &probe);
	assert_false(probe.has_resolver_state);
}

/* Its state is zeros then: 0 would be taken for a descriptor to close. */
static void test_a_thread_that_never_asked_closes_nothing(void **state)
{
	struct probe probe;
	int fd = open("/dev/null", O_RDONLY);

	(void) state;
	if (fd > 0) {
		assert_int_equal(dup2(fd, 0), 0);
		close(fd);
	}
	run_thread(false, &probe);
	assert_false(probe.has_resolver_state);
	assert_int_not_equal(fcntl(0, F_GETFD), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_resolver_keeps_is_freed_before_the_thread_ends),
		cmocka_unit_test(test_a_thread_that_never_asked_closes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
