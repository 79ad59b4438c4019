/* Options of SET of ChanServ about what is recorded. */
#pragma once

#include "bots/chanserv.h"

void chanserv_set_history(struct errand *errand, const struct registered_channel *registered);
void chanserv_set_history_days(struct errand *errand, const struct registered_channel *registered);
void chanserv_set_history_messages(
	struct errand *errand, const struct registered_channel *registered);
void chanserv_set_history_since(struct errand *errand, const struct registered_channel *registered);
