/* Any bytes as a line between papod and papod-mail: what is read is written as a line that reads
 * the same, and a mail has the headers that it must have, and no others. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/mail_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_mail_reason(const char reason[MAIL_REASON_BYTES])
{
	size_t length = strnlen(reason, MAIL_REASON_BYTES);

	assert(length && length < MAIL_REASON_BYTES && text_is_utf8(reason, length));
	assert(!memchr(reason, '\n', length));
}

/* The headers end with the first empty line; a line that continues one begins with a space. */
static void check_headers(const struct mail_message *message)
{
	static const char *const names[] = { "From: ", "To: ", "Subject: ", "MIME-Version: ",
		"Content-Type: ", "Content-Transfer-Encoding: ", "Auto-Submitted: " };
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	size_t n = message->from ? 0 : 1;
	char *at, *end;

	mail_write(message, &out);
	assert(strlen(out.bytes) == out.length && !memchr(out.bytes, '\r', out.length));
	for (at = out.bytes; *at != '\n'; at = end + 1) {
		end = strchr(at, '\n');
		assert(end && end - at <= 998);
		if (*at == ' ')
			continue;
		assert(n < ARRAY_LENGTH(names) && text_starts_with(at, names[n]));
		n++;
	}
	assert(n == ARRAY_LENGTH(names));
	assert(strcmp(at + 1, message->text) == 0);
}

static void check_message(const struct mail_message *message)
{
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	CLEANUP(mail_message_done) struct mail_message again = { 0 };
	char reason[MAIL_REASON_BYTES];

	assert(mail_format_message(message, reason, &out));
	assert(out.length <= MAIL_LINE_BYTES + 1);
	assert(memchr(out.bytes, '\n', out.length) == out.bytes + out.length - 1);
	assert(mail_parse_message(out.bytes, out.length - 1, reason, &again));
	assert(strcmp(again.to, message->to) == 0 && strcmp(again.text, message->text) == 0);
	assert(strcmp(again.subject, message->subject) == 0);
	assert(!again.from == !message->from);
	check_headers(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mail_message_done) struct mail_message message = { 0 };
	CLEANUP(mail_answer_done) struct mail_answer answer = { 0 };
	char reason[MAIL_REASON_BYTES];

	if (mail_parse_message((const char *) data, size, reason, &message))
		check_message(&message);
	else
		check_mail_reason(reason);
	if (!mail_parse_answer((const char *) data, size, reason, &answer))
		check_mail_reason(reason);
	return 0;
}
