/* Owns the texts of changes, until and when they are stored. */
#include "bots/asking.h"

#include <stdarg.h>

#include "bots/voice.h"

void bot_ask_change(struct call *call, struct change *change, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	change->text = buffer_take(&text);
	change_ask(call->world, call->outbox, call->session, change);
}

static const char *text_of_change(
	const struct change *change, enum stored status, const char *const refusals[2])
{
	switch (status) {
	case STORED_YES:
		return change->text;
	case STORED_TAKEN:
		return refusals[0];
	case STORED_GONE:
		return refusals[1];
	case STORED_FAILED:
		return "Nothing has changed: it cannot be stored at the moment, try again later.";
	}
	return "";
}

void bot_report_change(struct call *call, const struct service *service,
	const struct change *change, enum stored status, const char *const refusals[2])
{
	if (call->session)
		service_say(call, service, "%s", text_of_change(change, status, refusals));
}
