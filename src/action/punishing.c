/* Owns the actions of filters against users.
 *
 * A ban is one of the address, as operators would set it: a user name is the client's own choice.
 * Of IPv6 it is the network that a customer has. */
#include "action/punishing.h"

#include "action/banning.h"
#include "action/expelling.h"
#include "action/notices.h"
#include "base/cleanup.h"
#include "proto/duration.h"
#include "world/user.h"

#define MOST_SLOW_MS 60000u
#define IPV6_PREFIX 64
#define IPV4_PREFIX 32

const char *filter_reason(const struct filter *filter)
{
	return filter->reason ? filter->reason : "it contains what is not allowed here";
}

bool punish_slow(struct call *call, const struct filter *filter)
{
	const struct class_settings *class = session_class(call->world, call->session);
	uint64_t ms = filter->time_ms < MOST_SLOW_MS ? filter->time_ms : MOST_SLOW_MS;

	if (!class->flood_rate)
		return false;
	(void) session_spend(call->world, call->session,
		class->flood_burst + (uint32_t) (ms / 1000) * class->flood_rate);
	return true;
}

/* "*@192.0.2.1"; false: a Unix socket has no address. */
static bool write_mask(const struct session *session, struct buffer *out)
{
	char text[ADDRESS_TEXT_BYTES];
	bool is_ipv6 = session->address.family == ADDRESS_FAMILY_IPV6;
	struct address network;

	if (!is_ipv6 && session->address.family != ADDRESS_FAMILY_IPV4)
		return false;
	network = address_network(&session->address, is_ipv6 ? IPV6_PREFIX : IPV4_PREFIX);
	address_format_network(&network, text);
	buffer_format(out, "*@%s", text);
	return true;
}

static void tell_of_punishment(
	struct call *call, const struct filter *filter, enum ban_kind kind, const char *mask)
{
	const char *name = ban_row(kind)->name;
	char duration[DURATION_TEXT_BYTES];

	duration_format(filter->time_ms, duration);
	outbox_log(call->outbox, LOGBOOK_BAN_SET, "BAN", name, "MASK", mask, "DURATION",
		filter->time_ms ? duration : NULL, "REASON", filter_reason(filter), "FILTER",
		filter->name);
	notice_operators(call->world, call->outbox, NOTICE_KIND_BAN,
		"Filter %s set %s for [%s] %s%s", filter->name, name, mask,
		filter->time_ms ? "for " : "", filter->time_ms ? duration : "permanently");
}

bool punish_address(struct call *call, const struct filter *filter, enum ban_kind kind)
{
	struct world *world = call->world;
	CLEANUP(buffer_done) struct buffer mask = { 0 };
	struct ban *ban;

	address_forget_known(world, &call->session->address);
	if (!write_mask(call->session, &mask) ||
		world->bans.counts[kind] >= world->settings->server_bans)
		return false;
	if (bans_find(world, kind, mask.bytes))
		return true;
	ban = ban_new(world, kind, mask.bytes, world->settings->server_name, filter_reason(filter));
	if (filter->time_ms)
		ban_expire_after(world, ban, filter->time_ms);
	tell_of_punishment(call, filter, kind, mask.bytes);
	banning_enforce_since(world, call->outbox, ban->number);
	return true;
}

bool punish_kick(struct call *call, const struct filter *filter, const struct channel *channel)
{
	struct member *member = channel ? user_find_member(call->user, channel) : NULL;
	const struct actor server = actor_of_server(call->world, call->outbox, filter->name);

	if (!member)
		return false;
	expel_from_channel(&server, member, filter_reason(filter));
	return true;
}
