/* Owns the walks through the world, and what of it is shown. */
#include "report/report_views.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/certificate_facts.h"
#include "report/report_moderation.h"
#include "report/report_registry.h"
#include "report/report_why.h"
#include "world/accounts.h"
#include "world/audit_log.h"
#include "world/bans.h"
#include "world/channel.h"
#include "world/registered_channels.h"
#include "world/session.h"
#include "world/session_tls.h"
#include "world/user.h"
#include "world/world.h"

#define AUDIT_ROWS 100

/* The server */

static uint64_t end_of_one(const struct world *world)
{
	(void) world;
	return 1;
}

static uint64_t end_of_nothing(const struct world *world)
{
	(void) world;
	return 0;
}

static const void *find_world(const struct world *world, struct report_cursor *cursor)
{
	(void) cursor;
	return world;
}

static const char *name_storage(uint8_t storage)
{
	switch ((enum storage_state) storage) {
	case STORAGE_NONE:
		return "missing";
	case STORAGE_LOADING:
		return "loading";
	case STORAGE_FAILING:
		return "failing";
	case STORAGE_WORKS:
		return "works";
	}
	return NULL;
}

static void report_status(const struct world *world, const void *item, struct report_writer *writer)
{
	(void) item;
	report_put_text(writer, world->settings->server_name);
	report_put_text(writer, world->settings->network_name);
	report_put_text(writer, PACKAGE_VERSION);
	report_put_time(writer, world->started_wall_ms);
	report_put_number(writer, world->n_sessions);
	report_put_number(writer, world->n_unregistered);
	report_put_number(writer, world->n_users);
	report_put_number(writer, world->max_users);
	report_put_number(writer, world->n_operators);
	report_put_number(writer, world->n_channels);
	report_put_number(writer, ordered_count(&world->registered_channels));
	report_put_number(writer, ordered_count(&world->accounts.all));
	report_put_number(writer, ordered_count(&world->bans.all));
	report_put_text(writer, name_storage(world->storage));
}

/* Clients */

static uint64_t end_of_slots(const struct world *world)
{
	return world->n_slots;
}

static const void *find_client(const struct world *world, struct report_cursor *cursor)
{
	const struct session *session =
		cursor->next < world->n_slots ? world->slots[cursor->next] : NULL;
	const char *nick = cursor->call.values[0];

	if (!session || session->is_closing)
		return NULL;
	if (nick && (!session->user || session->user != user_find(world, nick)))
		return NULL;
	return session;
}

static void report_address(const struct address *address, struct report_writer *writer)
{
	char text[ADDRESS_TEXT_BYTES];

	address_format(address, text);
	report_put_text(writer, text);
}

static void report_client(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct session *session = item;
	const struct user *user = session->user;

	report_put_text(writer, user ? user->nick : NULL);
	report_put_text(writer, user ? user->account : NULL);
	report_put_text(writer, session_extras(session)->device);
	report_address(&session->address, writer);
	report_put_text(writer, session_extras(session)->gateway);
	report_put_text(writer, session->listener);
	report_put_text(writer, session_class(world, session)->name);
	report_put_flag(writer, session_is_secure(session));
	report_put_time(writer, world->wall_ms - (world->now_ms - session->connected_ms));
	report_put_number(writer, session->received.lines);
	report_put_number(writer, session->sent.lines);
	report_put_text(writer, session_extras(session)->listed);
}

/* What is numbered */

const void *report_find_numbered(const struct ordered *all, struct report_cursor *cursor)
{
	struct ordered_walk walk = { .number = cursor->next };
	const void *item = ordered_next(all, &walk);

	cursor->next = item ? walk.number - 1 : cursor->until;
	return item;
}

static uint64_t end_of_numbers(const struct world *world)
{
	return world->next_number + 1;
}

static uint64_t count_clients_of(const struct user *user)
{
	const struct session *session;
	uint64_t count = 0;

	LIST_EACH (session, &user->sessions, in_user)
		count++;
	return count;
}

static const void *find_next_user(const struct world *world, struct report_cursor *cursor)
{
	return report_find_numbered(&world->users, cursor);
}

