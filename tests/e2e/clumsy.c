/* Turns papod into clumsy_papod: permanent snapshots, a small event log, and faults that are named
 * in the file PAPOD_TEST_FAULTS. It is read each time, so a test can change it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/settings.h"
#include "daemon/snapshot.h"
#include "survival/event_log.h"
#include "survival/memory_file.h"
#include "survival/pace.h"

#define LONG_BYTES 20000
#define NEARLY_FULL_BYTES 100000
#define FULL_BYTES 200000
#define CHILD_MS 300
#define TURN_MS 50

static pid_t parent; /* pid of the server; 0: not started */

pid_t __real_fork(void);
pid_t __wrap_fork(void);
void __real_snapshot_save(const struct snapshot_parts *parts, struct buffer *out);
void __wrap_snapshot_save(const struct snapshot_parts *parts, struct buffer *out);
int __real_event_log_write_snapshot(struct event_log *log, const struct buffer *bytes);
int __wrap_event_log_write_snapshot(struct event_log *log, const struct buffer *bytes);
bool __real_event_log_add_event(struct event_log *log, const struct buffer *bytes);
bool __wrap_event_log_add_event(struct event_log *log, const struct buffer *bytes);
bool __wrap_event_log_is_short(const struct event_log *log);
bool __wrap_event_log_is_long(const struct event_log *log);
bool __wrap_event_log_is_nearly_full(const struct event_log *log);
int __real_memory_file_new(const char *name, size_t bytes, int *ret_fd);
int __wrap_memory_file_new(const char *name, size_t bytes, int *ret_fd);
bool __wrap_pace_is_over(const struct pace *pace, uint64_t now_ms);
struct settings *__real_settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems);
struct settings *__wrap_settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems);
uint64_t __real_pace_next_deadline(const struct pace *pace, const struct pace_need *need);
uint64_t __wrap_pace_next_deadline(const struct pace *pace, const struct pace_need *need);

static bool has_fault(const char *name)
{
	const char *path = getenv("PAPOD_TEST_FAULTS");
	FILE *file = path ? fopen(path, "re") : NULL;
	char text[100] = "";
	bool is_there;

	if (!file)
		return false;
	is_there = fgets(text, sizeof(text), file) && strstr(text, name);
	fclose(file);
	return is_there;
}

pid_t __wrap_fork(void)
{
	parent = getpid();
	if (!has_fault("fork"))
		return __real_fork();
	errno = EAGAIN;
	return -1;
}

void __wrap_snapshot_save(const struct snapshot_parts *parts, struct buffer *out)
{
	if (parent && parent != getpid()) {
		if (has_fault("hang"))
			raise(SIGSTOP);
		if (has_fault("die"))
			_exit(1);
	}
	__real_snapshot_save(parts, out);
}

int __wrap_event_log_write_snapshot(struct event_log *log, const struct buffer *bytes)
{
	return has_fault("write") ? -ENOSPC : __real_event_log_write_snapshot(log, bytes);
}

bool __wrap_event_log_add_event(struct event_log *log, const struct buffer *bytes)
{
	return event_log_bytes(log) < FULL_BYTES && __real_event_log_add_event(log, bytes);
}

bool __wrap_event_log_is_short(const struct event_log *log)
{
	(void) log;
	return false;
}

bool __wrap_event_log_is_long(const struct event_log *log)
{
	return !event_log_is_switching(log) && event_log_bytes(log) > LONG_BYTES;
}

bool __wrap_event_log_is_nearly_full(const struct event_log *log)
{
	return event_log_bytes(log) > (has_fault("full") ? 0 : NEARLY_FULL_BYTES);
}

int __wrap_memory_file_new(const char *name, size_t bytes, int *ret_fd)
{
	return has_fault("memory") ? -ENOMEM : __real_memory_file_new(name, bytes, ret_fd);
}

bool __wrap_pace_is_over(const struct pace *pace, uint64_t now_ms)
{
	return now_ms >= pace->begun_ms + CHILD_MS;
}

uint64_t __wrap_pace_next_deadline(const struct pace *pace, const struct pace_need *need)
{
	uint64_t deadline_ms = __real_pace_next_deadline(pace, need);

	return deadline_ms < need->now_ms + TURN_MS ? deadline_ms : need->now_ms + TURN_MS;
}

/* The fault happens once. */
struct settings *__wrap_settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems)
{
	if (has_fault("reload")) {
		unlink(getenv("PAPOD_TEST_FAULTS"));
		raise(SIGKILL);
	}
	return __real_settings_parse(sources, n_sources, problems);
}
