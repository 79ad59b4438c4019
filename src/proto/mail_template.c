/* Owns templates of mails. */
#include "proto/mail_template.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define SUBJECT "Subject: "
#define MOST_TEMPLATE_BYTES (MAIL_TEXT_BYTES / 2)

static const char *const word_names[MAIL_WORD_COUNT] = {
	[MAIL_WORD_ACCOUNT] = "{account}",
	[MAIL_WORD_CODE] = "{code}",
	[MAIL_WORD_SERVER] = "{server}",
	[MAIL_WORD_NETWORK] = "{network}",
	[MAIL_WORD_TIME] = "{time}",
};

/* The length of the name at its start; 0: there is none. */
static size_t put_named_word(
	struct buffer *out, const char *template, const char *const words[MAIL_WORD_COUNT])
{
	for (size_t i = 0; i < MAIL_WORD_COUNT; i++)
		if (text_starts_with(template, word_names[i])) {
			buffer_put_text(out, words[i]);
			return strlen(word_names[i]);
		}
	return 0;
}

/* Files may have line ends of other systems. */
static void fill_template(
	struct buffer *out, const char *template, const char *const words[MAIL_WORD_COUNT])
{
	while (*template) {
		size_t length = *template == '{' ? put_named_word(out, template, words) : 0;

		if (!length && *template != '\r')
			buffer_put_byte(out, *template);
		template += length ? length : 1;
	}
	if (out->length && out->bytes[out->length - 1] != '\n')
		buffer_put_byte(out, '\n');
}

static const char *split_template(char *filled, char **ret_subject, char **ret_text)
{
	char *end = strchr(filled, '\n');

	if (!text_starts_with(filled, SUBJECT) || !end)
		return "the first line must be \"Subject: \" with the subject behind it";
	if (end[1] != '\n')
		return "the second line must be empty";
	*end = '\0';
	*ret_subject = filled + strlen(SUBJECT);
	*ret_text = end + 2;
	return **ret_text ? NULL : "there is no text behind the subject";
}

const char *mail_template_use(const char *template, const char *const words[MAIL_WORD_COUNT],
	struct mail_message *message)
{
	CLEANUP(buffer_done) struct buffer filled = { .is_secret = true };
	char *subject, *text;
	const char *problem;

	if (strlen(template) > MOST_TEMPLATE_BYTES)
		return "it is longer than 8192 bytes";
	fill_template(&filled, template, words);
	problem = filled.length ? split_template(filled.bytes, &subject, &text) : "it is empty";
	if (problem)
		return problem;
	message->subject = mem_text(subject);
	message->text = mem_text(text);
	return NULL;
}

const char *mail_template_check(const char *template)
{
	static const char *const words[MAIL_WORD_COUNT] = { "account", "code", "server", "network",
		"24 hours" };
	CLEANUP(mail_message_done)
	struct mail_message message = { .to = mem_text("a@example.org") };
	CLEANUP(buffer_done) struct buffer line = { .is_secret = true };
	char reason[MAIL_REASON_BYTES];
	const char *problem = mail_template_use(template, words, &message);

	if (problem)
		return problem;
	if (!strstr(template, word_names[MAIL_WORD_CODE]))
		return "it has no {code}";
	if (!mail_format_message(&message, reason, &line))
		return "it is not UTF-8, has control characters, or a line is longer than 900 "
		       "bytes";
	return NULL;
}
