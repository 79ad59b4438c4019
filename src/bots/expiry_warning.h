/* Warnings of what will expire. */
#pragma once

#include "action/command.h"

/* The user has logged in: say which channels of its account will expire soon. */
void expiry_warn_founder(struct call *call);
