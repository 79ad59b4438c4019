#include "parse.h"

#include <stdio.h>
#include <string.h>

static const struct class_settings *class_of(
	const struct settings *settings, const char *address, const char *listener)
{
	struct address parsed;

	assert_true(address_parse_range(address, &parsed));
	return settings_class_of(settings, &parsed, listener);
}

static void no_file_is_a_server_on_loopback(void **state)
{
	struct settings *settings = parse_good(NULL, NULL);

	(void) state;
	assert_int_equal(settings->n_listeners, 2);
	assert_string_equal(settings->listeners[0].address, "127.0.0.1");
	assert_string_equal(settings->listeners[1].address, "::1");
	assert_int_equal(settings->listeners[0].port, 6667);
	assert_true(settings->listens_by_default);
	assert_int_equal(settings->n_classes, 1);
	assert_string_equal(settings->classes[0].name, "default");
	assert_false(settings->classes[0].needs_password);
	assert_int_equal(settings->nick_length, 30);
	assert_int_equal(settings->registration_ms, 60000);
	assert_int_equal(settings->n_operators, 0);
	assert_null(settings->motd);
	settings_unref(settings);
}

static void every_value_arrives(void **state)
{
	struct settings *settings = parse_good(
		"admin: { email = \"a@b.c\"; };\nlimits: { clients = 7; registration = 5; };\n"
		"dns: { reverse = true; timeout = \"250 ms\"; };\n"
		"listen = ( { name = \"u\"; path = \"/run/x\"; mode = \"0666\"; group = \"g\"; },\n"
		"  { address = \"::1\"; port = 0; } );\n"
		"classes = ( { name = \"a\"; send_queue = \"64 KiB\"; receive_queue = 20000; } );",
		NULL);

	(void) state;
	assert_string_equal(settings->admin_email, "a@b.c");
	assert_int_equal(settings->clients, 7);
	assert_int_equal(settings->registration_ms, 5000);
	assert_true(settings->dns_reverse);
	assert_int_equal(settings->dns_timeout_ms, 250);
	assert_false(settings->listens_by_default);
	assert_int_equal(settings->listeners[0].mode, 0666);
	assert_null(settings->listeners[0].address);
	assert_string_equal(settings->listeners[0].group, "g");
	assert_string_equal(settings->listeners[1].name, "[::1]:0");
	assert_int_equal(settings->classes[0].send_queue, 65536);
	assert_int_equal(settings->classes[0].receive_queue, 20000);
	settings_unref(settings);
}

static struct settings *parse_files(const char *const *texts, size_t n)
{
	struct source sources[8];
	struct problems problems = { 0 };
	struct settings *settings;
	char names[8][32];

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof(names[i]), "%zu.conf", i);
		sources[i] = (struct source){ SOURCE_KIND_CONFIG, names[i], texts[i] };
	}
	settings = settings_parse(sources, n, &problems);
	assert_non_null(settings);
	problems_done(&problems);
	return settings;
}

static void later_files_win(void **state)
{
	static const char *const texts[] = {
		"limits: { nick_length = 20; key_length = 9; };\n"
		"listen = ( { name = \"a\"; address = \"127.0.0.1\"; },\n"
		"           { name = \"b\"; address = \"127.0.0.1\"; port = 7000; } );",
		"limits: { nick_length = 21; };\n"
		"listen = ( { name = \"a\"; address = \"*\"; port = 6668; },\n"
		"           { name = \"c\"; address = \"::1\"; } );",
	};
	struct settings *settings = parse_files(texts, 2);

	(void) state;
	assert_int_equal(settings->nick_length, 21);
	assert_int_equal(settings->key_length, 9);
	assert_int_equal(settings->n_listeners, 3);
	assert_string_equal(settings->listeners[0].address, "*");
	assert_int_equal(settings->listeners[0].port, 6668);
	assert_int_equal(settings->listeners[1].port, 7000);
	assert_string_equal(settings->listeners[2].name, "c");
	settings_unref(settings);
}

