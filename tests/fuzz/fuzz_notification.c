/* Any bytes as a datagram: each parsed message is valid and, written as a plain line, parses to the
 * same message; a reason is one short line. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/name_syntax.h"
#include "proto/notification.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const struct notification_message *message)
{
	assert(!message->token || token_is_valid(message->token));
	assert(channel_name_is_valid(CASEMAP_ASCII, message->channel, CHANNEL_MOST_BYTES));
	assert(text_is_utf8(message->channel, strlen(message->channel)));
	assert(text_is_utf8(message->text, strlen(message->text)));
	assert(!strpbrk(message->text, "\r\n"));
	assert(message->text[strspn(message->text, " \t")]);
}

static void put_line(const struct notification_message *message, struct buffer *lines)
{
	if (message->token)
		buffer_format(lines, "%s ", message->token);
	buffer_format(lines, "%s %s\n", message->channel, message->text);
}

static void check_same(
	const struct notification_message *message, const struct notification_message *again)
{
	assert(!message->token == !again->token);
	assert(!message->token || strcmp(message->token, again->token) == 0);
	assert(strcmp(message->channel, again->channel) == 0);
	assert(strcmp(message->text, again->text) == 0);
}

static void check_lines(const struct notification *notification, const struct buffer *lines)
{
	char reason[NOTIFICATION_REASON_BYTES];
	struct notification again;

	assert(notification_parse(lines->bytes, lines->length, reason, &again));
	assert(again.n_messages == notification->n_messages);
	for (size_t i = 0; i < again.n_messages; i++)
		check_same(&notification->messages[i], &again.messages[i]);
	notification_done(&again);
}

static void check_notification(const struct notification *notification)
{
	CLEANUP(buffer_done) struct buffer lines = { 0 };

	assert(notification->n_messages <= NOTIFICATION_MESSAGES);
	for (size_t i = 0; i < notification->n_messages; i++) {
		check_message(&notification->messages[i]);
		put_line(&notification->messages[i], &lines);
	}
	if (lines.length && lines.length <= NOTIFICATION_BYTES)
		check_lines(notification, &lines);
}

static void check_reason(const char reason[NOTIFICATION_REASON_BYTES])
{
	size_t length = strnlen(reason, NOTIFICATION_REASON_BYTES);

	assert(length && length < NOTIFICATION_REASON_BYTES);
	assert(text_is_utf8(reason, length));
	for (size_t i = 0; i < length; i++)
		assert((unsigned char) reason[i] >= ' ' && reason[i] != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char reason[NOTIFICATION_REASON_BYTES];
	struct notification notification;

	if (notification_parse((const char *) data, size, reason, &notification)) {
		check_notification(&notification);
		notification_done(&notification);
	} else {
		check_reason(reason);
	}
	return 0;
}
