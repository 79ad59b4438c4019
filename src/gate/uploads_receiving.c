/* Owns files that are being received.
 *
 * The space is reserved at the begin, under the lock: so the limits hold for all processes, and a
 * full disk is noticed before the body is read. Bytes are written at once, and never wait in
 * memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/bucket.h"
#include "base/mem.h"
#include "gate/uploads_inside.h"
#include "net/loop.h"

#define MOST_UNFINISHED 4 /* of an account */
#define SYNC_BYTES (1024 * 1024)

struct upload {
	struct uploads *uploads;
	uint64_t account;
	char name[UPLOADS_NAME_BYTES];
	int fd;
	uint64_t size; /* with the head */
	uint64_t left;
	uint64_t written;
	uint64_t synced;
	bool is_finished;
};

/* The file has the time at which the account's bucket is full again. */
static bool take_from_rate(int directory, uint32_t hourly)
{
	int fd = openat(
		directory, UPLOADS_RATE_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	uint64_t full_ms = 0, now_ms = loop_wall_ms(), most_ms = now_ms + 3600 * 1000;
	bool is_taken;

	if (fd < 0)
		return false;
	if (pread(fd, &full_ms, sizeof(full_ms), 0) != sizeof(full_ms))
		full_ms = 0;
	if (full_ms > most_ms) /* the clock was set back */
		full_ms = most_ms;
	is_taken = bucket_take_one(&full_ms, now_ms, (struct rate){ hourly, 3600 });
	if (is_taken)
		(void) !pwrite(fd, &full_ms, sizeof(full_ms), 0);
	close(fd);
	return is_taken;
}

static void make_upload_name(char name[UPLOADS_NAME_BYTES])
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char dice[UPLOADS_NAME_LENGTH];

	while (getrandom(dice, sizeof(dice), 0) != sizeof(dice))
		;
	for (size_t i = 0; i < sizeof(dice); i++)
		name[i] = letters[dice[i] % 64];
	name[UPLOADS_NAME_LENGTH] = '\0';
}

static enum http_status refuse_space(enum http_status status, const char *reason, const char **ret)
{
	*ret = reason;
	return status;
}

static enum http_status check_space(const struct uploads *uploads, int directory, uint64_t size,
	const struct uploads_limits *limits, const char **ret_reason)
{
	struct uploads_tally tally = { 0 };

	uploads_tally_account(directory, &tally);
	if (tally.n_unfinished >= MOST_UNFINISHED)
		return refuse_space(HTTP_STATUS_TOO_MANY_REQUESTS,
			"You are uploading several files already. Please wait for their end",
			ret_reason);
	if (tally.n_files >= UPLOADS_OF_ACCOUNT || tally.bytes + size > limits->account_bytes)
		return refuse_space(HTTP_STATUS_INSUFFICIENT_STORAGE,
			"Your files use all space that an account has here. Remove some, or wait "
			"until they expire",
			ret_reason);
	if (uploads_total(uploads) + size > limits->total_bytes)
		return refuse_space(HTTP_STATUS_INSUFFICIENT_STORAGE,
			"The server has no space for more files at the moment", ret_reason);
	if (!take_from_rate(directory, limits->hourly))
		return refuse_space(HTTP_STATUS_TOO_MANY_REQUESTS,
			"You have uploaded many files in the last hour. Please wait", ret_reason);
	return HTTP_STATUS_OK;
}

/* A full disk is reported now, and not in the middle. */
static int reserve(int fd, uint64_t size)
{
	if (fallocate(fd, 0, 0, (off_t) size) == 0)
		return 0;
	if (errno != EOPNOTSUPP && errno != ENOSYS)
		return -errno;
	return ftruncate(fd, (off_t) size) < 0 ? -errno : 0;
}

static int write_at(int fd, const uint8_t *bytes, size_t length, uint64_t at)
{
	ssize_t n;

	for (; length; bytes += n, length -= (size_t) n, at += (uint64_t) n) {
		n = pwrite(fd, bytes, length, (off_t) at);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n < 0 ? -errno : -EIO;
	}
	return 0;
}

