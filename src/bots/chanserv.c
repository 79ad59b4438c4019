/* Owns the refusals of ChanServ, and the way of its changes to the database and back. */
#include "bots/chanserv.h"

#include <string.h>

#include "action/channel_access.h"
#include "action/lookup.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/asking.h"
#include "bots/voice.h"
#include "world/accounts.h"
#include "world/changes.h"
#include "world/channel.h"
#include "world/channel_rows.h"
#include "world/user.h"

struct registered_channel *chanserv_find(struct errand *errand, const char *name)
{
	const struct channel *channel = channel_find(errand->call->world, name);

	if (channel && channel->registered)
		return channel->registered;
	bot_say(errand, "%s is not a registered channel.", lookup_word(name));
	return NULL;
}

uint32_t chanserv_read_rank(struct errand *errand, const char *letter)
{
	const struct channel_mode *mode = letter[1] ? NULL : channel_mode_find(*letter);

	if (mode && mode->kind == MODE_KIND_PREFIX)
		return mode->value;
	bot_say(errand, "A rank is one of q, a, o, h and v.");
	return 0;
}

bool chanserv_may(struct errand *errand, const struct registered_channel *registered, uint32_t rank)
{
	if (registered_channel_rank(registered, errand->account) >= rank)
		return true;
	bot_say(errand, "Your account needs the rank +%c on %s for this.", member_rank_letter(rank),
		registered->channel->name);
	return false;
}

bool chanserv_is_founder(struct errand *errand, const struct registered_channel *registered)
{
	struct call *call = errand->call;
	bool is_own = errand->account && registered->founder == errand->account->id;

	if (is_own || lookup_power(call, "force"))
		return true;
	bot_say(errand, "Only the founder of %s can do this.", registered->channel->name);
	return false;
}

struct change *chanserv_change(struct errand *errand, const struct registered_channel *registered)
{
	struct change *change;

	if (registered && registered->change) {
		bot_say(errand, "%s is being changed at the moment, try again.",
			registered->channel->name);
		return NULL;
	}
	change = change_new();
	change->kind = CHANGE_KIND_CHANNEL;
	change->channel = registered ? registered->id : 0;
	return change;
}

struct change *chanserv_change_founder(
	struct errand *errand, const struct registered_channel *registered)
{
	struct change *change;

	if (errand->account->change) {
		bot_say(errand, "Your account is being changed at the moment, try again.");
		return NULL;
	}
	change = chanserv_change(errand, registered);
	if (change)
		change->account = errand->account->id;
	return change;
}

void chanserv_add_channel(
	struct errand *errand, struct change *change, const struct registered_channel *copy)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct store_row row = { .table = STORE_TABLE_CHANNELS, .id = copy->id };

	registered_channel_put(&bytes, copy);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(errand->call->world, change, row);
}

void chanserv_stored(struct call *call, const struct change *change, int status)
{
	static const char *const refusals[] = { "This channel is registered already.",
		"Nothing has changed: the channel or the account is not there any more." };
	const struct registered_channel *registered =
		registered_channel_find_id(call->world, change->channel);

	bot_report_change(call, &service_chanserv, change, (enum stored) status, refusals);
	if (!registered || status != STORED_YES)
		return;
	channel_touch(call->world, registered->channel); /* a new one has lists, too */
	channel_access_grant_all(call->world, call->outbox, registered->channel);
}
