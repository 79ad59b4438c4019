/* Owns the blocks of UnrealIRCd, as its sample configuration of release 6 describes them. */
#include "moving/unrealircd.h"

#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "moving/unrealircd_opers.h"
#include "moving/unrealircd_syntax.h"

#define LINKS "papod has no links to other servers"
#define MOST_PORTS 64

/* Lines without a meaning of their own. */
static void take_unreal_admin(struct mapping *mapping, const struct moving_node *node)
{
	static const char *const options[] = { "admin.organisation", "admin.location" };
	size_t n_taken = 0;

	for (size_t i = 0; i < node->n_items; i++) {
		const struct moving_node *item = node->items[i];

		if (strchr(item->name, '@'))
			moved_set_text(mapping->item, item, "admin.email", item->name);
		else if (n_taken < ARRAY_LENGTH(options))
			moved_set_text(mapping->item, item, options[n_taken++], item->name);
		else
			moved_note(mapping->moved, item, "ADMIN of papod has no more lines");
	}
}

static void add_unreal_listener(
	struct mapping *mapping, const struct moving_node *node, uint64_t port)
{
	const struct moving_node *options = moving_tree_find(node, "options");
	const char *address = moving_tree_value(node, "ip");
	struct moved_item *item = moved_add_item(mapping->moved, OPTION_TABLE_LISTEN, node);

	moved_set_text(item, node, "address", address ? address : "*");
	moved_set_number(item, node, "port", port);
	if (!options)
		return;
	if (moving_tree_find(options, "tls") || moving_tree_find(options, "ssl"))
		moved_set_bool(item, options, "tls", true);
	if (moving_tree_find(options, "websocket"))
		moved_set_bool(item, options, "websocket", true);
}

/* One port, or "6660-6669". */
static void take_unreal_listen(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *options = moving_tree_find(node, "options");
	const char *ports = moving_tree_value(node, "port");
	CLEANUP(mem_freep) char *first = mem_text(ports ? ports : "");
	char *last = strchr(first, '-');
	uint64_t from, to;

	if (last)
		*last++ = '\0';
	if (options &&
		(moving_tree_find(options, "serversonly") || moving_tree_find(options, "rpc")))
		moved_note(mapping->moved, node, "left out, as only clients come to papod");
	else if (!text_parse_u64(first, &from) || !text_parse_u64(last ? last : first, &to))
		moved_note(mapping->moved, node,
			"left out: it has no port; add a listener with path for a Unix socket");
	else
		for (size_t i = 0; from <= to && i < MOST_PORTS; i++, from++)
			add_unreal_listener(mapping, node, from);
}

static void add_unreal_range(
	struct moved_item *item, const struct moving_node *node, const char *word)
{
	CLEANUP(mem_freep) char *range = NULL;

	if (strncmp(word, "*@", 2) == 0)
		word += 2;
	range = moving_text_range(word);
	moved_add_text(item, node, "addresses", range);
}

static const struct moving_node *find_unreal_class(const struct moving_node *root, const char *name)
{
	for (size_t i = root->n_items; name && i-- > 0;)
		if (strcmp(root->items[i]->name, "class") == 0 && root->items[i]->value &&
			strcmp(root->items[i]->value, name) == 0)
			return root->items[i];
	return NULL;
}

static const struct mapping_row class_settings[] = {
	{ .path = "pingfreq", .kind = MAPPING_SECONDS, .option = "ping" },
	{ .path = "maxclients", .kind = MAPPING_NUMBER, .option = "clients" },
	{ .path = "sendq", .kind = MAPPING_BYTES, .option = "send_queue" },
	{ .path = "recvq", .kind = MAPPING_BYTES, .option = "receive_queue" },
};

static void set_unreal_class(
	struct mapping *mapping, struct moved_item *item, const struct moving_node *class)
{
	for (size_t i = 0; i < ARRAY_LENGTH(class_settings); i++) {
		const struct moving_node *node = moving_tree_find(class, class_settings[i].path);

		if (node && node->value)
			mapping_set_number(mapping, item, &class_settings[i], node);
	}
}

