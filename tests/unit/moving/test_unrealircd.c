#include "moving/unrealircd.h"

#include "import.h"

static const char sample[] =
	"/* A server that has been\n"
	"   here for years. */\n"
	"include \"modules.default.conf\";\n"
	"loadmodule \"cloak_sha256\";\n"
	"me {\n"
	"\tname \"irc.example.org\"; // its name\n"
	"\tinfo \"The \\\"old\\\" server\";\n"
	"\tsid \"001\";\n"
	"}\n"
	"admin { \"Example Society\"; \"Porto\"; \"irc@example.org\"; \"more\"; }\n"
	"class clients { pingfreq 90; maxclients 1000; sendq 200k; recvq 16000; }\n"
	"class servers { connfreq 15; }\n"
	"allow { mask *; class clients; maxperip 3; }\n"
	"allow { mask { 192.0.2.1; 198.51.100.*; } class clients; password \"somesecretpasswd\"; "
	"maxperip 20; }\n"
	"allow { mask *@192.0.2.9; class clients; options { tls; } }\n"
	"oper bobsmith {\n"
	"\tclass opers;\n"
	"\tmask { *@192.0.2.0/24; *.example.org; }\n"
	"\tpassword \"$argon2id$v=19$m=6144,t=2,p=2$abc$def\";\n"
	"\toperclass netadmin;\n"
	"}\n"
	"oper ana {\n"
	"\tmask *@*;\n"
	"\tpassword \"s3cret\";\n"
	"\toperclass globop-with-override;\n"
	"\tswhois \"is great\";\n"
	"}\n"
	"oper cert { mask *; operclass \"my-class\";\n"
	"\tpassword \"e5e1d7a1c6f2a0a1b6d0c3a4f8b9a7d6e5e1d7a1c6f2a0a1b6d0c3a4f8b9a7d6\" { certfp; "
	"} }\n"
	"listen { ip *; port 6667; }\n"
	"listen { ip 127.0.0.1; port 6697-6698; options { tls; } }\n"
	"listen { ip *; port 6900; options { tls; serversonly; } }\n"
	"link hub.example.org { class servers; }\n"
	"ban nick { mask \"*C*h*a*n*S*e*r*v*\"; reason \"Reserved\"; }\n"
	"ban ip { mask 203.0.113.*; reason \"Hate you\"; }\n"
	"ban realname { mask \"Swat Team\"; reason \"mIRKFORCE\"; }\n"
	"ban server { mask x; }\n"
	"deny channel { channel \"*warez*\"; reason \"Illegal\"; }\n"
	"except ban { mask *@192.0.2.1; type all; }\n"
	"except ban { mask *.irccloud.com; type { maxperip; connect-flood; } }\n"
	"webirc { mask 192.0.2.4; password \"gateway-secret\"; }\n"
	"files { motd /etc/unreal/motd; }\n"
	"set {\n"
	"\tnetwork-name \"ExampleNET\";\n"
	"\tauto-join \"#a,#b\";\n"
	"\tmaxchannelsperuser 10;\n"
	"\tcloak-keys { \"Oozahho1raezoh0iMee4\"; }\n"
	"\tmystery 1;\n"
	"\ttls { certificate \"/etc/cert.pem\"; key \"/etc/key.pem\"; }\n"
	"}\n";

