/* Turns papod into calm_papod: its clock is slow, because valgrind slows papod down. Otherwise
 * turns would be late, depending on the load of the machine, and the counts would differ. Its
 * random numbers are fixed, so that lookups in maps always take the same number of steps. */
#include <sys/random.h>
#include <time.h>

#define TIMES_SLOWER 1000

int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	int result = __real_clock_gettime(clock, ret_time);
	long long ns = ret_time->tv_sec * 1000000000ll + ret_time->tv_nsec;

	if (clock == CLOCK_MONOTONIC) {
		ns /= TIMES_SLOWER;
		*ret_time =
			(struct timespec){ (time_t) (ns / 1000000000), (long) (ns % 1000000000) };
	}
	return result;
}

ssize_t __wrap_getrandom(void *bytes, size_t length, unsigned int flags);

ssize_t __wrap_getrandom(void *bytes, size_t length, unsigned int flags)
{
	(void) flags;
	for (size_t i = 0; i < length; i++)
		((unsigned char *) bytes)[i] = (unsigned char) (i * 37 + 11);
	return (ssize_t) length;
}
