/* Owns the copy that is being made. It is complete and on the disk before it gets its name. */
#include "store/backup.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "store/file.h"

#define PAGES_AT_ONCE 256

/* So that little waits for the disk at the end, which nothing can interrupt. */
#define STEPS_A_SYNC 64

struct backup {
	char *path;
	char *new_path; /* until it is complete */
	uint32_t n_steps;
	sqlite3 *to;
	sqlite3_backup *copying;
};

static int open_copy(struct backup *backup, sqlite3 *from)
{
	int result = sqlite3_open_v2(
		backup->new_path, &backup->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	/* An exclusive lock: the copy is in WAL mode for a moment, which then needs no memory that
	 * other processes share. */
	if (result == SQLITE_OK)
		result = sqlite3_exec(
			backup->to, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL, NULL);
	if (result != SQLITE_OK)
		return result;
	backup->copying = sqlite3_backup_init(backup->to, "main", from, "main");
	return backup->copying ? SQLITE_OK : sqlite3_errcode(backup->to);
}

bool backup_new(sqlite3 *from, const char *path, struct backup **ret_backup,
	struct store_problem *ret_problem)
{
	struct backup *backup = mem_new(sizeof(*backup));
	int error, result;

	backup->path = mem_text(path);
	backup->new_path = file_path_with(path, ".new");
	error = file_make_empty(backup->new_path);
	if (error) {
		file_set_problem(ret_problem, backup->new_path, error);
		backup_free(backup);
		return false;
	}
	result = open_copy(backup, from);
	if (result != SQLITE_OK) {
		problem_set(ret_problem, result, "the copy cannot be made");
		backup_free(backup);
		return false;
	}
	*ret_backup = backup;
	return true;
}

static int close_copy(struct backup *backup)
{
	int result = sqlite3_close(backup->to);

	if (result == SQLITE_OK)
		backup->to = NULL;
	return result;
}

void backup_free(struct backup *backup)
{
	if (!backup)
		return;
	if (backup->copying)
		(void) sqlite3_backup_finish(backup->copying);
	(void) close_copy(backup);
	if (backup->new_path)
		(void) unlink(backup->new_path);
	free(backup->new_path);
	free(backup->path);
	free(backup);
}

static void remove_beside(const char *path, const char *ending)
{
	CLEANUP(mem_freep) char *name = file_path_with(path, ending);

	(void) unlink(name);
}

void backup_remove(const char *path)
{
	static const char *const endings[] = { "", ".new", ".new-wal", ".new-journal" };

	for (size_t i = 0; i < ARRAY_LENGTH(endings); i++)
		remove_beside(path, endings[i]);
}

/* A file in WAL mode cannot be read where nothing may be written beside it. */
static int complete_copy(struct backup *backup)
{
	int result = sqlite3_backup_finish(backup->copying);

	backup->copying = NULL;
	if (result == SQLITE_OK)
		result = sqlite3_exec(backup->to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = close_copy(backup);
	return result;
}

static int name_copy(struct backup *backup, struct store_problem *ret_problem)
{
	int error = rename(backup->new_path, backup->path) < 0 ? -errno : 0;

	if (!error) {
		free(backup->new_path);
		backup->new_path = NULL;
		error = file_sync_directory(backup->path);
	}
	if (!error)
		return SQLITE_DONE;
	file_set_problem(ret_problem, backup->path, error);
	return SQLITE_IOERR;
}

static int sync_copy(struct backup *backup)
{
	sqlite3_file *file = NULL;
	int result = sqlite3_file_control(backup->to, "main", SQLITE_FCNTL_FILE_POINTER, &file);

	if (result == SQLITE_OK && file && file->pMethods)
		result = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
	return result;
}

int backup_step(struct backup *backup, struct store_problem *ret_problem)
{
	int result = sqlite3_backup_step(backup->copying, PAGES_AT_ONCE);

	if (result == SQLITE_OK && ++backup->n_steps % STEPS_A_SYNC == 0)
		result = sync_copy(backup);
	if (result == SQLITE_OK)
		return SQLITE_OK;
	if (result == SQLITE_DONE)
		result = complete_copy(backup);
	if (result == SQLITE_OK)
		return name_copy(backup, ret_problem);
	problem_set(ret_problem, result, "the copy cannot be written");
	return result;
}
