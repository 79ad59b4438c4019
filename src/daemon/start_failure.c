/* Owns the log entry of a start that fails. */
#include "daemon/start_failure.h"

#include "base/buffer.h"

int start_failure(const struct log *log, int status, const char *what, const char *why)
{
	struct buffer reason = { 0 };

	buffer_format(&reason, "%s%s%s", what, why ? ": " : "", why ? why : "");
	log_entry(log, LOGBOOK_START_FAILED, "REASON", reason.bytes);
	buffer_done(&reason);
	return status;
}
