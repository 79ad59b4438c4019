/* Owns the reaction to a state directory that another process has locked. */
#include "daemon/state_lock.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/start_failure.h"
#include "service/state_directory.h"

static int refuse_start(const struct log *log, const char *directory, pid_t holder)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	buffer_format(&reason,
		"another papod (process %d) uses it; stop that one, or set another"
		" STATE_DIRECTORY",
		(int) holder);
	return start_failure(log, EX_UNAVAILABLE, directory, reason.bytes);
}

/* Two processes would overwrite each other's files. If locking itself fails, papod starts
 * nevertheless, for the sake of its clients. */
int state_lock_take(const struct log *log, int *fd_of_lock)
{
	CLEANUP(mem_freep) char *directory = state_directory_path("");
	pid_t holder = 0;
	int error = state_directory_lock(fd_of_lock, &holder);

	if (error == -EAGAIN)
		return refuse_start(log, directory, holder);
	if (error)
		log_entry(log, LOGBOOK_STATE_NOT_LOCKED, "DIRECTORY", directory, "REASON",
			strerror(-error));
	return 0;
}
