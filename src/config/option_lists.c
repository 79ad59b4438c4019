/* Owns the rows of the option table for lists of groups. */
#include "base/address.h"
#include "config/option_rows.h"
#include "proto/ban_mask.h"
#include "proto/blocklist.h"
#include "proto/filter_words.h"
#include "proto/name_syntax.h"

#define LISTEN(ctype, name) FIELD_AT(listener_settings, ctype, name)
#define CERTIFICATE(ctype, name) FIELD_AT(certificate_settings, ctype, name)
#define CLASS(ctype, name) FIELD_AT(class_settings, ctype, name)
#define OPERATOR(ctype, name) FIELD_AT(operator_settings, ctype, name)
#define GATEWAY(ctype, name) FIELD_AT(gateway_settings, ctype, name)
#define CHANNEL(ctype, name) FIELD_AT(channel_settings, ctype, name)
#define BAN(ctype, name) FIELD_AT(ban_settings, ctype, name)
#define BLOCKLIST(ctype, name) FIELD_AT(blocklist_settings, ctype, name)
#define FILTER(ctype, name) FIELD_AT(filter_settings, ctype, name)
#define TOKEN_SERVICE(ctype, name) FIELD_AT(token_service_settings, ctype, name)
#define API_TOKEN(ctype, name) FIELD_AT(api_token_settings, ctype, name)
#define NOTIFIER(ctype, name) FIELD_AT(notifier_settings, ctype, name)

static const struct option listen_options[] = {
#include "config/options_listen.inc"
};

static const struct option certificate_options[] = {
	{
		.path = "name",
		.type = OPTION_TEXT,
		.offset = CERTIFICATE(char *, name),
		.min = 1,
		.max = 32,
		.example = "\"rsa\"",
		.reload = RELOAD_NOW,
		.check = check_item_name,
		.text = "Name of the certificate here and in the log.",
	},
	{
		.path = "certificate",
		.type = OPTION_TEXT,
		.offset = CERTIFICATE(char *, certificate),
		.min = 2,
		.max = 1024,
		.example = "\"/etc/papod/tls/rsa.crt\"",
		.reload = RELOAD_NOW,
		.check = check_unit_path,
		.text = "PEM file with the certificate and those that issued it.",
	},
	{
		.path = "key",
		.type = OPTION_TEXT,
		.offset = CERTIFICATE(char *, key),
		.min = 2,
		.max = 1024,
		.example = "\"/etc/papod/tls/rsa.key\"",
		.reload = RELOAD_NOW,
		.check = check_unit_path,
		.text = "PEM file with the private key.",
	},
};

