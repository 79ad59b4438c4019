/* PASS account:password, which is tried as a login at the end of the registration. */
#pragma once

#include "action/command.h"
#include "action/login_answer.h"

/* True: the session waits for the answer, if it has sent something that could be a login. */
bool pass_begin_login(struct call *call);
/* The login is over: accepted, failed for the reason, or it was none. */
void pass_decided(struct call *call, enum login_result result, const char *reason);
/* It is time to refuse it. */
void pass_refuse(struct call *call);