static void report_user(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct user *user = item;
	CLEANUP(buffer_done) struct buffer modes = { 0 };

	(void) world;
	user_mode_letters(user->flags, &modes);
	report_put_text(writer, user->nick);
	report_put_text(writer, user->name);
	report_put_text(writer, user->host);
	report_put_text(writer, user->real_host);
	report_put_text(writer, user->account);
	report_put_text(writer, buffer_text(&modes));
	report_put_text(writer, user->operator_name);
	report_put_text(writer, user->away);
	report_put_number(writer, user->n_members);
	report_put_number(writer, count_clients_of(user));
	report_put_time(writer, user->signon_wall_ms);
	report_put_text(writer, user->realname);
}

static const void *find_next_channel(const struct world *world, struct report_cursor *cursor)
{
	return report_find_numbered(&world->channels, cursor);
}

static const char *name_founder(const struct world *world, const struct channel *channel)
{
	const struct account *founder =
		channel->registered ? account_find_id(world, channel->registered->founder) : NULL;

	return founder ? founder->name : NULL;
}

static void report_channel(
	const struct world *world, const void *item, struct report_writer *writer)
{
	const struct channel *channel = item;
	CLEANUP(buffer_done) struct buffer modes = { 0 };

	channel_format_modes(channel, false, &modes);
	report_put_text(writer, channel->name);
	report_put_number(writer, channel->n_members);
	report_put_text(writer, buffer_text(&modes));
	report_put_text(writer, name_founder(world, channel));
	report_put_time(writer, channel->created_wall_ms);
	report_put_text(writer, channel->topic);
}

static const void *find_next_ban(const struct world *world, struct report_cursor *cursor)
{
	return report_find_numbered(&world->bans.all, cursor);
}

static void report_ban(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct ban *ban = item;

	(void) world;
	report_put_text(writer, ban_row((enum ban_kind) ban->kind)->name);
	report_put_text(writer, ban->mask);
	report_put_text(writer, ban->reason);
	report_put_text(writer, ban->setter);
	report_put_time(writer, ban->set_wall_ms);
	report_put_time(writer, ban->expires_wall_ms);
	report_put_number(writer, ban->n_hits);
}

/* What is named */

static bool has_named_user(const struct world *world, const struct report_call *call)
{
	return !call->values[0] || user_find(world, call->values[0]);
}

static bool has_named_channel(const struct world *world, const struct report_call *call)
{
	return channel_find(world, call->values[0]);
}

static const void *find_named_user(const struct world *world, struct report_cursor *cursor)
{
	return user_find(world, cursor->call.values[0]);
}

static void put_fingerprints(const struct user *user, struct buffer *out)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user) {
		CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

		if (fingerprint)
			buffer_format(out, "%s%s", out->length ? " " : "", fingerprint);
	}
}

static void put_memberships(const struct user *user, struct buffer *out)
{
	for (size_t i = 0; i < user->n_members; i++) {
		if (out->length)
			buffer_put_byte(out, ' ');
		member_prefixes(user->members[i]->ranks, true, out);
		buffer_put_text(out, user->members[i]->channel->name);
	}
}

static void report_whois(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct user *user = item;
	CLEANUP(buffer_done) struct buffer modes = { 0 }, prints = { 0 }, channels = { 0 };

	(void) world;
	user_mode_letters(user->flags, &modes);
	put_fingerprints(user, &prints);
	put_memberships(user, &channels);
	report_put_text(writer, user->nick);
	report_put_text(writer, user->name);
	report_put_text(writer, user->host);
	report_put_text(writer, user->real_host);
	report_address(&user->address, writer);
	report_put_text(writer, user->account);
	report_put_text(writer, user->realname);
	report_put_text(writer, buffer_text(&modes));
	report_put_text(writer, user->operator_name);
	report_put_text(writer, user->away);
	report_put_number(writer, count_clients_of(user));
	report_put_text(writer, prints.length ? prints.bytes : NULL);
	report_put_text(writer, channels.length ? channels.bytes : NULL);
	report_put_time(writer, user->signon_wall_ms);
}

