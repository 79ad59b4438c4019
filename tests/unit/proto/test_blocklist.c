/* RFC 5782: names, and what answers mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/blocklist.h"

static struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	return address;
}

static void assert_name(const char *address, const char *name)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct address parsed = address_of(address);

	blocklist_put_name(&parsed, "list.example", &out);
	assert_string_equal(out.bytes, name);
}

/* RFC 5782 2.1 and 2.4. */
static void a_name_is_the_address_backwards(void **state)
{
	(void) state;
	assert_name("192.0.2.99", "99.2.0.192.list.example.");
	assert_name("2001:db8:1:2:3:4:567:89ab",
		"b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.list.example.");
}

static void the_longest_name_is_one_of_a_host(void **state)
{
	char zone[BLOCKLIST_ZONE_BYTES + 1];
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct address address = address_of("2001:db8::1");

	(void) state;
	memset(zone, 'a', BLOCKLIST_ZONE_BYTES);
	zone[BLOCKLIST_ZONE_BYTES] = '\0';
	blocklist_put_name(&address, zone, &out);
	assert_int_equal(out.length, 64 + BLOCKLIST_ZONE_BYTES + 1);
	assert_true(out.length < 254); /* as papod-lookup takes it, RESOLVE_HOST_BYTES */
}

static void lists_know_public_addresses_only(void **state)
{
	static const char *const unknown[] = { "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1",
		"100.64.0.1", "169.254.1.1", "224.0.0.1", "::1", "fe80::1", "fd00::1", "local" };
	struct address ipv4 = address_of("1.2.3.4"), ipv6 = address_of("2600::1");

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(unknown); i++) {
		struct address address = address_of(unknown[i]);

		assert_false(blocklist_may_have(&address));
	}
	assert_true(blocklist_may_have(&ipv4));
	assert_true(blocklist_may_have(&ipv6));
}

static bool has(const char *range_text, const char *answer_text)
{
	struct blocklist_range range;
	struct address answer = address_of(answer_text);

	assert_true(blocklist_parse_range(range_text, &range));
	return blocklist_has(&range, &answer);
}

static void answers_are_single_between_two_or_of_a_network(void **state)
{
	(void) state;
	assert_true(has("127.0.0.2", "127.0.0.2"));
	assert_false(has("127.0.0.2", "127.0.0.3"));
	assert_false(has("127.0.0.4-127.0.0.6", "127.0.0.3"));
	assert_true(has("127.0.0.4-127.0.0.6", "127.0.0.4"));
	assert_true(has("127.0.0.4-127.0.0.6", "127.0.0.6"));
	assert_false(has("127.0.0.4-127.0.0.6", "127.0.0.7"));
	assert_false(has("127.0.1.0/24", "127.0.0.255"));
	assert_true(has("127.0.1.0/24", "127.0.1.0"));
	assert_true(has("127.0.1.0/24", "127.0.1.255"));
	assert_false(has("127.0.1.0/24", "127.0.2.0"));
	assert_true(has("0.0.0.0/0", "255.255.255.255"));
	assert_false(has("0.0.0.0/0", "::1"));
}

static void other_answers_are_refused(void **state)
{
	static const char *const texts[] = { "", "127", "127.0.0.2-", "-127.0.0.2",
		"127.0.0.6-127.0.0.4", "127.0.0.2-127.0.0.3-127.0.0.4", "127.0.0.1/24",
		"127.0.0.0/24-127.0.1.0/24", "::1", "local", "127.0.0.2 " };
	struct blocklist_range range;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		assert_false(blocklist_parse_range(texts[i], &range));
}

/* RFC 5782 2.1; and 127.255.255.0/24, by which lists refuse to answer. */
static void only_loopback_is_an_answer(void **state)
{
	static const struct {
		const char *address;
		bool is_answer, is_complaint;
	} rows[] = {
		{ "127.0.0.2", true, false },
		{ "127.255.254.255", true, false },
		{ "127.255.255.0", false, true },
		{ "127.255.255.254", false, true },
		{ "128.0.0.2", false, false },
		{ "192.0.2.1", false, false },
		{ "::1", false, false },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct address address = address_of(rows[i].address);

		assert_int_equal(blocklist_is_answer(&address), rows[i].is_answer);
		assert_int_equal(blocklist_is_complaint(&address), rows[i].is_complaint);
	}
}

static void actions_have_names(void **state)
{
	(void) state;
	assert_int_equal(blocklist_action_of("tell"), BLOCKLIST_ACTION_TELL);
	assert_int_equal(blocklist_action_of("accounts"), BLOCKLIST_ACTION_ACCOUNTS);
	assert_int_equal(blocklist_action_of("refuse"), BLOCKLIST_ACTION_REFUSE);
	assert_int_equal(blocklist_action_of("ban"), BLOCKLIST_ACTION_NONE);
}

static void a_report_is_read_as_it_was_written(void **state)
{
	CLEANUP(buffer_done) struct buffer report = { 0 };
	CLEANUP(mem_freep) char *text = NULL;
	struct address answers[] = { address_of("127.0.0.2"), address_of("127.0.0.4") };
	struct blocklist_line line;
	char *rest;

	(void) state;
	blocklist_report_put("a.example", answers, 2, false, &report);
	blocklist_report_put("b.example", NULL, 0, false, &report);
	blocklist_report_put("c.example", NULL, 0, true, &report);
	assert_string_equal(
		report.bytes, "a.example 127.0.0.2 127.0.0.4\nb.example\nc.example ?\n");
	rest = text = mem_text(report.bytes);
	assert_true(blocklist_report_next(&rest, &line));
	assert_string_equal(line.zone, "a.example");
	assert_int_equal(line.n_answers, 2);
	assert_memory_equal(line.answers, answers, sizeof(answers));
	assert_true(blocklist_report_next(&rest, &line));
	assert_string_equal(line.zone, "b.example");
	assert_int_equal(line.n_answers, 0);
	assert_false(line.is_unanswered);
	assert_true(blocklist_report_next(&rest, &line));
	assert_true(line.is_unanswered);
	assert_false(blocklist_report_next(&rest, &line));
}

static void a_report_has_at_most_16_answers_of_a_list(void **state)
{
	CLEANUP(buffer_done) struct buffer report = { 0 };
	struct blocklist_line line;
	char *rest;

	(void) state;
	buffer_put_text(&report, "a.example nonsense");
	for (int i = 0; i < 40; i++)
		buffer_put_text(&report, " 127.0.0.2");
	rest = report.bytes;
	assert_true(blocklist_report_next(&rest, &line));
	assert_int_equal(line.n_answers, BLOCKLIST_MOST_ANSWERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_the_address_backwards),
		cmocka_unit_test(the_longest_name_is_one_of_a_host),
		cmocka_unit_test(lists_know_public_addresses_only),
		cmocka_unit_test(answers_are_single_between_two_or_of_a_network),
		cmocka_unit_test(other_answers_are_refused),
		cmocka_unit_test(only_loopback_is_an_answer),
		cmocka_unit_test(actions_have_names),
		cmocka_unit_test(a_report_is_read_as_it_was_written),
		cmocka_unit_test(a_report_has_at_most_16_answers_of_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
