/* Owns the settings of Ergo, as its sample configuration describes them. */
#include "moving/ergo.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/secrets.h"
#include "moving/ergo_opers.h"
#include "moving/ergo_syntax.h"

#define DAY_SECONDS 86400
#define ALWAYS "papod always does"

static void take_ergo_certificate(struct mapping *mapping, const struct moving_node *tls)
{
	const struct moving_node *certificate = moving_tree_find(tls, "cert");
	const struct moving_node *key = moving_tree_find(tls, "key");

	if (!certificate || !certificate->value || !key || !key->value ||
		moved_find(moved_top(mapping->moved), "tls.certificate"))
		return;
	moved_set_text(
		moved_top(mapping->moved), certificate, "tls.certificate", certificate->value);
	moved_set_text(moved_top(mapping->moved), key, "tls.key", key->value);
}

/* "127.0.0.1:6667", "[::1]:6667" or ":6667" */
static void set_ergo_address(
	struct mapping *mapping, struct moved_item *item, const struct moving_node *node)
{
	CLEANUP(mem_freep) char *text = mem_text(node->name);
	char *address = text, *colon = strrchr(text, ':');
	uint64_t port;

	if (!colon || !text_parse_u64(colon + 1, &port)) {
		item->is_left_out = true;
		moved_note(mapping->moved, node,
			"left out: it has no port; add a listener with path for a Unix socket");
		return;
	}
	*colon = '\0';
	if (*address == '[' && colon[-1] == ']') {
		address++;
		colon[-1] = '\0';
	}
	moved_set_text(item, node, "address", *address ? address : "*");
	moved_set_number(item, node, "port", port);
}

static bool is_set(const struct moving_node *node, const char *name)
{
	const char *value = moving_tree_value(node, name);

	return value && moving_text_is_true(value);
}

static void note_other_listener_keys(struct mapping *mapping, const struct moving_node *node)
{
	static const char *const known[] = { "tls", "websocket", "proxy", "tor", "sts-only" };

	for (size_t i = 0; i < node->n_items; i++) {
		bool is_known = false;

		for (size_t k = 0; k < ARRAY_LENGTH(known); k++)
			is_known |= strcmp(node->items[i]->name, known[k]) == 0;
		if (!is_known)
			moved_note(mapping->moved, node->items[i], "papod has no equivalent");
	}
}

static void take_ergo_listener(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *tls = moving_tree_find(node, "tls");
	struct moved_item *item;

	note_other_listener_keys(mapping, node);
	if (is_set(node, "sts-only")) {
		moved_note(mapping->moved, node,
			"left out: add a listener with sts_only = true, and set sts.port and "
			"sts.days");
		return;
	}
	if (is_set(node, "tor") || is_set(node, "proxy") || (tls && is_set(tls, "proxy"))) {
		moved_note(mapping->moved, node,
			"left out: add a listener with proxy_protocol = [ the addresses of the "
			"proxies ]");
		return;
	}
	item = moved_add_item(mapping->moved, OPTION_TABLE_LISTEN, node);
	set_ergo_address(mapping, item, node);
	if (tls) {
		moved_set_bool(item, tls, "tls", true);
		take_ergo_certificate(mapping, tls);
	}
	if (is_set(node, "websocket"))
		moved_set_bool(item, node, "websocket", true);
}

static void take_ergo_listeners(struct mapping *mapping, const struct moving_node *node)
{
	for (size_t i = 0; i < node->n_items; i++)
		take_ergo_listener(mapping, node->items[i]);
}

static void add_ergo_address(
	struct moved_item *item, const struct moving_node *node, const char *option)
{
	if (node->value && strcmp(node->value, "localhost") == 0) {
		moved_add_text(item, node, option, "127.0.0.0/8");
		moved_add_text(item, node, option, "::1");
		moved_add_text(item, node, option, "local");
	} else if (node->value) {
		moved_add_text(item, node, option, node->value);
	}
}

static void take_ergo_gateways(struct mapping *mapping, const struct moving_node *node)
{
	for (size_t i = 0; i < node->n_items; i++) {
		const struct moving_node *entry = node->items[i];
		const struct moving_node *hosts = moving_tree_find(entry, "hosts");
		const struct moving_node *password = moving_tree_find(entry, "password");
		struct moved_item *gateway;

		if (!hosts || !password || !password->value) {
			moved_note(mapping->moved, entry,
				"left out: gateways of papod need a password and addresses");
			continue;
		}
		gateway = moved_add_item(mapping->moved, OPTION_TABLE_GATEWAYS, entry);
		moved_set_number_name(mapping->moved, gateway, entry, "gateway");
		for (size_t k = 0; k < hosts->n_items; k++)
			add_ergo_address(gateway, hosts->items[k], "addresses");
		moved_set_password(mapping->moved, gateway, password, "not bcrypt");
	}
}