static void set_unreal_allow(
	struct mapping *mapping, struct moved_item *item, const struct moving_node *node)
{
	const struct moving_node *class =
		find_unreal_class(mapping->root, moving_tree_value(node, "class"));
	const struct moving_node *most = moving_tree_find(node, "maxperip");
	const struct moving_node *password = moving_tree_find(node, "password");
	uint64_t number;

	if (class)
		set_unreal_class(mapping, item, class);
	if (most && most->value && text_parse_u64(most->value, &number))
		moved_set_number(item, most, "clients_per_address", number);
	if (password)
		unrealircd_password(mapping, item, password);
}

static bool is_for_all(const struct moving_node *mask)
{
	return !mask || (mask->value && !mask->n_items &&
				(strcmp(mask->value, "*") == 0 || strcmp(mask->value, "*@*") == 0));
}

static void take_unreal_allow(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *mask = moving_tree_find(node, "mask");
	struct moved_item *item;

	if (!mask)
		mask = moving_tree_find(node, "ip");
	if (moving_tree_find(node, "options") || moving_tree_find(node, "hostname")) {
		moved_note(mapping->moved, node,
			"left out: classes of papod know addresses and listeners; add one");
		return;
	}
	if (is_for_all(mask) && moved_has_default_class(mapping->moved)) {
		moved_note(mapping->moved, node,
			"left out: papod has one class for all clients, and a later block has set "
			"it");
		return;
	}
	if (is_for_all(mask)) {
		item = moved_default_class(mapping->moved, node);
	} else {
		item = moved_add_item(mapping->moved, OPTION_TABLE_CLASSES, node);
		moved_set_number_name(mapping->moved, item, node, "allow");
		unrealircd_for_each(item, mask, add_unreal_range);
	}
	set_unreal_allow(mapping, item, node);
}

/* UnrealIRCd looks at the last block first. */
static void take_unreal_allows(struct mapping *mapping, const struct moving_node *root)
{
	for (size_t i = root->n_items; i-- > 0;)
		if (strcmp(root->items[i]->name, "allow") == 0 && !root->items[i]->value)
			take_unreal_allow(mapping, root->items[i]);
}

static void add_unreal_ban(
	struct mapping *mapping, const struct moving_node *node, const char *kind, const char *mask)
{
	struct moved_item *ban = moved_add_item(mapping->moved, OPTION_TABLE_BANS, node);
	const struct moving_node *reason = moving_tree_find(node, "reason");

	moved_set_text(ban, node, "kind", kind);
	moved_set_text(ban, node, "mask", mask);
	if (reason && reason->value)
		moved_set_text(ban, reason, "reason", reason->value);
}

static void take_unreal_ban(struct mapping *mapping, const struct moving_node *node)
{
	static const struct {
		const char *what, *kind;
	} kinds[] = {
		{ "nick", "resv" },
		{ "ip", "dline" },
		{ "user", "kline" },
		{ "realname", "xline" },
	};
	const char *mask = moving_tree_value(node, "mask");
	CLEANUP(mem_freep) char *range = moving_text_range(mask ? mask : "");

	for (size_t i = 0; mask && node->value && i < ARRAY_LENGTH(kinds); i++) {
		if (strcmp(kinds[i].what, node->value) != 0)
			continue;
		/* A real name has a ? for each space. */
		for (char *at = range; strcmp(kinds[i].kind, "xline") == 0 && *at; at++)
			*at = *at == ' ' ? '?' : *at;
		add_unreal_ban(mapping, node, kinds[i].kind, range);
		return;
	}
	moved_note(mapping->moved, node, "papod has no such ban");
}

static void take_unreal_denial(struct mapping *mapping, const struct moving_node *node)
{
	const char *channel = moving_tree_value(node, "channel");
	CLEANUP(buffer_done) struct buffer mask = { 0 };

	if (!node->value || strcmp(node->value, "channel") != 0 || !channel) {
		moved_note(mapping->moved, node, "papod has no equivalent");
		return;
	}
	buffer_format(&mask, "%s%s", *channel == '#' ? "" : "#", channel);
	add_unreal_ban(mapping, node, "resv", mask.bytes);
}

static void add_unreal_exemption(
	struct moved_item *item, const struct moving_node *node, const char *word)
{
	struct address range;