static const char expected_config[] =
	"# Made by papoctl import.\n"
	"server: {\n"
	"\tname = \"irc.example.org\";\n"
	"\tnetwork = \"ExampleNET\";\n"
	"\tdescription = \"The \\\"old\\\" server\";\n"
	"};\n"
	"admin: {\n"
	"\tlocation = \"Porto\";\n"
	"\torganisation = \"Example Society\";\n"
	"\temail = \"irc@example.org\";\n"
	"};\n"
	"files: {\n"
	"\tmotd = \"/etc/unreal/motd\";\n"
	"};\n"
	"tls: {\n"
	"\tcertificate = \"/etc/cert.pem\";\n"
	"\tkey = \"/etc/key.pem\";\n"
	"};\n"
	"limits: {\n"
	"\tchannels_per_user = 10;\n"
	"};\n"
	"channels: {\n"
	"\tauto_join = [ \"#a\", \"#b\" ];\n"
	"};\n"
	"exempt: {\n"
	"\taddresses = [ \"192.0.2.1\" ];\n"
	"};\n"
	"cloak: {\n"
	"\thosts = true;\n"
	"};\n"
	"listen = (\n"
	"\t{\n"
	"\t\taddress = \"*\";\n"
	"\t\tport = 6667;\n"
	"\t},\n"
	"\t{\n"
	"\t\taddress = \"127.0.0.1\";\n"
	"\t\tport = 6697;\n"
	"\t\ttls = true;\n"
	"\t},\n"
	"\t{\n"
	"\t\taddress = \"127.0.0.1\";\n"
	"\t\tport = 6698;\n"
	"\t\ttls = true;\n"
	"\t}\n"
	");\n"
	"classes = (\n"
	"\t{\n"
	"\t\tname = \"allow\";\n"
	"\t\taddresses = [ \"192.0.2.1\", \"198.51.100.0/24\" ];\n"
	"\t\tclients = 1000;\n"
	"\t\tclients_per_address = 20;\n"
	"\t\tsend_queue = 204800;\n"
	"\t\treceive_queue = 16000;\n"
	"\t\tping = 90;\n"
	"\t},\n"
	"\t{\n"
	"\t\tname = \"default\";\n"
	"\t\tclients = 1000;\n"
	"\t\tclients_per_address = 3;\n"
	"\t\tsend_queue = 204800;\n"
	"\t\treceive_queue = 16000;\n"
	"\t\tping = 90;\n"
	"\t}\n"
	");\n"
	"operators = (\n"
	"\t{\n"
	"\t\tname = \"ana\";\n"
	"\t\thosts = [ \"*@*\" ];\n"
	"\t\tprivileges = [ \"kill\", \"ban\", \"notices\", \"reach\", \"stats\", \"wallops\" ];\n"
	"\t},\n"
	"\t{\n"
	"\t\tname = \"cert\";\n"
	"\t\thosts = [ \"*@*\" ];\n"
	"\t\tcertificates = [ \"e5e1d7a1c6f2a0a1b6d0c3a4f8b9a7d6e5e1d7a1c6f2a0a1b6d0c3a4f8b9a7d6\" "
	"];\n"
	"\t\tprivileges = [  ];\n"
	"\t}\n"
	");\n"
	"gateways = (\n"
	"\t{\n"
	"\t\tname = \"gateway\";\n"
	"\t\taddresses = [ \"192.0.2.4\" ];\n"
	"\t}\n"
	");\n"
	"bans = (\n"
	"\t{\n"
	"\t\tkind = \"resv\";\n"
	"\t\tmask = \"*C*h*a*n*S*e*r*v*\";\n"
	"\t\treason = \"Reserved\";\n"
	"\t},\n"
	"\t{\n"
	"\t\tkind = \"dline\";\n"
	"\t\tmask = \"203.0.113.0/24\";\n"
	"\t\treason = \"Hate you\";\n"
	"\t},\n"
	"\t{\n"
	"\t\tkind = \"xline\";\n"
	"\t\tmask = \"Swat?Team\";\n"
	"\t\treason = \"mIRKFORCE\";\n"
	"\t},\n"
	"\t{\n"
	"\t\tkind = \"resv\";\n"
	"\t\tmask = \"#*warez*\";\n"
	"\t\treason = \"Illegal\";\n"
	"\t}\n"
	");\n";

static const char expected_notes[] =
	"old.conf:3: include: it is read only if you name its files too\n"
	"old.conf:8: sid: papod has no links to other servers\n"
	"old.conf:10: more: ADMIN of papod has no more lines\n"
	"old.conf:12: connfreq: papod has no links to other servers\n"
	"old.conf:15: allow: left out: classes of papod know addresses and listeners; add one\n"
	"old.conf:17: class: operators of papod stay in their class\n"
	"old.conf:19: password: its whole entry is left out: papod cannot check a hash of this "
	"kind (argon2id); add it with another password\n"
	"old.conf:26: swhois: WHOIS of papod says that they are operators\n"
	"old.conf:28: operclass: papod does not know this class, so the operator has no "
	"privileges: add some\n"
	"old.conf:32: listen: left out, as only clients come to papod\n"
	"old.conf:33: link: papod has no links to other servers\n"
	"old.conf:37: ban: papod has no such ban\n"
	"old.conf:40: except: papod exempts clients from bans only, with exempt.addresses and "
	"exempt.users\n"
	"old.conf:47: cloak-keys: papod makes cloaks in its own way, with a key of its own; bans "
	"of old cloaks match no one\n"
	"old.conf:48: mystery: papod has no equivalent\n";

