/* From targets to files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "proto/http_path.h"

static enum http_status resolve(const char *target, struct http_path *ret_path)
{
	struct http_request request = { .target = { target, strlen(target) } };

	return http_resolve(&request, ret_path);
}

static void assert_path(const char *target, const char *path, bool is_directory)
{
	struct http_path found;

	assert_int_equal(resolve(target, &found), HTTP_STATUS_OK);
	assert_string_equal(found.bytes, path);
	assert_int_equal(found.is_directory, is_directory);
}

static void assert_no_path(const char *target, enum http_status status)
{
	struct http_path path;

	assert_int_equal(resolve(target, &path), status);
}

static void a_target_names_a_file(void **state)
{
	(void) state;
	assert_path("/", "", true);
	assert_path("/a", "a", false);
	assert_path("/a/b.css", "a/b.css", false);
	assert_path("/a/b/", "a/b", true);
	assert_path("/a...b/c..d..", "a...b/c..d..", false);
}

static void a_query_is_no_part_of_it(void **state)
{
	(void) state;
	assert_path("/?a", "", true);
	assert_path("/a?b/../../c", "a", false);
	assert_path("/a%3fb", "a?b", false);
}

static void bytes_are_decoded_once(void **state)
{
	(void) state;
	assert_path("/%61%2Db", "a-b", false);
	assert_path("/g%C3%a4rten", "g\xc3\xa4rten", false);
	assert_path("/%2561", "%61", false);
	assert_path("/a+b", "a+b", false);
}

static void dots_and_empty_segments_are_resolved(void **state)
{
	(void) state;
	assert_path("/a/./b", "a/b", false);
	assert_path("/a/../b", "b", false);
	assert_path("/a/b/..", "a", true);
	assert_path("/a/b/../", "a", true);
	assert_path("/a/b/.", "a/b", true);
	assert_path("/a/%2e%2E/b", "b", false);
	assert_path("//a///b", "a/b", false);
	assert_path("//", "", true);
	assert_path("/a/..", "", true);
	assert_path("/a/b/../../c", "c", false);
}

static void no_target_leaves_the_directory(void **state)
{
	static const char *const targets[] = { "/..", "/../", "/../a", "/../../etc/passwd",
		"/a/../..", "/a/../../b", "/%2e%2e/a", "/.%2e/a", "/%2e./a", "//../a", "/./../a",
		"/a/..//..", "/a//../..//../b" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(targets); i++)
		assert_no_path(targets[i], HTTP_STATUS_BAD_REQUEST);
}

static void bytes_that_no_name_has_are_refused(void **state)
{
	static const char *const targets[] = { "/a%00", "/%00", "/a\\b", "/..\\a", "/%5c..%5c",
		"/a%2fb", "/..%2fa", "/%2f", "/a%0a", "/a%0D%0A", "/a%1f", "/a%7f", "/c:", "/a%3ab",
		"/%ff", "/%c3", "/%c0%ae%c0%ae/a", "/%c3/%a4" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(targets); i++)
		assert_no_path(targets[i], HTTP_STATUS_BAD_REQUEST);
}

static void broken_codes_are_refused(void **state)
{
	static const char *const targets[] = { "/%", "/%4", "/a%", "/%4/1", "/%g0", "/%0g", "/%%31",
		"/%-1", "/% 1", "/%4g", "/%g0%90%80%80", "/%dg%80", "/%u0041", "/a%4?1" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(targets); i++)
		assert_no_path(targets[i], HTTP_STATUS_BAD_REQUEST);
}

static void hidden_files_are_not_found(void **state)
{
	(void) state;
	assert_no_path("/.git/config", HTTP_STATUS_NOT_FOUND);
	assert_no_path("/a/.htpasswd", HTTP_STATUS_NOT_FOUND);
	assert_no_path("/%2eenv", HTTP_STATUS_NOT_FOUND);
	assert_no_path("/...", HTTP_STATUS_NOT_FOUND);
	assert_no_path("/.well-known2", HTTP_STATUS_NOT_FOUND);
	assert_no_path("/a/.well-known/b", HTTP_STATUS_NOT_FOUND);
	assert_path("/.well-known/acme-challenge/a_-b", ".well-known/acme-challenge/a_-b", false);
	assert_path("/a/../.well-known/", ".well-known", true);
}

/* A path of that many bytes, in segments of ten. */
static void assert_length(size_t length, const char *after, enum http_status status)
{
	CLEANUP(buffer_done) struct buffer target = { 0 };
	struct http_path path;

	for (size_t i = 0; i <= length; i++)
		buffer_put_byte(&target, i % 10 ? 'x' : '/');
	buffer_put_text(&target, after);
	assert_int_equal(resolve(target.bytes, &path), status);
}

static void a_long_path_is_refused(void **state)
{
	(void) state;
	assert_length(1023, "", HTTP_STATUS_OK);
	assert_length(1024, "", HTTP_STATUS_URI_TOO_LONG);
	assert_length(1023, "/", HTTP_STATUS_OK);
	assert_length(1023, "/x", HTTP_STATUS_URI_TOO_LONG);
	assert_length(1022, "/x", HTTP_STATUS_URI_TOO_LONG);
	assert_length(1022, "//", HTTP_STATUS_OK);
	assert_length(4000, "", HTTP_STATUS_URI_TOO_LONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_target_names_a_file),
		cmocka_unit_test(a_query_is_no_part_of_it),
		cmocka_unit_test(bytes_are_decoded_once),
		cmocka_unit_test(dots_and_empty_segments_are_resolved),
		cmocka_unit_test(no_target_leaves_the_directory),
		cmocka_unit_test(bytes_that_no_name_has_are_refused),
		cmocka_unit_test(broken_codes_are_refused),
		cmocka_unit_test(hidden_files_are_not_found),
		cmocka_unit_test(a_long_path_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
