#include "moving/ergo.h"

#include "import.h"

#define HASH_OF_ERGO "$2a$04$0123456789abcdef0123456789abcdef0123456789abcdef01234"

static const char sample[] =
	"# A server that has been here for years.\n"
	"network:\n"
	"    name: ExampleNet\n"
	"server:\n"
	"    name: irc.example.org\n"
	"    listeners:\n"
	"        \"127.0.0.1:6667\":\n"
	"        \"[::1]:6667\":\n"
	"        \":6697\":\n"
	"            tls:\n"
	"                cert: /etc/cert.pem\n"
	"                key: /etc/key.pem\n"
	"            min-tls-version: 1.2\n"
	"        \":8097\":\n"
	"            websocket: true\n"
	"        \"/run/ergo.sock\": {}\n"
	"        \"192.0.2.1:6668\":\n"
	"            proxy: true\n"
	"    casemapping: \"permissive\"\n"
	"    enforce-utf8: true\n"
	"    lookup-hostnames: false\n"
	"    check-ident: false\n"
	"    password: \"$2a$04$0123456789abcdef0123456789abcdef0123456789abcdef01234\"\n"
	"    idle-timeouts:\n"
	"        registration: 60s\n"
	"        ping: 1m30s\n"
	"    webirc:\n"
	"        -\n"
	"            password: \"$2a$04$abcdef0123456789abcdef0123456789abcdef0123456789abcde\"\n"
	"            hosts:\n"
	"                - localhost\n"
	"                - 192.0.2.4\n"
	"        -\n"
	"            certfp: \"abcdef\"\n"
	"            hosts: [ \"192.0.2.5\" ]\n"
	"    max-sendq: 96k\n"
	"    websockets:\n"
	"        allowed-origins:\n"
	"            - \"https://chat.example.org\"\n"
	"    ip-limits:\n"
	"        max-concurrent-connections: 16\n"
	"        throttle: true\n"
	"    ip-cloaking:\n"
	"        enabled: true\n"
	"accounts:\n"
	"    registration:\n"
	"        enabled: false\n"
	"        email-verification:\n"
	"            enabled: true\n"
	"            sender: \"irc@example.org\"\n"
	"    require-sasl:\n"
	"        enabled: true\n"
	"        exempted:\n"
	"            - \"localhost\"\n"
	"    nick-reservation:\n"
	"        enabled: true\n"
	"        additional-nick-limit: 2\n"
	"        method: strict\n"
	"    multiclient:\n"
	"        enabled: true\n"
	"        allowed-by-default: false\n"
	"        always-on: \"opt-out\"\n"
	"        auto-away: \"disabled\"\n"
	"channels:\n"
	"    default-modes: +ntC\n"
	"    max-channels-per-client: 100\n"
	"    invite-expiration: 1d\n"
	"    auto-join:\n"
	"        - \"#garden\"\n"
	"    registration:\n"
	"        max-channels-per-account: 15\n"
	"oper-classes:\n"
	"    \"moderator\":\n"
	"        capabilities: [ \"kill\", \"ban\", \"nofakelag\" ]\n"
	"    \"server-admin\":\n"
	"        extends: \"moderator\"\n"
	"        capabilities: [ \"rehash\", \"massmessage\" ]\n"
	"opers:\n"
	"    ana:\n"
	"        class: \"server-admin\"\n"
	"        hidden: true\n"
	"        password: \"$2a$04$0123456789abcdef0123456789abcdef0123456789abcdef01234\"\n"
	"    old:\n"
	"        class: \"gone\"\n"
	"        password: \"plain\"\n"
	"logging:\n"
	"    -\n"
	"        method: stderr\n"
	"limits:\n"
	"    nicklen: 32\n"
	"    kicklen: 390\n"
	"    multiline:\n"
	"        max-bytes: 4096\n"
	"history:\n"
	"    enabled: true\n"
	"    restrictions:\n"
	"        expire-time: 1w\n"
	"    persistent:\n"
	"        enabled: true\n"
	"mystery: 1\n";