static void an_empty_list_forgets_the_earlier_ones(void **state)
{
	static const char *const texts[] = { "listen = ( { address = \"*\"; } );", "listen = ();" };
	struct settings *settings = parse_files(texts, 2);

	(void) state;
	assert_int_equal(settings->n_listeners, 0);
	assert_false(settings->listens_by_default);
	settings_unref(settings);
}

static void the_default_class_is_always_last(void **state)
{
	static const char *const texts[] = {
		"classes = ( { name = \"default\"; clients = 5; }, { name = \"a\"; } );",
		"classes = ( { name = \"b\"; } );",
	};
	struct settings *settings = parse_files(texts, 2);

	(void) state;
	assert_int_equal(settings->n_classes, 3);
	assert_string_equal(settings->classes[0].name, "a");
	assert_string_equal(settings->classes[1].name, "b");
	assert_string_equal(settings->classes[2].name, "default");
	assert_int_equal(settings->classes[2].clients, 5);
	settings_unref(settings);
	assert_problems("classes = ( { name = \"default\"; addresses = [ \"local\" ]; } );", NULL,
		"papod.conf:1: classes: the class \"default\" takes everybody; leave out addresses "
		"and listeners, or give it another name\n");
}

static void the_first_class_that_fits_counts(void **state)
{
	struct settings *settings =
		parse_good("listen = ( { name = \"p\"; address = \"*\"; } );\n"
			   "classes = ( { name = \"home\"; addresses = [ \"192.0.2.0/24\", "
			   "\"2001:db8::/32\" ]; },\n"
			   "  { name = \"unix\"; addresses = [ \"local\" ]; },\n"
			   "  { name = \"both\"; addresses = [ \"198.51.100.0/24\" ]; listeners = "
			   "[ \"p\" ]; },\n"
			   "  { name = \"p\"; listeners = [ \"p\" ]; } );",
			NULL);

	(void) state;
	assert_string_equal(class_of(settings, "192.0.2.9", "p")->name, "home");
	assert_string_equal(class_of(settings, "2001:db8::1", "x")->name, "home");
	assert_string_equal(class_of(settings, "local", "x")->name, "unix");
	assert_string_equal(class_of(settings, "198.51.100.1", "p")->name, "both");
	assert_string_equal(class_of(settings, "198.51.100.1", "x")->name, "default");
	assert_string_equal(class_of(settings, "203.0.113.1", "p")->name, "p");
	assert_string_equal(class_of(settings, "203.0.113.1", NULL)->name, "default");
	settings_unref(settings);
}

static void a_listener_that_nobody_knows_is_doubted(void **state)
{
	(void) state;
	assert_problems("listen = ( { name = \"public\"; address = \"*\"; } );\n"
			"classes = ( { name = \"a\";\n listeners = [ \"publik\" ]; } );",
		NULL,
		"papod.conf:3: classes.listeners: no listener here is named "
		"\"publik\"; this is correct only for a socket from systemd with "
		"FileDescriptorName=publik; did you mean public?\n");
}

static void a_password_is_needed_if_there_is_one(void **state)
{
	static const char classes[] = "classes = ( { name = \"free\"; needs_password = false; },\n"
				      "{ name = \"own\"; } );";
	struct settings *settings = parse_good(classes, "[class own]\npassword = " HASH);

	(void) state;
	assert_false(settings->classes[0].needs_password);
	assert_true(settings->classes[1].needs_password);
	assert_false(settings->classes[2].needs_password);
	settings_unref(settings);
	settings = parse_good(classes, "[server]\npassword = " HASH);
	assert_false(settings->classes[0].needs_password);
	assert_true(settings->classes[1].needs_password);
	assert_true(settings->classes[2].needs_password);
	settings_unref(settings);
	assert_problems("classes = ( { name = \"a\"; needs_password = true; } );", NULL,
		"papod.conf:1: classes.needs_password: this class needs a password, but "
		"secrets.ini has none under [class a] or [server]; run papod --hash-password to "
		"make one\n");
}