static const struct option class_options[] = {
	{
		.path = "name",
		.type = OPTION_TEXT,
		.offset = CLASS(char *, name),
		.min = 1,
		.max = 32,
		.example = "\"home\"",
		.reload = RELOAD_NOW,
		.check = check_item_name,
		.text = "Name of the class here, in the log and in secrets.ini. The class "
			"\"default\" always exists, and takes the clients that no other class "
			"takes.",
	},
	{
		.path = "addresses",
		.type = OPTION_RANGES,
		.offset = CLASS(struct address *, addresses),
		.count_offset = CLASS(size_t, n_addresses),
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.text = "Addresses of the clients in this class, such as \"192.0.2.0/24\", "
			"\"2001:db8::/32\" or \"local\" for Unix sockets. Empty: all addresses.",
	},
	{
		.path = "listeners",
		.type = OPTION_TEXTS,
		.offset = CLASS(char **, listeners),
		.count_offset = CLASS(size_t, n_listeners),
		.min = 1,
		.max = 255,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.check = check_line,
		.text = "Listeners, by name, of the clients in this class. Empty: all listeners. "
			"Sockets from systemd have the name that FileDescriptorName= gives them, "
			"unless listen gives them another.",
	},
	{
		.path = "clients",
		.type = OPTION_COUNT,
		.offset = CLASS(uint32_t, clients),
		.max = 1000000,
		.fallback = "0",
		.reload = RELOAD_NEW_CLIENTS,
		.text = "Maximum number of clients in the class. 0: no limit.",
	},
	{
		.path = "clients_per_address",
		.type = OPTION_COUNT,
		.offset = CLASS(uint32_t, clients_per_address),
		.max = 1000000,
		.fallback = "50",
		.reload = RELOAD_NEW_CLIENTS,
		.text = "Maximum number of clients from one address. The address may open twice "
			"as many connections in a minute. 0: no limit.",
	},
	{
		.path = "clients_per_network",
		.type = OPTION_COUNT,
		.offset = CLASS(uint32_t, clients_per_network),
		.max = 1000000,
		.fallback = "100",
		.reload = RELOAD_NEW_CLIENTS,
		.text = "Maximum number of clients from one IPv6 network (/64). The network may "
			"open twice as many connections in a minute. 0: no limit.",
	},
	{
		.path = "send_queue",
		.type = OPTION_SIZE,
		.offset = CLASS(uint32_t, send_queue),
		.min = 16 * KIB,
		.max = 256 * MIB,
		.fallback = "\"1 MiB\"",
		.reload = RELOAD_NOW,
		.text = "Amount of output that may wait for a client that reads slowly. A client "
			"that exceeds it is disconnected.",
	},
	{
		.path = "receive_queue",
		.type = OPTION_SIZE,
		.offset = CLASS(uint32_t, receive_queue),
		.min = 10 * KIB,
		.max = 1 * MIB,
		.fallback = "\"16 KiB\"",
		.reload = RELOAD_NOW,
		.text = "Amount of input that is read from a client at a time, before other "
			"clients have their turn; at most 16 KiB. The rest waits in the kernel, "
			"then on the client's machine.",
	},
	{
		.path = "flood_rate",
		.type = OPTION_COUNT,
		.offset = CLASS(uint32_t, flood_rate),
		.max = 1000,
		.fallback = "2",
		.reload = RELOAD_NOW,
		.text = "Number of units that a client may spend in a second. A message costs 1 "
			"unit; commands that need much work cost more. A join is free, and so is "
			"the first request of each kind about the joined channel, for as many "
			"channels in ten minutes as a user may be in. 0: no flood control.",
	},
	{
		.path = "flood_burst",
		.type = OPTION_COUNT,
		.offset = CLASS(uint32_t, flood_burst),
		.min = 10,
		.max = 100000,
		.fallback = "30",
		.reload = RELOAD_NOW,
		.text = "Number of units that a client may save up, to spend at once.",
	},
	{
		.path = "ping",
		.type = OPTION_DURATION,
		.offset = CLASS(uint32_t, ping_ms),
		.min = 1 * SECONDS,
		.max = 24 * HOURS,
		.fallback = "\"2 min\"",
		.reload = RELOAD_NOW,
		.text = "Time after which a silent client is sent a PING.",
	},
	{
		.path = "ping_timeout",
		.type = OPTION_DURATION,
		.offset = CLASS(uint32_t, ping_timeout_ms),
		.min = 1 * SECONDS,
		.max = 24 * HOURS,
		.fallback = "\"1 min\"",
		.reload = RELOAD_NOW,
		.text = "Time that a client has to answer a PING before it is disconnected.",
	},
	{
		.path = "needs_password",
		.type = OPTION_BOOL,
		.offset = CLASS(bool, needs_password),
		.fallback = "false",
		.reload = RELOAD_NEW_CLIENTS,
		.text = "Whether clients must give a password, with PASS. If not set, they must "
			"if secrets.ini has one for the class or for the server; false exempts "
			"the class.",
	},
	{
		.path = "require_account",
		.type = OPTION_BOOL,
		.offset = CLASS(bool, needs_account),
		.fallback = "false",
		.reload = RELOAD_NEW_CLIENTS,
		.text = "Whether clients of this class must log in to an account, with SASL or "
			"PASS, "
			"before they are welcomed. If not set: as accounts.require_account says.",
	},
	{
		.path = "auto_join",
		.type = OPTION_TEXTS,
		.offset = CLASS(char **, auto_join),
		.count_offset = CLASS(size_t, n_auto_join),
		.min = 2,
		.max = 64,
		.example = "[ \"#welcome\" ]",
		.reload = RELOAD_NEW_CLIENTS,
		.check = check_channel_name,
		.text = "Channels that clients of this class join when they connect. If not set: "
			"those of channels.auto_join. Empty: none.",
	},
#include "config/options_newcomers.inc"
};

