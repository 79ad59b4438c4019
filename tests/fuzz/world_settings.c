/* Owns the texts of the configurations. */
#include "world_settings.h"

#include <assert.h>

#include "base/cleanup.h"

#define HASH                                                                                       \
	"$6$rounds=1000$papod$IgKfV2Nvdc4McxMRTfpZcCa9Jr10X0pFBuKVOw658GfgMlR1dGWHZusfa0bYMn."     \
	"ivpqGtZU4FkDZVbF7ZB5/9."

/* The SHA-256 of the certificate that facts_of() gives. */
#define CERTIFICATE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define LISTEN "listen: ( { name = \"default\"; kind = \"datagram\"; address = \"127.0.0.1\"; } );"

#define FILTERED "\"text\", \"nick\", \"realname\", \"topic\", \"away\", \"part\""

static const struct configuration {
	const char *config, *secrets, *motd;
} configurations[] = {
	{
		.config = "classes: ( { name = \"all\"; flood_rate = 0;"
			  " send_queue = \"16 KiB\"; } );"
			  "operators: ( { name = \"root\"; privileges = [ \"*\" ]; },"
			  " { name = \"half\"; privileges = [ \"kill\" ]; },"
			  " { name = \"cert\"; certificates = [ \"" CERTIFICATE "\" ]; } );"
			  "sts: { port = 6697; days = 3; };"
			  "history: { enabled = true; };"
			  "ircv3: { capabilities_on = [ \"draft/message-edit\" ]; };"
			  "permanent_channels: ( { name = \"#p\"; topic = \"P\"; } );"
			  "gateways: ( { name = \"gate\"; addresses = [ \"::1\" ]; } );" LISTEN
			  "notifications: ( { name = \"ci\"; addresses = [ \"10.0.0.0/8\", "
			  "\"local\" ];"
			  " channels = [ \"#*\" ]; wait = \"10 s\"; member = true; },"
			  " { name = \"far\"; channels = [ \"#a\" ]; notice = true; } );",
		.secrets = "[operator root]\npassword = " HASH "\n[operator half]\npassword = " HASH
			   "\n[gateway gate]\npassword = " HASH
			   "\n[notification far]\ntoken = 0123456789abcdef\n",
		.motd = "Welcome,\r\nall.\n\n",
	},
	{
		.config = "limits: { clients = 6; channels_per_user = 2; list_entries = 2;"
			  " nick_length = 9; topic_length = 64; registration = \"10 s\"; };"
			  "classes: ( { name = \"home\"; addresses = [ \"10.0.0.0/8\" ]; },"
			  " { name = \"all\"; flood_rate = 1; flood_burst = 20; needs_password = "
			  "true;"
			  " clients_per_address = 2; clients_per_network = 2; ping = \"20 s\";"
			  " ping_timeout = \"5 s\"; } );"
			  "server: { casemapping = \"rfc1459\"; }; dns: { reverse = true; };" LISTEN
			  "notifications: ( { name = \"ci\"; addresses = [ \"10.0.0.0/8\" ];"
			  " channels = [ \"#*\" ]; rate = 1; burst = 1; } );"
			  "channels: { auto_join = [ \"#a\" ]; };"
			  "permanent_channels: ( { name = \"#A\"; modes = \"+ujl 9:9 9\"; key = "
			  "\"k\"; },"
			  " { name = \"#b\"; topic = \"B\"; } );"
			  "exempt: { addresses = [ \"10.0.0.1\" ]; users = [ \"a@*\" ]; };"
			  "bans: ( { kind = \"kline\"; mask = \"*@10.0.0.1\"; },"
			  " { kind = \"resv\"; mask = \"#b\"; } );",
		.secrets = "[server]\npassword = " HASH "\n",
	},
	{
		.config = "server: { utf8_only = false; casemapping = \"utf8\"; }; cloak: { "
			  "optional = true; };"
			  "accounts: { checker = \"/run/checker\"; checker_tokens = true; };"
			  "ircv3: { capabilities_on = [ \"draft/client-cert\" ]; };"
			  "token_services: ( { name = \"FILES\"; url = \"https://files.example\"; "
			  "} );",
		.secrets = "[cloak]\nkey = 000102030405060708090a0b0c0d0e0f\n",
	},
	{
		.config = "classes: ( { name = \"all\"; flood_rate = 2; flood_burst = 60;"
			  " known_after = \"30 s\"; newcomers_deny = [ \"create\", \"message\", "
			  "\"link\", \"nick\" ]; } );"
			  "operators: ( { name = \"root\"; privileges = [ \"*\" ]; } );"
			  "known: { addresses = 2; };"
			  "lockdown: { arrivals = 2; arrival_time = \"5 s\"; time = \"20 s\"; };"
			  "history: { enabled = true; };"
			  "ircv3: { capabilities_on = [ \"draft/message-edit\" ]; };"
			  "blocklists: ( { zone = \"a.example\"; action = \"accounts\"; },"
			  " { zone = \"r.example\"; action = \"refuse\"; reason = \"R\"; } );"
			  "filters: ( { name = \"ban\"; pattern = \"xban\"; action = \"ban\"; on = "
			  "[ " FILTERED " ]; time = \"20 s\"; },"
			  " { name = \"kick\"; pattern = \"xkick\"; action = \"kick\"; on = "
			  "[ " FILTERED " ]; },"
			  " { name = \"mute\"; match = \"glob\"; pattern = \"*xmute*\"; action = "
			  "\"mute\"; "
			  "on = [ " FILTERED " ]; time = \"20 s\"; },"
			  " { name = \"strip\"; match = \"regex\"; pattern = \"xs+\"; action = "
			  "\"strip\"; "
			  "on = [ " FILTERED " ]; },"
			  " { name = \"slow\"; match = \"alike\"; pattern = \"xslow\"; action = "
			  "\"slow\"; "
			  "time = \"9 s\"; },"
			  " { name = \"names\"; match = \"mentions\"; pattern = \"1\"; action = "
			  "\"kick\"; },"
			  " { name = \"copies\"; match = \"repeat\"; pattern = \"1/60\"; action = "
			  "\"ban\"; "
			  "time = \"9 s\"; } );",
		.secrets = "[operator root]\npassword = " HASH "\n",
	},
	{
		.config = "classes: ( { name = \"all\"; flood_rate = 0; ping = \"1 h\"; } );"
			  "operators: ( { name = \"root\"; privileges = [ \"*\" ]; },"
			  " { name = \"low\"; account = \"ana\"; privileges = [ \"kill\", "
			  "\"force\" ]; } );"
			  "accounts: { verification = true; registrations_per_address = 0;"
			  " mails_per_day = 1000; always_on = \"opt_out\"; always_on_expiry = 2;"
			  " expiry = 20; channel_expiry = 15; devices = 2; read_markers = 2;"
			  " nick_protection = \"on\"; nick_protection_time = \"5 s\"; };"
			  "push: { enabled = true; contact = \"mailto:irc@example.org\";"
			  " delay = \"5 s\"; devices = 2; expiry = 2; };"
			  "history: { enabled = true; join_messages = 2; notice = false;"
			  " channel_messages_most = 4; };"
			  "ircv3: { capabilities_on = [ \"draft/message-edit\", "
			  "\"draft/client-cert\" ]; };"
			  "listen: ( { name = \"default\"; address = \"127.0.0.1\"; port = 8067;"
			  " websocket = true; } );"
			  "uploads: { url = \"https://irc.test/upload\"; types = [ \"*/*\" ]; };"
			  "audit: { entries = 5; };",
		.secrets = "[operator root]\npassword = " HASH "\n",
	},
	{
		.config = "limits: { channels_per_user = 2; list_entries = 1;"
			  " registered_channels = 1; channel_access = 1; channel_words = 1;"
			  " invitation = \"5 s\"; modes_per_command = 3;"
			  " targets_per_message = 2; accept_entries = 1; monitor_entries = 2;"
			  " silence_entries = 1; who_matches = 2; whowas_entries = 1;"
			  " server_bans = 10; filters = 10; reports = 10;"
			  " multiline_bytes = 400; multiline_lines = 2;"
			  " batch_timeout = \"5 s\"; metadata_keys = 1;"
			  " metadata_value_bytes = 16; metadata_subscriptions = 1;"
			  " metadata_sync = 1; redactable_messages = 2;"
			  " redact_window = \"9 s\"; edit_window = \"9 s\"; };"
			  "classes: ( { name = \"all\"; flood_rate = 0;"
			  " send_queue = \"16 KiB\"; ping = \"20 s\";"
			  " ping_timeout = \"30 s\"; } );"
			  "operators: ( { name = \"root\"; privileges = [ \"*\" ]; } );"
			  "accounts: { invitations = true; require_account = true;"
			  " exempt_addresses = [ \"192.0.2.0/24\" ];"
			  " always_on = \"mandatory\"; nicks = 1; clients = 2;"
			  " certificates = 1; devices = 1; read_markers = 1;"
			  " nick_protection = \"on\"; nick_protection_time = \"40 s\"; };"
			  "channels: { rename_pause = \"1 s\"; };"
			  "history: { enabled = true; private_messages = false;"
			  " query_messages = 2; };",
		.secrets = "[operator root]\npassword = " HASH "\n",
	},
};

struct settings *world_settings(size_t number)
{
	const struct configuration *configuration =
		&configurations[number % ARRAY_LENGTH(configurations)];
	struct source sources[3] = { { SOURCE_KIND_CONFIG, "papod.conf", configuration->config } };
	struct problems problems = { 0 };
	struct settings *settings;
	size_t n = 1;

	if (configuration->secrets)
		sources[n++] = (struct source){ SOURCE_KIND_SECRETS, "secrets.ini",
			configuration->secrets };
	if (configuration->motd)
		sources[n++] = (struct source){ SOURCE_KIND_MOTD, "motd", configuration->motd };
	settings = settings_parse(sources, n, &problems);
	assert(settings && !problems.count);
	problems_done(&problems);
	return settings;
}