/* Everyone would get in without it. */
static void take_ergo_password(struct mapping *mapping, const struct moving_node *node)
{
	if (!node->value)
		return;
	mem_set_secret(&mapping->item->password, node->value);
	if (secrets_check_hash(node->value))
		moved_note(mapping->moved, node, "it is taken as the password itself");
}

static void take_ergo_casemapping(struct mapping *mapping, const struct moving_node *node)
{
	bool is_ascii = node->value && strcmp(node->value, "ascii") == 0;

	moved_set_text(mapping->item, node, "server.casemapping", is_ascii ? "ascii" : "utf8");
}

static void take_ergo_exempted(struct mapping *mapping, const struct moving_node *node)
{
	for (size_t i = 0; i < node->n_items; i++)
		add_ergo_address(mapping->item, node->items[i], "accounts.exempt_addresses");
}

static void take_ergo_method(struct mapping *mapping, const struct moving_node *node)
{
	bool is_strict = node->value && strcmp(node->value, "strict") == 0;

	moved_set_text(
		mapping->item, node, "accounts.nick_protection", is_strict ? "on" : "owners");
}

static void take_ergo_reservation(struct mapping *mapping, const struct moving_node *node)
{
	if (node->value && !moving_text_is_true(node->value))
		moved_set_text(mapping->item, node, "accounts.nick_protection", "off");
}

static void take_ergo_multiclient(struct mapping *mapping, const struct moving_node *node)
{
	bool is_default = is_set(node, "allowed-by-default");

	moved_set_text(mapping->item, node, "accounts.multiclient",
		!is_set(node, "enabled") ? "off"
		: is_default		 ? "opt_out"
					 : "opt_in");
	mapping_take_items(mapping, node, "accounts.multiclient");
}

/* "opt-in" as "opt_in" */
static void set_ergo_wish(
	struct mapping *mapping, const struct moving_node *node, const char *option)
{
	CLEANUP(mem_freep) char *wish = mem_text(node->value ? node->value : "disabled");

	for (char *at = wish; *at; at++)
		*at = *at == '-' ? '_' : *at;
	moved_set_text(mapping->item, node, option, strcmp(wish, "disabled") == 0 ? "off" : wish);
}

static void take_ergo_always_on(struct mapping *mapping, const struct moving_node *node)
{
	set_ergo_wish(mapping, node, "accounts.always_on");
}

static void take_ergo_auto_away(struct mapping *mapping, const struct moving_node *node)
{
	set_ergo_wish(mapping, node, "accounts.auto_away");
}

static void add_ergo_entries(
	struct mapping *mapping, const struct moving_node *node, const char *option)
{
	for (size_t i = 0; i < node->n_items; i++)
		if (node->items[i]->value)
			moved_add_text(
				mapping->item, node->items[i], option, node->items[i]->value);
}

static void take_ergo_origins(struct mapping *mapping, const struct moving_node *node)
{
	add_ergo_entries(mapping, node, "web.origins");
}

static void take_ergo_auto_join(struct mapping *mapping, const struct moving_node *node)
{
	add_ergo_entries(mapping, node, "channels.auto_join");
}

static void take_ergo_expiry(struct mapping *mapping, const struct moving_node *node)
{
	unsigned long seconds;

	if (node->value && moving_text_seconds(node->value, &seconds))
		moved_set_number(mapping->item, node, "history.keep_days",
			(seconds + DAY_SECONDS - 1) / DAY_SECONDS);
	else
		moved_note(mapping->moved, node, "set history.keep_days: papod cannot read it");
}

