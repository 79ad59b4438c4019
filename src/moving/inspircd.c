/* Owns the tags of InspIRCd, as its sample configurations of releases 3 and 4 describe them. A
 * module is not noted: the tags that it adds are. */
#include "moving/inspircd.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "moving/inspircd_opers.h"
#include "moving/inspircd_syntax.h"
#include "moving/moving_modes.h"

#define LINKS "papod has no links to other servers"
#define WORDS " \t\n,"
#define MOST_PORTS 64
#define MOST_PARENTS 10

/* Note the keys of a tag that are not among these names, between blanks. */
static void note_other_keys(
	struct mapping *mapping, const struct moving_node *node, const char *known)
{
	for (size_t i = 0; i < node->n_items; i++) {
		CLEANUP(buffer_done) struct buffer word = { 0 };

		buffer_format(&word, " %s ", node->items[i]->name);
		if (!strstr(known, word.bytes))
			moved_note(mapping->moved, node->items[i], "papod has no equivalent");
	}
}

static void add_inspircd_bind(
	struct mapping *mapping, const struct moving_node *node, unsigned long port)
{
	const char *address = moving_tree_value(node, "address");
	const char *tls = moving_tree_value(node, "sslprofile");
	const char *hook = moving_tree_value(node, "hook");
	struct moved_item *item = moved_add_item(mapping->moved, OPTION_TABLE_LISTEN, node);

	if (!tls)
		tls = moving_tree_value(node, "ssl");
	moved_set_text(item, node, "address", address && *address ? address : "*");
	moved_set_number(item, node, "port", port);
	if (tls && *tls && strcmp(tls, "plaintext") != 0)
		moved_set_bool(item, node, "tls", true);
	if (hook && strcmp(hook, "websocket") == 0)
		moved_set_bool(item, node, "websocket", true);
	else if (hook && *hook)
		moved_note(mapping->moved, node,
			"add the addresses of the proxies, as proxy_protocol, to the listener");
	if (hook && *hook && strcmp(hook, "websocket") != 0)
		item->is_left_out = true;
}

/* "6660-6669,7000" */
static void take_inspircd_ports(
	struct mapping *mapping, const struct moving_node *node, const char *ports)
{
	CLEANUP(mem_freep) char *text = mem_text(ports);
	char *rest = text, *first;
	size_t n_ports = 0;

	while ((first = text_split(&rest, ','))) {
		uint64_t from, to;
		char *last = strchr(first, '-');

		if (last)
			*last++ = '\0';
		first += strspn(first, " ");
		if (!text_parse_u64(first, &from) || !text_parse_u64(last ? last : first, &to)) {
			moved_note(mapping->moved, node, "\"%s\" is no port", first);
			continue;
		}
		for (; from <= to && n_ports++ < MOST_PORTS; from++)
			add_inspircd_bind(mapping, node, from);
	}
}

static void take_inspircd_bind(struct mapping *mapping, const struct moving_node *node)
{
	const char *type = moving_tree_value(node, "type");
	const char *ports = moving_tree_value(node, "port");

	note_other_keys(mapping, node, " address port type ssl sslprofile hook path ");
	if (type && strcmp(type, "clients") != 0)
		moved_note(mapping->moved, node, "left out, as only clients come to papod");
	else if (!ports)
		moved_note(mapping->moved, node,
			"left out: add a listener with path for a Unix socket");
	else
		take_inspircd_ports(mapping, node, ports);
}

static const struct moving_node *find_inspircd_parent(
	const struct moving_node *root, const struct moving_node *node)
{
	const char *parent = moving_tree_value(node, "parent");

	for (size_t i = 0; parent && i < root->n_items; i++) {
		const char *name = moving_tree_value(root->items[i], "name");

		if (name && strcmp(root->items[i]->name, "connect") == 0 &&
			strcmp(name, parent) == 0)
			return root->items[i];
	}
	return NULL;
}

/* Of the class or of the one that it builds on. */
static const struct moving_node *find_inherited(
	const struct moving_node *root, const struct moving_node *node, const char *name)
{
	for (size_t i = 0; node && i < MOST_PARENTS; i++) {
		const struct moving_node *found = moving_tree_find(node, name);

		if (found)
			return found;
		node = find_inspircd_parent(root, node);
	}
	return NULL;
}