static const char expected_config[] =
	"# Made by papoctl import.\n"
	"server: {\n"
	"\tname = \"irc.example.org\";\n"
	"\tnetwork = \"ExampleNet\";\n"
	"\tcasemapping = \"utf8\";\n"
	"\tutf8_only = true;\n"
	"};\n"
	"tls: {\n"
	"\tcertificate = \"/etc/cert.pem\";\n"
	"\tkey = \"/etc/key.pem\";\n"
	"};\n"
	"limits: {\n"
	"\tregistration = 60;\n"
	"\tnick_length = 32;\n"
	"\tchannels_per_user = 100;\n"
	"\tregistered_channels = 15;\n"
	"\tinvitation = 86400;\n"
	"\tmultiline_bytes = 4096;\n"
	"};\n"
	"web: {\n"
	"\torigins = [ \"https://chat.example.org\" ];\n"
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
	"accounts: {\n"
	"\tregistration = false;\n"
	"\trequire_account = true;\n"
	"\texempt_addresses = [ \"127.0.0.0/8\", \"::1\", \"local\" ];\n"
	"\tnicks = 2;\n"
	"\tnick_protection = \"on\";\n"
	"\tmulticlient = \"opt_in\";\n"
	"\talways_on = \"opt_out\";\n"
	"\tauto_away = \"off\";\n"
	"\tverification = true;\n"
	"};\n"
	"mail: {\n"
	"\tfrom = \"irc@example.org\";\n"
	"};\n"
	"history: {\n"
	"\tenabled = true;\n"
	"\tkeep_days = 7;\n"
	"};\n"
	"listen = (\n"
	"\t{\n"
	"\t\taddress = \"127.0.0.1\";\n"
	"\t\tport = 6667;\n"
	"\t},\n"
	"\t{\n"
	"\t\taddress = \"::1\";\n"
	"\t\tport = 6667;\n"
	"\t},\n"
	"\t{\n"
	"\t\taddress = \"*\";\n"
	"\t\tport = 6697;\n"
	"\t\ttls = true;\n"
	"\t},\n"
	"\t{\n"
	"\t\taddress = \"*\";\n"
	"\t\tport = 8097;\n"
	"\t\twebsocket = true;\n"
	"\t}\n"
	");\n"
	"classes = (\n"
	"\t{\n"
	"\t\tname = \"default\";\n"
	"\t\tclients_per_address = 16;\n"
	"\t\tsend_queue = 98304;\n"
	"\t\tping = 90;\n"
	"\t}\n"
	");\n"
	"operators = (\n"
	"\t{\n"
	"\t\tname = \"ana\";\n"
	"\t\tprivileges = [ \"rehash\", \"broadcast\", \"kill\", \"ban\" ];\n"
	"\t}\n"
	");\n"
	"gateways = (\n"
	"\t{\n"
	"\t\tname = \"gateway\";\n"
	"\t\taddresses = [ \"127.0.0.0/8\", \"::1\", \"local\", \"192.0.2.4\" ];\n"
	"\t}\n"
	");\n";

static const char expected_notes[] =
	"old.conf:13: min-tls-version: papod has no equivalent\n"
	"old.conf:16: /run/ergo.sock: left out: it has no port; add a listener with path for a "
	"Unix socket\n"
	"old.conf:17: 192.0.2.1:6668: left out: add a listener with proxy_protocol = [ the "
	"addresses of the proxies ]\n"
	"old.conf:22: check-ident: papod asks no ident servers\n"
	"old.conf:34: left out: gateways of papod need a password and addresses\n"
	"old.conf:42: throttle: classes of papod have limits of clients\n"
	"old.conf:65: default-modes: new channels of papod have +nt\n"
	"old.conf:72: oper-classes: operators get the privileges of papod that its capabilities "
	"need; see papod.conf(5)\n"
	"old.conf:81: hidden: papod has no equivalent\n"
	"old.conf:85: password: its whole entry is left out: papod cannot check a hash of this "
	"kind (not bcrypt); add it with another password\n"
	"old.conf:86: logging: papod logs to the journal\n"
	"old.conf:91: kicklen: left out, as papod refuses it: limits.kick_length: found 390; "
	"expected a number from 20 to 300\n"
	"old.conf:95: enabled: papod records what is said on the disk, if history.enabled is set; "
	"or in memory, for channels whose founders want that\n"
	"old.conf:100: mystery: papod has no equivalent\n";

static void a_whole_server_moves(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ergo, sample, &imported);
	assert_string_equal(imported.files.config.bytes, expected_config);
	assert_string_equal(imported.files.secrets.bytes,
		"[server]\npassword = " HASH_OF_ERGO "\n"
		"[gateway gateway]\npassword = "
		"$2a$04$abcdef0123456789abcdef0123456789abcdef0123456789abcde\n"
		"[operator ana]\npassword = " HASH_OF_ERGO "\n");
	assert_string_equal(imported.notes.bytes, expected_notes);
	imported_done(&imported);
}

static void a_class_extends_another_one_a_few_times_only(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ergo,
		"oper-classes:\n  a: { extends: a, capabilities: [ kill ] }\n"
		"opers:\n  ana: { class: a, password: \"" HASH_OF_ERGO "\" }\n",
		&imported);
	assert_non_null(strstr(imported.files.config.bytes, "\t\tprivileges = [ \"kill\" ];\n"));
	imported_done(&imported);
}

static void malformed_files_are_refused_with_their_line(void **state)
{
	(void) state;
	assert_unreadable(
		&mapping_ergo, "\n- a\n", "old.conf:2: expected settings, as in server:\n");
	assert_unreadable(
		&mapping_ergo, "word\n", "old.conf:1: expected settings, as in server:\n");
	assert_unreadable(&mapping_ergo, "a: &x b\nc: *x\n",
		"old.conf:2: aliases are not understood: write what they stand for, in a copy of "
		"the file\n");
	assert_unreadable(&mapping_ergo, "? [ a ]\n: b\n",
		"old.conf:1: the name of a setting must be a text\n");
	assert_unreadable(
		&mapping_ergo, "a: \"b\\0c\"\n", "old.conf:1: a NUL character is in this text\n");
	assert_unreadable(&mapping_ergo, "a: b: c\n",
		"old.conf:1: mapping values are not allowed in this context\n");
}

static void levels_in_one_another_have_a_limit(void **state)
{
	char text[104] = "a: ";

	(void) state;
	memset(text + 3, '[', 100);
	text[103] = '\0';
	assert_unreadable(
		&mapping_ergo, text, "old.conf:1: there are too many levels in one another\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_server_moves),
		cmocka_unit_test(a_class_extends_another_one_a_few_times_only),
		cmocka_unit_test(malformed_files_are_refused_with_their_line),
		cmocka_unit_test(levels_in_one_another_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
