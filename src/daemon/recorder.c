/* Owns the beginning and the end of the server's recording. */
#include "daemon/recorder.h"

#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/start_failure.h"
#include "service/state_directory.h"

static void log_failure(const struct recorder *recorder, int error)
{
	log_entry(recorder->log, LOGBOOK_RECORDING_FAILED, "FILE", recorder->name, "REASON",
		strerror(-error));
}

int recorder_begin(struct recorder *recorder, bool may_fail)
{
	CLEANUP(mem_freep) char *path = NULL;
	int error;

	if (!recorder->name)
		return 0;
	if (recorder->name[0] != '/')
		path = state_directory_path(recorder->name);
	if (!path)
		path = mem_text(recorder->name);
	error = recording_create(path, &recorder->recording);
	if (error && may_fail)
		log_failure(recorder, error);
	else if (error)
		return start_failure(recorder->log, EX_CANTCREAT, path, strerror(-error));
	return 0;
}

void recorder_flush(struct recorder *recorder)
{
	int error = recorder->recording ? recording_flush(recorder->recording) : 0;

	if (!error)
		return;
	log_failure(recorder, error);
	recording_free(TAKE(recorder->recording));
}
