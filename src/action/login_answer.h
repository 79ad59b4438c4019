/* What the check of a login has found, however the client logs in: SASL, PASS or NickServ. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"

enum login_result {
	LOGIN_RESULT_ACCEPTED, /* the client is logged in, and was told so */
	LOGIN_RESULT_WAITS,    /* for the time to refuse it, or for its account to be stored */
	LOGIN_RESULT_FAILED,
	LOGIN_RESULT_LATER, /* it cannot be checked now, and failed for that reason */
	LOGIN_RESULT_NONE,  /* it was no login, but something else by PASS */
};

/* The caller ends the login, unless it waits. Failed or later: why, in words that begin small and
 * have no full stop. */
enum login_result login_answered(
	struct call *call, const struct event *event, const char **ret_reason);
/* Its account is on the disk, or is not: CHANGE_KIND_VOUCHED; or its code: CHANGE_KIND_LOGIN_CODE.
 * Does not wait. The session may be gone: then only the journal is told. */
enum login_result login_stored(struct call *call, const struct change *change, enum stored status,
	const char **ret_reason);
