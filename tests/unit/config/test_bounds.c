/* The bounds of all options. Narrowing one would make valid files of administrators invalid. */
#include "parse.h"

#include <string.h>

#include "config/options.h"
#include "config/value.h"

/* In bytes, milliseconds or bits of a mode; lengths for texts. */
static const struct bounds {
	enum option_table_id table;
	const char *path;
	uint32_t min, max;
} bounds[] = {
	{ OPTION_TABLE_TOP, "server.name", 3, 63 },
	{ OPTION_TABLE_TOP, "server.network", 1, 63 },
	{ OPTION_TABLE_TOP, "server.description", 1, 128 },
	{ OPTION_TABLE_TOP, "server.icon", 9, 200 },
	{ OPTION_TABLE_TOP, "server.casemapping", 4, 7 },
	{ OPTION_TABLE_TOP, "admin.location", 1, 128 },
	{ OPTION_TABLE_TOP, "admin.organisation", 1, 128 },
	{ OPTION_TABLE_TOP, "admin.email", 3, 128 },
	{ OPTION_TABLE_TOP, "files.motd", 1, 1024 },
	{ OPTION_TABLE_TOP, "files.rules", 1, 1024 },
	{ OPTION_TABLE_TOP, "tls.certificate", 2, 1024 },
	{ OPTION_TABLE_TOP, "tls.key", 2, 1024 },
	{ OPTION_TABLE_TOP, "tls.challenges", 1, 1024 },
	{ OPTION_TABLE_TOP, "tls.processes", 0, 30 },
	{ OPTION_TABLE_TOP, "tls.acme", 3, 253 },
	{ OPTION_TABLE_TOP, "tls.acme_url", 9, 200 },
	{ OPTION_TABLE_TOP, "tls.acme_contact", 3, 128 },
	{ OPTION_TABLE_TOP, "tls.acme_challenge", 1, 16 },
	{ OPTION_TABLE_TOP, "web.directory", 1, 1024 },
	{ OPTION_TABLE_TOP, "web.challenges", 1, 1024 },
	{ OPTION_TABLE_TOP, "web.origins", 1, 255 },
	{ OPTION_TABLE_TOP, "history.join_messages", 0, 1000 },
	{ OPTION_TABLE_TOP, "history.keep_days", 0, 36500 },
	{ OPTION_TABLE_TOP, "history.keep_messages", 0, 1000000000 },
	{ OPTION_TABLE_TOP, "history.memory_messages", 10, 1000000 },
	{ OPTION_TABLE_TOP, "history.memory_size", 1024 * 1024, 4095u * 1024 * 1024 },
	{ OPTION_TABLE_TOP, "history.channel_days_most", 0, 36500 },
	{ OPTION_TABLE_TOP, "history.channel_messages_most", 0, 1000000000 },
	{ OPTION_TABLE_TOP, "history.query_messages", 1, 1000 },
	{ OPTION_TABLE_TOP, "uploads.url", 9, 200 },
	{ OPTION_TABLE_TOP, "uploads.directory", 1, 1024 },
	{ OPTION_TABLE_TOP, "uploads.types", 3, 63 },
	{ OPTION_TABLE_TOP, "uploads.size", 1024, 1024u * 1024 * 1024 },
	{ OPTION_TABLE_TOP, "uploads.account_size", 16 * 1024, 4095u * 1024 * 1024 },
	{ OPTION_TABLE_TOP, "uploads.total_mebibytes", 1, 1024u * 1024 * 1024 },
	{ OPTION_TABLE_TOP, "uploads.hourly", 1, 100000 },
	{ OPTION_TABLE_TOP, "uploads.days", 0, 36500 },
	{ OPTION_TABLE_TOP, "uploads.account_age", 0, 2592000000 },
	{ OPTION_TABLE_TOP, "audit.entries", 0, 10000 },
	{ OPTION_TABLE_TOP, "audit.days", 0, 3650 },
	{ OPTION_TABLE_TOP, "push.socket", 2, 107 },
	{ OPTION_TABLE_TOP, "push.contact", 3, 200 },
	{ OPTION_TABLE_TOP, "push.allow", 2, 64 },
	{ OPTION_TABLE_TOP, "push.delay", 0, 3600000 },
	{ OPTION_TABLE_TOP, "push.devices", 1, 64 },
	{ OPTION_TABLE_TOP, "push.expiry", 1, 365 },
	{ OPTION_TABLE_TOP, "known.addresses", 0, 5000 },
	{ OPTION_TABLE_TOP, "known.days", 1, 365 },
	{ OPTION_TABLE_TOP, "known.account_age", 0, 2592000000 },
	{ OPTION_TABLE_TOP, "lockdown.arrivals", 0, 100000 },
	{ OPTION_TABLE_TOP, "lockdown.arrival_time", 1000, 3600000 },
	{ OPTION_TABLE_TOP, "lockdown.level", 5, 8 },
	{ OPTION_TABLE_TOP, "lockdown.time", 10000, 2592000000 },
	{ OPTION_TABLE_TOP, "limits.clients", 0, 1000000 },
	{ OPTION_TABLE_TOP, "limits.registration", 1000, 3600000 },
	{ OPTION_TABLE_TOP, "limits.nick_length", 9, 64 },
	{ OPTION_TABLE_TOP, "limits.user_length", 5, 32 },
	{ OPTION_TABLE_TOP, "limits.realname_length", 20, 150 },
	{ OPTION_TABLE_TOP, "limits.channel_length", 9, 64 },
	{ OPTION_TABLE_TOP, "limits.topic_length", 50, 390 },
	{ OPTION_TABLE_TOP, "limits.kick_length", 20, 300 },
	{ OPTION_TABLE_TOP, "limits.away_length", 20, 300 },
	{ OPTION_TABLE_TOP, "limits.key_length", 1, 64 },
	{ OPTION_TABLE_TOP, "limits.channels_per_user", 1, 1000 },
	{ OPTION_TABLE_TOP, "limits.list_entries", 1, 1000 },
	{ OPTION_TABLE_TOP, "limits.invitation", 0, 3600000000 },
	{ OPTION_TABLE_TOP, "limits.modes_per_command", 3, 12 },
	{ OPTION_TABLE_TOP, "limits.targets_per_message", 1, 20 },
	{ OPTION_TABLE_TOP, "limits.accept_entries", 1, 1000 },
	{ OPTION_TABLE_TOP, "limits.monitor_entries", 1, 1000 },
	{ OPTION_TABLE_TOP, "limits.silence_entries", 1, 1000 },
	{ OPTION_TABLE_TOP, "limits.who_matches", 0, 1000000 },
	{ OPTION_TABLE_TOP, "limits.whowas_entries", 0, 100000 },
	{ OPTION_TABLE_TOP, "limits.server_bans", 10, 100000 },
	{ OPTION_TABLE_TOP, "limits.filters", 10, 10000 },
	{ OPTION_TABLE_TOP, "limits.reports", 10, 10000 },
	{ OPTION_TABLE_TOP, "limits.registered_channels", 0, 10000 },
	{ OPTION_TABLE_TOP, "limits.channel_access", 0, 1000 },
	{ OPTION_TABLE_TOP, "limits.channel_words", 0, 200 },
	{ OPTION_TABLE_TOP, "limits.multiline_bytes", 400, 16384 },
	{ OPTION_TABLE_TOP, "limits.multiline_lines", 2, 100 },
	{ OPTION_TABLE_TOP, "limits.batch_timeout", 1000, 3600000 },
	{ OPTION_TABLE_TOP, "limits.metadata_keys", 1, 100 },
	{ OPTION_TABLE_TOP, "limits.metadata_value_bytes", 16, 256 },
	{ OPTION_TABLE_TOP, "limits.metadata_subscriptions", 1, 100 },
	{ OPTION_TABLE_TOP, "limits.metadata_sync", 0, 100000 },
	{ OPTION_TABLE_TOP, "limits.datagrams", 1, 1000000 },
	{ OPTION_TABLE_TOP, "limits.redactable_messages", 0, 1000 },
	{ OPTION_TABLE_TOP, "limits.redact_window", 0, 3600000000 },
	{ OPTION_TABLE_TOP, "limits.edit_window", 0, 3600000000 },
	{ OPTION_TABLE_TOP, "channels.auto_join", 2, 64 },
	{ OPTION_TABLE_TOP, "channels.command_prefixes", 0, 20 },
	{ OPTION_TABLE_TOP, "channels.rename_pause", 0, 3600000000 },
	{ OPTION_TABLE_TOP, "channels.rename_redirect", 0, 3600000000 },
	{ OPTION_TABLE_TOP, "channels.rename_members", 0, 100000 },
	{ OPTION_TABLE_TOP, "exempt.users", 3, 200 },
	{ OPTION_TABLE_TOP, "exempt.filter_users", 3, 200 },
	{ OPTION_TABLE_TOP, "exempt.filter_accounts", 1, 64 },
	{ OPTION_TABLE_TOP, "cloak.suffix", 1, 20 },
	{ OPTION_TABLE_TOP, "dns.timeout", 100, 60000 },
	{ OPTION_TABLE_TOP, "dns.socket", 2, 107 },
	{ OPTION_TABLE_TOP, "ircv3.capabilities_off", 1, 64 },
	{ OPTION_TABLE_TOP, "ircv3.capabilities_on", 1, 64 },
	{ OPTION_TABLE_TOP, "ircv3.client_tags_denied", 1, 100 },
	{ OPTION_TABLE_TOP, "ircv3.metadata_keys_denied", 1, 100 },
	{ OPTION_TABLE_TOP, "accounts.registrations_per_address", 0, 100000 },
	{ OPTION_TABLE_TOP, "accounts.password_length", 1, 64 },
	{ OPTION_TABLE_TOP, "accounts.certificates", 0, 1000 },
	{ OPTION_TABLE_TOP, "accounts.checker", 2, 107 },
	{ OPTION_TABLE_TOP, "accounts.checker_timeout", 1000, 60000 },
	{ OPTION_TABLE_TOP, "accounts.email", 4, 8 },
	{ OPTION_TABLE_TOP, "accounts.nicks", 0, 1000 },
	{ OPTION_TABLE_TOP, "accounts.nick_protection", 2, 6 },
	{ OPTION_TABLE_TOP, "accounts.nick_protection_time", 1000, 3600000 },
	{ OPTION_TABLE_TOP, "accounts.multiclient", 3, 9 },
	{ OPTION_TABLE_TOP, "accounts.clients", 0, 1000 },
	{ OPTION_TABLE_TOP, "accounts.always_on", 3, 9 },
	{ OPTION_TABLE_TOP, "accounts.always_on_expiry", 0, 3650 },
	{ OPTION_TABLE_TOP, "accounts.auto_away", 3, 9 },
	{ OPTION_TABLE_TOP, "accounts.devices", 0, 1000 },
	{ OPTION_TABLE_TOP, "accounts.read_markers", 0, 10000 },
	{ OPTION_TABLE_TOP, "accounts.verification_time", 600000, 2592000000 },
	{ OPTION_TABLE_TOP, "accounts.mails_per_day", 1, 1000 },
	{ OPTION_TABLE_TOP, "accounts.expiry", 0, 3650 },
	{ OPTION_TABLE_TOP, "accounts.channel_expiry", 0, 3650 },
	{ OPTION_TABLE_TOP, "mail.socket", 2, 107 },
	{ OPTION_TABLE_TOP, "mail.from", 3, 128 },
	{ OPTION_TABLE_TOP, "mail.verify", 1, 1024 },
	{ OPTION_TABLE_TOP, "mail.reset", 1, 1024 },
	{ OPTION_TABLE_TOP, "loop.reserved_files", 16, 100000 },
	{ OPTION_TABLE_TOP, "sts.port", 0, 65535 },
	{ OPTION_TABLE_TOP, "sts.days", 0, 3650 },
	{ OPTION_TABLE_LISTEN, "name", 1, 255 },
	{ OPTION_TABLE_LISTEN, "kind", 6, 8 },
	{ OPTION_TABLE_LISTEN, "address", 1, 253 },
	{ OPTION_TABLE_LISTEN, "port", 0, 65535 },
	{ OPTION_TABLE_LISTEN, "path", 2, 107 },
	{ OPTION_TABLE_LISTEN, "mode", 0, 511 },
	{ OPTION_TABLE_LISTEN, "group", 1, 32 },
	{ OPTION_TABLE_CERTIFICATES, "name", 1, 32 },
	{ OPTION_TABLE_CERTIFICATES, "certificate", 2, 1024 },
	{ OPTION_TABLE_CERTIFICATES, "key", 2, 1024 },
	{ OPTION_TABLE_CLASSES, "name", 1, 32 },
	{ OPTION_TABLE_CLASSES, "listeners", 1, 255 },
	{ OPTION_TABLE_CLASSES, "clients", 0, 1000000 },
	{ OPTION_TABLE_CLASSES, "clients_per_address", 0, 1000000 },
	{ OPTION_TABLE_CLASSES, "clients_per_network", 0, 1000000 },
	{ OPTION_TABLE_CLASSES, "send_queue", 16384, 268435456 },
	{ OPTION_TABLE_CLASSES, "receive_queue", 10240, 1048576 },
	{ OPTION_TABLE_CLASSES, "flood_rate", 0, 1000 },
	{ OPTION_TABLE_CLASSES, "flood_burst", 10, 100000 },
	{ OPTION_TABLE_CLASSES, "ping", 1000, 86400000 },
	{ OPTION_TABLE_CLASSES, "ping_timeout", 1000, 86400000 },
	{ OPTION_TABLE_CLASSES, "auto_join", 2, 64 },
	{ OPTION_TABLE_OPERATORS, "name", 1, 32 },
	{ OPTION_TABLE_OPERATORS, "hosts", 3, 255 },
	{ OPTION_TABLE_OPERATORS, "certificates", 1, 191 },
	{ OPTION_TABLE_OPERATORS, "account", 1, 64 },
	{ OPTION_TABLE_OPERATORS, "privileges", 1, 32 },
	{ OPTION_TABLE_GATEWAYS, "name", 1, 32 },
	{ OPTION_TABLE_NOTIFICATIONS, "name", 1, 32 },
	{ OPTION_TABLE_NOTIFICATIONS, "listeners", 1, 255 },
	{ OPTION_TABLE_NOTIFICATIONS, "channels", 2, 64 },
	{ OPTION_TABLE_NOTIFICATIONS, "nick", 1, 64 },
	{ OPTION_TABLE_NOTIFICATIONS, "rate", 1, 1000 },
	{ OPTION_TABLE_NOTIFICATIONS, "burst", 1, 10000 },
	{ OPTION_TABLE_NOTIFICATIONS, "wait", 0, 86400000 },
	{ OPTION_TABLE_CLASSES, "known_after", 0, 2592000000 },
	{ OPTION_TABLE_CLASSES, "newcomers_deny", 4, 7 },
	{ OPTION_TABLE_BLOCKLISTS, "zone", 3, 180 },
	{ OPTION_TABLE_BLOCKLISTS, "answers", 7, 31 },
	{ OPTION_TABLE_BLOCKLISTS, "action", 4, 8 },
	{ OPTION_TABLE_BLOCKLISTS, "reason", 1, 150 },
	{ OPTION_TABLE_FILTERS, "name", 1, 32 },
	{ OPTION_TABLE_FILTERS, "match", 4, 8 },
	{ OPTION_TABLE_FILTERS, "pattern", 1, 300 },
	{ OPTION_TABLE_FILTERS, "on", 4, 8 },
	{ OPTION_TABLE_FILTERS, "action", 3, 5 },
	{ OPTION_TABLE_FILTERS, "time", 0, 2592000000 },
	{ OPTION_TABLE_FILTERS, "reason", 1, 200 },
	{ OPTION_TABLE_BANS, "kind", 4, 5 },
	{ OPTION_TABLE_BANS, "mask", 1, 200 },
	{ OPTION_TABLE_BANS, "reason", 1, 250 },
	{ OPTION_TABLE_PERMANENT_CHANNELS, "name", 2, 64 },
	{ OPTION_TABLE_PERMANENT_CHANNELS, "topic", 1, 390 },
	{ OPTION_TABLE_PERMANENT_CHANNELS, "modes", 1, 200 },
	{ OPTION_TABLE_PERMANENT_CHANNELS, "key", 1, 64 },
	{ OPTION_TABLE_API_TOKENS, "name", 1, 32 },
	{ OPTION_TABLE_API_TOKENS, "scopes", 1, 32 },
	{ OPTION_TABLE_API_TOKENS, "source", 1, 32 },
	{ OPTION_TABLE_TOKEN_SERVICES, "name", 1, 32 },
	{ OPTION_TABLE_TOKEN_SERVICES, "url", 1, 100 },
	{ OPTION_TABLE_TOKEN_SERVICES, "description", 1, 100 },
};

