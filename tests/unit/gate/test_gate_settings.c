/* What the gate reads of papod.conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "gate/gate_settings.h"

struct house {
	struct log log;
	size_t n_entries;
	struct gate_settings *settings;
	char directory[32], config[64];
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) entry;
	(void) fields;
	((struct house *) data)->n_entries++;
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	unsetenv("CREDENTIALS_DIRECTORY");
	strcpy(house->directory, "/tmp/papod-gate-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->config, sizeof(house->config), "%s/papod.conf", house->directory);
	house->log = (struct log){ note_entry, house };
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	unsetenv("CREDENTIALS_DIRECTORY");
	gate_settings_free(house->settings);
	unlink(house->config);
	assert_int_equal(rmdir(house->directory), 0);
	free(house);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void read_text(struct house *house, const char *text)
{
	write_file(house->config, text);
	gate_settings_free(house->settings);
	house->settings = gate_settings_read(house->config, &house->log);
}

static const char pairs[] =
	"tls = { certificate = \"/a.crt\"; key = \"/a.key\"; };\n"
	"certificates = ( { name = \"b\"; certificate = \"/b.crt\"; key = \"/b.key\"; } );\n";

static void expect_files(
	const struct house *house, size_t i, const char *certificate, const char *key)
{
	assert_string_equal(house->settings->certificates[i].certificate, certificate);
	assert_string_equal(house->settings->certificates[i].key, key);
}

static void all_pairs_are_found(void **state)
{
	struct house *house = *state;

	read_text(house, pairs);
	assert_int_equal(house->settings->n_certificates, 2);
	expect_files(house, 0, "/a.crt", "/a.key");
	expect_files(house, 1, "/b.crt", "/b.key");
}

/* systemd.exec(5), LoadCredential=. */
static void credentials_come_first(void **state)
{
	struct house *house = *state;
	char paths[2][64];

	snprintf(paths[0], sizeof(paths[0]), "%s/tls.crt", house->directory);
	snprintf(paths[1], sizeof(paths[1]), "%s/tls.b.key", house->directory);
	write_file(paths[0], "");
	write_file(paths[1], "");
	setenv("CREDENTIALS_DIRECTORY", house->directory, 1);
	read_text(house, pairs);
	expect_files(house, 0, paths[0], "/a.key");
	expect_files(house, 1, "/b.crt", paths[1]);
	unlink(paths[0]);
	unlink(paths[1]);
}

static void only_its_listeners_are_served(void **state)
{
	struct house *house = *state;
	CLEANUP(mem_freep) struct listener_spec *specs = NULL;
	size_t n_specs;

	read_text(house,
		"listen = ( { name = \"irc\"; address = \"127.0.0.1\"; port = 6667; },\n"
		"{ name = \"tls\"; address = \"127.0.0.1\"; port = 6697; tls = true; },\n"
		"{ name = \"unix\"; path = \"/tmp/irc\"; },\n"
		"{ name = \"web\"; address = \"127.0.0.2\"; port = 8067; websocket = true; } );\n");
	specs = gate_settings_specs(house->settings, false, &n_specs);
	assert_int_equal(n_specs, 2);
	assert_string_equal(specs[0].name, "tls");
	assert_string_equal(specs[0].address, "127.0.0.1");
	assert_int_equal(specs[0].port, 6697);
	assert_false(specs[0].is_for_manager);
	assert_string_equal(specs[1].name, "web");
	assert_string_equal(specs[1].address, "127.0.0.2");
	assert_int_equal(specs[1].port, 8067);
	free(TAKE(specs));
	specs = gate_settings_specs(house->settings, true, &n_specs);
	assert_int_equal(n_specs, 2);
	assert_true(specs[0].is_for_manager);
	assert_true(gate_settings_find_listener(house->settings, "web")->is_websocket);
	assert_true(gate_settings_find_listener(house->settings, "tls")->is_tls);
	assert_null(gate_settings_find_listener(house->settings, "we"));
}

