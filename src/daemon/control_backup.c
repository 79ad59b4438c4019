/* Owns the copies of the databases until callers have them. */
#include "daemon/control_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "service/state_directory.h"
#include "store/store.h"

static const struct {
	const char *copy;
	const char *database; /* in its place */
} backup_files[CONTROL_REQUESTS] = {
	[CONTROL_REQUEST_BACKUP] = { "backup.db", "accounts.db" },
	[CONTROL_REQUEST_BACKUP_HISTORY] = { "backup-history.db", "history.db" },
};

/* Each caller gets a descriptor with a position of its own. */
static void answer_backup(struct caller *caller, const char *path)
{
	struct stat status = { 0 };
	char bytes[NUMBER_BYTES];

	caller->passed_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (caller->passed_fd < 0) {
		control_calls_refuse_backup(&caller->out, strerror(errno));
		return;
	}
	(void) fstat(caller->passed_fd, &status);
	snprintf(bytes, sizeof(bytes), "%jd", (intmax_t) status.st_size);
	log_entry(caller->control->needs.log, LOGBOOK_BACKUP_MADE, "FILE",
		backup_files[caller->awaited].database, "BYTES", bytes);
	control_calls_put_backup(&caller->out, (uint64_t) status.st_size);
}

static char *backup_copy_path(enum control_request request)
{
	return state_directory_path(backup_files[request].copy);
}

/* The caller may be gone afterwards. The path is NULL if there is no copy, for that reason. */
static void end_caller_waiting(struct caller *caller, const char *path, const char *reason)
{
	if (path)
		answer_backup(caller, path);
	else
		control_calls_refuse_backup(&caller->out, reason);
	caller->awaited = CONTROL_REQUEST_NONE;
	caller_give_time(caller);
	caller_go_on(caller);
}

static void on_backup_over(void *data, const char *reason);

static bool begin_copy(struct copying *copying, const char *path, const char **ret_reason)
{
	const struct control_needs *needs = &copying->control->needs;

	if (copying->request == CONTROL_REQUEST_BACKUP)
		return storage_back_up(needs->storage, path, on_backup_over, copying, ret_reason);
	return pasts_back_up(needs->pasts, path, on_backup_over, copying, ret_reason);
}

static bool begin_next_copy(struct copying *copying, const char **ret_reason)
{
	CLEANUP(mem_freep) char *path = backup_copy_path(copying->request);

	copying->number++;
	copying->is_under_way = begin_copy(copying, path, ret_reason);
	return copying->is_under_way;
}

static bool awaits_copy(const struct caller *caller, const struct copying *copying)
{
	return caller->awaited == copying->request;
}

/* Who called when the copy was under way, and may get another one. */
static void go_on_with_later_callers(struct copying *copying)
{
	struct caller *caller, *after;
	bool is_wanted = false;
	const char *reason;

	LIST_EACH (caller, &copying->control->callers, node)
		is_wanted = is_wanted || awaits_copy(caller, copying);
	if (!is_wanted || begin_next_copy(copying, &reason))
		return;
	LIST_EACH_SAFE (caller, after, &copying->control->callers, node)
		if (awaits_copy(caller, copying))
			end_caller_waiting(caller, NULL, reason);
}

static void on_backup_over(void *data, const char *reason)
{
	struct copying *copying = data;
	struct control *control = copying->control;
	CLEANUP(mem_freep) char *path = backup_copy_path(copying->request);
	struct caller *caller, *after;

	copying->is_under_way = false;
	if (reason)
		log_entry(control->needs.log, LOGBOOK_BACKUP_FAILED, "FILE",
			backup_files[copying->request].database, "REASON", reason);
	LIST_EACH_SAFE (caller, after, &control->callers, node)
		if (awaits_copy(caller, copying) && caller->copy <= copying->number)
			end_caller_waiting(caller, reason ? NULL : path, reason);
	store_remove_backup(path);
	go_on_with_later_callers(copying);
}

/* A copy of the accounts that is being made is for this caller, too: it will contain everything
 * that was stored until it is complete. That of the history is of the time when it began. */
void control_begin_backup(struct caller *caller, enum control_request request)
{
	struct copying *copying = &caller->control->copies[request];
	bool is_too_late = copying->is_under_way && request == CONTROL_REQUEST_BACKUP_HISTORY;
	const char *reason = NULL;

	if (!copying->is_under_way && !begin_next_copy(copying, &reason)) {
		control_calls_refuse_backup(&caller->out, reason);
		return;
	}
	caller->awaited = request;
	caller->copy = copying->number + is_too_late;
}

/* That no caller came to take before a crash. */
void control_init_copies(struct control *control)
{
	for (enum control_request i = CONTROL_REQUEST_BACKUP; i < CONTROL_REQUESTS; i++) {
		CLEANUP(mem_freep) char *path = backup_copy_path(i);

		control->copies[i] = (struct copying){ .control = control, .request = i };
		if (path)
			store_remove_backup(path);
	}
}
