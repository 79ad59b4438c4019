#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/access.h"

static const struct access_user nobody = { "nobody", 65534, 65534 };
static const char *directory_of_files = "/nonexistent"; /* of papod.conf */

char *__wrap_config_files_directory(const char *config);

char *__wrap_config_files_directory(const char *config)
{
	assert_null(config);
	return mem_text(directory_of_files);
}

static void make_file(char path[64], mode_t mode)
{
	int fd;

	strcpy(path, "/tmp/papod-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void a_file_of_root_is_read_as_its_mode_says(void **state)
{
	char path[64];

	(void) state;
	if (geteuid() != 0)
		skip();
	make_file(path, 0600);
	assert_int_equal(access_try(&nobody, path), -EACCES);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(access_try(&nobody, path), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(chown(path, 0, nobody.group), 0);
	assert_int_equal(access_try(&nobody, path), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(access_try(&nobody, path), -ENOENT);
	assert_int_equal(geteuid(), 0);
}

static void a_file_that_the_sandbox_hides_is_named(void **state)
{
	struct source source = { .name = "/home/ana/papod.conf", .text = "" };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);
	struct buffer line = { 0 };

	(void) state;
	assert_non_null(settings);
	access_check_files(settings, NULL, &problems);
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.n_errors, 0);
	problem_format(&problems.items[0], &line);
	assert_string_equal(line.bytes,
		"/home/ana/papod.conf: papod.service cannot see files under /home/; move it, to "
		"/etc/papod for example");
	buffer_done(&line);
	problems_done(&problems);
	settings_unref(settings);
}

static void a_closed_directory_is_what_has_to_be_opened(void **state)
{
	char directory[] = "/dev/shm/papod-test-XXXXXX", path[64], advice[160];
	struct source source = { .name = path, .text = "" };
	struct problems problems = { 0 };
	struct settings *settings;

	(void) state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/motd", directory);
	assert_int_equal(mknod(path, S_IFREG | 0644, 0), 0);
	settings = settings_parse(&source, 1, &problems);
	access_check_files(settings, NULL, &problems);
	assert_int_equal(problems.count, 1);
	snprintf(advice, sizeof(advice),
		"%s: Permission denied; type chgrp papod %s && chmod g+rx %s", directory, directory,
		directory);
	assert_non_null(strstr(problems.items[0].text, advice));
	problems_done(&problems);
	assert_int_equal(chmod(directory, 0755), 0);
	access_check_files(settings, NULL, &problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
	settings_unref(settings);
}

/* Its files could be read, but it is not searched for them. */
static void the_directory_of_drop_ins_has_to_be_listed(void **state)
{
	char directory[] = "/dev/shm/papod-test-XXXXXX", dropins[64], text[320];
	struct source source = { .name = "/etc/hostname", .text = "" };
	struct problems problems = { 0 };
	struct settings *settings;

	(void) state;
	if (geteuid() != 0)
		skip();
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chmod(directory, 0755), 0);
	snprintf(dropins, sizeof(dropins), "%s/conf.d", directory);
	assert_int_equal(mkdir(dropins, 0700), 0);
	directory_of_files = directory;
	settings = settings_parse(&source, 1, &problems);
	access_check_files(settings, NULL, &problems);
	assert_int_equal(problems.count, 1);
	assert_true(problems.items[0].is_warning);
	assert_string_equal(problems.items[0].file, dropins);
	snprintf(text, sizeof(text),
		"you can read it, but papod.service, which runs as the user papod, cannot: "
		"Permission denied; type chgrp papod %s && chmod g+rx %s",
		dropins, dropins);
	assert_string_equal(problems.items[0].text, text);
	problems_done(&problems);
	settings_unref(settings);
	directory_of_files = "/nonexistent";
	rmdir(dropins);
	rmdir(directory);
}

static const struct resolving_sockets nowhere = { "/nonexistent/a", "/nonexistent/b" };

static void names_without_a_resolver_are_warned_of(void **state)
{
	struct source source = { .name = "papod.conf", .text = "\ndns: { reverse = true; };\n" };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	(void) state;
	assert_non_null(settings);
	access_check_names(settings, &nowhere, &problems);
	assert_int_equal(problems.count, 1);
	assert_true(problems.items[0].is_warning);
	assert_string_equal(problems.items[0].file, "papod.conf");
	assert_int_equal(problems.items[0].line, 2);
	problems_done(&problems);
	settings_unref(settings);

	source.text = "\n\nblocklists = ( { zone = \"a.example\"; } );\n";
	settings = settings_parse(&source, 1, &problems);
	access_check_names(settings, &nowhere, &problems);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.items[0].option, "blocklists");
	assert_int_equal(problems.items[0].line, 3);
	problems_done(&problems);
	settings_unref(settings);

	source.text = "";
	settings = settings_parse(&source, 1, &problems);
	access_check_names(settings, &nowhere, &problems);
	assert_int_equal(problems.count, 0);
	settings_unref(settings);
}

static void a_certificate_needs_the_program_that_gets_it(void **state)
{
	struct source source = { .name = "papod.conf",
		.text = "\ntls: { acme = [ \"irc.example.org\" ]; };\n" };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	(void) state;
	assert_non_null(settings);
	access_check_acme(settings, "/bin/sh", &problems);
	assert_int_equal(problems.count, 0);
	access_check_acme(settings, "/nonexistent/dehydrated", &problems);
	assert_int_equal(problems.count, 1);
	assert_true(problems.items[0].is_warning);
	assert_int_equal(problems.items[0].line, 2);
	assert_string_equal(problems.items[0].text,
		"/nonexistent/dehydrated, which gets the certificate, is not installed; apt "
		"install dehydrated");
	problems_done(&problems);
	settings_unref(settings);

	source.text = "";
	settings = settings_parse(&source, 1, &problems);
	access_check_acme(settings, "/nonexistent/dehydrated", &problems);
	assert_int_equal(problems.count, 0);
	settings_unref(settings);
}

static void a_missing_certificate_is_warned_of(void **state)
{
	const struct source source = { .name = "papod.conf",
		.text = "tls: { certificate = \"/nonexistent/cert.pem\"; key = \"/dev/null\"; };\n"
			"listen = ( { address = \"*\"; tls = true; } );\n" };
	CLEANUP(problems_done) struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	(void) state;
	assert_non_null(settings);
	access_check_certificates(settings, &problems);
	settings_unref(settings);
	assert_int_equal(problems.count, 1);
	assert_true(problems.items[0].is_warning);
	assert_string_equal(problems.items[0].file, "/nonexistent/cert.pem");
	assert_string_equal(problems.items[0].text,
		"this file, a certificate, is not there; until it is, clients get a certificate "
		"from before or one that the server signs itself");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_root_is_read_as_its_mode_says),
		cmocka_unit_test(names_without_a_resolver_are_warned_of),
		cmocka_unit_test(a_certificate_needs_the_program_that_gets_it),
		cmocka_unit_test(a_missing_certificate_is_warned_of),
		cmocka_unit_test(a_file_that_the_sandbox_hides_is_named),
		cmocka_unit_test(a_closed_directory_is_what_has_to_be_opened),
		cmocka_unit_test(the_directory_of_drop_ins_has_to_be_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