static void the_site_is_that_of_the_settings(void **state)
{
	struct house *house = *state;
	const struct web_site *site;

	read_text(house, "web = { directory = \"/pages\"; challenges = \"/acme\"; "
			 "origins = [ \"https://a.example\", \"https://b.example\" ]; };\n");
	site = &house->settings->site;
	assert_string_equal(site->pages.directory, "/pages");
	assert_string_equal(site->pages.challenges, "/acme");
	assert_string_equal(site->origins[0], "https://a.example");
	assert_string_equal(site->origins[1], "https://b.example");
	assert_null(site->origins[2]);
	read_text(house, "");
	site = &house->settings->site;
	assert_null(site->pages.directory);
	assert_null(site->pages.challenges);
	assert_null(site->origins[0]);
	assert_int_equal(house->n_entries, 0);
}

/* papod reports mistakes, both report files that cannot be read. */
static void mistakes_are_left_to_papod(void **state)
{
	struct house *house = *state;

	read_text(house, "nonsense = 1; tls = { certificate = \"/a.crt\"; key = \"/a.key\"; };\n");
	assert_int_equal(house->n_entries, 0);
	assert_int_equal(house->settings->n_certificates, 1);
	gate_settings_free(house->settings);
	house->settings = gate_settings_read("/nonexistent/papod.conf", &house->log);
	assert_int_equal(house->n_entries, 1);
	assert_int_equal(house->settings->n_certificates, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

static const char awaited[] = "tls = { acme = [ \"irc.example.org\" ]; };\n"
			      "web = { directory = \"/pages\"; };\n";

static void issuers_get_proofs_and_no_pages(void **state)
{
	struct house *house = *state;
	size_t n_specs;
	struct listener_spec *specs;

	read_text(house, awaited);
	assert_string_equal(house->settings->site.pages.directory, "/pages");
	assert_null(house->settings->proofs.pages.directory);
	assert_string_equal(
		house->settings->proofs.pages.challenges, RUNSTATEDIR "/papod-acme/http");
	assert_true(house->settings->proofs.has_no_clients);
	specs = gate_settings_specs(house->settings, true, &n_specs);
	assert_int_equal(n_specs, 1);
	assert_string_equal(specs[0].name, "tls.acme:80");
	assert_string_equal(specs[0].address, "*");
	assert_int_equal(specs[0].port, 80);
	assert_true(specs[0].is_for_manager);
	free(specs);
	/* A gate that was started by hand opens no port that papod.conf does not name. */
	specs = gate_settings_specs(house->settings, false, &n_specs);
	assert_int_equal(n_specs, 0);
	free(specs);
}

/* As systemd passes it. */
static void a_certificate_that_is_awaited_may_be_missing(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer certificate = { 0 };
	CLEANUP(buffer_done) struct buffer key = { 0 };

	buffer_format(&certificate, "%s/acme.crt", house->directory);
	buffer_format(&key, "%s/acme.key", house->directory);
	write_file(certificate.bytes, "none");
	write_file(key.bytes, "none");
	setenv("CREDENTIALS_DIRECTORY", house->directory, 1);
	read_text(house, awaited);
	expect_files(house, 0, certificate.bytes, key.bytes);
	assert_true(certificate_files_are_missing(&house->settings->certificates[0]));
	write_file(certificate.bytes, "-----BEGIN CERTIFICATE-----");
	assert_true(certificate_files_are_missing(&house->settings->certificates[0]));
	write_file(key.bytes, "-----BEGIN PRIVATE KEY-----");
	assert_false(certificate_files_are_missing(&house->settings->certificates[0]));
	unlink(certificate.bytes);
	assert_true(certificate_files_are_missing(&house->settings->certificates[0]));
	unlink(key.bytes);
	read_text(house, pairs);
	assert_false(certificate_files_are_missing(&house->settings->certificates[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(issuers_get_proofs_and_no_pages),
		TEST(a_certificate_that_is_awaited_may_be_missing),
		TEST(all_pairs_are_found),
		TEST(credentials_come_first),
		TEST(only_its_listeners_are_served),
		TEST(the_site_is_that_of_the_settings),
		TEST(mistakes_are_left_to_papod),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
