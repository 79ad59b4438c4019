/* Owns the rows of the option table for the top level; knows nothing of files. */
#include "base/address.h"
#include "config/option_rows.h"
#include "proto/cloak.h"
#include "proto/name_syntax.h"

/* Rows of a group are adjacent: the sample file shows them in this order. The largest group has its
 * own file. */
static const struct option top_options[] = {
	{
		.path = "server.name",
		.type = OPTION_TEXT,
		.offset = TOP(char *, server_name),
		.min = 3,
		.max = 63,
		.fallback = "\"irc.localhost\"",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_server_name,
		.text = "Name of the server, as clients see it; best a name that DNS knows.",
	},
	{
		.path = "server.network",
		.type = OPTION_TEXT,
		.offset = TOP(char *, network_name),
		.min = 1,
		.max = 63,
		.fallback = "\"papod\"",
		.reload = RELOAD_NEW_CLIENTS,
		.check = check_line,
		.text = "Name of the network, which clients show as the name of the connection.",
	},
	{
		.path = "server.description",
		.type = OPTION_TEXT,
		.offset = TOP(char *, description),
		.min = 1,
		.max = 128,
		.fallback = "\"An IRC server\"",
		.reload = RELOAD_NOW,
		.check = check_line,
		.text = "Short description of the server, for WHOIS.",
	},
	{
		.path = "server.icon",
		.type = OPTION_TEXT,
		.offset = TOP(char *, icon),
		.min = 9,
		.max = 200,
		.example = "\"https://www.example.org/icon.svg\"",
		.reload = RELOAD_NOW,
		.check = check_https,
		.text = "URL of a picture of the network, for clients that show one. It begins "
			"with https://.",
	},
	{
		.path = "server.casemapping",
		.type = OPTION_TEXT,
		.offset = TOP(char *, casemapping),
		.min = 4,
		.max = 7,
		.fallback = "\"ascii\"",
		.reload = RELOAD_NOW,
		.check = check_casemapping,
		.text = "Which nicknames and channel names count as equal. \"ascii\": those that "
			"differ only in the case of A to Z. \"rfc1459\": also in []\\~ for {}|^. "
			"\"utf8\": in the case of any letter; nicknames may then have letters of "
			"all scripts, but must not look like a nickname in use. A change waits "
			"while it would make two names in use equal.",
	},
	{
		.path = "server.utf8_only",
		.type = OPTION_BOOL,
		.offset = TOP(bool, utf8_only),
		.fallback = "true",
		.reload = RELOAD_NOW,
		.text = "Whether clients must send UTF-8. Other lines are refused; ISUPPORT "
			"tells clients so.",
	},
	{
		.path = "admin.location",
		.type = OPTION_TEXT,
		.offset = TOP(char *, admin_location),
		.min = 1,
		.max = 128,
		.example = "\"Porto, Portugal\"",
		.reload = RELOAD_NOW,
		.check = check_line,
		.text = "Location of the server, for ADMIN.",
	},
	{
		.path = "admin.organisation",
		.type = OPTION_TEXT,
		.offset = TOP(char *, admin_organisation),
		.min = 1,
		.max = 128,
		.example = "\"Example Society\"",
		.reload = RELOAD_NOW,
		.check = check_line,
		.text = "Organisation that runs the server, for ADMIN.",
	},
	{
		.path = "admin.email",
		.type = OPTION_TEXT,
		.offset = TOP(char *, admin_email),
		.min = 3,
		.max = 128,
		.example = "\"irc@example.org\"",
		.reload = RELOAD_NOW,
		.check = check_line,
		.text = "E-mail address for users, for ADMIN.",
	},
	{
		.path = "files.motd",
		.type = OPTION_TEXT,
		.offset = TOP(char *, motd_file),
		.min = 1,
		.max = 1024,
		.example = "\"/etc/papod/motd\"",
		.reload = RELOAD_NOW,
		.check = check_line,
		.text = "Text file with the message of the day, which clients see when they "
			"connect. A path that does not begin with a slash is relative to the "
			"directory of the file that names it.",
	},
	{
		.path = "files.rules",
		.type = OPTION_TEXT,
		.offset = TOP(char *, rules_file),
		.min = 1,
		.max = 1024,
		.example = "\"/etc/papod/rules\"",
		.reload = RELOAD_NOW,
		.check = check_line,
		.text = "Text file with the rules of the server, which clients see with RULES. "
			"The path works as that of motd.",
	},
	{
		.path = "tls.certificate",
		.type = OPTION_TEXT,
		.offset = TOP(char *, tls.certificate),
		.min = 2,
		.max = 1024,
		.example = "\"/etc/papod/tls/cert.pem\"",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_unit_path,
		.text = "PEM file with the certificate of the server and those that issued it. If "
			"not set, and without the list certificates, papod-gate makes one that "
			"clients cannot verify.",
	},
	{
		.path = "tls.key",
		.type = OPTION_TEXT,
		.offset = TOP(char *, tls.key),
		.min = 2,
		.max = 1024,
		.example = "\"/etc/papod/tls/key.pem\"",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_unit_path,
		.text = "PEM file with the private key of the certificate. Only root needs to be "
			"able to read it: systemd passes a copy to papod-gate.service.",
	},
	{
		.path = "tls.challenges",
		.type = OPTION_TEXT,
		.offset = TOP(char *, tls_challenges),
		.min = 1,
		.max = 1024,
		.example = "\"/var/lib/dehydrated/alpn-certs\"",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_absolute,
		.text = "Directory with the files that prove to an issuer of certificates that "
			"this is the server of that name (tls-alpn-01 of ACME): NAME.crt.pem and "
			"NAME.key.pem, as dehydrated writes them. The issuer connects to port "
			"443: add a listener with tls = true there. See papod-gate(8).",
	},
	{
		.path = "tls.processes",
		.type = OPTION_COUNT,
		.offset = TOP(uint32_t, tls_processes),
		.min = 0,
		.max = 30, /* twice that many, during a reload, are within TasksMax= of the unit */
		.fallback = "0",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.text = "How many processes of papod-gate do handshakes: 0 is one for each CPU, at "
			"most 16. A change from or to 1 needs a restart of papod-gate.",
	},
	{
		.path = "tls.acme",
		.type = OPTION_TEXTS,
		.offset = TOP(char **, acme.names),
		.count_offset = TOP(size_t, acme.n_names),
		.min = 3,
		.max = DNS_NAME_BYTES,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_acme_name,
		.text = "Names of the server, such as [ \"irc.example.org\" ], for which "
			"papod-acme gets one certificate and renews it, with the program "
			"dehydrated. With this you accept the terms of the issuer. papod --apply "
			"brings a change into force. See papod-gate(8).",
	},
	{
		.path = "tls.acme_url",
		.type = OPTION_TEXT,
		.offset = TOP(char *, acme.url),
		.min = 9,
		.max = 200,
		.fallback = "\"https://acme-v02.api.letsencrypt.org/directory\"",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_acme_url,
		.text = "Where the issuer of that certificate is asked: its URL for ACME. The "
			"default is Let's Encrypt.",
	},
	{
		.path = "tls.acme_contact",
		.type = OPTION_TEXT,
		.offset = TOP(char *, acme.contact),
		.min = 3,
		.max = 128,
		.example = "\"root@example.org\"",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_acme_contact,
		.text = "E-mail address that the issuer gets, and may write to.",
	},
	{
		.path = "tls.acme_challenge",
		.type = OPTION_TEXT,
		.offset = TOP(char *, acme.challenge),
		.min = 1,
		.max = 16,
		.fallback = "\"http-01\"",
		.reload = RELOAD_NOW,
		.has_other_readers = true,
		.check = check_acme_challenge,
		.text = "How the issuer sees that this is the server of those names. \"http-01\": "
			"at port 80, which papod-gate opens for that. \"tls-alpn-01\": at port "
			"443, where a listener with tls = true must be.",
	},
#include "config/options_limits.inc"
#include "config/options_uploads.inc"
#include "config/options_web.inc"
	{
		.path = "channels.auto_join",
		.type = OPTION_TEXTS,
		.offset = TOP(char **, auto_join),
		.count_offset = TOP(size_t, n_auto_join),
		.min = 2,
		.max = 64,
		.fallback = "[]",
		.reload = RELOAD_NEW_CLIENTS,
		.check = check_channel_name,
		.text = "Channels that clients join when they connect, as if they had sent JOIN: "
			"bans and modes apply, and the first client becomes the operator of a "
			"channel that does not exist. A class may have a list of its own.",
	},
	{
		.path = "channels.command_prefixes",
		.type = OPTION_TEXT,
		.offset = TOP(char *, command_prefixes),
		.max = 20,
		.fallback = "\"!.`\"",
		.reload = RELOAD_NOW,
		.check = check_word,
		.text = "Characters that begin a command to a bot in a channel. Users with user "
			"mode d receive only messages that begin with one of them.",
	},
	{
		.path = "channels.rename_pause",
		.type = OPTION_DURATION,
		.offset = TOP(uint32_t, rename_pause_ms),
		.max = 1000 * HOURS,
		.fallback = "\"1 min\"",
		.reload = RELOAD_NOW,
		.text = "Time after a RENAME during which a channel cannot be renamed again.",
	},
	{
		.path = "channels.rename_redirect",
		.type = OPTION_DURATION,
		.offset = TOP(uint32_t, rename_redirect_ms),
		.max = 1000 * HOURS,
		.fallback = "\"1 h\"",
		.reload = RELOAD_NOW,
		.text = "Time for which an old name leads to the channel, and cannot be used for "
			"another one. 0: not at all.",
	},
	{
		.path = "channels.rename_members",
		.type = OPTION_COUNT,
		.offset = TOP(uint32_t, rename_members),
		.max = 100000,
		.fallback = "200",
		.reload = RELOAD_NOW,
		.text = "A channel can be renamed only while at most this many members lack the "
			"capability draft/channel-rename; each of them is sent the whole member "
			"list.",
	},
#include "config/options_exempt.inc"
#include "config/options_known.inc"
#include "config/options_lockdown.inc"
	{
		.path = "cloak.hosts",
		.type = OPTION_BOOL,
		.offset = TOP(bool, cloak_hosts),
		.fallback = "true",
		.reload = RELOAD_NEW_CLIENTS,
		.text = "Whether other users see a cloak instead of a client's address or host "
			"name, such as xe4qx2lv.5rgpo6zn.kltm2fbu.ip. Its parts stand for the "
			"host, its network (/24) and the larger network (/16; with IPv6 /64, /48 "
			"and /32), so that a ban can cover a network. Operators of the server "
			"see the address.",
	},
	{
		.path = "cloak.suffix",
		.type = OPTION_TEXT,
		.offset = TOP(char *, cloak_suffix),
		.min = 1,
		.max = CLOAK_SUFFIX_BYTES,
		.fallback = "\"ip\"",
		.reload = RELOAD_NEW_CLIENTS,
		.check = check_cloak_suffix,
		.text = "Last part of the cloaks of addresses.",
	},
	{
		.path = "cloak.optional",
		.type = OPTION_BOOL,
		.offset = TOP(bool, cloak_optional),
		.fallback = "false",
		.reload = RELOAD_NOW,
		.text = "Whether users may remove their cloak, with MODE -x.",
	},
	{
		.path = "cloak.bans_see_through",
		.type = OPTION_BOOL,
		.offset = TOP(bool, cloak_bans_see_through),
		.fallback = "false",
		.reload = RELOAD_NOW,
		.text = "Whether bans and other lists of channels also match the address and the "
			"host name behind a cloak. If they do, an operator of any channel can "
			"find the addresses of its members by trying bans, one digit at a time. "
			"Bans of the server always match them.",
	},
#include "config/options_dns.inc"
	{
		.path = "ircv3.metadata_as_3",
		.type = OPTION_BOOL,
		.offset = TOP(bool, metadata_as_3),
		.fallback = "false",
		.reload = RELOAD_NOW,
		.text = "Whether draft/metadata-2 is answered like draft/metadata-3, as other "
			"servers do.",
	},
	{
		.path = "ircv3.capabilities_off",
		.type = OPTION_TEXTS,
		.offset = TOP(char **, capabilities_off),
		.count_offset = TOP(size_t, n_capabilities_off),
		.min = 1,
		.max = 64,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.check = check_word,
		.text = "Capabilities that are not offered to clients, such as \"setname\"; "
			"papod-irc(7) lists all. Connected clients that use cap-notify lose them "
			"at once.",
	},
	{
		.path = "ircv3.capabilities_on",
		.type = OPTION_TEXTS,
		.offset = TOP(char **, capabilities_on),
		.count_offset = TOP(size_t, n_capabilities_on),
		.min = 1,
		.max = 64,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.check = check_word,
		.text = "Capabilities of proposals that may still change, which are offered only "
			"if "
			"they are named here, such as \"draft/client-cert\"; papod-irc(7) says "
			"which.",
	},
	{
		.path = "ircv3.client_tags_denied",
		.type = OPTION_TEXTS,
		.offset = TOP(char **, client_tags_denied),
		.count_offset = TOP(size_t, n_client_tags_denied),
		.min = 1,
		.max = 100,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.check = check_client_tag,
		.text = "Client tags, without their +, that the server does not pass on, such as "
			"\"typing\". \"*\" as the first entry denies all tags; a hyphen in front "
			"makes an exception, such as \"-typing\".",
	},
	{
		.path = "ircv3.edit_notices",
		.type = OPTION_BOOL,
		.offset = TOP(bool, edit_notices),
		.fallback = "true",
		.reload = RELOAD_NOW,
		.text = "Whether clients without draft/message-edit are sent a notice of the "
			"server "
			"when a message is edited. Otherwise they, and moderators who use them, do "
			"not see what it says now.",
	},
	{
		.path = "ircv3.metadata_keys_denied",
		.type = OPTION_TEXTS,
		.offset = TOP(char **, metadata_keys_denied),
		.count_offset = TOP(size_t, n_metadata_keys_denied),
		.min = 1,
		.max = 100,
		.fallback = "[]",
		.reload = RELOAD_NOW,
		.check = check_word,
		.text = "METADATA keys that only operators with the privilege \"metadata\" may "
			"set, such as \"avatar\". \"*\" as the first entry means all keys; a "
			"hyphen in front makes an exception, such as \"-pronouns\".",
	},
	{
		.path = "ircv3.oper_tag_names",
		.type = OPTION_BOOL,
		.offset = TOP(bool, oper_tag_names),
		.fallback = "false",
		.reload = RELOAD_NOW,
		.text = "Whether the tag of operators, draft/oper, contains the name under which "
			"they logged in.",
	},
	{
		.path = "sts.port",
		.type = OPTION_COUNT,
		.offset = TOP(uint32_t, sts_port),
		.max = 65535,
		.fallback = "0",
		.reload = RELOAD_NOW,
		.text = "Port to which clients that connect without TLS are told to change "
			"(strict transport security, IRCv3 sts). A client that does so checks "
			"the certificate, so it must be valid for the name that users connect "
			"to; while papod-gate has one that has signed itself or has expired, no "
			"client is told. 0: clients may stay without TLS.",
	},
	{
		.path = "sts.days",
		.type = OPTION_COUNT,
		.offset = TOP(uint32_t, sts_days),
		.max = 3650,
		.fallback = "0",
		.reload = RELOAD_NOW,
		.text = "Number of days for which clients then refuse to connect without valid "
			"TLS, counted from their last connection. To end this policy, set 0 "
			"and leave sts.port as it is until that time has passed: clients forget "
			"the policy when they connect.",
	},
	{
		.path = "sts.preload",
		.type = OPTION_BOOL,
		.offset = TOP(bool, sts_preload),
		.fallback = "false",
		.reload = RELOAD_NOW,
		.text = "Whether the makers of clients may list this server as one that is to be "
			"used with TLS only. Such a list cannot be changed quickly.",
	},
#include "config/options_accounts.inc"
#include "config/options_audit.inc"
#include "config/options_history.inc"
#include "config/options_push.inc"
	{
		.path = "loop.reserved_files",
		.type = OPTION_COUNT,
		.offset = TOP(uint32_t, loop_reserved_files),
		.min = 16,
		.max = 100000,
		.fallback = "64",
		.reload = RELOAD_NOW,
		.text = "Number of open files, out of LimitNOFILE=, that the server reserves for "
			"itself and never uses for clients.",
	},
	{
		.path = "log.nick_changes",
		.type = OPTION_BOOL,
		.offset = TOP(bool, log_nick_changes),
		.fallback = "false",
		.reload = RELOAD_NOW,
		.text = "Whether nickname changes are logged.",
	},
};

static const struct option_table top = {
	.id = OPTION_TABLE_TOP,
	.options = top_options,
	.n_options = ARRAY_LENGTH(top_options),
	.item_bytes = sizeof(struct settings),
	.secret = "password",
	.secret_offset = TOP(char *, password_hash),
};

const struct option_table *option_table_get(enum option_table_id id)
{
	return id == OPTION_TABLE_TOP ? &top : &option_lists[id - OPTION_TABLE_LISTEN];
}