	if (strncmp(word, "*@", 2) == 0 && address_parse_range(word + 2, &range))
		word += 2;
	if (address_parse_range(word, &range)) {
		moved_add_text(item, node, "exempt.addresses", word);
	} else {
		CLEANUP(buffer_done) struct buffer mask = { 0 };

		buffer_format(&mask, "%s%s", strchr(word, '@') ? "" : "*@", word);
		moved_add_text(item, node, "exempt.users", mask.bytes);
	}
}

/* Exemptions from limits only are none from bans. */
static void take_unreal_exemption(struct mapping *mapping, const struct moving_node *node)
{
	static const char *const types[] = { "all", "kline", "gline", "zline", "gzline" };
	const struct moving_node *mask = moving_tree_find(node, "mask");
	const struct moving_node *type = moving_tree_find(node, "type");
	bool is_from_bans = !type;

	for (size_t i = 0; type && i < ARRAY_LENGTH(types); i++)
		is_from_bans |= (type->value && strcmp(type->value, types[i]) == 0) ||
				moving_tree_find(type, types[i]);
	if (mask && is_from_bans && node->value && strcmp(node->value, "ban") == 0)
		unrealircd_for_each(moved_top(mapping->moved), mask, add_unreal_exemption);
	else
		moved_note(mapping->moved, node,
			"papod exempts clients from bans only, with exempt.addresses and "
			"exempt.users");
}

static void take_unreal_gateway(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *mask = moving_tree_find(node, "mask");
	const struct moving_node *password = moving_tree_find(node, "password");
	const char *type = moving_tree_value(node, "type");
	struct moved_item *gateway;

	if (!mask || !password || (type && strcmp(type, "webirc") != 0)) {
		moved_note(mapping->moved, node,
			"left out: gateways of papod use WEBIRC, with a password and from known "
			"addresses");
		return;
	}
	gateway = moved_add_item(mapping->moved, OPTION_TABLE_GATEWAYS, node);
	moved_set_number_name(mapping->moved, gateway, node, "gateway");
	unrealircd_for_each(gateway, mask, add_unreal_range);
	if (password->n_items && !moving_tree_find(password, "bcrypt")) {
		gateway->is_left_out = true;
		moved_note(mapping->moved, password,
			"its gateway is left out: papod needs a password for it");
		return;
	}
	unrealircd_password(mapping, gateway, password);
}

static void take_unreal_cloak_keys(struct mapping *mapping, const struct moving_node *node)
{
	moved_set_bool(mapping->item, node, "cloak.hosts", true);
	moved_note(mapping->moved, node,
		"papod makes cloaks in its own way, with a key of its own; bans of old cloaks "
		"match no one");
}

static void take_unreal_auto_join(struct mapping *mapping, const struct moving_node *node)
{
	moved_add_words(mapping->item, node, "channels.auto_join", " ,");
}