static void operators_have_their_privileges(void **state)
{
	struct settings *settings =
		parse_good("operators = ( { name = \"ana\"; privileges = [ \"kill\" ]; },\n"
			   "{ name = \"rui\"; } );",
			NULL);
	const struct operator_settings *ana = settings_find_operator(settings, "ana");

	(void) state;
	assert_true(settings_operator_has(ana, "kill"));
	assert_false(settings_operator_has(ana, "rehash"));
	assert_true(settings_operator_has(settings_find_operator(settings, "rui"), "rehash"));
	assert_null(settings_find_operator(settings, "Ana"));
	settings_unref(settings);
}

static void texts_are_kept_and_bounded(void **state)
{
	struct buffer large = { 0 };
	struct source sources[] = {
		{ SOURCE_KIND_MOTD, "motd", "Hello\nthere\n" },
		{ SOURCE_KIND_RULES, "rules", "latin \xe1" },
	};
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(sources, 2, &problems);

	(void) state;
	assert_string_equal(settings->motd, "Hello\nthere\n");
	assert_string_equal(settings->rules, "latin \xe1");
	assert_int_equal(problems.count, 1);
	assert_true(problems.items[0].is_warning);
	settings_unref(settings);
	while (large.length <= settings_source_limit(SOURCE_KIND_MOTD))
		buffer_put_text(&large, "more and more\n");
	sources[0].text = large.bytes;
	assert_null(settings_parse(sources, 2, &problems));
	buffer_done(&large);
	problems_done(&problems);
}

static void what_is_saved_is_loaded(void **state)
{
	struct settings *settings = parse_good(
		"server: { network = \"x\"; };\nclasses = ( { name = \"a\"; ping = 9; } );",
		"[server]\npassword = " HASH);
	struct buffer saved = { 0 }, names = { 0 };
	struct pack_field field;
	struct settings *loaded;
	struct pack pack;
	const char *name;

	(void) state;
	for (size_t i = 0; (name = settings_source_name(settings, i)); i++)
		buffer_format(&names, "%s ", name);
	settings_save(&saved, 77, settings);
	settings_unref(settings);
	pack = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&pack, &field));
	assert_int_equal(field.id, 77);
	loaded = settings_load(&field);
	assert_string_equal(loaded->network_name, "x");
	assert_int_equal(loaded->classes[0].ping_ms, 9000);
	assert_string_equal(loaded->password_hash, HASH);
	buffer_clear(&saved);
	for (size_t i = 0; (name = settings_source_name(loaded, i)); i++)
		buffer_format(&saved, "%s ", name);
	assert_string_equal(saved.bytes, names.bytes);
	settings_unref(loaded);
	buffer_done(&saved);
	buffer_done(&names);
}

#define NOTIFYING                                                                                  \
	"listen = ( { kind = \"datagram\"; address = \"127.0.0.1\"; } );\n"                        \
	"notifications = ( { name = \"ci\"; channels = [ \"#a\" ]; addresses = [ \"local\" ]; } "  \
	");\n"

static void tokens_are_masked_where_they_are_secret(void **state)
{
	struct settings *settings = parse_good("# token = abcdefghijklmnop\n" NOTIFYING,
		"[notification ci]\ntoken = 0123456789abcdef\n");
	struct buffer saved = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	settings_save(&saved, 77, settings);
	settings_unref(settings);
	assert_non_null(memmem(saved.bytes, saved.length, "0123456789abcdef", 16));
	pack = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&pack, &field));
	settings_mask_tokens(&field);
	assert_null(memmem(saved.bytes, saved.length, "0123456789abcdef", 16));
	assert_non_null(memmem(saved.bytes, saved.length, "abcdefghijklmnop", 16));
	settings = settings_load(&field);
	assert_non_null(settings);
	settings_unref(settings);
	buffer_done(&saved);
}

static void what_is_cut_short_is_not_loaded(void **state)
{
	struct settings *settings = parse_good("", "");
	struct buffer saved = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	settings_save(&saved, 77, settings);
	settings_unref(settings);
	pack = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&pack, &field));
	field.length--;
	assert_null(settings_load(&field));
	buffer_done(&saved);
}

