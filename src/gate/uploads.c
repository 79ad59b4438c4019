/* Owns the directory of uploaded files, and how they are found and removed there.
 *
 * The lock is held for a walk over the files of one account at most. The sum in its file only
 * changes together with files; a process that is killed between the two leaves a wrong one, which
 * the next start of the gate corrects. */
#include "gate/uploads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "gate/uploads_inside.h"

#define NS_PER_SECOND 1000000000
#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* The whole directory */

static int open_or_make(int at, const char *name, int *ret_fd)
{
	if (mkdirat(at, name, 0700) < 0 && errno != EEXIST)
		return -errno;
	*ret_fd = openat(at, name, DIRECTORY_FLAGS);
	return *ret_fd < 0 ? -errno : 0;
}

static int open_lock(int root, int *ret_fd)
{
	*ret_fd = openat(root, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *ret_fd < 0 ? -errno : 0;
}

int uploads_open(const char *directory, struct uploads **ret_uploads)
{
	struct uploads *uploads = mem_new(sizeof(*uploads));
	int error;

	uploads->refs = 1;
	uploads->root = uploads->accounts = uploads->files = uploads->lock = uploads->tidier = -1;
	error = open_or_make(AT_FDCWD, directory, &uploads->root);
	if (!error)
		error = open_or_make(uploads->root, "accounts", &uploads->accounts);
	if (!error)
		error = open_or_make(uploads->root, "files", &uploads->files);
	if (!error)
		error = open_lock(uploads->root, &uploads->lock);
	if (error)
		uploads_unref(uploads);
	else
		*ret_uploads = uploads;
	return error;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void uploads_unref(struct uploads *uploads)
{
	if (!uploads || --uploads->refs)
		return;
	if (uploads->walk)
		closedir(uploads->walk);
	close_if_open(uploads->tidier);
	close_if_open(uploads->lock);
	close_if_open(uploads->files);
	close_if_open(uploads->accounts);
	close_if_open(uploads->root);
	free(uploads);
}

/* A forked process shares the descriptor, and so the lock, with its parent: each has the lock file
 * open by itself. */
int uploads_lock(const struct uploads *uploads)
{
	int fd, error = open_lock(uploads->root, &fd);

	if (error)
		return error;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR) {
			error = -errno;
			close(fd);
			return error;
		}
	return fd;
}

uint64_t uploads_total(const struct uploads *uploads)
{
	uint64_t total = 0;

	return pread(uploads->lock, &total, sizeof(total), 0) == sizeof(total) ? total : 0;
}

void uploads_set_total(const struct uploads *uploads, uint64_t total)
{
	(void) !pwrite(uploads->lock, &total, sizeof(total), 0);
}

static void subtract_from_total(const struct uploads *uploads, uint64_t bytes)
{
	uint64_t total = uploads_total(uploads);

	uploads_set_total(uploads, total > bytes ? total - bytes : 0);
}

/* Accounts */

#define ACCOUNT_TEXT_BYTES 24

int uploads_open_account(const struct uploads *uploads, uint64_t account)
{
	char text[ACCOUNT_TEXT_BYTES];
	int fd;

	snprintf(text, sizeof(text), "%" PRIu64, account);
	fd = openat(uploads->accounts, text, DIRECTORY_FLAGS);
	return fd < 0 ? -errno : fd;
}

int uploads_make_account(const struct uploads *uploads, uint64_t account)
{
	char text[ACCOUNT_TEXT_BYTES];
	int fd, error;

	snprintf(text, sizeof(text), "%" PRIu64, account);
	error = open_or_make(uploads->accounts, text, &fd);
	return error ? error : fd;
}

void uploads_walk_account(int directory, uploads_file_fn on_file, void *data)
{
	int copy = openat(directory, ".", DIRECTORY_FLAGS);
	DIR *files = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *file;
	struct stat status;

	if (!files) {
		close_if_open(copy);
		return;
	}
	while ((file = readdir(files)))
		if (uploads_name_is_valid(file->d_name) &&
			fstatat(directory, file->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(status.st_mode))
			on_file(data, file->d_name, &status);
	closedir(files);
}

static void tally_file(void *data, const char *name, const struct stat *status)
{
	struct uploads_tally *tally = data;

	(void) name;
	tally->bytes += (uint64_t) status->st_size;
	tally->n_files++;
	tally->n_unfinished += status->st_nlink == 1;
}

void uploads_tally_account(int directory, struct uploads_tally *tally)
{
	uploads_walk_account(directory, tally_file, tally);
}

void uploads_recount(struct uploads *uploads)
{
	int lock = uploads_lock(uploads), directory;
	struct uploads_tally tally = { 0 };
	uint64_t account;

	while ((account = uploads_next_account(uploads))) {
		directory = uploads_open_account(uploads, account);
		if (directory < 0)
			continue;
		uploads_walk_account(directory, tally_file, &tally);
		close(directory);
	}
	uploads_set_total(uploads, tally.bytes);
	close_if_open(lock);
}

/* Removing */

/* First the name under which it is downloaded. True: it was there, and its size does not count any
 * more. */
static bool remove_file(const struct uploads *uploads, int directory, const char *name)
{
	struct stat status;

	if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	(void) unlinkat(uploads->files, name, 0);
	if (unlinkat(directory, name, 0) < 0)
		return false;
	subtract_from_total(uploads, (uint64_t) status.st_size);
	return true;
}

bool uploads_remove(struct uploads *uploads, uint64_t account, const char *name)
{
	int lock = uploads_lock(uploads), directory = uploads_open_account(uploads, account);
	bool is_removed = directory >= 0 && uploads_name_is_valid(name) &&
			  remove_file(uploads, directory, name);

	close_if_open(directory);
	close_if_open(lock);
	return is_removed;
}

struct sweep {
	const struct uploads *uploads;
	int directory;
	uint64_t older_than_s; /* UINT64_MAX: all are */
	size_t n_removed;
};

/* The process that writes it holds its lock. */
static bool is_left_behind(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool is_free = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

	close_if_open(fd);
	return is_free;
}

static void sweep_file(void *data, const char *name, const struct stat *status)
{
	struct sweep *sweep = data;
	bool is_old = (uint64_t) status->st_mtim.tv_sec < sweep->older_than_s;

	if (is_old || (status->st_nlink == 1 && is_left_behind(sweep->directory, name)))
		sweep->n_removed += remove_file(sweep->uploads, sweep->directory, name);
}

/* Its rate is needed as long as it is not full again. */
static void remove_account_if_empty(const struct uploads *uploads, uint64_t account, int directory)
{
	struct uploads_tally tally = { 0 };
	char text[ACCOUNT_TEXT_BYTES];
	struct stat status;

	uploads_walk_account(directory, tally_file, &tally);
	if (tally.n_files ||
		(fstatat(directory, UPLOADS_RATE_FILE, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
			status.st_mtim.tv_sec + 3600 > time(NULL)))
		return;
	(void) unlinkat(directory, UPLOADS_RATE_FILE, 0);
	snprintf(text, sizeof(text), "%" PRIu64, account);
	(void) unlinkat(uploads->accounts, text, AT_REMOVEDIR);
}

static size_t sweep_account(
	const struct uploads *uploads, uint64_t account, uint64_t older_than_s, bool is_end)
{
	int lock = uploads_lock(uploads);
	struct sweep sweep = { uploads, uploads_open_account(uploads, account), older_than_s, 0 };

	if (sweep.directory >= 0) {
		uploads_walk_account(sweep.directory, sweep_file, &sweep);
		if (is_end)
			(void) unlinkat(sweep.directory, UPLOADS_RATE_FILE, 0);
		remove_account_if_empty(uploads, account, sweep.directory);
	}
	close_if_open(sweep.directory);
	close_if_open(lock);
	return sweep.n_removed;
}

size_t uploads_erase(struct uploads *uploads, uint64_t account)
{
	return sweep_account(uploads, account, UINT64_MAX, true);
}

size_t uploads_tidy_account(struct uploads *uploads, uint64_t account, uint64_t older_than_s)
{
	return sweep_account(uploads, account, older_than_s, false);
}

uint64_t uploads_next_account(struct uploads *uploads)
{
	const struct dirent *directory;
	uint64_t account;
	int copy;

	if (!uploads->walk) {
		copy = openat(uploads->accounts, ".", DIRECTORY_FLAGS);
		uploads->walk = copy < 0 ? NULL : fdopendir(copy);
	}
	while (uploads->walk && (directory = readdir(uploads->walk)))
		if (text_parse_u64(directory->d_name, &account) && account)
			return account;
	if (uploads->walk)
		closedir(TAKE(uploads->walk));
	return 0;
}

bool uploads_become_tidier(struct uploads *uploads)
{
	if (uploads->tidier >= 0)
		return true;
	uploads->tidier =
		openat(uploads->root, "tidier", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (uploads->tidier >= 0 && flock(uploads->tidier, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (uploads->tidier >= 0)
		close(TAKE_FD(uploads->tidier));
	return false;
}

/* Downloads */

static bool read_stored_head(int fd, struct uploaded_file *file)
{
	uint8_t bytes[UPLOAD_HEAD_BYTES];
	struct stat status;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
		pread(fd, bytes, sizeof(bytes), 0) != sizeof(bytes) ||
		!upload_head_load(bytes, &file->head) ||
		(uint64_t) status.st_size != UPLOAD_HEAD_BYTES + file->head.length)
		return false;
	file->fd = fd;
	file->changed_ns = (uint64_t) status.st_mtim.tv_sec * NS_PER_SECOND +
			   (uint64_t) status.st_mtim.tv_nsec;
	return true;
}

bool uploads_find(const struct uploads *uploads, const char *name, struct uploaded_file *ret_file)
{
	int fd = uploads_name_is_valid(name)
			 ? openat(uploads->files, name,
				   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
			 : -1;

	if (fd < 0)
		return false;
	if (read_stored_head(fd, ret_file))
		return true;
	close(fd);
	return false;
}
