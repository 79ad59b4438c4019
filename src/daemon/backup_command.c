/* Owns a backup on its way from papod to a file of the caller, who can write where papod cannot.
 * The file gets its name when it is complete and on the disk. */
#include "daemon/backup_command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/passed_fds.h"
#include "daemon/control_calls.h"
#include "net/loop.h"
#include "proto/varlink_message.h"
#include "service/control_caller.h"
#include "store/file.h"

#define SHOW_AFTER_MS 1000
#define SHOW_EVERY_MS 200

/* Instead of an exit status: messages are not recorded. */
#define NOT_RECORDED (-1)

struct backup_file {
	const char *method; /* that gives the copy */
	const char *name;   /* as the caller wrote it */
	struct buffer path; /* where it is written; empty: standard output */
	int fd;		    /* -1: none */
	uint64_t size;	    /* of the copy */
	uint64_t written;   /* so far */
	uint64_t show_ms;   /* when the progress is shown next; UINT64_MAX: never */
	bool is_shown;	    /* the progress is on the line of the terminal */
};

static int fail_backup(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int fail_backup(int status, const char *format, ...)
{
	va_list arguments;

	fputs("papod: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

/* Calling papod */

static int report_restart(void)
{
	return fail_backup(EX_TEMPFAIL,
		"papod was restarted or stopped before the backup was complete; try again");
}

static int send_backup_call(int fd, const char *method)
{
	CLEANUP(buffer_done) struct buffer call = { 0 };

	varlink_message_put_call(&call, method, NULL);
	/* It fits into the buffer of a new socket. */
	return send(fd, call.bytes, call.length, MSG_NOSIGNAL) < 0 ? report_restart() : 0;
}

static void show_waiting(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	if (isatty(STDERR_FILENO) && poll(&ready, 1, SHOW_AFTER_MS) == 0)
		fputs("papod: the server is copying its database\n", stderr);
}

/* A part of the answer is appended. Returns the number of bytes; 0: the end; -1: see errno. */
static ssize_t receive_answer(int fd, struct buffer *answer, int *ret_copy)
{
	PASSED_FDS(1) passed;
	char bytes[4096];
	struct iovec part = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed) };
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

	if (n <= 0)
		return n;
	buffer_put(answer, bytes, (size_t) n);
	if (*ret_copy < 0)
		passed_fds_take(&message, ret_copy, 1);
	return n;
}

static int await_answer(int fd, struct buffer *answer, int *ret_copy)
{
	ssize_t n;

	show_waiting(fd);
	do {
		n = receive_answer(fd, answer, ret_copy);
	} while ((n < 0 && errno == EINTR) || (n > 0 && answer->bytes[answer->length - 1] != '\0' &&
						      answer->length < VARLINK_MESSAGE_BYTES));
	return n <= 0 ? report_restart() : 0;
}

static int read_answer(const struct buffer *answer, int copy, uint64_t *ret_size)
{
	CLEANUP(varlink_message_done) struct varlink_message message = { 0 };
	const char *reason;

	if (!varlink_message_parse(answer->bytes, answer->length - 1, &message))
		return fail_backup(EX_PROTOCOL, "the answer of papod is malformed");
	reason = varlink_message_text(&message, "reason");
	if (message.error && strcmp(message.error, CONTROL_NOT_RECORDED) == 0)
		return NOT_RECORDED;
	if (message.error && strcmp(message.error, CONTROL_BACKUP_FAILED) == 0)
		return fail_backup(EX_UNAVAILABLE, "papod could not copy its database: %s",
			reason ? reason : "it gave no reason");
	if (message.error)
		return fail_backup(EX_PROTOCOL,
			"papod refuses the call with %s; is it of the same release?",
			message.error);
	if (copy < 0 || !varlink_message_number(&message, "size", ret_size))
		return fail_backup(EX_PROTOCOL, "the answer of papod has no copy");
	return 0;
}

/* The copy is the caller's to close, also after an error; -1: there is none. */
static int ask_for_backup(int fd, struct backup_file *file, int *ret_copy)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	int status = send_backup_call(fd, file->method);

	if (!status)
		status = await_answer(fd, &answer, ret_copy);
	return status ? status : read_answer(&answer, *ret_copy, &file->size);
}

/* Writing the file */

static int fail_file(const struct backup_file *file, int status)
{
	return fail_backup(status, "%s cannot be written: %s",
		file->path.length ? file->path.bytes : "standard output", strerror(errno));
}

