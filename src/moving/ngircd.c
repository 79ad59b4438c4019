/* Owns the settings of ngIRCd, as ngircd.conf(5) of its releases up to 27 describes them. */
#include "moving/ngircd.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "moving/moving_modes.h"
#include "moving/ngircd_syntax.h"

#define SYSTEMD "systemd does this for papod, see papod.service"
#define LINKS "papod has no links to other servers"

static void take_motd_phrase(struct mapping *mapping, const struct moving_node *node)
{
	if (!node->value || !*node->value)
		return;
	mem_set_text(&mapping->moved->motd, node->value);
	moved_set_text(mapping->item, node, "files.motd", MOVED_MOTD_FILE);
}

/* An empty text switches cloaks off. */
static void take_ngircd_cloak(struct mapping *mapping, const struct moving_node *node)
{
	if (!node->value || !*node->value)
		return;
	moved_set_bool(mapping->item, node, "cloak.hosts", true);
	moved_note(mapping->moved, node,
		"papod makes each cloak of the address, with cloak.suffix behind it");
}

static void take_privacy(struct mapping *mapping, const struct moving_node *node)
{
	if (node->value && moving_text_is_true(node->value))
		moved_note(mapping->moved, node,
			"papod has no such switch; limits.whowas_entries = 0 forgets former "
			"nicknames");
}

/* "nick!user@host", separated by commas. papod writes no tilde before user names. */
static void take_ngircd_masks(struct mapping *mapping, const struct moving_node *node)
{
	CLEANUP(mem_freep) char *text = mem_text(node->value);
	char *rest = text, *mask, *user;

	while ((mask = text_split(&rest, ','))) {
		mask += strspn(mask, " ");
		user = strchr(mask, '!');
		if (user && strncmp(mask, "*!", 2) != 0)
			moved_note(mapping->moved, node,
				"papod compares user@host only, so the nickname of \"%s\" does not "
				"count",
				mask);
		mask = user ? user + 1 : mask;
		if (*mask)
			moved_add_text(mapping->item, node, "hosts", mask + (*mask == '~'));
	}
}

static void take_ngircd_operator(struct mapping *mapping, const struct moving_node *node)
{
	struct mapping inner = *mapping;

	inner.item = moved_add_item(mapping->moved, OPTION_TABLE_OPERATORS, node);
	mapping_take_items(&inner, node, "operator");
	moved_add_text(inner.item, node, "privileges", "*");
}

/* Modes may stand in several lines; without any, the channel has none. */
static void take_ngircd_channel(struct mapping *mapping, const struct moving_node *node)
{
	CLEANUP(moving_modes_done) struct moving_modes modes = { 0 };
	struct mapping inner = *mapping;
	const char *name = moving_tree_value(node, "name");
	const char *joined = moving_tree_value(node, "autojoin");

	inner.item = moved_add_item(mapping->moved, OPTION_TABLE_PERMANENT_CHANNELS, node);
	mapping_take_items(&inner, node, "channel");
	for (size_t i = 0; i < node->n_items; i++)
		if (text_equals_ignoring_case(node->items[i]->name, "modes"))
			moving_modes_take(
				mapping, &modes, node->items[i], "imnpstNOQRz", "beIklohaqv");
	moving_modes_set(&modes, inner.item);
	if (name && joined && moving_text_is_true(joined))
		moved_add_text(moved_top(mapping->moved), node, "channels.auto_join", name);
}

