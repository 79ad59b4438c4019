/* LUSERS: the number of users. */
#pragma once

#include "action/command.h"

void reply_lusers(struct call *call);
