/* Owns the clock of tests of connections: time passes only as they say while a turn runs, however
 * busy the machine is. Otherwise turns would sometimes be late, and leave work to the next. */
#include "clock.h"

#include <stdbool.h>
#include <time.h>

#define NS_IN_MS 1000000LL
#define NS_IN_S 1000000000LL

static struct {
	bool is_stopped;
	long long ns;	    /* its value when stopped */
	long long ahead_ns; /* of the real clock */
} test_clock;

int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);

static long long real_ns(void)
{
	struct timespec now;

	__real_clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_IN_S + now.tv_nsec;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	long long ns = (test_clock.is_stopped ? test_clock.ns : real_ns()) + test_clock.ahead_ns;

	if (clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, ret_time);
	*ret_time = (struct timespec){ ns / NS_IN_S, ns % NS_IN_S };
	return 0;
}

void clock_stop(void)
{
	test_clock.ns = real_ns();
	test_clock.is_stopped = true;
}

void clock_go_on(void)
{
	test_clock.is_stopped = false;
}

void clock_pass_ms(int ms)
{
	clock_pass_ns(ms * NS_IN_MS);
}

void clock_pass_ns(long long ns)
{
	test_clock.ahead_ns += ns;
}
