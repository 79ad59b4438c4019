/* Codes of six digits that were right, see proto/totp.h: each counts once, also after a crash or a
 * reboot. So its use is stored before the login is acknowledged. */
#pragma once

#include "action/command.h"
#include "world/accounts.h"
#include "world/changes.h"
#include "world/used_codes.h"

enum code_use {
	CODE_USE_DONE,	  /* it counts */
	CODE_USE_STORING, /* it counts once the change of that kind is over: the session waits */
	CODE_USE_REFUSED, /* it was used before, or there was none, or too many were wrong */
};

enum code_use code_use(
	struct call *call, const struct code_owner *owner, uint64_t step, enum change_kind kind);
/* Logging in to the account: it may need no code. */
enum code_use code_use_login(struct call *call, const struct account *account, uint64_t step);
/* The same for a change that has other rows too: false: refused; true: the row is added. */
bool code_use_in_change(
	struct world *world, struct change *change, const struct code_owner *owner, uint64_t step);