/* The lock of the file itself lasts as long as somebody writes it. */
static int make_upload_file(int directory, const struct upload_head *head, struct upload *upload)
{
	uint8_t bytes[UPLOAD_HEAD_BYTES];
	int error;

	upload->fd = openat(
		directory, upload->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (upload->fd < 0)
		return -errno;
	error = flock(upload->fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
	if (!error)
		error = reserve(upload->fd, upload->size);
	upload_head_save(head, bytes);
	if (!error)
		error = write_at(upload->fd, bytes, sizeof(bytes), 0);
	if (error)
		(void) unlinkat(directory, upload->name, 0);
	return error;
}

static enum http_status refuse_disk(int error, const char **ret_reason)
{
	if (error == -ENOSPC || error == -EDQUOT || error == -EFBIG)
		return refuse_space(HTTP_STATUS_INSUFFICIENT_STORAGE,
			"The disk of the server is full", ret_reason);
	return refuse_space(
		HTTP_STATUS_UNAVAILABLE, "The server cannot store files at the moment", ret_reason);
}

static enum http_status begin_in_account(struct upload *upload, const struct upload_head *head,
	const struct uploads_limits *limits, const char **ret_reason)
{
	struct uploads *uploads = upload->uploads;
	enum http_status status;
	int directory = uploads_make_account(uploads, head->account), error;

	if (directory < 0)
		return refuse_disk(directory, ret_reason);
	status = check_space(uploads, directory, upload->size, limits, ret_reason);
	if (status == HTTP_STATUS_OK) {
		error = make_upload_file(directory, head, upload);
		if (error)
			status = refuse_disk(error, ret_reason);
		else
			uploads_set_total(uploads, uploads_total(uploads) + upload->size);
	}
	close(directory);
	return status;
}

enum http_status uploads_begin(struct uploads *uploads, const struct upload_head *head,
	const struct uploads_limits *limits, struct upload **ret_upload, const char **ret_reason)
{
	struct upload *upload = mem_new(sizeof(*upload));
	int lock = uploads_lock(uploads);
	enum http_status status;

	*upload = (struct upload){ .uploads = uploads,
		.account = head->account,
		.fd = -1,
		.size = UPLOAD_HEAD_BYTES + head->length,
		.left = head->length,
		.written = UPLOAD_HEAD_BYTES };
	make_upload_name(upload->name);
	status = lock < 0 ? refuse_disk(lock, ret_reason)
			  : begin_in_account(upload, head, limits, ret_reason);
	if (lock >= 0)
		close(lock);
	if (status == HTTP_STATUS_OK) {
		uploads->refs++;
		*ret_upload = upload;
		return status;
	}
	if (upload->fd >= 0)
		close(upload->fd);
	free(upload);
	return status;
}

/* The kernel writes what has come so far, so that little is left for the end. */
static void sync_some(struct upload *upload)
{
	if (upload->written - upload->synced < SYNC_BYTES)
		return;
	(void) sync_file_range(upload->fd, (off_t) upload->synced,
		(off_t) (upload->written - upload->synced), SYNC_FILE_RANGE_WRITE);
	upload->synced = upload->written;
}

int upload_write(struct upload *upload, const void *bytes, size_t length)
{
	int error;

	if (length > upload->left)
		return -EMSGSIZE;
	error = write_at(upload->fd, bytes, length, upload->written);
	if (error)
		return error;
	upload->written += length;
	upload->left -= length;
	sync_some(upload);
	return 0;
}

uint64_t upload_left(const struct upload *upload)
{
	return upload->left;
}

const char *upload_name(const struct upload *upload)
{
	return upload->name;
}

int upload_finish(struct upload *upload)
{
	const struct uploads *uploads = upload->uploads;
	int directory, error = 0;

	if (fdatasync(upload->fd) < 0)
		return -errno;
	directory = uploads_open_account(uploads, upload->account);
	if (directory < 0)
		return directory;
	if (linkat(directory, upload->name, uploads->files, upload->name, 0) < 0)
		error = -errno;
	close(directory);
	upload->is_finished = !error;
	return error;
}

void upload_free(struct upload *upload)
{
	if (!upload)
		return;
	if (!upload->is_finished)
		(void) uploads_remove(upload->uploads, upload->account, upload->name);
	close(upload->fd);
	uploads_unref(upload->uploads);
	free(upload);
}
