/* Owns FILEHOST. IRCv3 filehost, a proposal; and what papod-gate asks about uploads.
 *
 * A password is checked as that of SASL PLAIN: with its delays and limits, codes of six digits, and
 * outside checkers. */
#include "command/filehost.h"

#include <string.h>

#include "action/account.h"
#include "action/login_limits.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/gate_message.h"
#include "proto/http.h"
#include "world/auth_token.h"
#include "world/caps.h"
#include "world/login.h"
#include "world/offers.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define SERVICE "FILEHOST"

bool filehost_service(const struct settings *settings, struct token_service_settings *ret_service)
{
	if (!settings->uploads.url)
		return false;
	*ret_service = (struct token_service_settings){
		.name = (char *) (uintptr_t) SERVICE,
		.url = settings->uploads.url,
		.description = (char *) (uintptr_t) "Files for others to download",
	};
	return true;
}

/* What papod-gate asks */

static void answer_gate(struct call *call, enum http_status verdict, const char *reason)
{
	reply_line(call, ":%s FILEHOST CHECK %d 0 * :%s", call->world->settings->server_name,
		(int) verdict, reason);
}

static const char *why_not_uploading(const struct world *world, const struct account *account)
{
	if (!account)
		return "The account has ended";
	if (account->flags & (ACCOUNT_FLAG_SUSPENDED | ACCOUNT_FLAG_UNVERIFIED))
		return "The account cannot be used";
	if (world->wall_ms < account->created_wall_ms + world->settings->uploads.account_age_ms)
		return "The account is too young to upload files";
	return NULL;
}

static void admit_uploader(struct call *call, uint64_t id)
{
	const struct account *account = account_find_id(call->world, id);
	const char *reason = why_not_uploading(call->world, account);

	if (reason)
		answer_gate(call, HTTP_STATUS_FORBIDDEN, reason);
	else
		reply_line(call,
			":%s FILEHOST CHECK %d %llu %s :", call->world->settings->server_name,
			(int) HTTP_STATUS_OK, (unsigned long long) account->id, account->name);
}

/* Tokens without a name count as failures of the address, like those of SASL. */
static void check_upload_token(struct call *call, const char *text)
{
	struct token_service_settings service;
	struct auth_token *token = NULL;
	struct session *session;

	if (login_may_try(call->world, call->session, "*"))
		token = auth_token_take(call->world, text, &session);
	if (token && filehost_service(call->world->settings, &service) &&
		text_equals_ignoring_case(token->service, service.name) &&
		strcmp(token->url, service.url) == 0) {
		admit_uploader(call, token->account);
	} else {
		login_count_failure(call->world, call->session, "*");
		answer_gate(call, HTTP_STATUS_UNAUTHORIZED, "The token is wrong, used, or too old");
	}
	auth_tokens_free(token);
}

static void check_upload_login(struct call *call, enum sasl_mechanism mechanism)
{
	struct login *login = login_of(call->session);
	enum sasl_result result;

	if (!login)
		login = login_begin(call->session, LOGIN_KIND_UPLOAD);
	login->mechanism = (uint8_t) mechanism;
	result = sasl_collect(&login->message, mechanism, call->params[2]);
	if (result == SASL_RESULT_COMPLETE) {
		login_check(call);
	} else if (result != SASL_RESULT_WAITS) {
		login_end(call->session);
		answer_gate(call, HTTP_STATUS_UNAUTHORIZED,
			"The credentials are malformed or too long");
	}
}

/* Mechanisms that are not offered to clients are not accepted here either. */
static bool takes_mechanism(
	const struct world *world, const char *name, enum sasl_mechanism *ret_mechanism)
{
	const struct cap_basis basis = cap_basis_of(world);

	return sasl_find_mechanism(name, ret_mechanism) &&
	       (*ret_mechanism == SASL_MECHANISM_PLAIN ||
		       *ret_mechanism == SASL_MECHANISM_OAUTHBEARER) &&
	       caps_mechanisms(&basis) & SASL_BIT(*ret_mechanism);
}

static void check_uploader(struct call *call)
{
	enum sasl_mechanism mechanism;

	if (call->n_params < 3) {
		reply_usage(call);
		return;
	}
	if (!world_has_accounts(call->world, call->world->settings))
		answer_gate(
			call, HTTP_STATUS_UNAVAILABLE, "The server has no accounts at the moment");
	else if (text_equals_ignoring_case(call->params[1], "TOKEN"))
		check_upload_token(call, call->params[2]);
	else if (takes_mechanism(call->world, call->params[1], &mechanism))
		check_upload_login(call, mechanism);
	else
		answer_gate(
			call, HTTP_STATUS_UNAUTHORIZED, "Such credentials are not accepted here");
}

void filehost_decided(struct call *call, enum login_result result, const char *reason)
{
	uint64_t account = login_account_id(call->session);

	login_end(call->session);
	if (result == LOGIN_RESULT_ACCEPTED)
		admit_uploader(call, account);
	else
		answer_gate(call,
			result == LOGIN_RESULT_LATER ? HTTP_STATUS_UNAVAILABLE
						     : HTTP_STATUS_FORBIDDEN,
			reason);
}

void filehost_refuse(struct call *call)
{
	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD", SERVICE);
	login_end(call->session);
	answer_gate(call, HTTP_STATUS_UNAUTHORIZED,
		"The password is wrong, or there is no such account");
}

/* What users ask */

static void give_upload_token(struct call *call)
{
	struct token_service_settings service;
	char text[AUTH_TOKEN_TEXT_BYTES];

	if (!call->user || !call->user->account_id) {
		reply_fail(call, "ACCOUNT_REQUIRED", "TOKEN :Log in to an account first");
		return;
	}
	if (!filehost_service(call->world->settings, &service))
		return;
	auth_token_format(call->session,
		auth_token_new(call->world, call->session, service.name, service.url), text);
	reply_line(call, ":%s FILEHOST TOKEN %s", call->world->settings->server_name, text);
}

static void run(struct call *call)
{
	bool is_gate = strcmp(call->session->listener, GATE_ASKS_LISTENER) == 0;

	/* A token is used up. */
	call->holds_no_secret =
		call->n_params < 3 || text_equals_ignoring_case(call->params[1], "TOKEN");
	if (!call->world->settings->uploads.url)
		reply_fail(call, "UNKNOWN_COMMAND", "%s :No files can be uploaded here",
			lookup_word(call->params[0]));
	else if (is_gate && text_equals_ignoring_case(call->params[0], "CHECK"))
		check_uploader(call);
	else if (text_equals_ignoring_case(call->params[0], "TOKEN"))
		give_upload_token(call);
	else
		reply_fail(call, "UNKNOWN_COMMAND", "%s :There is only TOKEN",
			lookup_word(call->params[0]));
}

COMMAND(filehost) = {
	.name = "FILEHOST",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.secret = 3,
	.run = run,
	.usage = "TOKEN",
	.help = "Gets a token with which your client uploads a file, once and within 10 minutes, "
		"instead of your password. Clients send this by themselves.",
};