static void a_whole_server_moves(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_unrealircd, sample, &imported);
	assert_string_equal(imported.files.config.bytes, expected_config);
	assert_string_equal(imported.files.secrets.bytes,
		"[operator ana]\npassword = " IMPORTED_HASH "\n"
		"[gateway gateway]\npassword = " IMPORTED_HASH "\n"
		"[class allow]\npassword = " IMPORTED_HASH "\n");
	assert_string_equal(imported.notes.bytes, expected_notes);
	imported_done(&imported);
}

static void the_last_block_is_the_first_class(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_unrealircd,
		"allow { mask *; maxperip 3; }\nallow { mask *; maxperip 4; }", &imported);
	assert_non_null(strstr(imported.files.config.bytes, "clients_per_address = 4;"));
	assert_string_equal(imported.notes.bytes,
		"old.conf:1: allow: left out: papod has one class for all clients, and a later "
		"block has set it\n");
	imported_done(&imported);
}

/* Its clients would come in by the class of all clients. */
static void a_class_whose_password_cannot_be_checked_is_closed(void **state)
{
	struct imported imported;

	(void) state;
	import_text(
		&mapping_unrealircd, "allow { mask *; password \"abc\" { certfp; } }", &imported);
	assert_non_null(strstr(imported.files.secrets.bytes,
		"[class default]\npassword = $y$j9T$AAAAAAAAAAAAAAAAAAAAA.$"));
	assert_string_equal(imported.notes.bytes,
		"old.conf:1: password: papod cannot check a hash of this kind (certfp): until you "
		"set another password in secrets.ini, no client of this class gets in\n");
	imported_done(&imported);
}

static void quotes_protect_their_text(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_unrealircd,
		"me { info \"a; b } /* \\\" c\"; }\nset { network-name 'it\\'s'; };", &imported);
	assert_non_null(
		strstr(imported.files.config.bytes, "description = \"a; b } /* \\\" c\";\n"));
	assert_non_null(strstr(imported.files.config.bytes, "network = \"it's\";\n"));
	imported_done(&imported);
}

static void malformed_blocks_are_refused_with_their_line(void **state)
{
	(void) state;
	assert_unreadable(
		&mapping_unrealircd, "me {\nname x }", "old.conf:2: expected ; before }\n");
	assert_unreadable(&mapping_unrealircd, "\n}", "old.conf:2: no block is open here\n");
	assert_unreadable(&mapping_unrealircd, "{", "old.conf:1: this block has no name\n");
	assert_unreadable(
		&mapping_unrealircd, "me {\n", "old.conf:2: the file ends within a block\n");
	assert_unreadable(&mapping_unrealircd, "a\n/* b", "old.conf:2: this comment has no end\n");
	assert_unreadable(
		&mapping_unrealircd, "a \"b\n\"", "old.conf:1: this text in quotes has no end\n");
	assert_unreadable(&mapping_unrealircd, "me a\nb;",
		"old.conf:2: a third word; is the ; of the line before missing?\n");
	assert_unreadable(&mapping_unrealircd, "@if defined($X)\n",
		"old.conf:1: definitions and conditions, as @define and @if, are not understood: "
		"write what they stand for, in a copy of the file\n");
}

static void blocks_in_one_another_have_a_limit(void **state)
{
	char text[101];

	(void) state;
	for (size_t i = 0; i < 100; i += 2)
		memcpy(text + i, "a{", 2);
	text[100] = '\0';
	assert_unreadable(&mapping_unrealircd, text,
		"old.conf:1: there are too many blocks in one another\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_server_moves),
		cmocka_unit_test(the_last_block_is_the_first_class),
		cmocka_unit_test(a_class_whose_password_cannot_be_checked_is_closed),
		cmocka_unit_test(quotes_protect_their_text),
		cmocka_unit_test(malformed_blocks_are_refused_with_their_line),
		cmocka_unit_test(blocks_in_one_another_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
