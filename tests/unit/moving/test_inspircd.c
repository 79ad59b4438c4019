#include "moving/inspircd.h"

#include "base/cleanup.h"
#include "import.h"

#define BCRYPT "$2a$10$iTuYLT6BRhRlOgzfsW9oPe62etW.oXwSpyKw5rJit64SGZanLXghO"

static const char sample[] =
	"# A server that has been here for years.\n"
	"<define name=\"domain\" value=\"example.org\">\n"
	"<server name=\"irc.&domain;\" description=\"Tom &amp; Ana\" network=\"ExampleNet\" "
	"id=\"1AB\">\n"
	"<bind address=\"\" port=\"6697\" type=\"clients\" sslprofile=\"Clients\">\n"
	"<bind address=\"127.0.0.1\" port=\"6667-6668,7000\" type=\"clients\" free=\"no\">\n"
	"<bind address=\"\" port=\"7001\" type=\"servers\">\n"
	"<connect deny=\"203.0.113.*\" reason=\"Not here\">\n"
	"<connect name=\"secret\" parent=\"main\" allow=\"198.51.100.* 2001:db8::/32\"\n"
	"         password=\"open-sesame\" localmax=\"10\">\n"
	"<connect name=\"main\" allow=\"*\" maxchans=\"20\" pingfreq=\"2m\" hardsendq=\"1M\"\n"
	"         resolvehostnames=\"no\" globalmax=\"9\">\n"
	"<connect name=\"ports\" parent=\"main\" port=\"9999\">\n"
	"<limits maxnick=\"30\" maxhost=\"64\">\n"
	"<badip ipmask=\"192.0.2.69\" reason=\"No.\">\n"
	"<exception host=\"*@serverop.example.com\" reason=\"Oper\">\n"
	"<sslprofile name=\"Clients\" certfile=\"/etc/cert.pem\" keyfile=\"/etc/key.pem\">\n"
	"<class name=\"Bans\" commands=\"KILL KLINE\" privs=\"users/mass-message\">\n"
	"<type name=\"NetAdmin\" classes=\"Bans\">\n"
	"<oper name=\"ana\" hash=\"bcrypt\" password=\"" BCRYPT "\"\n"
	"      host=\"ana@*.example.org *@192.0.2.0/24\" type=\"NetAdmin\">\n"
	"<oper name=\"old\" hash=\"md5\" password=\"5ebe2294ecd0e0f08eab7690d2a6ee69\" "
	"type=\"NetAdmin\">\n"
	"<permchannels channel=\"#garden\" modes=\"ntkl attic 50\" topic=\"Say "
	"&quot;hello&quot;\">\n"
	"<autojoin channel=\"#garden,#help\">\n"
	"<gateway type=\"webirc\" password=\"secret\" mask=\"192.0.2.4 192.0.2.5\">\n"
	"<link name=\"hub.example.org\">\n"
	"<mystery key=\"1\">\n";

static const char expected_config[] =
	"# Made by papoctl import.\n"
	"server: {\n"
	"\tname = \"irc.example.org\";\n"
	"\tnetwork = \"ExampleNet\";\n"
	"\tdescription = \"Tom & Ana\";\n"
	"};\n"
	"tls: {\n"
	"\tcertificate = \"/etc/cert.pem\";\n"
	"\tkey = \"/etc/key.pem\";\n"
	"};\n"
	"limits: {\n"
	"\tnick_length = 30;\n"
	"\tchannels_per_user = 20;\n"
	"};\n"
	"channels: {\n"
	"\tauto_join = [ \"#garden\", \"#help\" ];\n"
	"};\n"
	"exempt: {\n"
	"\tusers = [ \"*@serverop.example.com\" ];\n"
	"};\n"
	"dns: {\n"
	"\treverse = false;\n"
	"};\n"
	"listen = (\n"
	"\t{\n\t\taddress = \"*\";\n\t\tport = 6697;\n\t\ttls = true;\n\t},\n"
	"\t{\n\t\taddress = \"127.0.0.1\";\n\t\tport = 6667;\n\t},\n"
	"\t{\n\t\taddress = \"127.0.0.1\";\n\t\tport = 6668;\n\t},\n"
	"\t{\n\t\taddress = \"127.0.0.1\";\n\t\tport = 7000;\n\t}\n"
	");\n"
	"classes = (\n"
	"\t{\n"
	"\t\tname = \"secret\";\n"
	"\t\taddresses = [ \"198.51.100.0/24\", \"2001:db8::/32\" ];\n"
	"\t\tclients_per_address = 10;\n"
	"\t\tsend_queue = 1048576;\n"
	"\t\tping = 120;\n"
	"\t},\n"
	"\t{\n"
	"\t\tname = \"default\";\n"
	"\t\tsend_queue = 1048576;\n"
	"\t\tping = 120;\n"
	"\t}\n"
	");\n"
	"operators = (\n"
	"\t{\n"
	"\t\tname = \"ana\";\n"
	"\t\thosts = [ \"ana@*.example.org\", \"*@192.0.2.0/24\" ];\n"
	"\t\tprivileges = [ \"kill\", \"ban\", \"broadcast\" ];\n"
	"\t}\n"
	");\n"
	"gateways = (\n"
	"\t{\n"
	"\t\tname = \"gateway\";\n"
	"\t\taddresses = [ \"192.0.2.4\", \"192.0.2.5\" ];\n"
	"\t}\n"
	");\n"
	"bans = (\n"
	"\t{\n\t\tkind = \"dline\";\n\t\tmask = \"192.0.2.69\";\n\t\treason = \"No.\";\n\t},\n"
	"\t{\n\t\tkind = \"dline\";\n\t\tmask = \"203.0.113.0/24\";\n"
	"\t\treason = \"Not here\";\n\t}\n"
	");\n"
	"permanent_channels = (\n"
	"\t{\n"
	"\t\tname = \"#garden\";\n"
	"\t\ttopic = \"Say \\\"hello\\\"\";\n"
	"\t\tmodes = \"+ntl 50\";\n"
	"\t\tkey = \"attic\";\n"
	"\t}\n"
	");\n";