/* An option of a class for each key of a connect tag. */
static const struct mapping_row class_keys[] = {
	{ .path = "pingfreq", .kind = MAPPING_SECONDS, .option = "ping" },
	{ .path = "hardsendq", .kind = MAPPING_BYTES, .option = "send_queue" },
	{ .path = "recvq", .kind = MAPPING_BYTES, .option = "receive_queue" },
	{ .path = "localmax", .kind = MAPPING_BYTES, .option = "clients_per_address" },
	{ .path = "limit", .kind = MAPPING_BYTES, .option = "clients" },
};

static void set_class_keys(struct mapping *mapping, struct moved_item *class,
	const struct moving_node *root, const struct moving_node *node)
{
	for (size_t i = 0; i < ARRAY_LENGTH(class_keys); i++) {
		const struct moving_node *key = find_inherited(root, node, class_keys[i].path);

		if (key)
			mapping_set_number(mapping, class, &class_keys[i], key);
	}
}

static void set_class_access(struct mapping *mapping, struct moved_item *class,
	const struct moving_node *root, const struct moving_node *node)
{
	const struct moving_node *password = find_inherited(root, node, "password");
	const struct moving_node *account = find_inherited(root, node, "requireaccount");
	const struct moving_node *hash = find_inherited(root, node, "hash");

	if (password && *password->value)
		moved_set_password(mapping->moved, class, password, hash ? hash->value : NULL);
	if (account && moving_text_is_true(account->value))
		moved_set_bool(class, account, "require_account", true);
}

/* What belongs to no class of papod. */
static void set_top_keys(
	struct mapping *mapping, const struct moving_node *root, const struct moving_node *node)
{
	const struct moving_node *channels = find_inherited(root, node, "maxchans");
	const struct moving_node *timeout = find_inherited(root, node, "timeout");
	const struct moving_node *names = find_inherited(root, node, "resolvehostnames");
	struct moved_item *top = moved_top(mapping->moved);
	unsigned long number;

	if (channels && moving_text_bytes(channels->value, &number))
		moved_set_number(top, channels, "limits.channels_per_user", number);
	if (timeout && moving_text_seconds(timeout->value, &number))
		moved_set_number(top, timeout, "limits.registration", number);
	if (names)
		moved_set_bool(top, names, "dns.reverse", moving_text_is_true(names->value));
}

static void add_class_addresses(
	struct moved_item *class, const struct moving_node *node, const char *text)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *rest = copy, *mask;

	while ((mask = text_split(&rest, ' '))) {
		CLEANUP(mem_freep) char *range = moving_text_range(mask);

		if (*range)
			moved_add_text(class, node, "addresses", range);
	}
}

static void add_inspircd_class(struct mapping *mapping, const struct moving_node *root,
	const struct moving_node *node, const char *allowed)
{
	const char *name = moving_tree_value(node, "name");
	bool is_default = strcmp(allowed, "*") == 0;
	struct moved_item *class;

	if (is_default && moved_has_default_class(mapping->moved)) {
		moved_note(mapping->moved, node,
			"left out: papod has one class for all clients, and the first one that "
			"matches counts");
		return;
	}
	if (is_default) {
		class = moved_default_class(mapping->moved, node);
		set_top_keys(mapping, root, node);
	} else {
		class = moved_add_item(mapping->moved, OPTION_TABLE_CLASSES, node);
		moved_set_text(class, node, "name", name ? name : allowed);
		add_class_addresses(class, node, allowed);
	}
	set_class_keys(mapping, class, root, node);
	set_class_access(mapping, class, root, node);
}

/* What restricts a class without an equivalent; without it, the class would let in too many. */
static const struct moving_node *find_restriction(
	const struct moving_node *root, const struct moving_node *node)
{
	static const char *const keys[] = { "port", "requiressl", "requireident", "webirc",
		"country", "usedowngrade" };

	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		const struct moving_node *found = find_inherited(root, node, keys[i]);

		if (found && !text_equals_ignoring_case(found->value, "no"))
			return found;
	}
	return NULL;
}

static void take_inspircd_denial(
	struct mapping *mapping, const struct moving_node *node, const char *denied)
{
	CLEANUP(mem_freep) char *copy = mem_text(denied);
	const char *reason = moving_tree_value(node, "reason");
	char *rest = copy, *mask;

