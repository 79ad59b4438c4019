#include "moving/ngircd.h"

#include "import.h"

static const char sample[] = "# A server that has been here for years.\n"
			     "[Global]\n"
			     "\tName = irc.example.org\n"
			     "\tInfo = The old server\n"
			     "\tMotdPhrase = Hello, world\n"
			     "\tPassword = open-sesame\n"
			     "\tListen = ::,0.0.0.0\n"
			     "\tPorts = 6667, 6668\n"
			     "\tServerUID = irc\n"
			     "[limits]\n"
			     "\tMaxConnectionsIP = 7\n"
			     "\tPingTimeout = 90\n"
			     "[Options]\n"
			     "\tDNS = no\n"
			     "\tCloakHost = %x\n"
			     "\tMystery = 1\n"
			     "[SSL]\n"
			     "\tCertFile = /etc/cert.pem\n"
			     "\tKeyFile = /etc/key.pem\n"
			     "\tPorts = 6697\n"
			     "[Operator]\n"
			     "\tName = ana\n"
			     "\tPassword = secret\n"
			     "\tMask = bea!~ana@*.example.org, *!*@192.0.2.0/24\n"
			     "[Channel]\n"
			     "\tName = #garden\n"
			     "\tTopic = Say \"hello\"\n"
			     "\tModes = +tnk attic\n"
			     "\tModes = +lbV 50 *!*@bad.example\n"
			     "\tAutojoin = yes\n"
			     "[Server]\n"
			     "\tName = other.example.org\n"
			     "\tPeerPassword = x\n";

static const char expected_config[] = "# Made by papoctl import.\n"
				      "server: {\n"
				      "\tname = \"irc.example.org\";\n"
				      "\tdescription = \"The old server\";\n"
				      "};\n"
				      "files: {\n"
				      "\tmotd = \"motd\";\n"
				      "};\n"
				      "tls: {\n"
				      "\tcertificate = \"/etc/cert.pem\";\n"
				      "\tkey = \"/etc/key.pem\";\n"
				      "};\n"
				      "channels: {\n"
				      "\tauto_join = [ \"#garden\" ];\n"
				      "};\n"
				      "cloak: {\n"
				      "\thosts = true;\n"
				      "};\n"
				      "dns: {\n"
				      "\treverse = false;\n"
				      "};\n"
				      "listen = (\n"
				      "\t{\n"
				      "\t\taddress = \"*\";\n"
				      "\t\tport = 6667;\n"
				      "\t},\n"
				      "\t{\n"
				      "\t\taddress = \"*\";\n"
				      "\t\tport = 6668;\n"
				      "\t},\n"
				      "\t{\n"
				      "\t\taddress = \"*\";\n"
				      "\t\tport = 6697;\n"
				      "\t\ttls = true;\n"
				      "\t}\n"
				      ");\n"
				      "classes = (\n"
				      "\t{\n"
				      "\t\tname = \"default\";\n"
				      "\t\tclients_per_address = 7;\n"
				      "\t\tping = 90;\n"
				      "\t}\n"
				      ");\n"
				      "operators = (\n"
				      "\t{\n"
				      "\t\tname = \"ana\";\n"
				      "\t\thosts = [ \"ana@*.example.org\", \"*@192.0.2.0/24\" ];\n"
				      "\t\tprivileges = [ \"*\" ];\n"
				      "\t}\n"
				      ");\n"
				      "permanent_channels = (\n"
				      "\t{\n"
				      "\t\tname = \"#garden\";\n"
				      "\t\ttopic = \"Say \\\"hello\\\"\";\n"
				      "\t\tmodes = \"+tnl 50\";\n"
				      "\t\tkey = \"attic\";\n"
				      "\t}\n"
				      ");\n";

static void a_whole_server_moves(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ngircd, sample, &imported);
	assert_string_equal(imported.files.config.bytes, expected_config);
	assert_string_equal(imported.files.secrets.bytes,
		"[server]\npassword = " IMPORTED_HASH "\n"
		"[operator ana]\npassword = " IMPORTED_HASH "\n");
	assert_string_equal(imported.motd, "Hello, world");
	imported_done(&imported);
}

static void what_has_no_equivalent_is_noted_line_by_line(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ngircd, sample, &imported);
	assert_string_equal(imported.notes.bytes,
		"old.conf:9: ServerUID: systemd does this for papod, see papod.service\n"
		"old.conf:15: CloakHost: papod makes each cloak of the address, with cloak.suffix "
		"behind it\n"
		"old.conf:16: Mystery: papod has no equivalent\n"
		"old.conf:24: Mask: papod compares user@host only, so the nickname of "
		"\"bea!~ana@*.example.org\" does not count\n"
		"old.conf:29: Modes: left out \"+b *!*@bad.example\": a permanent channel of papod "
		"has no such mode in its entry\n"
		"old.conf:29: Modes: left out mode V: papod has no such mode, or another one with "
		"this letter\n"
		"old.conf:31: Server: papod has no links to other servers\n");
	imported_done(&imported);
}

static void the_last_setting_of_a_name_counts(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ngircd,
		"[GLOBAL]\nNAME = a.example\nPorts = 1\n[Global]\nName = b.example\nports = 6670\n"
		"listen = 192.0.2.1\n",
		&imported);
	assert_string_equal(imported.files.config.bytes,
		"# Made by papoctl import.\n"
		"server: {\n\tname = \"b.example\";\n};\n"
		"listen = (\n\t{\n\t\taddress = \"192.0.2.1\";\n\t\tport = 6670;\n\t}\n);\n");
	assert_string_equal(buffer_text(&imported.notes), "");
	imported_done(&imported);
}

static void a_channel_without_modes_has_none(void **state)
{
	struct imported imported;

	(void) state;
	import_text(
		&mapping_ngircd, "[Channel]\nName = #a\n[Global]\nListen = 127.0.0.1\n", &imported);
	assert_non_null(strstr(imported.files.config.bytes, "\t\tmodes = \"+\";\n"));
	imported_done(&imported);
}

static void malformed_lines_are_listed(void **state)
{
	(void) state;
	assert_unreadable(&mapping_ngircd, "Name = x\n[Global\n[Global]\nName\n",
		"old.conf:1: this setting is in no section, such as [Global]\n"
		"old.conf:2: expected the name of a section, as in [Global]\n"
		"old.conf:4: expected NAME = VALUE, as in Name = irc.example.org\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_server_moves),
		cmocka_unit_test(what_has_no_equivalent_is_noted_line_by_line),
		cmocka_unit_test(the_last_setting_of_a_name_counts),
		cmocka_unit_test(a_channel_without_modes_has_none),
		cmocka_unit_test(malformed_lines_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