static const struct option operator_options[] = {
	{
		.path = "name",
		.type = OPTION_TEXT,
		.offset = OPERATOR(char *, name),
		.min = 1,
		.max = 32,
		.example = "\"ana\"",
		.reload = RELOAD_NOW,
		.check = check_item_name,
		.text = "Name to give to OPER; secrets.ini has the password.",
	},
	{
		.path = "hosts",
		.type = OPTION_TEXTS,
		.offset = OPERATOR(char **, hosts),
		.count_offset = OPERATOR(size_t, n_hosts),
		.min = 3,
		.max = 255,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.check = check_host_mask,
		.text = "Hosts from which the operator may log in, such as \"*@192.0.2.0/24\" or "
			"\"*@*.example.org\". Empty: all hosts.",
	},
	{
		.path = "certificates",
		.type = OPTION_TEXTS,
		.offset = OPERATOR(char **, certificates),
		.count_offset = OPERATOR(size_t, n_certificates),
		.min = 1,
		.max = 191,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.check = check_certfp,
		.text = "Fingerprints of client certificates: the SHA-256 or SHA-512, in "
			"hexadecimal digits, of the certificate or of its public key, which a "
			"renewed certificate may keep. The client must have connected with TLS "
			"and one of them. If secrets.ini has a password too, both are needed; "
			"without one, the certificate suffices. Empty: none is needed.",
	},
	{
		.path = "account",
		.type = OPTION_TEXT,
		.offset = OPERATOR(char *, account),
		.min = 1,
		.max = NICK_MOST_BYTES,
		.example = "\"ana\"",
		.reload = RELOAD_NOW,
		.check = check_account,
		.text = "Account that the client must be logged in to, also to remain an operator. "
			"Certificates and a password, if there are some, are needed too; without "
			"them, the account suffices. Register it before you name it here: no "
			"client can register an account with this name.",
	},
	{
		.path = "auto",
		.type = OPTION_BOOL,
		.offset = OPERATOR(bool, is_automatic),
		.fallback = "false",
		.reload = RELOAD_NOW,
		.text = "Whether a client becomes this operator without OPER, when it logs in or "
			"connects. It needs an account or certificates, and no password.",
	},
	{
		.path = "privileges",
		.type = OPTION_TEXTS,
		.offset = OPERATOR(char **, privileges),
		.count_offset = OPERATOR(size_t, n_privileges),
		.min = 1,
		.max = 32,
		.fallback = "[ \"*\" ]",
		.reload = RELOAD_NOW,
		.check = check_privilege,
		.text = "Privileges of the operator, as papod.conf(5) lists them, or \"*\" for "
			"all.",
	},
};

static const struct option gateway_options[] = {
#include "config/options_gateways.inc"
};

static const struct option notifier_options[] = {
#include "config/options_notifications.inc"
};

static const struct option ban_options[] = {
#include "config/options_bans.inc"
};

static const struct option filter_options[] = {
#include "config/options_filters.inc"
};

static const struct option token_service_options[] = {
#include "config/options_tokens.inc"
};

static const struct option api_token_options[] = {
#include "config/options_api.inc"
};

static const struct option channel_options[] = {
#include "config/options_channels.inc"
};

static const struct option blocklist_options[] = {
#include "config/options_blocklists.inc"
};

