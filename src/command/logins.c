/* Owns the way from the answer of a login to the command that began it. */
#include "command/logins.h"

#include "action/login_answer.h"
#include "bots/expiry_warning.h"
#include "bots/nickserv_identify.h"
#include "bots/nickserv_reset.h"
#include "bots/nickserv_totp.h"
#include "bots/nickserv_verify.h"
#include "command/authenticate.h"
#include "command/filehost.h"
#include "command/oper.h"
#include "command/pass.h"
#include "command/registration.h"
#include "command/verify.h"
#include "world/login.h"
#include "world/session.h"

static enum login_kind kind_of_login(const struct call *call)
{
	return (enum login_kind) login_of(call->session)->kind;
}

/* What completes the registration may have come while the session waited. */
static void go_on_registering(struct call *call)
{
	if (call->session->registration)
		registration_continue(call->world, call->outbox, call->session);
}

static void decide_login(struct call *call, enum login_result result, const char *reason)
{
	if (result == LOGIN_RESULT_WAITS)
		return;
	if (kind_of_login(call) == LOGIN_KIND_IDENTIFY)
		identify_decided(call, result, reason);
	else if (kind_of_login(call) == LOGIN_KIND_PASS)
		pass_decided(call, result, reason);
	else if (kind_of_login(call) == LOGIN_KIND_UPLOAD)
		filehost_decided(call, result, reason);
	else
		authenticate_decided(call, result, reason);
	if (result == LOGIN_RESULT_ACCEPTED && call->user)
		expiry_warn_founder(call);
	go_on_registering(call);
}

static bool is_about_codes(const struct call *call)
{
	return kind_of_login(call) == LOGIN_KIND_TOTP_CONFIRM ||
	       kind_of_login(call) == LOGIN_KIND_TOTP_OFF;
}

void logins_checked(struct call *call, const struct event *event)
{
	const char *reason = NULL;
	enum login_result result;

	if (kind_of_login(call) == LOGIN_KIND_VERIFY) {
		verify_checked(call, event);
		return;
	}
	if (kind_of_login(call) == LOGIN_KIND_NICKSERV_VERIFY) {
		nickserv_verify_checked(call, event);
		return;
	}
	if (is_about_codes(call)) {
		totp_checked(call, event);
		return;
	}
	if (login_of(call->session)->step == LOGIN_STEP_PROOF && event->status == ANSWER_YES) {
		authenticate_proved(call, event);
		return;
	}
	result = login_answered(call, event, &reason);
	decide_login(call, result, reason);
}

void logins_refuse(struct call *call)
{
	enum login_kind kind = kind_of_login(call);

	if (kind == LOGIN_KIND_IDENTIFY)
		identify_refuse(call);
	else if (kind == LOGIN_KIND_PASS)
		pass_refuse(call);
	else if (kind == LOGIN_KIND_VERIFY)
		verify_refuse(call);
	else if (kind == LOGIN_KIND_NICKSERV_VERIFY)
		nickserv_verify_refuse(call);
	else if (kind == LOGIN_KIND_SETPASS)
		setpass_refuse(call);
	else if (is_about_codes(call))
		totp_refuse(call);
	else if (kind == LOGIN_KIND_OPER)
		oper_refuse(call);
	else if (kind == LOGIN_KIND_UPLOAD)
		filehost_refuse(call);
	else
		authenticate_refuse(call);
	go_on_registering(call);
}

void logins_stored(struct call *call, const struct change *change, enum stored status)
{
	const char *reason = NULL;
	enum login_result result = login_stored(call, change, status, &reason);

	if (call->session && login_of(call->session))
		decide_login(call, result, reason);
}
