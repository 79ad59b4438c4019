/* Owns the conversion of a datagram to its event, which replaces the token by the name of its
 * source. */
#include "world/datagram.h"

#include <stdio.h>
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

static const char *refuse_sender(const struct settings *settings, const struct datagram *datagram,
	const char *token, const struct notifier_settings *notifier)
{
	if (token && !notifier)
		return "no source has this token";
	if (!settings_next_notifier(settings, NULL, datagram, token))
		return "this sender may not notify";
	return NULL;
}

static bool is_first_with_text(const struct notification *notification, size_t index)
{
	const struct notification_message *messages = notification->messages;
	size_t i = 0;

	while (messages[i].text != messages[index].text)
		i++;
	return i == index;
}

/* JSON may list many channels for a long text. They share its copy, so that the event log does not
 * grow by a multiple of the datagram. */
static void put_channels_and_text(
	const struct notification *notification, size_t first, struct buffer *out)
{
	const struct notification_message *messages = notification->messages;

	for (size_t i = first; i < notification->n_messages; i++)
		if (messages[i].text == messages[first].text)
			buffer_format(out, "%c%s", i == first ? '\n' : ',', messages[i].channel);
	buffer_format(out, " %s", messages[first].text);
}

static const char *put_messages(const struct settings *settings, const struct datagram *datagram,
	const struct notification *notification, struct buffer *out)
{
	const struct notifier_settings *notifier = NULL;
	const char *token = NULL, *refusal = find_token(notification, &token);

	if (!refusal && token)
		notifier = find_by_token(settings, token);
	if (!refusal && notification->n_messages)
		refusal = refuse_sender(settings, datagram, token, notifier);
	if (refusal)
		return refusal;
	buffer_put_text(out, notifier ? notifier->name : "");
	for (size_t i = 0; i < notification->n_messages; i++)
		if (is_first_with_text(notification, i))
			put_channels_and_text(notification, i, out);
	return NULL;
}

/* NULL: the messages were put. Otherwise why not. */
static const char *convert_datagram(const struct settings *settings,
	const struct datagram *datagram, char reason[NOTIFICATION_REASON_BYTES], struct buffer *out)
{
	CLEANUP(notification_done) struct notification notification = { 0 };

	if (datagram->is_too_long) {
		snprintf(reason, NOTIFICATION_REASON_BYTES,
			"the datagram is too long: at most %d bytes", NOTIFICATION_BYTES);
		return reason;
	}
	if (!notification_parse(datagram->bytes, datagram->length, reason, &notification))
		return reason;
	return put_messages(settings, datagram, &notification, out);
}

struct event datagram_event(
	const struct settings *settings, const struct datagram *datagram, struct buffer *text)
{
	char reason[NOTIFICATION_REASON_BYTES];
	const char *refusal = convert_datagram(settings, datagram, reason, text);
	struct event event = {
		.kind = EVENT_DATAGRAM,
		.status = refusal ? DATAGRAM_REFUSED : DATAGRAM_GOOD,
		.listener = datagram->listener,
		.address = datagram->address,
	};

	if (refusal)
		buffer_put_text(text, refusal);
	event.text = buffer_text(text);
	event.text_length = text->length;
	return event;
}