static const struct option *option_of(const struct bounds *row)
{
	return option_find(option_table_get(row->table), row->path);
}

static void each_bound_is_as_it_was(void **state)
{
	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bounds); i++) {
		const struct option *option = option_of(&bounds[i]);

		if (!option || option->min != bounds[i].min || option->max != bounds[i].max)
			fail_msg("%s: not from %u to %u", bounds[i].path, bounds[i].min,
				bounds[i].max);
	}
}

static bool is_listed(enum option_table_id table, const struct option *option)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bounds); i++)
		if (bounds[i].table == table && strcmp(bounds[i].path, option->path) == 0)
			return true;
	return false;
}

static void each_option_with_bounds_is_here(void **state)
{
	(void) state;
	for (size_t i = 0; i < OPTION_TABLES; i++) {
		enum option_table_id id = (enum option_table_id) i;
		const struct option_table *table = option_table_get(id);

		for (size_t j = 0; j < table->n_options; j++)
			if (table->options[j].max && !is_listed(id, &table->options[j]))
				fail_msg("%s: add its bounds here", table->options[j].path);
	}
}

static bool takes(const struct bounds *row, unsigned long long number)
{
	const struct option_table *table = option_table_get(row->table);
	const struct option *option = option_of(row);
	CLEANUP(buffer_done) struct buffer literal = { 0 }, why = { 0 };
	char *object = test_calloc(1, table->item_bytes);
	struct value value;
	bool is_taken;

	if (option->type == OPTION_COUNT)
		buffer_format(&literal, "%llu", number);
	else
		buffer_format(
			&literal, "\"%llu %s\"", number, option->type == OPTION_SIZE ? "B" : "ms");
	value = value_of_literal(literal.bytes);
	is_taken = value_store(option, object, &value, &why);
	value_free_all(table, object);
	value_done(&value);
	test_free(object);
	return is_taken;
}

static bool is_number(const struct option *option)
{
	return option->type == OPTION_COUNT || option->type == OPTION_SIZE ||
	       option->type == OPTION_DURATION;
}

static void numbers_are_taken_up_to_their_bounds(void **state)
{
	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bounds); i++) {
		const struct bounds *row = &bounds[i];

		if (!is_number(option_of(row)))
			continue;
		if (!takes(row, row->min) || !takes(row, row->max))
			fail_msg("%s: a bound is refused", row->path);
		if ((row->min && takes(row, row->min - 1)) || takes(row, row->max + 1ULL))
			fail_msg("%s: more than the bound is taken", row->path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_bound_is_as_it_was),
		cmocka_unit_test(each_option_with_bounds_is_here),
		cmocka_unit_test(numbers_are_taken_up_to_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