static int open_standard_output(struct backup_file *file)
{
	if (isatty(STDOUT_FILENO))
		return fail_backup(EX_USAGE, "the backup is not made for a terminal; name a file");
	file->fd = STDOUT_FILENO;
	return 0;
}

static int open_backup_file(struct backup_file *file)
{
	struct stat status;

	if (strcmp(file->name, "-") == 0)
		return open_standard_output(file);
	if (stat(file->name, &status) == 0 && !S_ISREG(status.st_mode))
		return fail_backup(EX_CANTCREAT, "%s is not a file; name one", file->name);
	buffer_format(&file->path, "%s.new", file->name);
	/* A file left by a backup that was interrupted. */
	unlink(file->path.bytes);
	file->fd = open(file->path.bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return file->fd < 0 ? fail_file(file, EX_CANTCREAT) : 0;
}

static void show_progress(struct backup_file *file)
{
	uint64_t now_ms = loop_clock_ms();

	if (now_ms < file->show_ms)
		return;
	fprintf(stderr, "\rpapod: %" PRIu64 " of %" PRIu64 " MiB", file->written >> 20,
		file->size >> 20);
	file->show_ms = now_ms + SHOW_EVERY_MS;
	file->is_shown = true;
}

static bool write_part(int fd, const char *bytes, size_t length)
{
	ssize_t n;

	while (length) {
		n = write(fd, bytes, length);
		if (n < 0 && errno != EINTR)
			return false;
		bytes += n < 0 ? 0 : n;
		length -= n < 0 ? 0 : (size_t) n;
	}
	return true;
}

static int write_copy(struct backup_file *file, int copy)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(copy, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		if (!write_part(file->fd, bytes, (size_t) n))
			return fail_file(file, EX_IOERR);
		file->written += (uint64_t) n;
		show_progress(file);
	}
	if (n < 0)
		return fail_backup(EX_IOERR, "the copy cannot be read: %s", strerror(errno));
	if (file->written != file->size)
		return fail_backup(EX_IOERR, "the copy ends after %" PRIu64 " of %" PRIu64 " bytes",
			file->written, file->size);
	return 0;
}

static int give_file_its_name(const struct backup_file *file)
{
	int error;

	if (!file->path.length)
		return 0;
	if (fsync(file->fd) < 0)
		return fail_file(file, EX_IOERR);
	if (rename(file->path.bytes, file->name) < 0)
		return fail_backup(
			EX_CANTCREAT, "%s cannot be created: %s", file->name, strerror(errno));
	error = file_sync_directory(file->name);
	return error ? fail_backup(EX_IOERR, "the directory of %s cannot be written: %s",
			       file->name, strerror(-error))
		     : 0;
}

static int fill_backup_file(struct backup_file *file, int socket)
{
	int copy = -1, status = ask_for_backup(socket, file, &copy);

	file->show_ms = isatty(STDERR_FILENO) ? loop_clock_ms() + SHOW_AFTER_MS : UINT64_MAX;
	if (!status)
		status = write_copy(file, copy);
	if (file->is_shown)
		fputc('\n', stderr);
	if (copy >= 0)
		close(copy);
	return status ? status : give_file_its_name(file);
}

static void close_backup_file(struct backup_file *file, int status)
{
	if (file->path.length && file->fd >= 0) {
		close(file->fd);
		if (status)
			unlink(file->path.bytes);
	}
	buffer_done(&file->path);
}

static int back_up_file(const char *method, const char *name)
{
	struct backup_file file = { .method = method, .name = name, .fd = -1 };
	int socket = -1, status = control_caller_connect("papod", &socket);

	if (!status)
		status = open_backup_file(&file);
	if (!status)
		status = fill_backup_file(&file, socket);
	close_backup_file(&file, status);
	if (socket >= 0)
		close(socket);
	return status;
}

/* The accounts come last, so that all whose messages the history has are in them. */
static int back_up_all(const char *directory)
{
	CLEANUP(buffer_done) struct buffer accounts = { 0 }, history = { 0 };
	int status;

	buffer_format(&accounts, "%s/accounts.db", directory);
	buffer_format(&history, "%s/history.db", directory);
	status = back_up_file(CONTROL_BACKUP_HISTORY_METHOD, history.bytes);
	if (status && status != NOT_RECORDED)
		return status;
	return back_up_file(CONTROL_BACKUP_METHOD, accounts.bytes);
}

int backup_command(const char *name)
{
	struct stat status;

	if (stat(name, &status) == 0 && S_ISDIR(status.st_mode))
		return back_up_all(name);
	return back_up_file(CONTROL_BACKUP_METHOD, name);
}
