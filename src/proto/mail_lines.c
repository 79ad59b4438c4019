/* Owns the JSON of papod-mail and the form of a mail. Both ends check each text: neither trusts the
 * other. */
#include "proto/mail_lines.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/json_reader.h"
#include "proto/name_syntax.h"

#define JSON_PARTS 64
#define WORD_BYTES 45 /* of a header in one encoded word: 60 characters of base64 */

_Static_assert(MAIL_REASON_BYTES >= JSON_REASON_BYTES, "the reader's reasons fit");

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

static bool refuse_mail_member(
	char reason[MAIL_REASON_BYTES], const char *name, const char *problem)
{
	snprintf(reason, MAIL_REASON_BYTES, "\"%s\" %s", name, problem);
	return false;
}

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
		return refuse_mail_member(reason, "to", "is no e-mail address");
	if (message->from && !mail_address_is_valid(message->from))
		return refuse_mail_member(reason, "from", "is no e-mail address");
	if (!message->subject || !is_subject(message->subject))
		return refuse_mail_member(reason, "subject", "is no short line of text");
	if (!message->text || !is_mail_text(message->text))
		return refuse_mail_member(
			reason, "text", "does not consist of lines of text, or is too long");
	return true;
}

/* Writing */

static void put_mail_byte(struct buffer *out, char byte)
{
	if (byte == '"' || byte == '\\')
		buffer_put_byte(out, '\\');
	if (is_mail_control(byte))
		buffer_format(out, "\\u%04x", (unsigned int) (unsigned char) byte);
	else
		buffer_put_byte(out, byte);
}

static void put_mail_member(struct buffer *out, const char *name, const char *text)
{
	if (!text)
		return;
	buffer_format(out, "%c\"%s\":\"", out->bytes[out->length - 1] == '{' ? ' ' : ',', name);
	for (const char *at = text; *at; at++)
		put_mail_byte(out, *at);
	buffer_put_byte(out, '"');
}

bool mail_format_message(
	const struct mail_message *message, char reason[MAIL_REASON_BYTES], struct buffer *out)
{
	if (!check_mail_message(message, reason))
		return false;
	buffer_put_byte(out, '{');
	put_mail_member(out, "to", message->to);
	put_mail_member(out, "from", message->from);
	put_mail_member(out, "subject", message->subject);
	put_mail_member(out, "text", message->text);
	buffer_put_text(out, " }\n");
	return true;
}

void mail_format_answer(enum mail_result result, const char *reason, struct buffer *out)
{
	CLEANUP(mem_freep) char *text = mem_text(reason);

	if (text)
		text_mend_utf8(text, strlen(text));
	buffer_put_byte(out, '{');
	put_mail_member(out, "result", mail_results[result]);
	put_mail_member(out, "reason", text);
	buffer_put_text(out, " }\n");
}

/* Reading */

/* *ret_text stays NULL if there is no such member. */
static bool read_mail_text(
	json_t *object, const char *name, char reason[MAIL_REASON_BYTES], char **ret_text)
{
	json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_string(member))
		return refuse_mail_member(reason, name, "is no string");
	*ret_text = mem_text(json_string_value(member));
	return true;
}

static bool read_mail_message(json_t *object, char reason[MAIL_REASON_BYTES], void *data)
{
	struct mail_message *message = data;

	return read_mail_text(object, "to", reason, &message->to) &&
	       read_mail_text(object, "from", reason, &message->from) &&
	       read_mail_text(object, "subject", reason, &message->subject) &&
	       read_mail_text(object, "text", reason, &message->text) &&
	       check_mail_message(message, reason);
}

static bool read_mail_answer(json_t *object, char reason[MAIL_REASON_BYTES], void *data)
{
	struct mail_answer *answer = data;
	const char *result = json_string_value(json_object_get(object, "result"));

	for (size_t i = 0; result && i < ARRAY_LENGTH(mail_results); i++)
		if (strcmp(result, mail_results[i]) == 0) {
			answer->result = (enum mail_result) i;
			return read_mail_text(object, "reason", reason, &answer->reason);
		}
	return refuse_mail_member(reason, "result", "is not \"sent\", \"refused\" or \"failed\"");
}

typedef bool (*read_mail_fn)(json_t *object, char reason[MAIL_REASON_BYTES], void *data);

static bool read_mail_line(const char *line, size_t length, char reason[MAIL_REASON_BYTES],
	read_mail_fn read_object, void *data)
{
	struct json_reader reader;
	json_t *object = NULL;
	bool is_good = false;

	json_reader_begin(&reader);
	snprintf(reason, MAIL_REASON_BYTES, "it is longer than %d bytes", MAIL_LINE_BYTES);
	if (length <= MAIL_LINE_BYTES)
		object = json_reader_load(line, length, JSON_PARTS, reason);
	if (json_is_object(object))
		is_good = read_object(object, reason, data);
	else if (object)
		snprintf(reason, MAIL_REASON_BYTES, "it is no JSON object");
	json_decref(object);
	json_reader_end(&reader);
	return is_good;
}

bool mail_parse_message(const char *line, size_t length, char reason[MAIL_REASON_BYTES],
	struct mail_message *ret_message)
{
	struct mail_message message = { 0 };
	bool is_good = read_mail_line(line, length, reason, read_mail_message, &message);

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
	bool is_good = read_mail_line(line, length, reason, read_mail_answer, &answer);

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