static const void *find_next_member(const struct world *world, struct report_cursor *cursor)
{
	const struct channel *channel = channel_find(world, cursor->call.values[0]);
	size_t place = channel ? channel_place_from(channel, cursor->next) : 0;
	const struct member *member =
		channel && place < channel->n_members ? channel->members[place] : NULL;

	cursor->next = member ? member->number : cursor->until;
	return member;
}

static void report_member(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct member *member = item;
	CLEANUP(buffer_done) struct buffer ranks = { 0 };

	(void) world;
	member_prefixes(member->ranks, true, &ranks);
	report_put_text(writer, member->user->nick);
	report_put_text(writer, ranks.length ? ranks.bytes : NULL);
	report_put_text(writer, member->user->account);
	report_put_text(writer, member->user->host);
	report_put_flag(writer, member->user->away != NULL);
	report_put_flag(writer, !member_is_public(member));
}

/* Registered channels */

static uint64_t end_of_registered(const struct world *world)
{
	return ordered_last_number(&world->registered_channels) + 1;
}

static const void *find_next_registered(const struct world *world, struct report_cursor *cursor)
{
	return report_find_numbered(&world->registered_channels, cursor);
}

static const char *name_history(uint32_t policy)
{
	switch ((enum history_policy) policy) {
	case HISTORY_POLICY_SERVER:
		return "server";
	case HISTORY_POLICY_OFF:
		return "off";
	case HISTORY_POLICY_ON:
		return "on";
	case HISTORY_POLICY_MEMORY:
		return "memory";
	}
	return NULL;
}

static const char *name_account(const struct world *world, uint64_t id)
{
	const struct account *account = account_find_id(world, id);

	return account ? account->name : NULL;
}

static void report_registered(
	const struct world *world, const void *item, struct report_writer *writer)
{
	const struct registered_channel *registered = item;

	report_put_text(writer, registered->channel->name);
	report_put_text(writer, name_account(world, registered->founder));
	report_put_text(writer, name_account(world, registered->heir));
	report_put_time(writer, registered->created_wall_ms);
	report_put_number(writer, registered->channel->n_members);
	report_put_number(writer, registered->n_access);
	report_put_flag(writer, registered->options & REGISTERED_OPTION_HELD);
	report_put_text(writer, name_history(registered->history));
}

/* Listeners */

static uint64_t end_of_listeners(const struct world *world)
{
	return world->settings->n_listeners;
}

static const void *find_next_listener(const struct world *world, struct report_cursor *cursor)
{
	const struct settings *settings = world->settings;

	return cursor->next < settings->n_listeners ? &settings->listeners[cursor->next] : NULL;
}

static uint64_t count_clients_from(const struct world *world, const char *listener)
{
	const struct session *session;
	uint64_t count = 0;

	LIST_EACH (session, &world->sessions, in_world)
		count += strcmp(session->listener, listener) == 0;
	return count;
}

static void report_listener(
	const struct world *world, const void *item, struct report_writer *writer)
{
	const struct listener_settings *listener = item;

	report_put_text(writer, listener->name);
	report_put_text(writer, listener->path ? listener->path : listener->address);
	report_put_number(writer, listener->port);
	report_put_text(writer, listener_is_datagram(listener) ? "datagram"
				: listener->is_websocket       ? "websocket"
							       : "irc");
	report_put_flag(writer, listener->is_tls);
	report_put_number(writer, count_clients_from(world, listener->name));
}

/* What was done */

static void report_audit(const struct world *world, const struct report_call *call, json_t *list)
{
	const char *mask = call->values[0] ? call->values[0] : "*";
	const struct audit_entry *entry = audit_first(world, mask, AUDIT_ROWS);

	for (; entry; entry = audit_next(world, entry, mask)) {
		struct report_writer writer = report_writer_begin(REPORT_KIND_AUDIT);

		report_put_time(&writer, entry->time);
		report_put_text(&writer, entry->operator);
		report_put_text(&writer, entry->source);
		report_put_text(&writer, entry->act);
		report_put_text(&writer, entry->target);
		report_put_text(&writer, entry->details);
		report_writer_end(&writer, list);
	}
}

/* Certificates */

static uint64_t end_of_certificates(const struct world *world)
{
	uint64_t count = 0;

	while (settings_certificate(world->settings, count))
		count++;
	return count;
}

