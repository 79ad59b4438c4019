/* Owns the use of codes. While nothing can be stored, a code counts all the same: the process
 * remembers it, and only a reboot would forget it. */
#include "action/codes.h"

#include "action/login_limits.h"
#include "base/cleanup.h"
#include "world/world.h"

bool code_use_in_change(
	struct world *world, struct change *change, const struct code_owner *owner, uint64_t step)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct store_row row = { .table = STORE_TABLE_USED_CODES };

	if (step <= used_codes_last(world, owner))
		return false;
	used_codes_note(world, owner, step);
	used_codes_put(world, owner, &bytes);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(world, change, row);
	return true;
}

enum code_use code_use(
	struct call *call, const struct code_owner *owner, uint64_t step, enum change_kind kind)
{
	struct change *change = change_new();

	if (!code_use_in_change(call->world, change, owner, step)) {
		change_free(change);
		return CODE_USE_REFUSED;
	}
	if (call->world->storage != STORAGE_WORKS) {
		change_free(change);
		return CODE_USE_DONE;
	}
	change->kind = kind;
	change_ask(call->world, call->outbox, call->session, change);
	return CODE_USE_STORING;
}

enum code_use code_use_login(struct call *call, const struct account *account, uint64_t step)
{
	const struct code_owner owner = { .account = account->id };

	if (!account_extras(account)->totp)
		return CODE_USE_DONE;
	if (!code_may_try(call->world, call->session, &owner))
		return CODE_USE_REFUSED;
	return code_use(call, &owner, step, CHANGE_KIND_LOGIN_CODE);
}
