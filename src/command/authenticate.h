/* Answers to AUTHENTICATE that come later. */
#pragma once

#include "action/command.h"
#include "action/login_answer.h"
#include "world/event.h"

/* The proof of SCRAM was right: the client is sent that the server knows the password, too. */
void authenticate_proved(struct call *call, const struct event *event);
/* The login is over: accepted, or failed for the reason. */
void authenticate_decided(struct call *call, enum login_result result, const char *reason);
/* It is time to refuse it. */
void authenticate_refuse(struct call *call);
/* Registration ends in the middle of a login. */
void authenticate_abort(struct call *call);
