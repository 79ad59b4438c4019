/* Owns the calls between SQLite and the real file system. */
#include "faulty_disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

static struct {
	sqlite3_vfs *real;
	sqlite3_vfs vfs;
	atomic_long calls;
	atomic_long writes_unsynced;
	atomic_long failing;
	atomic_int result;
	atomic_bool is_lasting;
	bool has_memory;
} disk;

struct disk_file {
	sqlite3_file base; /* must be first */
	sqlite3_file *real;
};

void faulty_disk_fail(long call, int result, bool is_lasting)
{
	disk.calls = 0;
	disk.result = result;
	disk.is_lasting = is_lasting;
	disk.failing = call;
}

long faulty_disk_calls(void)
{
	return disk.calls;
}

bool faulty_disk_is_synced(void)
{
	return disk.writes_unsynced == 0;
}

/* SQLITE_OK: call the real function. */
static int count_call(void)
{
	long call = ++disk.calls, failing = disk.failing;

	if (failing && (call == failing || (call > failing && disk.is_lasting)))
		return disk.result;
	return SQLITE_OK;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct disk_file *) file)->real;
}

static int disk_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int disk_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 at)
{
	int result = count_call();

	return result ? result : real_of(file)->pMethods->xRead(real_of(file), bytes, length, at);
}

static int disk_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
	int result = count_call();

	disk.writes_unsynced++;
	if (result)
		(void) real_of(file)->pMethods->xWrite(real_of(file), bytes, length / 2, at);
	return result ? result : real_of(file)->pMethods->xWrite(real_of(file), bytes, length, at);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int result = count_call();

	return result ? result : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int disk_sync(sqlite3_file *file, int flags)
{
	int result = count_call();

	if (result == SQLITE_OK)
		disk.writes_unsynced = 0;
	return result ? result : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	int result = count_call();

	return result ? result : real_of(file)->pMethods->xFileSize(real_of(file), ret_size);
}

static int disk_lock(sqlite3_file *file, int kind)
{
	int result = disk.is_lasting ? SQLITE_OK : count_call();

	return result ? result : real_of(file)->pMethods->xLock(real_of(file), kind);
}

static int disk_unlock(sqlite3_file *file, int kind)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), kind);
}

static int disk_check_lock(sqlite3_file *file, int *ret_is_locked)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret_is_locked);
}

static int disk_control(sqlite3_file *file, int what, void *data)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what, data);
}

static int disk_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int disk_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int disk_map(sqlite3_file *file, int page, int size, int may_extend, void volatile **ret_at)
{
	int result = count_call();

	return result ? result
		      : real_of(file)->pMethods->xShmMap(
				real_of(file), page, size, may_extend, ret_at);
}

static int disk_lock_part(sqlite3_file *file, int first, int n, int flags)
{
	bool may_fail = (flags & SQLITE_SHM_LOCK) && !disk.is_lasting;
	int result = may_fail ? count_call() : SQLITE_OK;

	return result ? result : real_of(file)->pMethods->xShmLock(real_of(file), first, n, flags);
}

static void disk_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int disk_unmap(sqlite3_file *file, int is_deleted)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), is_deleted);
}

#define DISK_METHODS                                                                               \
	.xClose = disk_close, .xRead = disk_read, .xWrite = disk_write,                            \
	.xTruncate = disk_truncate, .xSync = disk_sync, .xFileSize = disk_size,                    \
	.xLock = disk_lock, .xUnlock = disk_unlock, .xCheckReservedLock = disk_check_lock,         \
	.xFileControl = disk_control, .xSectorSize = disk_sector,                                  \
	.xDeviceCharacteristics = disk_device

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	DISK_METHODS,
};

static const sqlite3_io_methods methods_with_memory = {
	.iVersion = 2,
	DISK_METHODS,
	.xShmMap = disk_map,
	.xShmLock = disk_lock_part,
	.xShmBarrier = disk_barrier,
	.xShmUnmap = disk_unmap,
};

static int disk_open(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
	struct disk_file *own = (struct disk_file *) file;
	int result = count_call();

	(void) vfs;
	own->base.pMethods = NULL;
	own->real = (sqlite3_file *) (void *) (own + 1);
	if (result == SQLITE_OK)
		result = disk.real->xOpen(disk.real, name, own->real, flags, ret_flags);
	if (result == SQLITE_OK)
		own->base.pMethods = disk.has_memory ? &methods_with_memory : &methods;
	return result;
}

static int disk_delete(sqlite3_vfs *vfs, const char *name, int must_sync)
{
	int result = count_call();

	(void) vfs;
	return result ? result : disk.real->xDelete(disk.real, name, must_sync);
}

static int disk_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret_may)
{
	int result = count_call();

	(void) vfs;
	return result ? result : disk.real->xAccess(disk.real, name, flags, ret_may);
}

void faulty_disk_install(bool has_memory)
{
	faulty_disk_fail(0, SQLITE_OK, false);
	disk.real = sqlite3_vfs_find("unix");
	assert_non_null(disk.real);
	disk.has_memory = has_memory;
	disk.vfs = *disk.real;
	disk.vfs.pNext = NULL;
	disk.vfs.zName = "faulty";
	disk.vfs.szOsFile = (int) sizeof(struct disk_file) + disk.real->szOsFile;
	disk.vfs.xOpen = disk_open;
	disk.vfs.xDelete = disk_delete;
	disk.vfs.xAccess = disk_access;
	assert_int_equal(sqlite3_vfs_register(&disk.vfs, 1), SQLITE_OK);
}

void faulty_disk_remove(void)
{
	sqlite3_vfs_unregister(&disk.vfs);
}