static const struct mapping_row rows[] = {
	{ .path = "global", .kind = MAPPING_GROUP },
	{ .path = "global.name", .kind = MAPPING_TEXT, .option = "server.name" },
	{ .path = "global.info", .kind = MAPPING_TEXT, .option = "server.description" },
	{ .path = "global.network", .kind = MAPPING_TEXT, .option = "server.network" },
	{ .path = "global.admininfo1", .kind = MAPPING_TEXT, .option = "admin.location" },
	{ .path = "global.admininfo2", .kind = MAPPING_TEXT, .option = "admin.organisation" },
	{ .path = "global.adminemail", .kind = MAPPING_TEXT, .option = "admin.email" },
	{ .path = "global.motdfile", .kind = MAPPING_TEXT, .option = "files.motd" },
	{ .path = "global.motdphrase", .kind = MAPPING_TAKE, .take = take_motd_phrase },
	{ .path = "global.password", .kind = MAPPING_PASSWORD },
	{ .path = "global.listen", .kind = MAPPING_DONE },
	{ .path = "global.ports", .kind = MAPPING_DONE },
	{ .path = "global.helpfile", .note = "HELP of papod explains its own commands" },
	{ .path = "global.pidfile", .note = SYSTEMD },
	{ .path = "global.serveruid", .note = SYSTEMD },
	{ .path = "global.servergid", .note = SYSTEMD },
	{ .path = "limits", .kind = MAPPING_GROUP },
	{ .path = "limits.maxconnections", .kind = MAPPING_NUMBER, .option = "limits.clients" },
	{ .path = "limits.maxconnectionsip",
		.kind = MAPPING_NUMBER,
		.option = "class.clients_per_address" },
	{ .path = "limits.maxjoins", .kind = MAPPING_NUMBER, .option = "limits.channels_per_user" },
	{ .path = "limits.maxnicklength", .kind = MAPPING_NUMBER, .option = "limits.nick_length" },
	{ .path = "limits.pingtimeout", .kind = MAPPING_SECONDS, .option = "class.ping" },
	{ .path = "limits.pongtimeout", .kind = MAPPING_SECONDS, .option = "class.ping_timeout" },
	{ .path = "limits.maxlistsize", .note = "LIST of papod shows all channels, in parts" },
	{ .path = "limits.maxpenaltytime",
		.note = "flood_rate and flood_burst of classes say how much a client may send" },
	{ .path = "limits.connectretry", .note = LINKS },
	{ .path = "limits.idletimeout", .note = "papod does not stop by itself" },
	{ .path = "options", .kind = MAPPING_GROUP },
	{ .path = "options.cloakhost", .kind = MAPPING_TAKE, .take = take_ngircd_cloak },
	{ .path = "options.cloakhostmodex",
		.note = "with cloak.optional = true, users may remove their cloaks" },
	{ .path = "options.cloakhostsalt",
		.note = "papod makes a key of its own for cloaks; bans of old cloaks match no "
			"one" },
	{ .path = "options.cloakusertonick",
		.note = "papod shows user names as clients send them" },
	{ .path = "options.dns", .kind = MAPPING_BOOL, .option = "dns.reverse" },
	{ .path = "options.ident", .note = "papod asks no ident servers" },
	{ .path = "options.pam",
		.note = "with accounts.checker, papod-auth-pam(8) checks passwords of accounts" },
	{ .path = "options.pamisoptional", .note = "accounts.require_account decides it" },
	{ .path = "options.pamservicename", .note = "see papod-auth-pam(8)" },
	{ .path = "options.defaultchannelmodes", .note = "new channels of papod have +nt" },
	{ .path = "options.defaultusermodes", .note = "users of papod choose their modes" },
	{ .path = "options.opercanusemode",
		.note = "operators with the privilege \"force\" use SAMODE, and only that" },
	{ .path = "options.operchanpautoop", .note = "operators give ranks with SAMODE" },
	{ .path = "options.operservermode", .note = LINKS },
	{ .path = "options.allowremoteoper", .note = LINKS },
	{ .path = "options.connectipv4", .note = LINKS },
	{ .path = "options.connectipv6", .note = LINKS },
	{ .path = "options.moreprivacy", .kind = MAPPING_TAKE, .take = take_privacy },
	{ .path = "options.scrubctcp", .note = "channel mode C of papod refuses CTCP" },
	{ .path = "options.allowedchanneltypes", .note = "channels of papod begin with #" },
	{ .path = "options.requireauthping", .note = "papod pings clients when they are silent" },
	{ .path = "options.noticebeforeregistration", .note = "papod sends no such notices" },
	{ .path = "options.syslogfacility", .note = "papod logs to the journal" },
	{ .path = "options.chrootdir", .note = SYSTEMD },
	{ .path = "options.includedir",
		.note = "files there are read only if you name them behind this one" },
	{ .path = "options.webircpassword",
		.note = "papod has to know the addresses of gateways: add them to the list "
			"gateways, "
			"and the password to secrets.ini" },
	{ .path = "ssl", .kind = MAPPING_GROUP },
	{ .path = "ssl.certfile", .kind = MAPPING_TEXT, .option = "tls.certificate" },
	{ .path = "ssl.keyfile", .kind = MAPPING_TEXT, .option = "tls.key" },
	{ .path = "ssl.ports", .kind = MAPPING_DONE },
	{ .path = "ssl.keyfilepassword",
		.note = "papod-gate reads keys without a password: decrypt the file" },
	{ .path = "ssl.cafile", .note = "papod recognises client certificates by fingerprints" },
	{ .path = "ssl.crlfile", .note = "papod recognises client certificates by fingerprints" },
	{ .path = "ssl.cipherlist", .note = "papod-gate chooses ciphers as the system does" },
	{ .path = "ssl.dhfile", .note = "papod-gate needs no such parameters" },
	{ .path = "operator", .kind = MAPPING_TAKE, .take = take_ngircd_operator },
	{ .path = "operator.name", .kind = MAPPING_TEXT, .option = "name" },
	{ .path = "operator.password", .kind = MAPPING_PASSWORD },
	{ .path = "operator.mask", .kind = MAPPING_TAKE, .take = take_ngircd_masks },
	{ .path = "server", .note = LINKS },
	{ .path = "channel", .kind = MAPPING_TAKE, .take = take_ngircd_channel },
	{ .path = "channel.name", .kind = MAPPING_TEXT, .option = "name" },
	{ .path = "channel.topic", .kind = MAPPING_TEXT, .option = "topic" },
	{ .path = "channel.modes", .kind = MAPPING_DONE },
	{ .path = "channel.autojoin", .kind = MAPPING_DONE },
	{ .path = "channel.key", .kind = MAPPING_TEXT, .option = "key" },
	{ .path = "channel.maxusers", .note = "add l and the number to the channel's modes" },
	{ .path = "channel.keyfile", .note = "a channel of papod has one key" },
};

