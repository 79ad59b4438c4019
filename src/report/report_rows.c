/* Owns the tables of reports; knows nothing of the world. */
#include "report/report_rows.h"

#include <string.h>

#include "base/cleanup.h"

static const struct report_field status_fields[] = {
	{ "server", REPORT_TYPE_TEXT, "the name of the server" },
	{ "network", REPORT_TYPE_TEXT, "the name of the network" },
	{ "version", REPORT_TYPE_TEXT, "the version of papod" },
	{ "started", REPORT_TYPE_TIME, "when the chat began; restarts of papod do not count" },
	{ "clients", REPORT_TYPE_NUMBER, "connections of clients" },
	{ "newcomers", REPORT_TYPE_NUMBER, "of these, those that have no nickname yet" },
	{ "users", REPORT_TYPE_NUMBER, "nicknames; a user may have several clients or none" },
	{ "mostUsers", REPORT_TYPE_NUMBER, "the most users at one time" },
	{ "operators", REPORT_TYPE_NUMBER, "users who are operators of the server" },
	{ "channels", REPORT_TYPE_NUMBER, "channels, with or without members" },
	{ "registeredChannels", REPORT_TYPE_NUMBER, "of these, those that are registered" },
	{ "accounts", REPORT_TYPE_NUMBER, "registered accounts" },
	{ "bans", REPORT_TYPE_NUMBER, "bans of the server" },
	{ "storage", REPORT_TYPE_TEXT, "the database: works, failing, loading or missing" },
};

static const struct report_field client_fields[] = {
	{ "nick", REPORT_TYPE_TEXT, "of its user; missing before registration" },
	{ "account", REPORT_TYPE_TEXT, "the account of its user" },
	{ "device", REPORT_TYPE_TEXT, "the name of the device, if the client gave one at login" },
	{ "address", REPORT_TYPE_TEXT, "the address of the client" },
	{ "gateway", REPORT_TYPE_TEXT, "the gateway that reported this address" },
	{ "listener", REPORT_TYPE_TEXT, "the listener that accepted it" },
	{ "class", REPORT_TYPE_TEXT, "the class whose limits apply" },
	{ "tls", REPORT_TYPE_FLAG, "whether the connection is encrypted" },
	{ "connected", REPORT_TYPE_TIME, "when it connected" },
	{ "linesReceived", REPORT_TYPE_NUMBER, "lines that it sent" },
	{ "linesSent", REPORT_TYPE_NUMBER, "lines sent to it" },
};

static const struct report_field user_fields[] = {
	{ "nick", REPORT_TYPE_TEXT, "the nickname" },
	{ "user", REPORT_TYPE_TEXT, "the user of nick!user@host" },
	{ "host", REPORT_TYPE_TEXT, "the host that others see" },
	{ "realHost", REPORT_TYPE_TEXT, "the true host: a name or an address" },
	{ "account", REPORT_TYPE_TEXT, "the account of the user" },
	{ "modes", REPORT_TYPE_TEXT, "letters, see papod-irc(7)" },
	{ "operator", REPORT_TYPE_TEXT,
		"the name of its operator entry, for operators of the server" },
	{ "away", REPORT_TYPE_TEXT, "the reason, if it is away" },
	{ "channels", REPORT_TYPE_NUMBER, "channels that it is in" },
	{ "clients", REPORT_TYPE_NUMBER, "clients that are connected" },
	{ "since", REPORT_TYPE_TIME, "when it signed on" },
	{ "realName", REPORT_TYPE_TEXT, "the real name that it gave" },
};

static const struct report_field channel_fields[] = {
	{ "name", REPORT_TYPE_TEXT, "the name, with its prefix" },
	{ "members", REPORT_TYPE_NUMBER, "users in the channel" },
	{ "modes", REPORT_TYPE_TEXT, "letters and their values; keys are hidden" },
	{ "founder", REPORT_TYPE_TEXT, "the account that registered it" },
	{ "created", REPORT_TYPE_TIME, "when it was created" },
	{ "topic", REPORT_TYPE_TEXT, "the topic" },
};