/* Loads texts like those that another release saved. */
static struct settings *load_texts(const char *config, const char *secrets)
{
	struct buffer saved = { 0 };
	struct pack_field field;
	struct settings *loaded;
	size_t record = pack_begin(&saved, 77), source;
	struct pack pack;

	source = pack_begin(&saved, 1);
	pack_text(&saved, 3, config);
	pack_end(&saved, source);
	source = pack_begin(&saved, 1);
	pack_u64(&saved, 1, SOURCE_KIND_SECRETS);
	pack_text(&saved, 3, secrets);
	pack_end(&saved, source);
	pack_end(&saved, record);
	pack = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&pack, &field));
	loaded = settings_load(&field);
	assert_non_null(loaded);
	buffer_done(&saved);
	return loaded;
}

static void what_another_release_saved_and_this_one_refuses_has_its_default(void **state)
{
	struct settings *settings =
		load_texts("server: { name = \"irc.test\"; colour = \"red\"; };\n"
			   "limits: { nick_length = 1000; topic_length = 99; };\n"
			   "tomorrow: { x = 1; };\n"
			   "classes = ( { name = \"a\"; ping = 9; colour = \"red\"; needs_password "
			   "= true; } );",
			"[tomorrow]\nx = y\n[operator ana]\npassword = " HASH);

	(void) state;
	assert_string_equal(settings->server_name, "irc.test");
	assert_int_equal(settings->topic_length, 99);
	assert_int_equal(settings->nick_length, 30);
	assert_int_equal(settings->n_classes, 2);
	assert_int_equal(settings->classes[0].ping_ms, 9000);
	settings_unref(settings);
}

/* With the default of the unknown value, the entry would apply to all clients instead of some. */
static void what_is_not_understood_lets_nobody_in(void **state)
{
	struct settings *settings =
		load_texts("classes = ( { name = \"friends\"; addresses = [ \"country:DE\" ]; },\n"
			   "  { ping = 9; }, { name = \"needy\"; needs_password = true; } );\n"
			   "operators = ( { name = \"ana\"; hosts = 5; }, { name = \"bea\"; } );\n"
			   "listen = ( { name = \"x\"; address = \"*\"; path = \"/x\"; } );",
			"[class needy]\npassword = $tomorrow$x$y");

	(void) state;
	assert_int_equal(settings->n_classes, 2);
	assert_string_equal(settings->classes[0].name, "needy");
	assert_true(settings->classes[0].needs_password);
	assert_string_equal(settings->classes[0].password_hash, "*");
	assert_int_equal(settings->n_operators, 1);
	assert_string_equal(settings->operators[0].name, "bea");
	assert_int_equal(settings->n_listeners, 0);
	settings_unref(settings);
}

/* Of another release, with a newer kind of hash. */
static void a_refused_password_is_not_the_same_as_none(void **state)
{
	static const char lists[] = "classes = ( { name = \"friends\"; } );"
				    "operators = ( { name = \"ana\"; } );";
	struct settings *settings = load_texts(
		lists, "[class friends]\npasword = x\n[operator ana]\npassword = $tomorrow$x$y");

	(void) state;
	assert_true(settings->classes[0].needs_password);
	assert_string_equal(settings->classes[0].password_hash, "*");
	assert_false(settings->classes[1].needs_password);
	assert_string_equal(settings->operators[0].password_hash, "*");
	settings_unref(settings);
	settings = load_texts(lists, "[server]\npassword = $tomorrow$x$y");
	assert_true(settings->classes[0].needs_password);
	assert_true(settings->classes[1].needs_password);
	assert_string_equal(settings->password_hash, "*");
	settings_unref(settings);
	settings = load_texts("", "[server]\npassword = " HASH "\npassword = $tomorrow$x$y");
	assert_string_equal(settings->password_hash, HASH);
	settings_unref(settings);
}

#define NOTIFIER(name, options) "{ name = \"" name "\"; channels = [ \"#a\" ]; " options " }"

static const char *next_name(const struct settings *settings, const struct datagram *datagram,
	const char *token, const struct notifier_settings **at)
{
	*at = settings_next_notifier(settings, *at, datagram, token);
	return *at ? (*at)->name : "";
}