static const struct mapping_row rows[] = {
	{ .path = "network", .kind = MAPPING_GROUP },
	{ .path = "network.name", .kind = MAPPING_TEXT, .option = "server.network" },
	{ .path = "server", .kind = MAPPING_GROUP },
	{ .path = "server.name", .kind = MAPPING_TEXT, .option = "server.name" },
	{ .path = "server.listeners", .kind = MAPPING_TAKE, .take = take_ergo_listeners },
	{ .path = "server.password", .kind = MAPPING_TAKE, .take = take_ergo_password },
	{ .path = "server.casemapping", .kind = MAPPING_TAKE, .take = take_ergo_casemapping },
	{ .path = "server.enforce-utf8", .kind = MAPPING_BOOL, .option = "server.utf8_only" },
	{ .path = "server.lookup-hostnames", .kind = MAPPING_BOOL, .option = "dns.reverse" },
	{ .path = "server.forward-confirm-hostnames", .note = ALWAYS },
	{ .path = "server.check-ident", .note = "papod asks no ident servers" },
	{ .path = "server.coerce-ident", .note = "papod shows user names as clients send them" },
	{ .path = "server.motd", .kind = MAPPING_TEXT, .option = "files.motd" },
	{ .path = "server.max-sendq", .kind = MAPPING_BYTES, .option = "class.send_queue" },
	{ .path = "server.sts", .note = "set sts.port and sts.days once the certificate is valid" },
	{ .path = "server.websockets", .kind = MAPPING_GROUP },
	{ .path = "server.websockets.allowed-origins",
		.kind = MAPPING_TAKE,
		.take = take_ergo_origins },
	{ .path = "server.idle-timeouts", .kind = MAPPING_GROUP },
	{ .path = "server.idle-timeouts.registration",
		.kind = MAPPING_SECONDS,
		.option = "limits.registration" },
	{ .path = "server.idle-timeouts.ping", .kind = MAPPING_SECONDS, .option = "class.ping" },
	{ .path = "server.idle-timeouts.disconnect",
		.note = "ping_timeout of classes begins with the PING" },
	{ .path = "server.webirc", .kind = MAPPING_TAKE, .take = take_ergo_gateways },
	{ .path = "server.ip-limits", .kind = MAPPING_GROUP },
	{ .path = "server.ip-limits.max-concurrent-connections",
		.kind = MAPPING_NUMBER,
		.option = "class.clients_per_address" },
	{ .path = "server.ip-limits.*", .note = "classes of papod have limits of clients" },
	{ .path = "server.ip-cloaking", .kind = MAPPING_GROUP },
	{ .path = "server.ip-cloaking.enabled", .kind = MAPPING_BOOL, .option = "cloak.hosts" },
	{ .path = "server.ip-cloaking.*",
		.note = "papod makes cloaks in its own way; see the group cloak" },
	{ .path = "accounts", .kind = MAPPING_GROUP },
	{ .path = "accounts.registration", .kind = MAPPING_GROUP },
	{ .path = "accounts.registration.enabled",
		.kind = MAPPING_BOOL,
		.option = "accounts.registration" },
	{ .path = "accounts.registration.email-verification", .kind = MAPPING_GROUP },
	{ .path = "accounts.registration.email-verification.enabled",
		.kind = MAPPING_BOOL,
		.option = "accounts.verification" },
	{ .path = "accounts.registration.email-verification.sender",
		.kind = MAPPING_TEXT,
		.option = "mail.from" },
	{ .path = "accounts.registration.email-verification.*",
		.note = "sendmail of the system sends the mails of papod" },
	{ .path = "accounts.require-sasl", .kind = MAPPING_GROUP },
	{ .path = "accounts.require-sasl.enabled",
		.kind = MAPPING_BOOL,
		.option = "accounts.require_account" },
	{ .path = "accounts.require-sasl.exempted",
		.kind = MAPPING_TAKE,
		.take = take_ergo_exempted },
	{ .path = "accounts.nick-reservation", .kind = MAPPING_GROUP },
	{ .path = "accounts.nick-reservation.method",
		.kind = MAPPING_TAKE,
		.take = take_ergo_method },
	{ .path = "accounts.nick-reservation.enabled",
		.kind = MAPPING_TAKE,
		.take = take_ergo_reservation },
	{ .path = "accounts.nick-reservation.additional-nick-limit",
		.kind = MAPPING_NUMBER,
		.option = "accounts.nicks" },
	{ .path = "accounts.multiclient", .kind = MAPPING_TAKE, .take = take_ergo_multiclient },
	{ .path = "accounts.multiclient.enabled", .kind = MAPPING_DONE },
	{ .path = "accounts.multiclient.allowed-by-default", .kind = MAPPING_DONE },
	{ .path = "accounts.multiclient.always-on",
		.kind = MAPPING_TAKE,
		.take = take_ergo_always_on },
	{ .path = "accounts.multiclient.auto-away",
		.kind = MAPPING_TAKE,
		.take = take_ergo_auto_away },
	{ .path = "channels", .kind = MAPPING_GROUP },
	{ .path = "channels.max-channels-per-client",
		.kind = MAPPING_NUMBER,
		.option = "limits.channels_per_user" },
	{ .path = "channels.invite-expiration",
		.kind = MAPPING_SECONDS,
		.option = "limits.invitation" },
	{ .path = "channels.auto-join", .kind = MAPPING_TAKE, .take = take_ergo_auto_join },
	{ .path = "channels.default-modes", .note = "new channels of papod have +nt" },
	{ .path = "channels.registration", .kind = MAPPING_GROUP },
	{ .path = "channels.registration.max-channels-per-account",
		.kind = MAPPING_NUMBER,
		.option = "limits.registered_channels" },
	{ .path = "oper-classes",
		.note = "operators get the privileges of papod that its "
			"capabilities need; see papod.conf(5)" },
	{ .path = "opers", .kind = MAPPING_TAKE, .take = ergo_opers_take },
	{ .path = "oper.class", .kind = MAPPING_DONE },
	{ .path = "oper.password", .kind = MAPPING_DONE },
	{ .path = "oper.certfp", .kind = MAPPING_LIST, .option = "certificates" },
	{ .path = "oper.auto", .kind = MAPPING_BOOL, .option = "auto" },
	{ .path = "logging", .note = "papod logs to the journal" },
	{ .path = "lock-file", .note = ALWAYS " lock its state directory" },
	{ .path = "datastore", .note = "papod has a database in its state directory" },
	{ .path = "limits", .kind = MAPPING_GROUP },
	{ .path = "limits.nicklen", .kind = MAPPING_NUMBER, .option = "limits.nick_length" },
	{ .path = "limits.identlen", .kind = MAPPING_NUMBER, .option = "limits.user_length" },
	{ .path = "limits.realnamelen",
		.kind = MAPPING_NUMBER,
		.option = "limits.realname_length" },
	{ .path = "limits.channellen", .kind = MAPPING_NUMBER, .option = "limits.channel_length" },
	{ .path = "limits.awaylen", .kind = MAPPING_NUMBER, .option = "limits.away_length" },
	{ .path = "limits.kicklen", .kind = MAPPING_NUMBER, .option = "limits.kick_length" },
	{ .path = "limits.topiclen", .kind = MAPPING_NUMBER, .option = "limits.topic_length" },
	{ .path = "limits.monitor-entries",
		.kind = MAPPING_NUMBER,
		.option = "limits.monitor_entries" },
	{ .path = "limits.whowas-entries",
		.kind = MAPPING_NUMBER,
		.option = "limits.whowas_entries" },
	{ .path = "limits.chan-list-modes",
		.kind = MAPPING_NUMBER,
		.option = "limits.list_entries" },
	{ .path = "limits.multiline", .kind = MAPPING_GROUP },
	{ .path = "limits.multiline.max-bytes",
		.kind = MAPPING_NUMBER,
		.option = "limits.multiline_bytes" },
	{ .path = "limits.multiline.max-lines",
		.kind = MAPPING_NUMBER,
		.option = "limits.multiline_lines" },
	{ .path = "fakelag",
		.note = "flood_rate and flood_burst of classes say how much a client may send" },
	{ .path = "history", .kind = MAPPING_GROUP },
	{ .path = "history.enabled",
		.note = "papod records what is said on the disk, if history.enabled is set; or in "
			"memory, for channels whose founders want that" },
	{ .path = "history.autoreplay-on-join",
		.kind = MAPPING_NUMBER,
		.option = "history.join_messages" },
	{ .path = "history.chathistory-maxmessages",
		.kind = MAPPING_NUMBER,
		.option = "history.query_messages" },
	{ .path = "history.restrictions", .kind = MAPPING_GROUP },
	{ .path = "history.restrictions.expire-time",
		.kind = MAPPING_TAKE,
		.take = take_ergo_expiry },
	{ .path = "history.persistent", .kind = MAPPING_GROUP },
	{ .path = "history.persistent.enabled", .kind = MAPPING_BOOL, .option = "history.enabled" },
	{ .path = "history.persistent.unregistered-channels",
		.kind = MAPPING_BOOL,
		.option = "history.unregistered_channels" },
	{ .path = "metadata", .kind = MAPPING_GROUP },
	{ .path = "metadata.max-keys", .kind = MAPPING_NUMBER, .option = "limits.metadata_keys" },
	{ .path = "metadata.max-subs",
		.kind = MAPPING_NUMBER,
		.option = "limits.metadata_subscriptions" },
	{ .path = "webpush", .kind = MAPPING_GROUP },
	{ .path = "webpush.enabled", .kind = MAPPING_BOOL, .option = "push.enabled" },
	{ .path = "webpush.delay", .kind = MAPPING_SECONDS, .option = "push.delay" },
	{ .path = "webpush.max-subscriptions", .kind = MAPPING_NUMBER, .option = "push.devices" },
};

const struct mapping_format mapping_ergo = {
	.name = "ergo",
	.help = "ircd.yaml of Ergo",
	.read = ergo_syntax_read,
	.rows = rows,
	.n_rows = ARRAY_LENGTH(rows),
};