static const struct mapping_row rows[] = {
	{ .path = "me", .kind = MAPPING_GROUP },
	{ .path = "me.name", .kind = MAPPING_TEXT, .option = "server.name" },
	{ .path = "me.info", .kind = MAPPING_TEXT, .option = "server.description" },
	{ .path = "me.sid", .note = LINKS },
	{ .path = "admin", .kind = MAPPING_TAKE, .take = take_unreal_admin },
	{ .path = "class", .kind = MAPPING_GROUP },
	{ .path = "class.pingfreq", .kind = MAPPING_DONE },
	{ .path = "class.maxclients", .kind = MAPPING_DONE },
	{ .path = "class.sendq", .kind = MAPPING_DONE },
	{ .path = "class.recvq", .kind = MAPPING_DONE },
	{ .path = "class.connfreq", .note = LINKS },
	{ .path = "allow", .kind = MAPPING_GROUP },
	{ .path = "allow.mask", .kind = MAPPING_DONE },
	{ .path = "allow.ip", .kind = MAPPING_DONE },
	{ .path = "allow.hostname", .kind = MAPPING_DONE },
	{ .path = "allow.options", .kind = MAPPING_DONE },
	{ .path = "allow.class", .kind = MAPPING_DONE },
	{ .path = "allow.maxperip", .kind = MAPPING_DONE },
	{ .path = "allow.password", .kind = MAPPING_DONE },
	{ .path = "listen", .kind = MAPPING_TAKE, .take = take_unreal_listen },
	{ .path = "oper", .kind = MAPPING_TAKE, .take = unrealircd_opers_take },
	{ .path = "oper.mask", .kind = MAPPING_DONE },
	{ .path = "oper.password", .kind = MAPPING_DONE },
	{ .path = "oper.operclass", .kind = MAPPING_DONE },
	{ .path = "oper.class", .note = "operators of papod stay in their class" },
	{ .path = "oper.swhois", .note = "WHOIS of papod says that they are operators" },
	{ .path = "oper.vhost", .note = "papod gives operators no host of their own" },
	{ .path = "operclass", .note = "papod has the privileges that papod.conf(5) lists" },
	{ .path = "ban", .kind = MAPPING_TAKE, .take = take_unreal_ban },
	{ .path = "deny", .kind = MAPPING_TAKE, .take = take_unreal_denial },
	{ .path = "except", .kind = MAPPING_TAKE, .take = take_unreal_exemption },
	{ .path = "webirc", .kind = MAPPING_TAKE, .take = take_unreal_gateway },
	{ .path = "proxy", .kind = MAPPING_TAKE, .take = take_unreal_gateway },
	{ .path = "files", .kind = MAPPING_GROUP },
	{ .path = "files.motd", .kind = MAPPING_TEXT, .option = "files.motd" },
	{ .path = "files.rules", .kind = MAPPING_TEXT, .option = "files.rules" },
	{ .path = "set", .kind = MAPPING_GROUP },
	{ .path = "set.network-name", .kind = MAPPING_TEXT, .option = "server.network" },
	{ .path = "set.maxchannelsperuser",
		.kind = MAPPING_NUMBER,
		.option = "limits.channels_per_user" },
	{ .path = "set.nick-length", .kind = MAPPING_NUMBER, .option = "limits.nick_length" },
	{ .path = "set.topic-length", .kind = MAPPING_NUMBER, .option = "limits.topic_length" },
	{ .path = "set.away-length", .kind = MAPPING_NUMBER, .option = "limits.away_length" },
	{ .path = "set.kick-length", .kind = MAPPING_NUMBER, .option = "limits.kick_length" },
	{ .path = "set.handshake-timeout",
		.kind = MAPPING_SECONDS,
		.option = "limits.registration" },
	{ .path = "set.auto-join", .kind = MAPPING_TAKE, .take = take_unreal_auto_join },
	{ .path = "set.cloak-keys", .kind = MAPPING_TAKE, .take = take_unreal_cloak_keys },
	{ .path = "set.cloak-prefix", .note = "cloak.suffix stands behind cloaks of papod" },
	{ .path = "set.modes-on-join", .note = "new channels of papod have +nt" },
	{ .path = "set.modes-on-connect", .note = "users of papod choose their modes" },
	{ .path = "set.tls", .kind = MAPPING_GROUP },
	{ .path = "set.tls.certificate", .kind = MAPPING_TEXT, .option = "tls.certificate" },
	{ .path = "set.tls.key", .kind = MAPPING_TEXT, .option = "tls.key" },
	{ .path = "set.tls.sts-policy",
		.note = "set sts.port and sts.days once the certificate is valid" },
	{ .path = "set.history", .note = "papod has the group history" },
	{ .path = "log", .note = "papod logs to the journal" },
	{ .path = "loadmodule", .kind = MAPPING_DONE },
	{ .path = "include", .note = "it is read only if you name its files too" },
	{ .path = "link", .note = LINKS },
	{ .path = "ulines", .note = "papod has NickServ and ChanServ itself" },
	{ .path = "alias", .note = "papod has the commands NS and CS" },
	{ .path = "drpass", .note = "operators with the privilege \"restart\" use RESTART" },
	{ .path = "vhost", .note = "papod gives users no host of their own" },
};

const struct mapping_format mapping_unrealircd = {
	.name = "unrealircd",
	.help = "unrealircd.conf of UnrealIRCd 6, and further files that it includes",
	.read = unrealircd_syntax_read,
	.rows = rows,
	.n_rows = ARRAY_LENGTH(rows),
	.finish = take_unreal_allows,
};