static void who_may_send_is_found_in_order(void **state)
{
	struct settings *settings = parse_good(
		"listen = ( { name = \"u\"; kind = \"datagram\"; address = \"::1\"; },\n"
		"{ name = \"l\"; kind = \"datagram\"; path = \"/run/n\"; } );\n"
		"notifications = ( " NOTIFIER("a", "addresses = [ \"127.0.0.0/8\" ];") "," NOTIFIER(
			"b", "addresses = [ \"local\", \"127.0.0.1\" ]; listeners = [ \"l\" "
			     "];") "," NOTIFIER("c", "listeners = [ \"u\" ];") "," NOTIFIER("d",
			"addresses = [ \"127.0.0.2\" ];") ");",
		"[notification c]\ntoken = 0123456789abcdef\n"
		"[notification d]\ntoken = 0123456789abcdef\n");
	const struct notifier_settings *at = NULL;
	struct datagram datagram = { .listener = "l" };

	(void) state;
	assert_true(address_parse_range("127.0.0.1", &datagram.address));
	assert_string_equal(next_name(settings, &datagram, NULL, &at), "a");
	assert_string_equal(next_name(settings, &datagram, NULL, &at), "b");
	assert_string_equal(next_name(settings, &datagram, NULL, &at), "");
	datagram.listener = "u";
	assert_string_equal(next_name(settings, &datagram, NULL, &at), "a");
	assert_string_equal(next_name(settings, &datagram, NULL, &at), "");
	assert_string_equal(next_name(settings, &datagram, "0123456789abcdef", &at), "c");
	assert_string_equal(next_name(settings, &datagram, "0123456789abcdef", &at), "");
	assert_string_equal(next_name(settings, &datagram, "0123456789abcdex", &at), "");
	assert_true(address_parse_range("127.0.0.2", &datagram.address));
	assert_string_equal(next_name(settings, &datagram, "0123456789abcdef", &at), "c");
	assert_string_equal(next_name(settings, &datagram, "0123456789abcdef", &at), "d");
	settings_unref(settings);
}

/* With defaults, it would admit others than the release that understands its settings. */
static void a_notifier_that_is_not_understood_is_none(void **state)
{
	struct settings *settings = load_texts(
		"notifications = (\n" NOTIFIER("a", "addresses = [ \"::1\" ];") "," NOTIFIER("b",
			"") "," NOTIFIER("c", "addresses = [ \"country:DE\" ];") "," NOTIFIER("d",
			"addresses = [ \"::1\" ];") "," NOTIFIER("e",
			"addresses = [ \"::1\" ];") ");",
		"[notification a]\ntoken = x\n[notification d]\ntokens = x\n");

	(void) state;
	assert_int_equal(settings->n_notifiers, 3);
	assert_string_equal(settings->notifiers[0].token, "*");
	assert_string_equal(settings->notifiers[1].token, "*");
	assert_string_equal(settings->notifiers[2].name, "e");
	assert_null(settings->notifiers[2].token);
	settings_unref(settings);
}

static void a_notifier_that_cannot_speak_is_none(void **state)
{
	struct settings *settings = load_texts(
		"notifications = (\n"
		"{ name = \"a\"; addresses = [ \"::1\" ]; },\n" /* nowhere */
		NOTIFIER("b", "addresses = [ \"::1\" ]; nick = \"gr\xc3\xbcn\";") "," NOTIFIER(
			"c", "addresses = [ \"::1\" ];") ");",
		"");

	(void) state;
	assert_int_equal(settings->n_notifiers, 1);
	assert_string_equal(settings->notifiers[0].name, "c");
	settings_unref(settings);
}

