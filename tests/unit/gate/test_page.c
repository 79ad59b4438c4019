/* Files in a directory, with the kernel's openat2() and without. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "gate/page.h"

struct site {
	bool has_openat2;
	char directory[64];
};

static struct site site;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

long __wrap_syscall(long number, ...)
{
	va_list list;
	long arguments[4];

	va_start(list, number);
	for (size_t i = 0; i < 4; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_openat2 && !site.has_openat2) {
		errno = ENOSYS;
		return -1;
	}
	return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3]);
}

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", site.directory, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_link(const char *name, const char *target)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", site.directory, name);
	assert_int_equal(symlink(target, path), 0);
}

static void make_directory(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", site.directory, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
	(void) state;
	strcpy(site.directory, "/tmp/papod-page-XXXXXX");
	assert_non_null(mkdtemp(site.directory));
	make_directory("pages");
	make_directory("pages/js");
	make_directory("pages/js/deep");
	write_file("secret", "secret");
	write_file("pages/index.html", "index");
	write_file("pages/js/index.html", "index of js");
	write_file("pages/js/deep/app.js", "app");
	write_file("pages/js/deep/app.js.gz", "gz");
	make_link("pages/out", "../secret");
	make_link("pages/up", "..");
	make_link("pages/far", "/");
	make_link("pages/in", "js/deep/app.js");
	strcat(site.directory, "/pages");
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "pages/in", "pages/far", "pages/up", "pages/out",
		"pages/js/deep/app.js.gz", "pages/js/deep/app.js", "pages/js/deep",
		"pages/js/index.html", "pages/js", "pages/index.html", "pages", "secret", "" };
	char path[128];

	(void) state;
	*strrchr(site.directory, '/') = '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", site.directory, names[i]);
		if (remove(path) != 0)
			return -1;
	}
	return 0;
}

static void set_time(const char *name, struct timespec changed)
{
	const struct timespec times[] = { changed, changed };
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", site.directory, name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static enum http_status find(const char *target, struct page *ret_page)
{
	const struct page_site pages = { .directory = site.directory };
	char head[256];
	struct http_request request;
	const char *reason = NULL;
	enum http_status status;
	int length = snprintf(head, sizeof(head),
		"GET %s HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n", target);

	status = http_parse(head, (size_t) length, &request, &reason);
	assert_int_equal(status, HTTP_STATUS_OK);
	status = page_open(&pages, &request, ret_page, &reason);
	assert_true(status == HTTP_STATUS_OK || reason);
	return status;
}

static void expect_page(const char *target, const char *text)
{
	struct page page;
	char bytes[64] = { 0 };

	assert_int_equal(find(target, &page), HTTP_STATUS_OK);
	assert_int_equal(page.size, strlen(text));
	assert_int_equal(read(page.fd, bytes, sizeof(bytes) - 1), strlen(text));
	assert_string_equal(bytes, text);
	close(page.fd);
}

static void expect_none(const char *target, enum http_status status)
{
	struct page page;

	assert_int_equal(find(target, &page), status);
}

static void expect_the_same_with_and_without(void (*check)(void))
{
	site.has_openat2 = true;
	check();
	site.has_openat2 = false;
	check();
}

static void check_files(void)
{
	expect_page("/", "index");
	expect_page("/index.html", "index");
	expect_page("/js/", "index of js");
	expect_page("/js/deep/app.js", "gz");
	expect_none("/js", HTTP_STATUS_NOT_FOUND);
	expect_none("/js/deep/", HTTP_STATUS_NOT_FOUND);
	expect_none("/none/app.js", HTTP_STATUS_NOT_FOUND);
	expect_none("/index.html/app.js", HTTP_STATUS_NOT_FOUND);
}

static void files_are_found_also_by_old_kernels(void **state)
{
	(void) state;
	expect_the_same_with_and_without(check_files);
}

static void a_compressed_file_that_is_outdated_is_not_sent(void **state)
{
	struct page page;

	(void) state;
	set_time("js/deep/app.js", (struct timespec){ 1000, 500 });
	set_time("js/deep/app.js.gz", (struct timespec){ 999, 999999999 });
	expect_page("/js/deep/app.js", "app");
	assert_int_equal(find("/js/deep/app.js", &page), HTTP_STATUS_OK);
	assert_false(page.varies);
	close(page.fd);
	set_time("js/deep/app.js.gz", (struct timespec){ 1000, 0 }); /* copied, without fractions */
	expect_page("/js/deep/app.js", "gz");
}

static void check_links(void)
{
	expect_none("/out", HTTP_STATUS_FORBIDDEN);
	expect_none("/far", HTTP_STATUS_FORBIDDEN);
	expect_none("/../secret", HTTP_STATUS_BAD_REQUEST);
}

static void no_link_leads_outside_also_with_old_kernels(void **state)
{
	(void) state;
	expect_the_same_with_and_without(check_links);
	site.has_openat2 = true;
	expect_none("/up/secret", HTTP_STATUS_FORBIDDEN);
	expect_none("/far/etc/passwd", HTTP_STATUS_FORBIDDEN);
	expect_page("/in", "app");
	site.has_openat2 = false;
	expect_none("/up/secret", HTTP_STATUS_NOT_FOUND); /* ENOTDIR: the link is no directory */
	expect_none("/far/etc/passwd", HTTP_STATUS_NOT_FOUND);
	expect_none("/in", HTTP_STATUS_FORBIDDEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			files_are_found_also_by_old_kernels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_compressed_file_that_is_outdated_is_not_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			no_link_leads_outside_also_with_old_kernels, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
