/* Owns the checks of tokens. They are compared in a time that does not tell where they differ; a
 * name that does not exist is refused like a wrong token. */
#include "daemon/web_admission.h"

#include <string.h>

#include "base/text.h"
#include "net/loop.h"
#include "proto/web_signature.h"

#define SCHEME "Bearer "
#define RETRY_S 60

/* Others learn nothing, not even whether there are metrics for someone else. */
static bool admits_to_metrics(const struct web_answering *answering)
{
	const struct web_settings *web = &web_answering_settings(answering)->web;

	for (size_t i = 0; i < web->n_metrics; i++)
		if (address_is_in(&answering->request->address, &web->metrics[i]))
			return true;
	web_refuse_status(answering, HTTP_STATUS_FORBIDDEN, NULL);
	return false;
}

/* Tokens */

/* NULL: none was sent. */
static const char *sent_token(const struct web_request *request)
{
	const char *value = request->authorization;

	if (!value || strncasecmp(value, SCHEME, strlen(SCHEME)) != 0)
		return NULL;
	value += strlen(SCHEME);
	return value + strspn(value, " ");
}

static uint64_t guard_clock(const struct web_answering *answering)
{
	return engine_now_ms(answering->sources->engine);
}

static void refuse_token(const struct web_answering *answering, const char *reason)
{
	const struct web_request *request = answering->request;
	char address[ADDRESS_TEXT_BYTES];

	web_guard_note_wrong(answering->sources->guard, &request->address, guard_clock(answering));
	address_format(&request->address, address);
	log_entry(answering->sources->log, LOGBOOK_WEB_TOKEN_REFUSED, "ADDRESS", address, "PATH",
		answering->match.route->path, "REASON", reason);
	web_refuse(answering,
		&(struct web_answer){ .status = HTTP_STATUS_UNAUTHORIZED, .wants_token = true },
		reason);
}

/* What holds for all tokens. */
static bool may_try_token(const struct web_answering *answering)
{
	const struct web_request *request = answering->request;

	if (!request->is_private) {
		web_refuse_status(answering, HTTP_STATUS_FORBIDDEN,
			"Use https: tokens must not travel in the clear");
		return false;
	}
	if (web_guard_admits(answering->sources->guard, &request->address, guard_clock(answering)))
		return true;
	web_refuse(answering,
		&(struct web_answer){ .status = HTTP_STATUS_TOO_MANY_REQUESTS, .retry_s = RETRY_S },
		"There were too many wrong tokens from your address; wait a minute");
	return false;
}

/* Sources of notifications */

/* A signature that was sent must be right, even if the token is. NULL: it is admitted. */
static const char *check_source_secret(
	const struct web_answering *answering, const struct notifier_settings *source)
{
	const struct web_request *request = answering->request;
	const char *token = sent_token(request), *secret = source ? source->token : NULL;

	if (!token && !request->signature)
		return "Send the token of the source as \"Authorization: Bearer TOKEN\", or sign "
		       "the body with it";
	if (token && !(secret && text_is_secret(secret, token)))
		return "There is no such source, or it has another token";
	if (request->signature &&
		!(secret && web_signature_is_right(request->signature, secret,
				    answering->body->bytes, answering->body->length)))
		return "There is no such source, or its token gives another signature";
	return NULL;
}

static bool admits_source(const struct web_answering *answering)
{
	const struct settings *settings = web_answering_settings(answering);
	const struct notifier_settings *source =
		settings_find_notifier(settings, web_match_param(&answering->match, "source"));
	const char *reason;

	if (!settings->web.takes_notifications) {
		web_refuse_status(answering, HTTP_STATUS_NOT_FOUND, "There is no such path");
		return false;
	}
	if (!may_try_token(answering))
		return false;
	reason = check_source_secret(answering, source);
	if (reason)
		refuse_token(answering, reason);
	return !reason;
}

bool web_admits(const struct web_answering *answering)
{
	switch (answering->match.route->access) {
	case WEB_ACCESS_METRICS:
		return admits_to_metrics(answering);
	case WEB_ACCESS_SOURCE:
		return admits_source(answering);
	}
	return false;
}