static const struct report_field account_fields[] = {
	{ "name", REPORT_TYPE_TEXT, "the name of the account" },
	{ "created", REPORT_TYPE_TIME, "when it was registered" },
	{ "email", REPORT_TYPE_TEXT, "the e-mail address" },
	{ "channels", REPORT_TYPE_NUMBER, "channels that it registered" },
};

static const struct report_field ban_fields[] = {
	{ "kind", REPORT_TYPE_TEXT, "the kind: K-line, D-line, RESV or X-line" },
	{ "mask", REPORT_TYPE_TEXT, "the mask" },
	{ "reason", REPORT_TYPE_TEXT, "the reason, which clients see" },
	{ "setter", REPORT_TYPE_TEXT, "the operator, or the place in the configuration" },
	{ "set", REPORT_TYPE_TIME, "when it was set" },
	{ "expires", REPORT_TYPE_TIME, "when it ends; missing for permanent bans" },
};

#define FIELDS(list) .fields = (list), .n_fields = ARRAY_LENGTH(list)

static const struct report_row rows[REPORT_KINDS] = {
	[REPORT_KIND_STATUS] = { "status", "GetStatus", "status", "Status",
		"The state of the server", FIELDS(status_fields), .is_single = true },
	[REPORT_KIND_CLIENTS] = { "clients", "ListClients", "clients", "Client",
		"The connections of clients", FIELDS(client_fields) },
	[REPORT_KIND_USERS] = { "users", "ListUsers", "users", "User", "The users of the chat",
		FIELDS(user_fields) },
	[REPORT_KIND_CHANNELS] = { "channels", "ListChannels", "channels", "Channel",
		"The channels, secret ones too", FIELDS(channel_fields) },
	[REPORT_KIND_ACCOUNTS] = { "accounts", "ListAccounts", "accounts", "Account",
		"The registered accounts", FIELDS(account_fields) },
	[REPORT_KIND_BANS] = { "bans", "ListBans", "bans", "Ban",
		"The bans of the server, those of the configuration too", FIELDS(ban_fields) },
};

const struct report_row *report_row(enum report_kind kind)
{
	return &rows[kind];
}

bool report_find_command(const char *command, enum report_kind *ret_kind)
{
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		if (strcmp(rows[i].command, command) == 0) {
			*ret_kind = i;
			return true;
		}
	return false;
}

bool report_find_method(const char *method, enum report_kind *ret_kind)
{
	const size_t length = strlen(REPORT_INTERFACE ".");

	if (strncmp(method, REPORT_INTERFACE ".", length) != 0)
		return false;
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		if (strcmp(rows[i].method, method + length) == 0) {
			*ret_kind = i;
			return true;
		}
	return false;
}

static const char *varlink_type(enum report_type type)
{
	switch (type) {
	case REPORT_TYPE_TEXT:
	case REPORT_TYPE_TIME:
		return "?string";
	case REPORT_TYPE_NUMBER:
		return "int";
	case REPORT_TYPE_FLAG:
		return "bool";
	}
	return "";
}

static void describe_report(const struct report_row *row, struct buffer *out)
{
	buffer_format(out,
		"\n# %s. Call it with \"more\": long lists come in several replies\n"
		"type %s (\n",
		row->help, row->type);
	for (size_t i = 0; i < row->n_fields; i++)
		buffer_format(out, "  # %s\n  %s: %s%s\n", row->fields[i].help, row->fields[i].name,
			varlink_type(row->fields[i].type), i + 1 < row->n_fields ? "," : "");
	buffer_format(out, ")\n\nmethod %s() -> (%s: []%s)\n", row->method, row->member, row->type);
}

void report_describe(struct buffer *out)
{
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		describe_report(&rows[i], out);
}
