/* Owns the common part of all formats of notifications: the memory of the strings, lines, limits
 * and reasons. */
#include "proto/notification_draft.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "proto/name_syntax.h"

#define QUOTED_BYTES 50 /* at most, of a name in a reason */

void notification_draft_init(struct notification_draft *draft, size_t length, char *reason)
{
	*draft = (struct notification_draft){ .reason = reason };
	draft->notification.storage.is_secret = true; /* tokens are passwords */
	buffer_reserve(&draft->notification.storage, length + 1);
}

bool notification_draft_refuse(struct notification_draft *draft, const char *format, ...)
{
	char text[NOTIFICATION_REASON_BYTES - NOTIFICATION_PLACE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	snprintf(draft->reason, NOTIFICATION_REASON_BYTES, "%s%s", draft->place, text);
	return false;
}

char *notification_draft_store(struct notification_draft *draft, const char *text, size_t length)
{
	struct buffer *storage = &draft->notification.storage;
	char *copy;

	/* Growing would move the strings of the messages. */
	assert(storage->length + length + 1 < storage->capacity);
	copy = buffer_extend(storage, length + 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

bool notification_text_is_blank(const char *text)
{
	return !text[strspn(text, NOTIFICATION_BLANKS)];
}

static void drop_last_cr(char *line)
{
	size_t length = strlen(line);

	if (length && line[length - 1] == '\r')
		line[length - 1] = '\0';
}

static bool refuse_number(struct notification_draft *draft)
{
	draft->place[0] = '\0';
	return notification_draft_refuse(draft,
		"too many messages: at most %d, counting each line once for each of its channels",
		NOTIFICATION_MESSAGES);
}

bool notification_draft_split(
	struct notification_draft *draft, char *text, struct notification_lines *ret_lines)
{
	struct notification_lines lines = { .count = 0 };
	size_t number = 0;
	char *line;

	while ((line = text_split(&text, '\n'))) {
		number++;
		drop_last_cr(line);
		if (notification_text_is_blank(line))
			continue;
		if (lines.count == NOTIFICATION_MESSAGES)
			return refuse_number(draft);
		lines.texts[lines.count] = line;
		lines.numbers[lines.count++] = number;
	}
	*ret_lines = lines;
	return true;
}

/* Short, and without control characters: the reason is one line. */
static void quote_name(const char *name, char quoted[QUOTED_BYTES + 1])
{
	size_t length = text_cut_utf8(name, strlen(name), QUOTED_BYTES);

	memcpy(quoted, name, length);
	quoted[length] = '\0';
	for (char *at = quoted; *at; at++)
		if ((*at >= 0 && *at < ' ') || *at == 0x7f)
			*at = '?';
}

bool notification_draft_check_channel(struct notification_draft *draft, const char *channel)
{
	char quoted[QUOTED_BYTES + 1];

	/* The caller checks the server's case mapping and limit. */
	if (channel_name_is_valid(CASEMAP_ASCII, channel, CHANNEL_MOST_BYTES))
		return true;
	quote_name(channel, quoted);
	return notification_draft_refuse(draft, "\"%s\" is no channel name", quoted);
}

bool notification_draft_add(
	struct notification_draft *draft, const struct notification_message *message)
{
	struct notification *notification = &draft->notification;

	if (strchr(message->text, '\r'))
		return notification_draft_refuse(draft, "a carriage return stands inside a line");
	if (notification->n_messages == NOTIFICATION_MESSAGES)
		return refuse_number(draft);
	notification->messages[notification->n_messages++] = *message;
	return true;
}
