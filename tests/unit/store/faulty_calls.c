/* Owns the calls of SQLite that the linker replaces (FAULTY_CALLS in room.mk). Those that free
 * something are always carried out. */
#include "faulty_calls.h"

#include <sqlite3.h>
#include <stdatomic.h>

static struct {
	atomic_long made;
	atomic_long failing;
	atomic_bool is_after;
	atomic_long checkpoints;
	atomic_long failing_checkpoints; /* the first ones */
	int most_busy_ms;
} calls;

void faulty_calls_fail(long call, bool is_after)
{
	calls.failing = call;
	calls.is_after = is_after;
	calls.made = 0;
}

long faulty_calls_made(void)
{
	return calls.made;
}

void faulty_calls_fail_checkpoints(long n)
{
	calls.failing_checkpoints = n;
	calls.checkpoints = 0;
}

long faulty_calls_checkpoints(void)
{
	return calls.checkpoints;
}

void faulty_calls_wait_at_most(int ms)
{
	calls.most_busy_ms = ms;
}

static bool call_fails(void)
{
	return ++calls.made == calls.failing;
}

#define WRAP(name, parameters, arguments)                                                          \
	int __real_##name parameters;                                                              \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		bool fails = call_fails();                                                         \
		int result = fails && !calls.is_after ? SQLITE_IOERR : __real_##name arguments;    \
                                                                                                   \
		return fails ? SQLITE_IOERR : result;                                              \
	}

/* Those that make something fail before. */
#define WRAP_BEFORE(name, parameters, arguments)                                                   \
	int __real_##name parameters;                                                              \
	int __wrap_##name parameters;                                                              \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		return call_fails() ? SQLITE_NOMEM : __real_##name arguments;                      \
	}

WRAP(sqlite3_open_v2, (const char *name, sqlite3 **ret, int flags, const char *vfs),
	(name, ret, flags, vfs))
WRAP(sqlite3_exec,
	(sqlite3 * db, const char *sql, int (*callback)(void *, int, char **, char **), void *data,
		char **ret_error),
	(db, sql, callback, data, ret_error))
WRAP(sqlite3_step, (sqlite3_stmt * statement), (statement))
WRAP(sqlite3_bind_int64, (sqlite3_stmt * statement, int at, sqlite3_int64 value),
	(statement, at, value))
WRAP(sqlite3_bind_null, (sqlite3_stmt * statement, int at), (statement, at))
WRAP(sqlite3_bind_text,
	(sqlite3_stmt * statement, int at, const char *text, int length, void (*release)(void *)),
	(statement, at, text, length, release))
WRAP(sqlite3_bind_blob,
	(sqlite3_stmt * statement, int at, const void *bytes, int length, void (*release)(void *)),
	(statement, at, bytes, length, release))
WRAP(sqlite3_extended_result_codes, (sqlite3 * db, int is_on), (db, is_on))
WRAP(sqlite3_backup_step, (sqlite3_backup * backup, int n_pages), (backup, n_pages))
WRAP_BEFORE(sqlite3_prepare_v2,
	(sqlite3 * db, const char *sql, int length, sqlite3_stmt **ret, const char **ret_rest),
	(db, sql, length, ret, ret_rest))
WRAP_BEFORE(sqlite3_prepare_v3,
	(sqlite3 * db, const char *sql, int length, unsigned int flags, sqlite3_stmt **ret,
		const char **ret_rest),
	(db, sql, length, flags, ret, ret_rest))

int __real_sqlite3_backup_finish(sqlite3_backup *backup);
int __wrap_sqlite3_backup_finish(sqlite3_backup *backup);
int __wrap_sqlite3_backup_finish(sqlite3_backup *backup)
{
	int result = __real_sqlite3_backup_finish(backup);

	return call_fails() ? SQLITE_IOERR : result;
}

int __real_sqlite3_wal_checkpoint_v2(
	sqlite3 *db, const char *name, int mode, int *ret_size, int *ret_done);
int __wrap_sqlite3_wal_checkpoint_v2(
	sqlite3 *db, const char *name, int mode, int *ret_size, int *ret_done);
int __wrap_sqlite3_wal_checkpoint_v2(
	sqlite3 *db, const char *name, int mode, int *ret_size, int *ret_done)
{
	calls.checkpoints++;
	return calls.checkpoints <= calls.failing_checkpoints
		       ? SQLITE_IOERR
		       : __real_sqlite3_wal_checkpoint_v2(db, name, mode, ret_size, ret_done);
}

int __real_sqlite3_busy_timeout(sqlite3 *db, int ms);
int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms);
int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms)
{
	int most_ms = calls.most_busy_ms ? calls.most_busy_ms : ms;
	bool fails = call_fails();

	if (!fails || calls.is_after)
		(void) __real_sqlite3_busy_timeout(db, ms < most_ms ? ms : most_ms);
	return fails ? SQLITE_IOERR : SQLITE_OK;
}
