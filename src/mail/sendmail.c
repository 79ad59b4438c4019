/* Owns the process of sendmail. It gets the mail in a file that is in memory: so it need not be
 * read while papod-mail writes, and what it prints goes to the log. */
#include "mail/sendmail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"

#define STATUS_NOT_STARTED 127 /* as a shell has it */

static void close_mail_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static enum mail_result explain_failure(
	char reason[SENDMAIL_REASON_BYTES], const char *what, int error)
{
	snprintf(reason, SENDMAIL_REASON_BYTES, "%s: %s", what, strerror(error));
	return MAIL_RESULT_FAILED;
}

/* A file in memory at its beginning; or a negative errno. */
static int store_mail(const struct buffer *mail)
{
	CLEANUP(close_mail_fd) int fd = memfd_create("mail", MFD_CLOEXEC);
	size_t written = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (written < mail->length) {
		n = write(fd, mail->bytes + written, mail->length - written);
		if (n < 0 && errno != EINTR)
			return -errno;
		written += n > 0 ? (size_t) n : 0;
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* In the new process. Its standard output must not be that of papod-mail, which papod reads. */
static void become_sendmail(const struct sendmail *sendmail, int mail_fd)
{
	if (dup2(mail_fd, STDIN_FILENO) >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		execv(sendmail->command[0], sendmail->command);
	fprintf(stderr, "%s: %s\n", sendmail->command[0], strerror(errno));
	_exit(STATUS_NOT_STARTED);
}

/* False: it was killed because it took too long. */
static bool await_end(pid_t pid, uint32_t timeout_ms)
{
	CLEANUP(close_mail_fd) int fd = (int) syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = fd < 0 ? 1 : poll(&ready, 1, (int) timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		kill(pid, SIGKILL);
	return n != 0;
}

/* sysexits.h: what is wrong with the mail itself stays wrong. */
static enum mail_result result_of_status(int status, char reason[SENDMAIL_REASON_BYTES])
{
	if (WIFSIGNALED(status)) {
		snprintf(reason, SENDMAIL_REASON_BYTES, "sendmail was killed by signal %d",
			WTERMSIG(status));
		return MAIL_RESULT_FAILED;
	}
	snprintf(reason, SENDMAIL_REASON_BYTES, "sendmail ended with status %d",
		WEXITSTATUS(status));
	switch (WEXITSTATUS(status)) {
	case 0:
		return MAIL_RESULT_SENT;
	case EX_DATAERR:
	case EX_NOUSER:
	case EX_NOHOST:
		return MAIL_RESULT_REFUSED;
	case STATUS_NOT_STARTED:
		snprintf(reason, SENDMAIL_REASON_BYTES, "sendmail could not be started");
		return MAIL_RESULT_FAILED;
	}
	return MAIL_RESULT_FAILED;
}

enum mail_result sendmail_run(const struct sendmail *sendmail, const struct buffer *mail,
	char reason[SENDMAIL_REASON_BYTES])
{
	CLEANUP(close_mail_fd) int mail_fd = store_mail(mail);
	bool is_in_time;
	int status = 0;
	pid_t pid;

	if (mail_fd < 0)
		return explain_failure(reason, "no memory for the mail", -mail_fd);
	pid = fork();
	if (pid == 0)
		become_sendmail(sendmail, mail_fd);
	if (pid < 0)
		return explain_failure(reason, "no process for sendmail", errno);
	is_in_time = await_end(pid, sendmail->timeout_ms);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (is_in_time)
		return result_of_status(status, reason);
	snprintf(reason, SENDMAIL_REASON_BYTES, "sendmail took too long and was killed");
	return MAIL_RESULT_FAILED;
}