	while ((mask = text_split(&rest, ' '))) {
		CLEANUP(mem_freep) char *range = moving_text_range(mask);
		struct moved_item *ban;

		if (!*range)
			continue;
		ban = moved_add_item(mapping->moved, OPTION_TABLE_BANS, node);
		moved_set_text(ban, node, "kind", "dline");
		moved_set_text(ban, node, "mask", range);
		if (reason)
			moved_set_text(ban, node, "reason", reason);
	}
}

static void take_inspircd_connect(
	struct mapping *mapping, const struct moving_node *root, const struct moving_node *node)
{
	const char *denied = moving_tree_value(node, "deny");
	const struct moving_node *allowed = find_inherited(root, node, "allow");
	const struct moving_node *restriction = find_restriction(root, node);

	if (denied)
		take_inspircd_denial(mapping, node, denied);
	else if (restriction)
		moved_note(mapping->moved, node,
			"left out: classes of papod do not know %s; add one with addresses and "
			"listeners",
			restriction->name);
	else
		add_inspircd_class(mapping, root, node, allowed ? allowed->value : "*");
	note_other_keys(mapping, node,
		" name parent allow deny reason password hash maxchans timeout pingfreq hardsendq "
		"recvq localmax limit requireaccount resolvehostnames port requiressl "
		"requireident webirc country usedowngrade ");
}

static void take_inspircd_list_size(struct mapping *mapping, const struct moving_node *node)
{
	const char *channels = moving_tree_value(node, "chan");
	const struct moving_node *limit = moving_tree_find(node, "limit");
	uint64_t number;

	if (limit && (!channels || strcmp(channels, "*") == 0) &&
		text_parse_u64(limit->value, &number))
		moved_set_number(mapping->item, limit, "limits.list_entries", number);
	else
		moved_note(mapping->moved, node, "papod has one limit, limits.list_entries");
}

static void add_inspircd_ban(
	struct mapping *mapping, const struct moving_node *node, const char *kind, const char *key)
{
	struct moved_item *ban = moved_add_item(mapping->moved, OPTION_TABLE_BANS, node);
	const struct moving_node *mask = moving_tree_find(node, key);
	const struct moving_node *reason = moving_tree_find(node, "reason");

	moved_set_text(ban, node, "kind", kind);
	if (mask) {
		CLEANUP(mem_freep) char *range = moving_text_range(mask->value);

		moved_set_text(ban, mask, "mask", range);
	}
	if (reason)
		moved_set_text(ban, reason, "reason", reason->value);
}

static void take_badip(struct mapping *mapping, const struct moving_node *node)
{
	add_inspircd_ban(mapping, node, "dline", "ipmask");
}

static void take_badnick(struct mapping *mapping, const struct moving_node *node)
{
	add_inspircd_ban(mapping, node, "resv", "nick");
}

static void take_badhost(struct mapping *mapping, const struct moving_node *node)
{
	add_inspircd_ban(mapping, node, "kline", "host");
}

static void take_permanent(struct mapping *mapping, const struct moving_node *node)
{
	CLEANUP(moving_modes_done) struct moving_modes modes = { 0 };
	struct mapping inner = *mapping;
	const struct moving_node *texts = moving_tree_find(node, "modes");

	inner.item = moved_add_item(mapping->moved, OPTION_TABLE_PERMANENT_CHANNELS, node);
	mapping_take_items(&inner, node, "permchannels");
	if (texts)
		moving_modes_take(
			mapping, &modes, texts, "imnpstzORMNCScTQKu", "klbeIfjLJHFwgXdoqahvy");
	moving_modes_set(&modes, inner.item);
}

static void take_inspircd_gateway(struct mapping *mapping, const struct moving_node *node)
{
	const char *type = moving_tree_value(node, "type");
	const struct moving_node *mask = moving_tree_find(node, "mask");
	const struct moving_node *password = moving_tree_find(node, "password");
	struct moved_item *gateway;

	if ((type && strcmp(type, "webirc") != 0) || !mask || !password) {
		moved_note(mapping->moved, node,
			"left out: gateways of papod use WEBIRC, with a password and from known "
			"addresses");
		return;
	}
	gateway = moved_add_item(mapping->moved, OPTION_TABLE_GATEWAYS, node);
	moved_set_number_name(mapping->moved, gateway, node, "gateway");
	add_class_addresses(gateway, mask, mask->value);
	moved_set_password(mapping->moved, gateway, password, moving_tree_value(node, "hash"));
}

