/* What a gate tells of certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/certificate_facts.h"

static void a_certificate_is_found_by_its_file(void **state)
{
	CLEANUP(buffer_done) struct buffer facts = { 0 };
	CLEANUP(mem_freep) char *names = NULL;
	uint64_t ends_wall_ms = 0;

	(void) state;
	assert_false(certificate_facts_find(&facts, "/a.pem", &names, &ends_wall_ms));
	assert_true(certificate_facts_put(&facts, "/a.pem", "a.example", 7));
	assert_true(certificate_facts_put(&facts, "/b.pem", "b.example *.b.example", 8));
	assert_false(certificate_facts_find(&facts, "/b", &names, &ends_wall_ms));
	assert_true(certificate_facts_find(&facts, "/b.pem", &names, &ends_wall_ms));
	assert_string_equal(names, "b.example *.b.example");
	assert_int_equal(ends_wall_ms, 8);
}

static void what_finds_no_room_is_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer facts = { 0 };
	CLEANUP(mem_freep) char *names = NULL;
	char many[1000];
	uint64_t ends_wall_ms = 0;
	size_t n = 0;

	(void) state;
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	while (certificate_facts_put(&facts, "/a.pem", many, 7))
		n++;
	assert_in_range(n, 2, 10);
	assert_in_range(facts.length, 1, CERTIFICATE_FACTS_BYTES);
	assert_true(certificate_facts_find(&facts, "/a.pem", &names, &ends_wall_ms));
	assert_in_range(strlen(names), 100, 500);
}

static void malformed_bytes_have_no_certificate(void **state)
{
	CLEANUP(buffer_done) struct buffer facts = { 0 };
	CLEANUP(mem_freep) char *names = NULL;
	uint64_t ends_wall_ms = 0;

	(void) state;
	certificate_facts_put(&facts, "/a.pem", "a.example", 7);
	for (size_t length = facts.length; length--;) {
		buffer_cut(&facts, length);
		assert_false(certificate_facts_find(&facts, "/a.pem", &names, &ends_wall_ms));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_is_found_by_its_file),
		cmocka_unit_test(what_finds_no_room_is_left_out),
		cmocka_unit_test(malformed_bytes_have_no_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
