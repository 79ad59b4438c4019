/* Owns what follows from the end of an account. */
#include "action/account_end.h"

#include <string.h>

#include "action/account.h"
#include "action/channel_access.h"
#include "action/closing.h"
#include "action/history_notes.h"
#include "action/service_modes.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/banmask.h"
#include "world/channel.h"
#include "world/modes.h"
#include "world/registered_channels.h"
#include "world/session.h"
#include "world/user.h"

void account_end_ask(struct world *world, struct outbox *outbox, struct session *session,
	const struct account *account)
{
	struct change *change = change_new();

	change->kind = CHANGE_KIND_ACCOUNT_END;
	change->account = account->id;
	change->text = mem_text(account->name);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.is_removal = true,
			.id = account->id,
			.bytes = "" });
	change_ask(world, outbox, session, change);
}

/* The list of a channel from which an account disappears. */
struct cleaned_list {
	struct service_modes *modes;
	struct masklist *list;
	char letter;
	const char *name;
	bool has_changed;
};

/* What becomes of a mask that names the account; NULL: it is removed. */
static char *mask_without_account(
	const struct cleaned_list *cleaned, const struct mask_entry *entry)
{
	enum casemap casemap = (enum casemap) cleaned->modes->views.world->casemap;
	CLEANUP(mem_freep) char *text = NULL;

	if (banmask_is_for_account(entry->banmask, casemap, cleaned->name))
		return NULL;
	text = banmask_without_account(casemap, entry->mask, cleaned->name);
	if (!text)
		return mem_text(entry->mask);
	return masklist_find(cleaned->list, casemap, text) ? NULL : TAKE(text);
}

/* True: the entry was removed. */
static bool clean_mask(struct cleaned_list *cleaned, struct mask_entry *entry)
{
	enum casemap casemap = (enum casemap) cleaned->modes->views.world->casemap;
	CLEANUP(mem_freep) char *other = mask_without_account(cleaned, entry);
	CLEANUP(mem_freep) char *removed = NULL;

	if (other && strcmp(other, entry->mask) == 0)
		return false;
	cleaned->has_changed = true;
	service_modes_note_mask(cleaned->modes, cleaned->letter, false, entry->mask);
	if (!other) {
		removed = masklist_remove(cleaned->list, casemap, entry->mask);
		return true;
	}
	mask_entry_set(entry, other);
	service_modes_note_mask(cleaned->modes, cleaned->letter, true, other);
	return false;
}

static bool clean_list(struct service_modes *modes, enum channel_list which, const char *name)
{
	struct cleaned_list cleaned = {
		.modes = modes,
		.list = &modes->views.channel->lists[which],
		.letter = channel_mode_of_list(which)->letter,
		.name = name,
	};

	for (size_t i = 0; i < cleaned.list->count;)
		i += !clean_mask(&cleaned, &cleaned.list->entries[i]);
	return cleaned.has_changed;
}

static void clean_channel(
	struct world *world, struct outbox *outbox, struct channel *channel, const char *name)
{
	struct service_modes modes;
	bool has_changed = false;

	service_modes_begin(&modes, world, outbox, channel);
	for (size_t i = 0; i < CHANNEL_LIST_COUNT; i++)
		has_changed |= clean_list(&modes, (enum channel_list) i, name);
	service_modes_end(&modes);
	if (!has_changed)
		return;
	channel_set_expiry(world, channel);
	channel_touch(world, channel);
}

/* On registered channels, the account may have given them. */
static void take_ranks_of_account(struct world *world, struct outbox *outbox, uint64_t id)
{
	const struct user *user;

	ORDERED_EACH (user, &world->users) {
		if (user->account_id != id)
			continue;
		for (size_t i = 0; i < user->n_members; i++)
			channel_access_take(world, outbox, user->members[i]);
	}
}

/* Another database, such as an older copy, may have given the id to another name. */
static bool is_login_of_stranger(const struct world *world, const struct session *session)
{
	const char *name = login_account(session);
	const struct account *account = account_find_id(world, login_account_id(session));

	return name && (!account || account_find(world, name) != account);
}

/* Of that account; 0: of any that is not there any more. */
static bool is_login_over(const struct world *world, const struct session *session, uint64_t id)
{
	return id ? login_account_id(session) == id : is_login_of_stranger(world, session);
}

static void leave_account(struct world *world, struct outbox *outbox, struct session *session)
{
	login_leave(&(struct call){
		.world = world, .outbox = outbox, .session = session, .user = session->user });
}

/* All clients of a user are logged out together. */
static void end_login_of_user(struct world *world, struct outbox *outbox, struct user *user)
{
	struct session *session, *after;

	leave_account(world, outbox, LIST_FIRST(&user->sessions, struct session, in_user));
	LIST_EACH_SAFE (session, after, &user->sessions, in_user)
		if (login_is_required(world, session))
			close_session(world, outbox, session,
				"Your account has ended, and you need one here");
}

/* Newcomers who need an account are refused at their welcome. */
static void end_logins(struct world *world, struct outbox *outbox, uint64_t id)
{
	struct session *session;
	struct user *user;

	LIST_EACH (session, &world->sessions, in_world)
		if (session->registration && is_login_over(world, session, id))
			leave_account(world, outbox, session);
	ORDERED_EACH (user, &world->users) {
		if (list_is_empty(&user->sessions))
			continue;
		session = LIST_FIRST(&user->sessions, struct session, in_user);
		if (is_login_over(world, session, id))
			end_login_of_user(world, outbox, user);
	}
}

void account_log_out_strangers(struct world *world, struct outbox *outbox)
{
	end_logins(world, outbox, 0);
}

static void log_account_end(struct call *call, const struct change *change)
{
	if (call->session)
		log_session(call->outbox, LOGBOOK_ACCOUNT_ENDED, call->session, "ACCOUNT",
			change->text);
	else
		outbox_log(call->outbox, LOGBOOK_ACCOUNT_ENDED, "ACCOUNT", change->text);
}

void account_ended(struct call *call, const struct change *change)
{
	struct channel *channel;

	log_account_end(call, change);
	if (call->world->settings->history.is_enabled)
		history_forget_account(call, change->account);
	outbox_erase(call->outbox, change->account);
	take_ranks_of_account(call->world, call->outbox, change->account);
	end_logins(call->world, call->outbox, change->account);
	ORDERED_EACH (channel, &call->world->channels)
		clean_channel(call->world, call->outbox, channel, change->text);
}