static void take_cloak_tag(struct mapping *mapping, const struct moving_node *node)
{
	moved_set_bool(mapping->item, node, "cloak.hosts", true);
	moved_note(mapping->moved, node,
		"papod makes cloaks in its own way, with a key of its own; bans of old cloaks "
		"match no one");
}

static void take_sslprofile(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *certificate = moving_tree_find(node, "certfile");
	const struct moving_node *key = moving_tree_find(node, "keyfile");
	bool is_first = !moved_find(mapping->item, "tls.certificate");

	if (!certificate || !key || !is_first) {
		moved_note(mapping->moved, node,
			is_first
				? "papod needs its certfile and its keyfile"
				: "papod has one certificate; add others to the list certificates");
		return;
	}
	moved_set_text(mapping->item, certificate, "tls.certificate", certificate->value);
	moved_set_text(mapping->item, key, "tls.key", key->value);
}

/* A channel, or several. */
static void take_inspircd_autojoin(struct mapping *mapping, const struct moving_node *node)
{
	const struct moving_node *channels = moving_tree_find(node, "channel");

	if (channels)
		moved_add_words(mapping->item, channels, "channels.auto_join", WORDS);
}

static const struct mapping_row rows[] = {
	{ .path = "server", .kind = MAPPING_GROUP },
	{ .path = "server.name", .kind = MAPPING_TEXT, .option = "server.name" },
	{ .path = "server.description", .kind = MAPPING_TEXT, .option = "server.description" },
	{ .path = "server.network", .kind = MAPPING_TEXT, .option = "server.network" },
	{ .path = "server.id", .note = LINKS },
	{ .path = "admin", .kind = MAPPING_GROUP },
	{ .path = "admin.description", .kind = MAPPING_TEXT, .option = "admin.organisation" },
	{ .path = "admin.email", .kind = MAPPING_TEXT, .option = "admin.email" },
	{ .path = "admin.*", .note = "ADMIN of papod shows location, organisation and e-mail" },
	{ .path = "bind", .kind = MAPPING_TAKE, .take = take_inspircd_bind },
	{ .path = "connect", .kind = MAPPING_DONE },
	{ .path = "cidr", .note = "papod counts clients of an address, and of an IPv6 /64" },
	{ .path = "files", .kind = MAPPING_GROUP },
	{ .path = "files.motd", .kind = MAPPING_TEXT, .option = "files.motd" },
	{ .path = "files.rules", .kind = MAPPING_TEXT, .option = "files.rules" },
	{ .path = "dns", .kind = MAPPING_GROUP },
	{ .path = "dns.timeout", .kind = MAPPING_SECONDS, .option = "dns.timeout" },
	{ .path = "dns.*", .note = "papod asks the system's resolver" },
	{ .path = "maxlist", .kind = MAPPING_TAKE, .take = take_inspircd_list_size },
	{ .path = "options", .kind = MAPPING_GROUP },
	{ .path = "options.defaultmodes", .note = "new channels of papod have +nt" },
	{ .path = "options.*", .note = "papod has no such choice" },
	{ .path = "performance", .note = "papod needs no such settings" },
	{ .path = "security", .kind = MAPPING_GROUP },
	{ .path = "security.maxtargets",
		.kind = MAPPING_NUMBER,
		.option = "limits.targets_per_message" },
	{ .path = "security.*", .note = "papod has no such choice" },
	{ .path = "limits", .kind = MAPPING_GROUP },
	{ .path = "limits.maxaway", .kind = MAPPING_NUMBER, .option = "limits.away_length" },
	{ .path = "limits.maxchan", .kind = MAPPING_NUMBER, .option = "limits.channel_length" },
	{ .path = "limits.maxkey", .kind = MAPPING_NUMBER, .option = "limits.key_length" },
	{ .path = "limits.maxkick", .kind = MAPPING_NUMBER, .option = "limits.kick_length" },
	{ .path = "limits.maxmodes", .kind = MAPPING_NUMBER, .option = "limits.modes_per_command" },
	{ .path = "limits.maxnick", .kind = MAPPING_NUMBER, .option = "limits.nick_length" },
	{ .path = "limits.maxreal", .kind = MAPPING_NUMBER, .option = "limits.realname_length" },
	{ .path = "limits.maxtopic", .kind = MAPPING_NUMBER, .option = "limits.topic_length" },
	{ .path = "limits.maxuser", .kind = MAPPING_NUMBER, .option = "limits.user_length" },
	{ .path = "log", .note = "papod logs to the journal" },
	{ .path = "whowas", .kind = MAPPING_GROUP },
	{ .path = "whowas.maxgroups", .kind = MAPPING_NUMBER, .option = "limits.whowas_entries" },
	{ .path = "whowas.*", .note = "papod has limits.whowas_entries only" },
	{ .path = "badip", .kind = MAPPING_TAKE, .take = take_badip },
	{ .path = "badnick", .kind = MAPPING_TAKE, .take = take_badnick },
	{ .path = "badhost", .kind = MAPPING_TAKE, .take = take_badhost },
	{ .path = "exception", .kind = MAPPING_GROUP },
	{ .path = "exception.host", .kind = MAPPING_LIST, .option = "exempt.users" },
	{ .path = "exception.reason", .kind = MAPPING_DONE },
	{ .path = "insane", .note = "papod refuses bans that match too many clients" },
	{ .path = "define", .kind = MAPPING_DONE },
	{ .path = "config", .kind = MAPPING_DONE },
	{ .path = "module", .kind = MAPPING_DONE },
	{ .path = "include", .note = "it is read only if you name its files before this one" },
	{ .path = "link", .note = LINKS },
	{ .path = "autoconnect", .note = LINKS },
	{ .path = "uline", .note = LINKS },
	{ .path = "services", .note = "papod has NickServ and ChanServ itself" },
	{ .path = "class",
		.note = "operators get the privileges of papod that its commands need; see "
			"papod.conf(5)" },
	{ .path = "type", .kind = MAPPING_DONE },
	{ .path = "oper", .kind = MAPPING_TAKE, .take = inspircd_opers_take },
	{ .path = "oper.name", .kind = MAPPING_TEXT, .option = "name" },
	{ .path = "oper.password", .kind = MAPPING_DONE },
	{ .path = "oper.hash", .kind = MAPPING_DONE },
	{ .path = "oper.type", .kind = MAPPING_DONE },
	{ .path = "oper.host", .kind = MAPPING_DONE },
	{ .path = "oper.fingerprint", .kind = MAPPING_DONE },
	{ .path = "oper.account", .kind = MAPPING_TEXT, .option = "account" },
	{ .path = "oper.vhost", .note = "papod gives operators no host of their own" },
	{ .path = "sslprofile", .kind = MAPPING_TAKE, .take = take_sslprofile },
	{ .path = "permchannels", .kind = MAPPING_TAKE, .take = take_permanent },
	{ .path = "permchannels.channel", .kind = MAPPING_TEXT, .option = "name" },
	{ .path = "permchannels.topic", .kind = MAPPING_TEXT, .option = "topic" },
	{ .path = "permchannels.modes", .kind = MAPPING_DONE },
	{ .path = "permchannels.*", .note = "papod sets it itself" },
	{ .path = "autojoin", .kind = MAPPING_TAKE, .take = take_inspircd_autojoin },
	{ .path = "gateway", .kind = MAPPING_TAKE, .take = take_inspircd_gateway },
	{ .path = "cgihost", .kind = MAPPING_TAKE, .take = take_inspircd_gateway },
	{ .path = "cloak", .kind = MAPPING_TAKE, .take = take_cloak_tag },
	{ .path = "sts", .note = "set sts.port and sts.days once the certificate is valid" },
	{ .path = "wsorigin", .kind = MAPPING_GROUP },
	{ .path = "wsorigin.allow", .kind = MAPPING_LIST, .option = "web.origins" },
};

static void take_inspircd_classes(struct mapping *mapping, const struct moving_node *root)
{
	for (size_t i = 0; i < root->n_items; i++)
		if (text_equals_ignoring_case(root->items[i]->name, "connect"))
			take_inspircd_connect(mapping, root, root->items[i]);
}

const struct mapping_format mapping_inspircd = {
	.name = "inspircd",
	.help = "inspircd.conf of InspIRCd, and further files that it includes",
	.read = inspircd_syntax_read,
	.rows = rows,
	.n_rows = ARRAY_LENGTH(rows),
	.finish = take_inspircd_classes,
};