static void a_whole_server_moves(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_inspircd, sample, &imported);
	assert_string_equal(imported.files.config.bytes, expected_config);
	assert_string_equal(imported.files.secrets.bytes,
		"[operator ana]\npassword = " BCRYPT "\n"
		"[gateway gateway]\npassword = " IMPORTED_HASH "\n"
		"[class secret]\npassword = " IMPORTED_HASH "\n");
	imported_done(&imported);
}

static void what_has_no_equivalent_is_noted_line_by_line(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_inspircd, sample, &imported);
	assert_string_equal(imported.notes.bytes,
		"old.conf:3: id: papod has no links to other servers\n"
		"old.conf:5: free: papod has no equivalent\n"
		"old.conf:6: bind: left out, as only clients come to papod\n"
		"old.conf:11: globalmax: papod has no equivalent\n"
		"old.conf:12: connect: left out: classes of papod do not know port; add one with "
		"addresses and listeners\n"
		"old.conf:13: maxhost: papod has no equivalent\n"
		"old.conf:17: class: operators get the privileges of papod that its commands "
		"need; see papod.conf(5)\n"
		"old.conf:21: password: its whole entry is left out: papod cannot check a hash of "
		"this kind (md5); add it with another password\n"
		"old.conf:25: link: papod has no links to other servers\n"
		"old.conf:26: mystery: papod has no equivalent\n");
	imported_done(&imported);
}

/* The default of papod is all privileges. */
static void an_operator_of_an_unknown_type_has_no_privileges(void **state)
{
	struct imported imported;

	(void) state;
	import_text(
		&mapping_inspircd, "<oper name=\"ana\" password=\"x\" type=\"Gone\">", &imported);
	assert_non_null(strstr(imported.files.config.bytes, "\t\tprivileges = [  ];\n"));
	assert_string_equal(imported.notes.bytes,
		"old.conf:1: type: the type of this operator is in none of the files, so it has no "
		"privileges\n");
	imported_done(&imported);
}

static void only_one_class_is_for_all_clients(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_inspircd,
		"<connect allow=\"*\" limit=\"10\"><connect allow=\"*\" password=\"x\">",
		&imported);
	assert_non_null(strstr(imported.files.config.bytes,
		"{\n\t\tname = \"default\";\n\t\tclients = 10;\n\t}\n"));
	assert_string_equal(buffer_text(&imported.files.secrets), "");
	assert_string_equal(imported.notes.bytes,
		"old.conf:1: connect: left out: papod has one class for all clients, and the first "
		"one that matches counts\n");
	imported_done(&imported);
}

static void malformed_tags_are_refused_with_their_line(void **state)
{
	(void) state;
	assert_unreadable(&mapping_inspircd, "\nserver",
		"old.conf:2: expected a tag, as in <server name=\"...\">\n");
	assert_unreadable(&mapping_inspircd, "<>", "old.conf:1: this tag has no name\n");
	assert_unreadable(&mapping_inspircd, "<server\nname=x>",
		"old.conf:2: expected a value in quotes, as in name=\"value\"\n");
	assert_unreadable(&mapping_inspircd, "<server name>",
		"old.conf:1: expected NAME=\"VALUE\" or > in this tag\n");
	assert_unreadable(
		&mapping_inspircd, "<a b=\"\n", "old.conf:2: the file ends within quotes\n");
}

/* Each of them doubles the one before. */
static void definitions_cannot_grow_without_end(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	(void) state;
	buffer_put_text(&text, "<define name=\"a\" value=\"0123456789\">\n");
	for (int i = 1; i < 40; i++)
		buffer_put_text(&text, "<define name=\"a\" value=\"&a;&a;\">\n");
	assert_unreadable(&mapping_inspircd, text.bytes, "old.conf:15: this value is too long\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_server_moves),
		cmocka_unit_test(what_has_no_equivalent_is_noted_line_by_line),
		cmocka_unit_test(an_operator_of_an_unknown_type_has_no_privileges),
		cmocka_unit_test(only_one_class_is_for_all_clients),
		cmocka_unit_test(malformed_tags_are_refused_with_their_line),
		cmocka_unit_test(definitions_cannot_grow_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