/* Of all sections with this name; later ones win. */
static const struct moving_node *find_ngircd_setting(
	const struct moving_node *root, const char *section, const char *name)
{
	for (size_t i = root->n_items; i-- > 0;) {
		const struct moving_node *found =
			text_equals_ignoring_case(root->items[i]->name, section)
				? moving_tree_find(root->items[i], name)
				: NULL;

		if (found)
			return found;
	}
	return NULL;
}

/* An address, and the setting with the ports there. */
struct listened {
	const char *address;
	const struct moving_node *ports;
	bool is_tls;
};

static void add_ngircd_listener(
	struct mapping *mapping, const struct listened *listened, const char *port)
{
	struct moved_item *item =
		moved_add_item(mapping->moved, OPTION_TABLE_LISTEN, listened->ports);
	uint64_t number;

	moved_set_text(item, listened->ports, "address", listened->address);
	if (text_parse_u64(port, &number))
		moved_set_number(item, listened->ports, "port", number);
	else
		moved_set_text(item, listened->ports, "port", port);
	if (listened->is_tls)
		moved_set_bool(item, listened->ports, "tls", true);
}

static void add_ngircd_ports(struct mapping *mapping, const struct listened *listened)
{
	CLEANUP(mem_freep)
	char *text = mem_text(listened->ports ? listened->ports->value : "6667");
	char *rest = text, *port;

	while ((port = text_split(&rest, ','))) {
		port += strspn(port, " \t");
		port[strcspn(port, " \t")] = '\0';
		if (*port)
			add_ngircd_listener(mapping, listened, port);
	}
}

/* All of IPv4 and IPv6 is one listener of papod. */
static const char *ngircd_address(const char *text, const char *all)
{
	bool is_all = strcmp(text, "0.0.0.0") == 0 || strcmp(text, "::") == 0;

	return is_all && strstr(all, "0.0.0.0") && strstr(all, "::") ? "*" : text;
}

static void add_ngircd_listeners(struct mapping *mapping, const struct moving_node *root)
{
	const struct moving_node *listen = find_ngircd_setting(root, "global", "listen");
	const struct moving_node *plain = find_ngircd_setting(root, "global", "ports");
	const struct moving_node *tls = find_ngircd_setting(root, "ssl", "ports");
	const char *all = listen && *listen->value ? listen->value : "::,0.0.0.0";
	CLEANUP(mem_freep) char *text = mem_text(all);
	char *rest = text, *address;
	bool has_all = false;

	while ((address = text_split(&rest, ','))) {
		struct listened listened = { .ports = plain };

		address += strspn(address, " \t");
		address[strcspn(address, " \t")] = '\0';
		listened.address = ngircd_address(address, all);
		if (!*address || (has_all && *listened.address == '*'))
			continue;
		has_all |= *listened.address == '*';
		add_ngircd_ports(mapping, &listened);
		listened.ports = tls;
		listened.is_tls = true;
		if (tls)
			add_ngircd_ports(mapping, &listened);
	}
}

const struct mapping_format mapping_ngircd = {
	.name = "ngircd",
	.help = "ngircd.conf of ngIRCd",
	.read = ngircd_syntax_read,
	.rows = rows,
	.n_rows = ARRAY_LENGTH(rows),
	.finish = add_ngircd_listeners,
};
