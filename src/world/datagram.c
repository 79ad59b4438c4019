/* Owns the conversion of a datagram to its event, which replaces the token by the name of its
 * source. */
#include "world/datagram.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/notification.h"

/* The time reveals only the length of the token. */
static const struct notifier_settings *find_by_token(
	const struct settings *settings, const char *token)
{
	for (size_t i = 0; i < settings->n_notifiers; i++)
		if (settings->notifiers[i].token &&
			text_is_secret(settings->notifiers[i].token, token))
			return &settings->notifiers[i];
	return NULL;
}

/* All messages of a datagram have one token, or none has. */
static const char *find_token(const struct notification *notification, const char **ret_token)
{
	const char *token = notification->n_messages ? notification->messages[0].token : NULL;

	for (size_t i = 1; i < notification->n_messages; i++) {
		const char *other = notification->messages[i].token;

		if (!token != !other || (token && !text_is_secret(token, other)))
			return "each line needs the token of the first one";
	}
	*ret_token = token;
	return NULL;
}

static uint64_t put_messages(const struct settings *settings,
	const struct notification *notification, struct buffer *out)
{
	const char *token = NULL, *refusal = find_token(notification, &token);
	const struct notifier_settings *notifier = NULL;

	if (refusal) {
		buffer_put_text(out, refusal);
		return DATAGRAM_MALFORMED;
	}
	if (token)
		notifier = find_by_token(settings, token);
	if (token && !notifier)
		return DATAGRAM_STRANGE;
	buffer_put_text(out, notifier ? notifier->name : "");
	for (size_t i = 0; i < notification->n_messages; i++)
		buffer_format(out, "\n%s %s", notification->messages[i].channel,
			notification->messages[i].text);
	return DATAGRAM_GOOD;
}

struct event datagram_event(
	const struct settings *settings, const struct datagram *datagram, struct buffer *text)
{
	CLEANUP(notification_done) struct notification notification = { 0 };
	struct event event = {
		.kind = EVENT_DATAGRAM,
		.is_too_long = datagram->is_too_long,
		.listener = datagram->listener,
		.address = datagram->address,
	};
	char reason[NOTIFICATION_REASON_BYTES];

	if (datagram->is_too_long) {
		event.status = DATAGRAM_MALFORMED;
	} else if (notification_parse(datagram->bytes, datagram->length, reason, &notification)) {
		event.status = put_messages(settings, &notification, text);
	} else {
		event.status = DATAGRAM_MALFORMED;
		buffer_put_text(text, reason);
	}
	event.text = buffer_text(text);
	event.text_length = text->length;
	return event;
}