static void all_errors_of_all_files_are_told(void **state)
{
	const struct source sources[] = {
		{ SOURCE_KIND_CONFIG, "a.conf", "limits: { nick_length = 1; }; x = 1;" },
		{ SOURCE_KIND_CONFIG, "b.conf", "this is not it" },
		{ SOURCE_KIND_CONFIG, "c.conf", "limits: { nick_length = 2; };" },
		{ SOURCE_KIND_SECRETS, "d.ini", "[server]\npassword = x" },
	};
	struct problems problems = { 0 };

	(void) state;
	assert_null(settings_parse(sources, 4, &problems));
	assert_int_equal(problems.n_errors, 5);
	assert_string_equal(problems.items[2].file, "b.conf");
	assert_string_equal(problems.items[4].file, "d.ini");
	problems_done(&problems);
}

static bool is_too_large(enum source_kind kind, size_t length)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct problems problems = { 0 };
	struct source source = { kind, "file", NULL };
	bool is_too_large = false;

	for (size_t i = 0; i < length; i++)
		buffer_put_byte(&text, '\n');
	source.text = text.bytes;
	settings_unref(settings_parse(&source, 1, &problems));
	for (size_t i = 0; i < problems.count; i++)
		is_too_large |= strstr(problems.items[i].text, "too large") != NULL;
	problems_done(&problems);
	return is_too_large;
}

static void each_file_has_a_largest_size(void **state)
{
	static const enum source_kind kinds[] = { SOURCE_KIND_CONFIG, SOURCE_KIND_SECRETS,
		SOURCE_KIND_MOTD, SOURCE_KIND_RULES };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		assert_false(is_too_large(kinds[i], settings_source_limit(kinds[i])));
		assert_true(is_too_large(kinds[i], settings_source_limit(kinds[i]) + 1));
	}
}

/* What seems to be missing may be in the part that was not parsed. */
static void what_is_missing_is_no_further_error(void **state)
{
	static const char config[] =
		"classes = ( { name = \"a\"; listeners = [ \"x\" ]; needs_password = true; } );\n"
		"operators = ( { name = \"ana\"; } );\n"
		"gateways = ( { name = \"web\"; addresses = [ \"192.0.2.1\" ]; } );\n";
	static const char secrets[] = "[operator bea]";
	CLEANUP(buffer_done) struct buffer faulty = { 0 };
	CLEANUP(buffer_done) struct buffer problems = { 0 };
	size_t n_lines = 0;

	(void) state;
	assert_null(parse(config, NULL, &problems));
	for (size_t i = 0; i < problems.length; i++)
		n_lines += problems.bytes[i] == '\n';
	assert_int_equal(n_lines, 4);
	assert_problems(config, secrets,
		"secrets.ini:1: the configuration has no entry named \"bea\" in operators\n");
	buffer_format(&faulty, "%slissen = ( );\n", config);
	assert_problems(faulty.bytes, secrets,
		"papod.conf:4: lissen: there is no such option; did you mean listen?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_is_a_server_on_loopback),
		cmocka_unit_test(every_value_arrives),
		cmocka_unit_test(later_files_win),
		cmocka_unit_test(an_empty_list_forgets_the_earlier_ones),
		cmocka_unit_test(the_default_class_is_always_last),
		cmocka_unit_test(the_first_class_that_fits_counts),
		cmocka_unit_test(a_listener_that_nobody_knows_is_doubted),
		cmocka_unit_test(a_password_is_needed_if_there_is_one),
		cmocka_unit_test(operators_have_their_privileges),
		cmocka_unit_test(texts_are_kept_and_bounded),
		cmocka_unit_test(what_is_saved_is_loaded),
		cmocka_unit_test(tokens_are_masked_where_they_are_secret),
		cmocka_unit_test(what_is_cut_short_is_not_loaded),
		cmocka_unit_test(what_another_release_saved_and_this_one_refuses_has_its_default),
		cmocka_unit_test(what_is_not_understood_lets_nobody_in),
		cmocka_unit_test(a_refused_password_is_not_the_same_as_none),
		cmocka_unit_test(who_may_send_is_found_in_order),
		cmocka_unit_test(a_notifier_that_is_not_understood_is_none),
		cmocka_unit_test(a_notifier_that_cannot_speak_is_none),
		cmocka_unit_test(all_errors_of_all_files_are_told),
		cmocka_unit_test(each_file_has_a_largest_size),
		cmocka_unit_test(what_is_missing_is_no_further_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
