/* Requests of HTTP and the rows that answer them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "config/api_scopes.h"
#include "report/web_routes.h"

static enum http_status find(enum http_method method, const char *target)
{
	struct web_match match;
	const char *reason;
	enum http_status status = web_route_find(method, target, &match, &reason);

	web_match_done(&match);
	return status;
}

static void no_two_rows_have_the_same_method_and_path(void **state)
{
	(void) state;
	for (size_t i = 0; web_route(i); i++) {
		assert_int_equal(*web_route(i)->path, '/');
		for (size_t j = 0; j < i; j++)
			assert_true(web_route(i)->method != web_route(j)->method ||
				    strcmp(web_route(i)->path, web_route(j)->path) != 0);
	}
}

static void every_scope_of_a_row_can_be_given_and_every_scope_has_a_row(void **state)
{
	(void) state;
	for (size_t i = 0; web_route(i); i++)
		assert_true(!web_route(i)->scope || api_scope_find(web_route(i)->scope));
	for (size_t i = 0; api_scope(i); i++) {
		size_t n = 0;

		for (size_t j = 0; web_route(j); j++)
			n += web_route(j)->scope &&
			     strcmp(web_route(j)->scope, api_scope(i)->name) == 0;
		assert_true(n);
	}
}

static void only_the_description_needs_no_scope(void **state)
{
	(void) state;
	for (size_t i = 0; web_route(i); i++)
		assert_true(web_route(i)->access != WEB_ACCESS_TOKEN || web_route(i)->scope ||
			    web_route(i)->task == WEB_TASK_OPENAPI);
}

/* What the path of a report does not have must be optional, and comes in the query. */
static void parameters_of_a_path_are_those_of_its_report(void **state)
{
	(void) state;
	for (size_t i = 0; web_route(i); i++) {
		const struct web_route *route = web_route(i);
		const struct report_row *row = report_row(route->report);

		if (route->task != WEB_TASK_REPORT)
			continue;
		for (size_t j = 0; j < row->n_params; j++)
			assert_true(row->params[j].is_optional ||
				    web_route_has_param(route, row->params[j].name));
		assert_int_equal(find(HTTP_METHOD_GET, route->path), HTTP_STATUS_OK);
	}
}

static void a_path_leads_to_its_row_only(void **state)
{
	(void) state;
	assert_int_equal(find(HTTP_METHOD_GET, "/metrics"), HTTP_STATUS_OK);
	assert_int_equal(find(HTTP_METHOD_GET, "/metrics?"), HTTP_STATUS_OK);
	assert_int_equal(find(HTTP_METHOD_GET, "/metric"), HTTP_STATUS_NOT_FOUND);
	assert_int_equal(find(HTTP_METHOD_GET, "/metrics/a"), HTTP_STATUS_NOT_FOUND);
	assert_int_equal(find(HTTP_METHOD_GET, "/"), HTTP_STATUS_NOT_FOUND);
	assert_int_equal(find(HTTP_METHOD_GET, "/metrics/"), HTTP_STATUS_NOT_FOUND);
	assert_int_equal(find(HTTP_METHOD_GET, "//metrics"), HTTP_STATUS_NOT_FOUND);
	/* A name that is missing is not the list of all. */
	assert_int_equal(find(HTTP_METHOD_GET, "/api/v1/users/"), HTTP_STATUS_NOT_FOUND);
	assert_int_equal(find(HTTP_METHOD_GET, "/api/v1/users/?a=b"), HTTP_STATUS_NOT_FOUND);
	assert_int_equal(find(HTTP_METHOD_GET, "/api/v1/users/ana/"), HTTP_STATUS_NOT_FOUND);
}

static void another_method_is_told_which_are_allowed(void **state)
{
	struct web_match match;
	const char *reason;

	(void) state;
	assert_int_equal(web_route_find(HTTP_METHOD_POST, "/metrics", &match, &reason),
		HTTP_STATUS_METHOD_NOT_ALLOWED);
	assert_string_equal(match.allow, "GET, HEAD");
	assert_non_null(reason);
}

static void parameters_are_decoded(void **state)
{
	CLEANUP(web_match_done) struct web_match match;
	const char *reason;

	(void) state;
	assert_int_equal(
		web_route_find(HTTP_METHOD_GET, "/metrics?a=%23b%20c+d&e&&f==", &match, &reason),
		HTTP_STATUS_OK);
	assert_string_equal(web_match_param(&match, "a"), "#b c d");
	assert_string_equal(web_match_param(&match, "e"), "");
	assert_string_equal(web_match_param(&match, "f"), "=");
	assert_null(web_match_param(&match, "g"));
	assert_int_equal(match.n_params, 3);
}

static void malformed_parameters_are_refused(void **state)
{
	static const char *const malformed[] = { "/metrics?a=%", "/metrics?a=%2", "/metrics?a=%g0",
		"/metrics?%00", "/metrics?a=%0a", "/metrics?a=%ff", "/metrics?a=%7f",
		"/metrics?1&2&3&4&5&6&7&8&9" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(malformed); i++)
		assert_int_equal(find(HTTP_METHOD_GET, malformed[i]), HTTP_STATUS_BAD_REQUEST);
}

/* One reader of a value would take the first, and another the last: what is checked must be what is
 * used. */
static void a_parameter_that_comes_twice_is_refused(void **state)
{
	static const char *const twice[] = { "/metrics?a=1&a=2", "/metrics?a&%61",
		"/metrics?=&=", "/api/v1/channels/%23a/events?place=%23b",
		"/notify/ci?source=other" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(twice); i++)
		assert_int_equal(find(i < 4 ? HTTP_METHOD_GET : HTTP_METHOD_POST, twice[i]),
			HTTP_STATUS_BAD_REQUEST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_two_rows_have_the_same_method_and_path),
		cmocka_unit_test(every_scope_of_a_row_can_be_given_and_every_scope_has_a_row),
		cmocka_unit_test(only_the_description_needs_no_scope),
		cmocka_unit_test(parameters_of_a_path_are_those_of_its_report),
		cmocka_unit_test(a_path_leads_to_its_row_only),
		cmocka_unit_test(another_method_is_told_which_are_allowed),
		cmocka_unit_test(parameters_are_decoded),
		cmocka_unit_test(malformed_parameters_are_refused),
		cmocka_unit_test(a_parameter_that_comes_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
