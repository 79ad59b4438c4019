/* Answers to IDENTIFY that come later. */
#pragma once

#include "action/command.h"
#include "action/login_answer.h"

/* The login is over: accepted, or failed for the reason. */
void identify_decided(struct call *call, enum login_result result, const char *reason);
/* It was wrong, and it is time to say so. */
void identify_refuse(struct call *call);
