/* Owns the JSON of papod-mail and the form of a mail. Both ends check each text: neither trusts the
 * other. */
#include "proto/mail_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/json_lines.h"
#include "proto/name_syntax.h"

#define WORD_BYTES 45 /* of a header in one encoded word: 60 characters of base64 */

static const char *const mail_results[] = {
	[MAIL_RESULT_SENT] = "sent",
	[MAIL_RESULT_REFUSED] = "refused",
	[MAIL_RESULT_FAILED] = "failed",
};

void mail_message_done(struct mail_message *message)
{
	free(message->to);
	free(message->from);
	mem_free_secret(message->subject);
	mem_free_secret(message->text);
	*message = (struct mail_message){ 0 };
}

void mail_answer_done(struct mail_answer *answer)
{
	free(answer->reason);
	*answer = (struct mail_answer){ 0 };
}

/* What texts must be */

static bool is_mail_control(char byte)
{
	return (unsigned char) byte < ' ' || byte == 0x7f;
}

static bool is_subject(const char *text)
{
	for (const char *at = text; *at; at++)
		if (is_mail_control(*at))
			return false;
	return *text && strlen(text) <= MAIL_SUBJECT_BYTES && text_is_utf8(text, strlen(text));
}

static bool is_mail_text(const char *text)
{
	size_t line = 0, length = strlen(text);

	for (const char *at = text; *at; at++) {
		if (is_mail_control(*at) && *at != '\n' && *at != '\t')
			return false;
		line = *at == '\n' ? 0 : line + 1;
		if (line > MAIL_TEXT_LINE_BYTES)
			return false;
	}
	return length && length <= MAIL_TEXT_BYTES && text[length - 1] == '\n' &&
	       text_is_utf8(text, length);
}

static bool check_mail_message(const struct mail_message *message, char reason[MAIL_REASON_BYTES])
{
	if (!message->to || !mail_address_is_valid(message->to))
		return json_line_refuse(reason, "to", "is no e-mail address");
	if (message->from && !mail_address_is_valid(message->from))
		return json_line_refuse(reason, "from", "is no e-mail address");
	if (!message->subject || !is_subject(message->subject))
		return json_line_refuse(reason, "subject", "is no short line of text");
	if (!message->text || !is_mail_text(message->text))
		return json_line_refuse(
			reason, "text", "does not consist of lines of text, or is too long");
	return true;
}

/* Writing */

bool mail_format_message(
	const struct mail_message *message, char reason[MAIL_REASON_BYTES], struct buffer *out)
{
	if (!check_mail_message(message, reason))
		return false;
	buffer_put_byte(out, '{');
	json_line_put(out, "to", message->to);
	json_line_put(out, "from", message->from);
	json_line_put(out, "subject", message->subject);
	json_line_put(out, "text", message->text);
	buffer_put_text(out, "}\n");
	return true;
}

void mail_format_answer(enum mail_result result, const char *reason, struct buffer *out)
{
	CLEANUP(mem_freep) char *text = mem_text(reason);

	if (text)
		text_mend_utf8(text, strlen(text));
	buffer_put_byte(out, '{');
	json_line_put(out, "result", mail_results[result]);
	json_line_put(out, "reason", text);
	buffer_put_text(out, "}\n");
}

/* Reading */

static bool read_mail_message(json_t *object, char reason[MAIL_REASON_BYTES], void *data)
{
	struct mail_message *message = data;

	return json_line_text(object, "to", reason, &message->to) &&
	       json_line_text(object, "from", reason, &message->from) &&
	       json_line_text(object, "subject", reason, &message->subject) &&
	       json_line_text(object, "text", reason, &message->text) &&
	       check_mail_message(message, reason);
}

static bool read_mail_answer(json_t *object, char reason[MAIL_REASON_BYTES], void *data)
{
	struct mail_answer *answer = data;
	size_t row = json_line_word(object, "result", mail_results, ARRAY_LENGTH(mail_results));

	if (row == ARRAY_LENGTH(mail_results))
		return json_line_refuse(
			reason, "result", "is not \"sent\", \"refused\" or \"failed\"");
	answer->result = (enum mail_result) row;
	return json_line_text(object, "reason", reason, &answer->reason);
}

bool mail_parse_message(const char *line, size_t length, char reason[MAIL_REASON_BYTES],
	struct mail_message *ret_message)
{
	struct mail_message message = { 0 };
	bool is_good = json_line_read(line, length, reason, read_mail_message, &message);

	if (is_good)
		*ret_message = message;
	else
		mail_message_done(&message);
	return is_good;
}

bool mail_parse_answer(const char *line, size_t length, char reason[MAIL_REASON_BYTES],
	struct mail_answer *ret_answer)
{
	struct mail_answer answer = { 0 };
	bool is_good = json_line_read(line, length, reason, read_mail_answer, &answer);

	if (is_good)
		*ret_answer = answer;
	else
		mail_answer_done(&answer);
	return is_good;
}

/* The mail */

/* RFC 2047 2 and 5: no encoded word cuts a character in two, and each has a line of its own. */
static void put_subject(struct buffer *out, const char *subject)
{
	char encoded[BASE64_LENGTH(WORD_BYTES) + 1];
	size_t left = strlen(subject);

	if (text_is_plain(subject, left) && left <= 60) {
		buffer_put(out, subject, left);
		return;
	}
	while (left) {
		size_t length = text_cut_utf8(subject, left, WORD_BYTES);

		base64_encode(subject, length, encoded);
		subject += length;
		left -= length;
		buffer_format(out, "=?UTF-8?B?%s?=%s", encoded, left ? "\n " : "");
	}
}

void mail_write(const struct mail_message *message, struct buffer *out)
{
	if (message->from)
		buffer_format(out, "From: %s\n", message->from);
	buffer_format(out, "To: %s\nSubject: ", message->to);
	put_subject(out, message->subject);
	buffer_put_text(out, "\nMIME-Version: 1.0\n"
			     "Content-Type: text/plain; charset=utf-8\n"
			     "Content-Transfer-Encoding: 8bit\n"
			     "Auto-Submitted: auto-generated\n\n");
	buffer_put_text(out, message->text);
}
