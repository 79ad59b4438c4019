/* Owns the lines of messages, and which tags of clients they carry. IRCv3 message-tags,
 * echo-message. */
#include "command/speech.h"

#include <string.h>

#include "proto/tags.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

static bool is_key(const char *name, const char *key, size_t length)
{
	return strlen(name) == length && memcmp(name, key, length) == 0;
}

/* IRCv3 message-tags, CLIENTTAGDENY. */
static bool is_denied(const void *data, const char *key, size_t length)
{
	const struct settings *settings = data;
	bool denied = false;

	for (size_t i = 0; i < settings->n_client_tags_denied; i++) {
		const char *name = settings->client_tags_denied[i];
		bool is_exception = *name == '-';

		if (strcmp(name, "*") == 0 || is_key(name + is_exception, key, length))
			denied = !is_exception;
	}
	return denied;
}

struct speech speech_of(struct call *call, const char *text, bool is_silent)
{
	struct speech speech = {
		.call = call, .verb = call->command->name, .text = text, .is_silent = is_silent
	};

	if (call->tags && call->session->caps & CAP_MESSAGE_TAGS)
		tags_put_client_only(call->tags, is_denied, call->world->settings, &speech.tags);
	return speech;
}

void speech_done(struct speech *speech)
{
	buffer_done(&speech->tags);
}

void speech_begin(
	struct fanout *fanout, const struct speech *speech, const char *target, const char *text)
{
	const struct call *call = speech->call;

	fanout_begin(fanout, call->world, call->outbox, ":%s %s %s%s%s",
		speech->as ? speech->as : call->user->source, speech->verb, target,
		text ? " :" : "", text ? text : "");
	fanout_from(fanout, speech->as ? NULL : call->user);
	fanout_relayed_by(fanout, speech->as ? call->user : NULL);
	fanout_tag(fanout, speech->tags.bytes);
	if (!text)
		fanout->needs = CAP_MESSAGE_TAGS;
	if (!(call->session->caps & CAP_ECHO_MESSAGE))
		fanout->except = call->session;
}
