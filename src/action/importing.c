/* Owns what the records of accounts and channels have in common, and what follows when one is
 * stored. */
#include "action/importing.h"

#include <stdarg.h>

#include "action/channel_access.h"
#include "action/nick_owner.h"
#include "base/mem.h"
#include "world/accounts.h"
#include "world/channel.h"
#include "world/registered_channels.h"
#include "world/user.h"

static void put_import_note(struct importing *importing, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void put_import_note(struct importing *importing, const char *format, va_list arguments)
{
	buffer_format_v(&importing->notes, format, arguments);
	buffer_put_byte(&importing->notes, '\n');
}

bool import_refuse(struct importing *importing, const char *format, ...)
{
	va_list arguments;

	importing->outcome = IMPORT_OUTCOME_REFUSED;
	va_start(arguments, format);
	put_import_note(importing, format, arguments);
	va_end(arguments);
	return false;
}

void import_note(struct importing *importing, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put_import_note(importing, format, arguments);
	va_end(arguments);
}

bool import_has_room(struct importing *importing, const struct change *change)
{
	if (change->n_rows < IMPORT_MOST_ROWS)
		return true;
	if (!importing->is_full)
		import_note(importing, "it has more than fits into one record");
	importing->is_full = true;
	return false;
}

void import_add_row(
	struct world *world, struct change *change, struct store_row row, struct buffer *bytes)
{
	row.bytes = buffer_text(bytes);
	row.length = bytes->length;
	change_add_row(world, change, row);
	buffer_done(bytes);
}

void import_ask(struct importing *importing, struct change *change)
{
	importing->outcome = change->n_rows ? IMPORT_OUTCOME_NEW : IMPORT_OUTCOME_PRESENT;
	if (!change->n_rows || importing->is_dry_run) {
		change_free(change);
		return;
	}
	change_ask(importing->world, importing->outbox, NULL, change);
	importing->request = change->request;
}

/* Users who have its nicknames belong to it now, or are strangers. */
static void review_imported_nicks(
	struct world *world, struct outbox *outbox, const struct account *account)
{
	struct user *user = user_find(world, account->name);
	const struct account_nick *nick;

	if (user)
		nick_owner_review(world, outbox, user, false);
	LIST_EACH (nick, &account_extras(account)->nicks, in_account) {
		user = user_find(world, nick->name);
		if (user)
			nick_owner_review(world, outbox, user, false);
	}
}

static void use_imported_account(struct world *world, struct outbox *outbox, const char *name)
{
	const struct account *account = account_find(world, name);

	if (account)
		review_imported_nicks(world, outbox, account);
}

/* A member that was there before it was registered, and became its operator, loses that. */
static void use_imported_channel(
	struct world *world, struct outbox *outbox, const struct change *change)
{
	struct channel *channel = channel_find(world, change->text);

	if (!channel || !channel->registered)
		return;
	channel_touch(world, channel); /* if members were there before, it has lists of its own */
	if (!change->channel)
		channel_access_take_others(world, outbox, channel);
	channel_access_grant_all(world, outbox, channel);
}

void import_stored(
	struct world *world, struct outbox *outbox, const struct change *change, enum stored status)
{
	if (change->kind != CHANGE_KIND_IMPORT_ACCOUNT &&
		change->kind != CHANGE_KIND_IMPORT_CHANNEL)
		return;
	if (status == STORED_YES && change->text && change->kind == CHANGE_KIND_IMPORT_ACCOUNT)
		use_imported_account(world, outbox, change->text);
	else if (status == STORED_YES && change->text)
		use_imported_channel(world, outbox, change);
	outbox_stored(outbox, change->request, status);
}
