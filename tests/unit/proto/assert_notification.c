/* Owns the comparison of notifications with texts. */
#include "assert_notification.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/notification.h"

/* Each message is a line: "TOKEN|#channel|text". */
static void put_messages(const struct notification *notification, struct buffer *out)
{
	for (size_t i = 0; i < notification->n_messages; i++) {
		const struct notification_message *message = &notification->messages[i];

		buffer_format(out, "%s|%s|%s\n", message->token ? message->token : "",
			message->channel, message->text);
	}
}

void assert_bytes_say(const char *bytes, size_t length, const char *messages)
{
	char reason[NOTIFICATION_REASON_BYTES] = "";
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	struct notification notification;

	if (!notification_parse(bytes, length, reason, &notification))
		fail_msg("%.*s: %s", (int) length, bytes, reason);
	put_messages(&notification, &out);
	notification_done(&notification);
	assert_string_equal(buffer_text(&out), messages);
}

void assert_says(const char *text, const char *messages)
{
	assert_bytes_say(text, strlen(text), messages);
}

void assert_bytes_refused(const char *bytes, size_t length, const char *why)
{
	char reason[NOTIFICATION_REASON_BYTES] = "";
	struct notification notification, before;

	memset(&notification, 7, sizeof(notification));
	before = notification;
	if (notification_parse(bytes, length, reason, &notification))
		fail_msg("%.*s should be refused", (int) length, bytes);
	assert_string_equal(reason, why);
	assert_memory_equal(&notification, &before, sizeof(before));
}

void assert_refused(const char *text, const char *why)
{
	assert_bytes_refused(text, strlen(text), why);
}

void put_often(struct buffer *out, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		buffer_put_text(out, text);
}