const struct option_table option_lists[OPTION_TABLES - 1] = {
	[OPTION_TABLE_LISTEN - 1] = {
		.id = OPTION_TABLE_LISTEN,
		.name = "listen",
		.has_other_readers = true,
		.text = "Where clients connect and notifications come in. If it lists nothing for "
			"clients: port 6667 of this machine only (127.0.0.1 and ::1), unless the "
			"list is empty. Under systemd, papod.socket opens the "
			"listeners: papod --apply brings a change into force.",
		.options = listen_options,
		.n_options = ARRAY_LENGTH(listen_options),
		.item_bytes = sizeof(struct listener_settings),
		.items_offset = TOP(struct listener_settings *, listeners),
		.count_offset = TOP(size_t, n_listeners),
		.name_offset = LISTEN(char *, name),
		.spoiled_offset = LISTEN(bool, is_spoiled),
		.max_items = 256,
	},
	[OPTION_TABLE_CERTIFICATES - 1] = {
		.id = OPTION_TABLE_CERTIFICATES,
		.name = "certificates",
		.has_other_readers = true,
		.text = "More certificates than that of the group tls. A client gets the one that "
			"has the name of the server that it asks for, and a kind of key that it "
			"knows; otherwise the first.",
		.options = certificate_options,
		.n_options = ARRAY_LENGTH(certificate_options),
		.item_bytes = sizeof(struct certificate_settings),
		.items_offset = TOP(struct certificate_settings *, certificates),
		.count_offset = TOP(size_t, n_certificates),
		.name_offset = CERTIFICATE(char *, name),
		.spoiled_offset = CERTIFICATE(bool, is_spoiled),
		.max_items = 64,
	},
	[OPTION_TABLE_CLASSES - 1] = {
		.id = OPTION_TABLE_CLASSES,
		.name = "classes",
		.text = "Classes of clients, with their limits. The first class that fits a "
			"client applies.",
		.options = class_options,
		.n_options = ARRAY_LENGTH(class_options),
		.item_bytes = sizeof(struct class_settings),
		.items_offset = TOP(struct class_settings *, classes),
		.count_offset = TOP(size_t, n_classes),
		.name_offset = CLASS(char *, name),
		.spoiled_offset = CLASS(bool, is_spoiled),
		.secret = "password",
		.secret_offset = CLASS(char *, password_hash),
		.max_items = 256,
	},
	[OPTION_TABLE_OPERATORS - 1] = {
		.id = OPTION_TABLE_OPERATORS,
		.name = "operators",
		.text = "Users who may become operators of the server, with OPER.",
		.options = operator_options,
		.n_options = ARRAY_LENGTH(operator_options),
		.item_bytes = sizeof(struct operator_settings),
		.items_offset = TOP(struct operator_settings *, operators),
		.count_offset = TOP(size_t, n_operators),
		.name_offset = OPERATOR(char *, name),
		.spoiled_offset = OPERATOR(bool, is_spoiled),
		.secret = "password",
		.secret_offset = OPERATOR(char *, password_hash),
		.second_secret = "totp",
		.second_secret_offset = OPERATOR(char *, totp),
		.max_items = 1000,
	},
	[OPTION_TABLE_GATEWAYS - 1] = {
		.id = OPTION_TABLE_GATEWAYS,
		.name = "gateways",
		.text = "Gateways, such as web clients, through which others connect. A gateway "
			"reports the address of each client with WEBIRC, and that address counts "
			"for limits, bans and cloaks.",
		.options = gateway_options,
		.n_options = ARRAY_LENGTH(gateway_options),
		.item_bytes = sizeof(struct gateway_settings),
		.items_offset = TOP(struct gateway_settings *, gateways),
		.count_offset = TOP(size_t, n_gateways),
		.name_offset = GATEWAY(char *, name),
		.spoiled_offset = GATEWAY(bool, is_spoiled),
		.secret = "password",
		.secret_offset = GATEWAY(char *, password_hash),
		.max_items = 256,
	},
	[OPTION_TABLE_NOTIFICATIONS - 1] = {
		.id = OPTION_TABLE_NOTIFICATIONS,
		.name = "notifications",
		.text = "Programs that may say something in channels without being clients, by "
			"datagrams to a listener of the kind \"datagram\" or, with "
			"web.notifications, over HTTP.",
		.options = notifier_options,
		.n_options = ARRAY_LENGTH(notifier_options),
		.item_bytes = sizeof(struct notifier_settings),
		.items_offset = TOP(struct notifier_settings *, notifiers),
		.count_offset = TOP(size_t, n_notifiers),
		.name_offset = NOTIFIER(char *, name),
		.spoiled_offset = NOTIFIER(bool, is_spoiled),
		.secret = "token",
		.secret_offset = NOTIFIER(char *, token),
		.max_items = 256,
	},
	[OPTION_TABLE_BANS - 1] = {
		.id = OPTION_TABLE_BANS,
		.name = "bans",
		.text = "Bans, like those that operators set with KLINE, DLINE, RESV, XLINE, SHUN and "
			"ELINE. No command removes them.",
		.options = ban_options,
		.n_options = ARRAY_LENGTH(ban_options),
		.item_bytes = sizeof(struct ban_settings),
		.items_offset = TOP(struct ban_settings *, bans),
		.count_offset = TOP(size_t, n_bans),
		.name_offset = BAN(char *, name),
		.makes_name = true,
		.spoiled_offset = BAN(bool, is_spoiled),
		.max_items = 1000,
	},
	[OPTION_TABLE_PERMANENT_CHANNELS - 1] = {
		.id = OPTION_TABLE_PERMANENT_CHANNELS,
		.name = "permanent_channels",
		.text = "Channels that exist without members, with mode P. No member becomes their "
			"operator by being first; operators of the server give ranks with SAMODE. "
			"A reload applies to an existing channel what has changed here, and leaves "
			"the rest as its operators have set it. A channel that is removed here "
			"becomes an ordinary one.",
		.options = channel_options,
		.n_options = ARRAY_LENGTH(channel_options),
		.item_bytes = sizeof(struct channel_settings),
		.items_offset = TOP(struct channel_settings *, permanent_channels),
		.count_offset = TOP(size_t, n_permanent_channels),
		.name_offset = CHANNEL(char *, name),
		.spoiled_offset = CHANNEL(bool, is_spoiled),
		.max_items = 1000,
	},
	[OPTION_TABLE_TOKEN_SERVICES - 1] = {
		.id = OPTION_TABLE_TOKEN_SERVICES,
		.name = "token_services",
		.text = "Services outside of IRC, such as a place for files, to which clients prove "
			"with TOKEN who they are. The command follows draft/authtoken, a proposal "
			"that may still change.",
		.options = token_service_options,
		.n_options = ARRAY_LENGTH(token_service_options),
		.item_bytes = sizeof(struct token_service_settings),
		.items_offset = TOP(struct token_service_settings *, token_services),
		.count_offset = TOP(size_t, n_token_services),
		.name_offset = TOKEN_SERVICE(char *, name),
		.spoiled_offset = TOKEN_SERVICE(bool, is_spoiled),
		.max_items = 100,
	},
	[OPTION_TABLE_API_TOKENS - 1] = {
		.id = OPTION_TABLE_API_TOKENS,
		.name = "api_tokens",
		.text = "Programs that may use the HTTP API, each with a token in secrets.ini, under "
			"[api NAME], if web.api is set.",
		.options = api_token_options,
		.n_options = ARRAY_LENGTH(api_token_options),
		.item_bytes = sizeof(struct api_token_settings),
		.items_offset = TOP(struct api_token_settings *, api_tokens),
		.count_offset = TOP(size_t, n_api_tokens),
		.name_offset = API_TOKEN(char *, name),
		.spoiled_offset = API_TOKEN(bool, is_spoiled),
		.secret = "token",
		.secret_offset = API_TOKEN(char *, token),
		.max_items = 256,
	},
	[OPTION_TABLE_BLOCKLISTS - 1] = {
		.id = OPTION_TABLE_BLOCKLISTS,
		.name = "blocklists",
		.has_other_readers = true,
		.text = "DNS blocklists, which are asked about the address of each new client, "
			"with its host name and within dns.timeout. A list that does not answer in "
			"time counts as one without the address. Not asked about are addresses "
			"that are private or of this machine, those of exempt.addresses, and those "
			"of an ELINE. Most lists have terms of use, and refuse the public name "
			"servers of others: read them before. systemd-resolved must run, or "
			"papod-lookup(8), which papod --apply starts then.",
		.options = blocklist_options,
		.n_options = ARRAY_LENGTH(blocklist_options),
		.item_bytes = sizeof(struct blocklist_settings),
		.items_offset = TOP(struct blocklist_settings *, blocklists),
		.count_offset = TOP(size_t, n_blocklists),
		.name_offset = BLOCKLIST(char *, zone),
		.spoiled_offset = BLOCKLIST(bool, is_spoiled),
		.max_items = BLOCKLIST_MOST,
	},
	[OPTION_TABLE_FILTERS - 1] = {
		.id = OPTION_TABLE_FILTERS,
		.name = "filters",
		.text = "Filters, like those that operators set with FILTER ADD: what may not be "
			"said or be a name, and what happens then. No command removes them.",
		.options = filter_options,
		.n_options = ARRAY_LENGTH(filter_options),
		.item_bytes = sizeof(struct filter_settings),
		.items_offset = TOP(struct filter_settings *, filters),
		.count_offset = TOP(size_t, n_filters),
		.name_offset = FILTER(char *, name),
		.spoiled_offset = FILTER(bool, is_spoiled),
		.max_items = 2000,
	},
};
