/* Owns the limit of open files. */
#include "daemon/file_limit.h"

#include <sys/resource.h>

uint64_t file_limit_raise(void)
{
	struct rlimit limit;
	uint64_t most_files;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return UINT64_MAX;
	most_files = limit.rlim_cur;
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max != most_files && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		most_files = limit.rlim_cur;
	return most_files;
}