static const void *find_next_certificate(const struct world *world, struct report_cursor *cursor)
{
	return settings_certificate(world->settings, cursor->next);
}

static const char *name_certificates(uint8_t certificates)
{
	switch ((enum certificates) certificates) {
	case CERTIFICATES_UNKNOWN:
		return "unknown";
	case CERTIFICATES_GOOD:
		return "good";
	case CERTIFICATES_BAD:
		return "bad";
	}
	return NULL;
}

static void report_certificate(
	const struct world *world, const void *item, struct report_writer *writer)
{
	const struct certificate_settings *certificate = item;
	CLEANUP(mem_freep) char *names = NULL;
	uint64_t ends_wall_ms = 0;

	report_put_text(writer, certificate->name);
	report_put_text(writer, certificate->certificate);
	report_put_text(writer, certificate->key);
	report_put_flag(writer, certificate->is_awaited);
	report_put_text(writer, name_certificates(world->certificates));
	(void) certificate_facts_find(
		&world->certificate_facts, certificate->certificate, &names, &ends_wall_ms);
	report_put_text(writer, names);
	report_put_time(writer, ends_wall_ms);
}

#define VIEW(end_at, find_item, write_item) .end = end_at, .find = find_item, .write = write_item

static const struct report_view views[REPORT_KINDS] = {
	[REPORT_KIND_STATUS] = { VIEW(end_of_one, find_world, report_status) },
	[REPORT_KIND_CLIENTS] = { VIEW(end_of_slots, find_client, report_client),
		.is_there = has_named_user },
	[REPORT_KIND_USERS] = { VIEW(end_of_numbers, find_next_user, report_user) },
	[REPORT_KIND_WHOIS] = { VIEW(end_of_one, find_named_user, report_whois),
		.is_there = has_named_user },
	[REPORT_KIND_WHOWAS] = { VIEW(end_of_one, find_world, NULL), .fill = report_past_users },
	[REPORT_KIND_METADATA] = { VIEW(end_of_one, find_world, NULL), .fill = report_metadata,
		.is_there = report_has_target },
	[REPORT_KIND_WHY] = { VIEW(end_of_one, find_world, NULL), .fill = report_why },
	[REPORT_KIND_CHANNELS] = { VIEW(end_of_numbers, find_next_channel, report_channel) },
	[REPORT_KIND_MEMBERS] = { VIEW(end_of_numbers, find_next_member, report_member),
		.is_there = has_named_channel },
	[REPORT_KIND_REGISTERED] = { VIEW(
		end_of_registered, find_next_registered, report_registered) },
	[REPORT_KIND_ACCOUNTS] = { VIEW(report_accounts_end, report_find_account, report_account) },
	[REPORT_KIND_ACCESS] = { VIEW(end_of_one, find_world, NULL), .fill = report_access,
		.is_there = report_is_registered },
	[REPORT_KIND_INVITATIONS] = { VIEW(end_of_one, find_world, NULL),
		.fill = report_invitations },
	[REPORT_KIND_BANS] = { VIEW(end_of_numbers, find_next_ban, report_ban) },
	[REPORT_KIND_CERTIFICATES] = { VIEW(
		end_of_certificates, find_next_certificate, report_certificate) },
	[REPORT_KIND_FILTERS] = { VIEW(report_filters_end, report_find_filter, report_filter) },
	[REPORT_KIND_FILTER_TEST] = { VIEW(end_of_one, find_world, NULL),
		.fill = report_filter_hits },
	[REPORT_KIND_REPORTS] = { VIEW(
		report_complaints_end, report_find_complaint, report_complaint) },
	[REPORT_KIND_LOCKDOWN] = { VIEW(end_of_one, find_world, report_lockdown) },
	/* The daemon fills it: the files are not in the world. */
	[REPORT_KIND_CHANGES] = { VIEW(end_of_nothing, find_world, NULL) },
	[REPORT_KIND_AUDIT] = { VIEW(end_of_one, find_world, NULL), .fill = report_audit },
	[REPORT_KIND_LISTENERS] = { VIEW(end_of_listeners, find_next_listener, report_listener) },
};

const struct report_view *report_view(enum report_kind kind)
{
	return &views[kind];
}
