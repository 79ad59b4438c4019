/* Owns the table of the formats of datagrams. */
#include "proto/notification.h"

#include <string.h>

#include "base/text.h"
#include "proto/notification_json.h"
#include "proto/notification_text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* The first matching row applies. */
static const struct notification_format {
	const char *first_bytes; /* the datagram begins with one of these; NULL: with anything */
	bool (*parse)(struct notification_draft *draft, const char *bytes, size_t length);
} formats[] = {
	{ "{[", notification_parse_json },
	{ NULL, notification_parse_text },
};

static bool check_bytes(struct notification_draft *draft, const char *bytes, size_t length)
{
	if (!length)
		return notification_draft_refuse(draft, "the datagram is empty");
	if (length > NOTIFICATION_BYTES)
		return notification_draft_refuse(
			draft, "the datagram is too long: at most %d bytes", NOTIFICATION_BYTES);
	if (memchr(bytes, '\0', length))
		return notification_draft_refuse(draft, "the datagram holds a NUL byte");
	if (!text_is_utf8(bytes, length))
		return notification_draft_refuse(draft, "the datagram is not UTF-8");
	return true;
}

static bool format_fits(const struct notification_format *format, const char *bytes, size_t length)
{
	size_t i = 0;

	while (i < length && strchr(" \t\r\n", bytes[i]))
		i++;
	return !format->first_bytes || (i < length && strchr(format->first_bytes, bytes[i]));
}

static bool parse_format(struct notification_draft *draft, const char *bytes, size_t length)
{
	const struct notification_format *format = formats;

	while (!format_fits(format, bytes, length))
		format++;
	return format->parse(draft, bytes, length);
}

/* Skip a byte order mark, which editors of other systems write. */
static size_t count_mark(const char *bytes, size_t length)
{
	size_t mark = strlen(BYTE_ORDER_MARK);

	return length >= mark && memcmp(bytes, BYTE_ORDER_MARK, mark) == 0 ? mark : 0;
}

bool notification_parse(const char *bytes, size_t length, char reason[NOTIFICATION_REASON_BYTES],
	struct notification *ret_notification)
{
	struct notification_draft draft;
	size_t mark = count_mark(bytes, length);

	notification_draft_init(&draft, length, reason);
	if (!check_bytes(&draft, bytes, length) ||
		!parse_format(&draft, bytes + mark, length - mark)) {
		notification_done(&draft.notification);
		return false;
	}
	*ret_notification = draft.notification;
	return true;
}

void notification_done(struct notification *notification)
{
	buffer_done(&notification->storage);
	*notification = (struct notification){ .n_messages = 0 };
}
