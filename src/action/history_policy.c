/* Owns the ends of what is recorded.
 *
 * A user who joins a recorded channel should know that before the first word. LIST and ChanServ
 * INFO say so before joining; clients with draft/chathistory show the past itself. All others get
 * one notice in the channel's own window: a mode letter or a token of 005 is read by programs only.
 */
#include "action/history_policy.h"

#include "action/history_notes.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "world/caps.h"
#include "world/channel.h"
#include "world/history.h"
#include "world/msgid.h"
#include "world/registered_channels.h"
#include "world/session.h"
#include "world/world.h"

void history_describe(const struct world *world, const struct channel *channel, struct buffer *out)
{
	const struct registered_channel *registered = channel->registered;
	uint32_t days = history_days_of(world, channel);
	uint32_t messages = history_messages_of(world, channel);

	if (!history_has_channel(world, channel)) {
		buffer_put_text(out, "Messages are not recorded.");
		return;
	}
	buffer_put_text(out, history_is_in_memory(channel) ? "Messages are recorded in memory"
							   : "Messages are recorded");
	if (days)
		buffer_format(out, " for %u day%s", days, days == 1 ? "" : "s");
	if (messages)
		buffer_format(out, ", the newest %u", messages);
	buffer_put_byte(out, '.');
	if (registered && registered->options & REGISTERED_OPTION_HISTORY_SINCE_JOIN)
		buffer_put_text(out, " Members see only what was said since they joined.");
}

void history_tell_newcomer(struct call *call, const struct channel *channel)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (!call->world->settings->history.has_notice ||
		!history_has_channel(call->world, channel) || call->session->caps & CAP_CHATHISTORY)
		return;
	history_describe(call->world, channel, &text);
	reply_line(call, ":%s NOTICE %s :%s", call->world->settings->server_name, channel->name,
		text.bytes);
}

/* Ends */

/* 0 is no limit, the highest of all. */
static bool is_longer(uint32_t days, uint32_t than)
{
	return than && (!days || days > than);
}

static uint32_t find_longest_days(const struct world *world)
{
	uint32_t longest = world->settings->history.keep_days;
	const struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels) {
		uint32_t days = history_days_of(world, registered->channel);

		if (is_longer(days, longest))
			longest = days;
	}
	return longest;
}

static void send_expiry(const struct world *world, struct outbox *outbox,
	struct history_request request, uint32_t days)
{
	uint64_t kept_ms = days * DAY_MS;

	if (!days || kept_ms >= world->wall_ms)
		return;
	request.number = msgid_at(world->wall_ms - kept_ms);
	history_send_request(outbox, &request);
}

static void trim_channel(const struct world *world, struct outbox *outbox,
	const struct channel *channel, uint32_t general_days)
{
	uint32_t days = history_days_of(world, channel);
	uint32_t messages = history_messages_of(world, channel);

	if (is_longer(general_days, days))
		send_expiry(world, outbox,
			(struct history_request){ .kind = HISTORY_REQUEST_TRIM,
				.row.target = (int64_t) channel->life },
			days);
	if (messages)
		history_send_request(
			outbox, &(struct history_request){ .kind = HISTORY_REQUEST_KEEP,
					.row.target = (int64_t) channel->life,
					.number = messages });
}

/* Without a channel that is kept longer, one request is enough for almost all. Private messages
 * have no founder, so they have the server's limit. */
void history_expire(struct world *world, struct outbox *outbox)
{
	uint32_t days = world->settings->history.keep_days, longest;
	const struct channel *channel;

	if (!world->settings->history.is_enabled)
		return;
	longest = find_longest_days(world);
	send_expiry(
		world, outbox, (struct history_request){ .kind = HISTORY_REQUEST_EXPIRE }, longest);
	if (is_longer(longest, days))
		send_expiry(world, outbox,
			(struct history_request){ .kind = HISTORY_REQUEST_EXPIRE_PRIVATE }, days);
	ORDERED_EACH (channel, &world->channels)
		if (channel->life)
			trim_channel(world, outbox, channel, longest);
}
