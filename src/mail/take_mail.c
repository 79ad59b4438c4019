/* Owns the conversation with papod: one line each way. systemd starts a process for each
 * connection, so nothing here serves two mails. */
#include "mail/take_mail.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"

/* papod writes the line at once. */
#define LINE_MS 10000

/* Append what comes; false: the time is over, or nothing more will come. */
static bool read_more(struct buffer *in)
{
	struct pollfd ready = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;

	if (poll(&ready, 1, LINE_MS) <= 0)
		return false;
	got = read(STDIN_FILENO, buffer_extend(in, 4096), 4096);
	in->length -= 4096 - (got > 0 ? (size_t) got : 0);
	return got > 0;
}

/* The length of the line without its end; SIZE_MAX: there is none. */
static size_t read_message_line(struct buffer *in)
{
	const char *end = NULL;

	while (!end && in->length <= MAIL_LINE_BYTES && read_more(in))
		end = memchr(in->bytes, '\n', in->length);
	return end ? (size_t) (end - in->bytes) : SIZE_MAX;
}

static void answer_papod(enum mail_result result, const char *reason)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	size_t written = 0;
	ssize_t n = 0;

	mail_format_answer(result, result == MAIL_RESULT_SENT ? NULL : reason, &out);
	while (written < out.length && (n >= 0 || errno == EINTR)) {
		n = write(STDOUT_FILENO, out.bytes + written, out.length - written);
		written += n > 0 ? (size_t) n : 0;
	}
}

static int refuse_message(const struct log *log, const char *reason)
{
	log_entry(log, LOGBOOK_MAIL_MESSAGE_REFUSED, "REASON", reason);
	answer_papod(MAIL_RESULT_FAILED, reason);
	return EX_PROTOCOL;
}

int take_mail(const struct sendmail *sendmail, const struct log *log)
{
	CLEANUP(buffer_done) struct buffer in = { .is_secret = true };
	CLEANUP(buffer_done) struct buffer mail = { .is_secret = true };
	CLEANUP(mail_message_done) struct mail_message message = { 0 };
	char why[MAIL_REASON_BYTES], reason[SENDMAIL_REASON_BYTES];
	size_t length = read_message_line(&in);
	enum mail_result result;

	if (length == SIZE_MAX)
		return refuse_message(log, "there is no whole line");
	if (!mail_parse_message(in.bytes, length, why, &message))
		return refuse_message(log, why);
	mail_write(&message, &mail);
	result = sendmail_run(sendmail, &mail, reason);
	if (result != MAIL_RESULT_SENT)
		log_entry(log, LOGBOOK_SENDMAIL_FAILED, "COMMAND", sendmail->command[0], "REASON",
			reason);
	answer_papod(result, reason);
	return 0;
}
