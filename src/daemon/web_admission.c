/* Owns the checks of tokens. They are compared in a time that does not tell where they differ; a
 * name that does not exist is refused like a wrong token. */
#include "daemon/web_admission.h"

#include <stdio.h>
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

/* Programs of the API */

/* All are compared. NULL: none has the token. */
static const struct api_token_settings *find_program(
	const struct settings *settings, const char *token)
{
	const struct api_token_settings *found = NULL;

	for (size_t i = 0; i < settings->n_api_tokens; i++)
		if (settings->api_tokens[i].token &&
			text_is_secret(settings->api_tokens[i].token, token))
			found = &settings->api_tokens[i];
	return found;
}

static bool has_scope(const struct api_token_settings *program, const char *scope)
{
	for (size_t i = 0; scope && i < program->n_scopes; i++)
		if (strcmp(program->scopes[i], scope) == 0)
			return true;
	return !scope;
}

static bool comes_from_its_address(
	const struct api_token_settings *program, const struct address *address)
{
	for (size_t i = 0; i < program->n_addresses; i++)
		if (address_is_in(address, &program->addresses[i]))
			return true;
	return !program->n_addresses;
}

static bool may_use_route(
	const struct web_answering *answering, const struct api_token_settings *program)
{
	const char *scope = answering->match.route->scope;
	char reason[64];

	if (!comes_from_its_address(program, &answering->request->address)) {
		web_refuse_status(
			answering, HTTP_STATUS_FORBIDDEN, "The token is not for your address");
		return false;
	}
	if (has_scope(program, scope))
		return true;
	snprintf(reason, sizeof(reason), "The token lacks the scope %s", scope);
	web_refuse_status(answering, HTTP_STATUS_FORBIDDEN, reason);
	return false;
}

static bool admits_program(struct web_answering *answering)
{
	const struct settings *settings = web_answering_settings(answering);
	const char *token = sent_token(answering->request);

	if (!settings->web.has_api) {
		web_refuse_status(answering, HTTP_STATUS_NOT_FOUND, "There is no such path");
		return false;
	}
	if (!may_try_token(answering))
		return false;
	answering->program = token ? find_program(settings, token) : NULL;
	if (answering->program)
		return may_use_route(answering, answering->program);
	refuse_token(answering, token ? "No program has this token"
				      : "Send a token as \"Authorization: Bearer TOKEN\"");
	return false;
}

bool web_admits(struct web_answering *answering)
{
	switch (answering->match.route->access) {
	case WEB_ACCESS_METRICS:
		return admits_to_metrics(answering);
	case WEB_ACCESS_TOKEN:
		return admits_program(answering);
	case WEB_ACCESS_SOURCE:
		return admits_source(answering);
	}
	return false;
}
