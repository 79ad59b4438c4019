/* Owns the notices of services. */
#include "bots/voice.h"

#include <stdarg.h>
#include <string.h>

#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/fanout.h"
#include "world/session.h"

/* A text is cut into notices of at most this length. */
#define TEXT_BYTES 300

static void say_v(struct call *call, const struct service *service, bool is_secret,
	const char *format, va_list arguments) __attribute__((format(printf, 4, 0)));

static void say_v(struct call *call, const struct service *service, bool is_secret,
	const char *format, va_list arguments)
{
	struct fanout fanout;
	struct buffer *text = fanout_open(&fanout, call->world, call->outbox);

	text->is_secret = is_secret;
	buffer_format(text, ":%s NOTICE %s :", service->source, session_nick(call->session));
	buffer_format_v(text, format, arguments);
	reply_end(&fanout, call);
}

void service_say(struct call *call, const struct service *service, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_v(call, service, false, format, arguments);
	va_end(arguments);
}

void service_say_secret(struct call *call, const struct service *service, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_v(call, service, true, format, arguments);
	va_end(arguments);
}

void bot_say(struct errand *errand, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_v(errand->call, errand->bot->service, false, format, arguments);
	va_end(arguments);
}

/* The length of the next notice, which ends at a space if it must. */
static size_t cut_notice(const char *text)
{
	size_t length = strlen(text);

	if (length <= TEXT_BYTES)
		return length;
	for (length = TEXT_BYTES; length && text[length] != ' '; length--)
		;
	return length ? length : TEXT_BYTES;
}

void bot_say_text(struct errand *errand, const char *text)
{
	while (*text) {
		size_t length = cut_notice(text);

		bot_say(errand, "%.*s", (int) length, text);
		text += length;
		text += strspn(text, " ");
	}
}

void bot_say_usage(struct errand *errand)
{
	bot_say(errand, "Syntax: %s%s%s", errand->subcommand->name,
		*errand->subcommand->usage ? " " : "", errand->subcommand->usage);
}

void bot_say_option_usage(struct errand *errand, const struct suboption *option)
{
	bot_say(errand, "Syntax: %s %s %s", errand->subcommand->name, option->name, option->usage);
}

bool bot_read_switch(struct errand *errand, const char *word, bool *ret_is_on)
{
	bool is_on = text_equals_ignoring_case(word, "ON");

	if (!is_on && !text_equals_ignoring_case(word, "OFF")) {
		bot_say(errand, "The value is either ON or OFF.");
		return false;
	}
	*ret_is_on = is_on;
	return true;
}
