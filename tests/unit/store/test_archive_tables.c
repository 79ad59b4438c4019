/* What requests make of the tables of a history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "vault.h"

#define MANY 3100 /* rows: more than are looked at, indexed or removed at once */

static int set_up(void **state)
{
	*state = vault_new();
	return 0;
}

static int tear_down(void **state)
{
	vault_free(*state);
	sqlite3_shutdown();
	return 0;
}

static struct history_row row_at(int64_t target, uint64_t id)
{
	return (struct history_row){ .target = target, .id = id };
}

static struct history_row said(int64_t target, uint64_t id, uint64_t author, const char *text)
{
	return (struct history_row){ .id = id,
		.target = target,
		.verb = HISTORY_VERB_PRIVMSG,
		.author = author,
		.source = piece_of("x!y@z"),
		.text = piece_of(text) };
}

/* A message between two accounts. */
static void converse(struct vault *vault, struct history_row row, uint64_t other)
{
	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = row,
				   .owners = { { row.author, piece_of("other") },
					   { other, piece_of("author") } } });
}

static void check_words(struct vault *vault)
{
	assert_int_equal(
		sqlite3_exec(vault->handle, "INSERT INTO words (words) VALUES ('integrity-check')",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM pragma_integrity_check"
					    " WHERE integrity_check <> 'ok'"),
		0);
}

static void a_row_has_all_its_parts(void **state)
{
	struct vault *vault = *state;

	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = { .id = INT64_MAX,
					   .birth = UINT64_MAX,
					   .target = INT64_MIN,
					   .verb = HISTORY_VERB_RENAME,
					   .author = 7,
					   .source = piece_of("s"),
					   .account = piece_of("a"),
					   .text = piece_of("t\nu"),
					   .rest = { "\0\xff", 2 } } });
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM messages WHERE id = 9223372036854775807"
				   " AND birth = -1 AND target < -9223372036854775807 AND verb = 11"
				   " AND author = 7 AND source = 's' AND account = 'a'"
				   " AND text = 't' || char(10) || 'u' AND rest = x'00ff'"),
		1);
}

static void what_a_row_lacks_is_null(void **state)
{
	struct vault *vault = *state;

	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = { .id = 1, .target = 1, .source = piece_of("s") } });
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM messages WHERE author IS NULL"
				   " AND account IS NULL AND text IS NULL AND rest IS NULL"),
		1);
}

static void a_repeated_row_changes_nothing(void **state)
{
	struct vault *vault = *state;

	vault_say(vault, 1, 5, "first");
	vault_say(vault, 1, 5, "first");
	vault_index(vault);
	vault_say(vault, 1, 5, "first");
	vault_index(vault);
	assert_string_equal(vault_ids(vault), "5");
	assert_string_equal(vault_matches(vault, "first"), "5");
	check_words(vault);
}

static void a_late_row_is_indexed_too(void **state)
{
	struct vault *vault = *state;

	vault_say(vault, 1, 5, "early words");
	vault_index(vault);
	vault_say(vault, 1, 3, "late words");
	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = { .id = 4,
					   .target = 1,
					   .verb = HISTORY_VERB_PART,
					   .source = piece_of("s"),
					   .text = piece_of("words at parting") } });
	vault_say(vault, 1, 6, "later words");
	assert_string_equal(vault_matches(vault, "words"), "5");
	vault_index(vault);
	assert_string_equal(vault_matches(vault, "words"), "3 5 6");
	check_words(vault);
}

/* Its number in the index would be passed over. */
static void the_place_of_a_removed_message_is_not_taken(void **state)
{
	struct vault *vault = *state;

	vault_say(vault, 1, 5, "first words");
	vault_say(vault, 1, 6, "last words");
	vault_index(vault);
	vault_change(vault, HISTORY_REQUEST_REMOVE, row_at(1, 6), 0);
	vault_close(vault);
	vault_open(vault);
	vault_say(vault, 1, 7, "words after that");
	vault_index(vault);
	assert_string_equal(vault_matches(vault, "words"), "5 7");
	check_words(vault);
}

static void an_edited_row_is_found_by_its_new_words_only(void **state)
{
	struct vault *vault = *state;
	struct history_row row = row_at(1, 5);

	vault_say(vault, 1, 5, "old words");
	vault_say(vault, 1, 6, "other words");
	vault_index(vault);
	vault_say(vault, 1, 7, "old but not in the index");
	for (int i = 0; i < 2; i++) {
		row.id = 5;
		row.text = piece_of("new words");
		vault_change(vault, HISTORY_REQUEST_EDIT, row, 0);
		row.id = 7;
		row.text = piece_of("new, too");
		vault_change(vault, HISTORY_REQUEST_EDIT, row, 0);
	}
	vault_index(vault);
	assert_string_equal(vault_matches(vault, "old"), "");
	assert_string_equal(vault_matches(vault, "new"), "5 7");
	assert_string_equal(vault_matches(vault, "words"), "5 6");
	check_words(vault);
}

static void an_edited_row_that_is_not_there_stays_away(void **state)
{
	struct vault *vault = *state;
	struct history_row row = row_at(1, 5);

	row.text = piece_of("new");
	vault_change(vault, HISTORY_REQUEST_EDIT, row, 0);
	assert_string_equal(vault_ids(vault), "");
	check_words(vault);
}

static void a_removed_row_is_gone_from_the_index(void **state)
{
	struct vault *vault = *state;

	vault_say(vault, 1, 5, "secret words");
	vault_say(vault, 1, 6, "other words");
	vault_index(vault);
	vault_say(vault, 1, 7, "secret words again");
	for (int i = 0; i < 2; i++) {
		vault_change(vault, HISTORY_REQUEST_REMOVE, row_at(1, 5), 0);
		vault_change(vault, HISTORY_REQUEST_REMOVE, row_at(1, 7), 0);
	}
	vault_index(vault);
	assert_string_equal(vault_ids(vault), "6");
	assert_string_equal(vault_matches(vault, "secret"), "");
	assert_string_equal(vault_matches(vault, "words"), "6");
	check_words(vault);
}

/* As after a crash: all again, in order. */
static void repeated_requests_have_the_same_effect(void **state)
{
	struct vault *vault = *state;
	struct history_row edited = row_at(1, 11);

	edited.text = piece_of("changed");
	for (int i = 0; i < 3; i++) {
		vault_say(vault, 1, 10, "one");
		vault_say(vault, 1, 11, "two");
		vault_say(vault, 1, 12, "three");
		vault_say(vault, 2, 13, "four");
		vault_change(vault, HISTORY_REQUEST_EDIT, edited, 0);
		vault_change(vault, HISTORY_REQUEST_REMOVE, row_at(1, 12), 0);
		vault_change(vault, HISTORY_REQUEST_ERASE, row_at(2, 0), 0);
		vault_change(vault, HISTORY_REQUEST_TRIM, row_at(1, 0), 11);
		if (i == 1)
			vault_keep_up(vault);
	}
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "11");
	assert_string_equal(vault_matches(vault, "changed"), "11");
	assert_string_equal(vault_matches(vault, "one OR two OR three OR four"), "");
	check_words(vault);
}

static void a_long_conversation_is_erased_in_parts(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 100, MANY);
	vault_say(vault, 2, 50, "stays");
	vault_say(vault, 2, 100 + MANY, "stays, too");
	vault_index(vault);
	vault_change(vault, HISTORY_REQUEST_ERASE, row_at(1, 0), 0);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages"), MANY + 2);
	assert_in_range(vault_keep_up(vault), MANY / 500, MANY / 500 + 4);
	assert_string_equal(vault_ids(vault), "50 3200");
	assert_string_equal(vault_matches(vault, "plenty"), "");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM erasures"), 0);
	check_words(vault);
}

static void trimming_removes_lower_ids_of_that_conversation(void **state)
{
	struct vault *vault = *state;

	for (uint64_t id = 1; id <= 6; id++)
		vault_say(vault, 1 + (int64_t) (id % 2), id, "x");
	vault_change(vault, HISTORY_REQUEST_TRIM, row_at(1, 0), 4);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "1 3 4 5 6");
}

static void expiring_removes_lower_ids_of_all(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, MANY);
	vault_say_many(vault, -2, 10001, 10);
	vault_change(vault, HISTORY_REQUEST_EXPIRE, row_at(0, 0), 10004);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "10004 10005 10006 10007 10008 10009 10010");
	assert_int_equal(vault_count(vault, "SELECT removals > 0 FROM progress"), 1);
	check_words(vault);
}

static void private_messages_may_expire_before_others(void **state)
{
	struct vault *vault = *state;

	vault_say(vault, 1, 1, "on a channel");
	vault_say_many(vault, -7, 10, MANY);
	vault_say_many(vault, -5, 10 + MANY, 3);
	vault_say_many(vault, INT64_MIN / 2, 20 + MANY, 3);
	vault_index(vault);
	vault_change(vault, HISTORY_REQUEST_EXPIRE_PRIVATE, row_at(0, 0), 21 + MANY);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "1 3121 3122");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM erasures"), 0);
	check_words(vault);
}

static void many_conversations_expire_in_parts(void **state)
{
	struct vault *vault = *state;

	for (uint64_t id = 1; id <= 2500; id++)
		converse(vault, said(-(int64_t) id, id, 1, "x"), 2);
	vault_change(vault, HISTORY_REQUEST_EXPIRE_PRIVATE, row_at(0, 0), 2500);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "2500");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM conversations"), 2);
}

/* Its list would otherwise tell indefinitely who talked with whom. */
static void an_expired_conversation_is_forgotten(void **state)
{
	struct vault *vault = *state;

	converse(vault, said(-1, 10, 1, "old"), 2);
	converse(vault, said(-2, 11, 1, "old"), 3);
	converse(vault, said(-2, 21, 1, "new"), 3);
	vault_change(vault, HISTORY_REQUEST_EXPIRE, row_at(0, 0), 20);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "21");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM conversations"), 2);
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM conversations WHERE target = -2"), 2);
}

/* Events are not counted, but go with the messages before which they were. */
static void keeping_counts_messages_only(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, 12); /* 1, 4, 7 and 10 are events */
	vault_say(vault, 2, 100, "elsewhere");
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(1, 0), 3);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "9 10 11 12 100");
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(1, 0), 3);
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(2, 0), 1);
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(3, 0), 1);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "9 10 11 12 100");
}

/* Events alone take no more space than messages may. */
static void as_many_events_as_messages_are_kept(void **state)
{
	struct vault *vault = *state;
	struct history_row event = said(1, 0, 1, NULL);

	vault_say(vault, 1, 1, "first");
	event.verb = HISTORY_VERB_TAGMSG;
	for (event.id = 2; event.id <= 3000; event.id++)
		vault_apply(vault,
			&(struct history_request){ .kind = HISTORY_REQUEST_ADD, .row = event });
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(1, 0), 3);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "1 2998 2999 3000");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM erasures"), 0);
}

static void conversations_have_their_newest_message(void **state)
{
	struct vault *vault = *state;

	converse(vault, said(-1, 10, 1, "a"), 2);
	converse(vault, said(-1, 12, 2, "b"), 1);
	converse(vault, said(-1, 11, 1, "late"), 2);
	converse(vault, said(-3, 13, 1, "to a stranger"), 0);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM conversations"), 3);
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM conversations WHERE target = -1 AND"
				   " last = 12 AND name = iif(owner = 1, 'author', 'other')"),
		2);
}

/* Goes: what the account wrote anywhere, and its conversations with strangers. Stays: what others
 * wrote to it. */
static void a_forgotten_account_leaves_what_others_wrote(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1000, 20); /* by 1 and 2, in turn */
	converse(vault, said(-1, 10, 1, "to two"), 2);
	converse(vault, said(-1, 11, 2, "to one"), 1);
	converse(vault, said(-3, 12, 1, "to a stranger"), 0);
	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = { .id = 13,
					   .target = -3,
					   .verb = HISTORY_VERB_PRIVMSG,
					   .source = piece_of("s"),
					   .text = piece_of("by a stranger") },
				   .owners = { { 0, piece_of("one") }, { 1, piece_of("s") } } });
	vault_index(vault);
	vault_change(vault, HISTORY_REQUEST_FORGET, row_at(0, 1000000), 1);
	vault_keep_up(vault);
	assert_string_equal(
		vault_ids(vault), "11 1001 1003 1005 1007 1009 1011 1013 1015 1017 1019");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM conversations"), 1);
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM conversations WHERE owner = 2"), 1);
	assert_string_equal(vault_matches(vault, "stranger OR two"), "");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM erasures"), 0);
	check_words(vault);
}

/* Also when the request is repeated after a crash. */
static void what_an_account_says_later_stays(void **state)
{
	struct vault *vault = *state;

	converse(vault, said(-1, 11, 1, "early"), 2);
	vault_apply(vault, &(struct history_request){
				   .kind = HISTORY_REQUEST_ADD, .row = said(5, 12, 1, "early") });
	for (int i = 0; i < 2; i++) {
		vault_change(vault, HISTORY_REQUEST_FORGET, row_at(0, 12), 1);
		converse(vault, said(-1, 13, 1, "late"), 2);
		vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
					   .row = said(5, 14, 1, "late") });
		vault_keep_up(vault);
		assert_string_equal(vault_ids(vault), "13 14");
		assert_int_equal(vault_count(vault, "SELECT count(*) FROM erasures"), 0);
	}
}

/* Looks at all rows, in parts, and removes no more than the account's at once. */
static void an_account_that_wrote_much_is_forgotten_in_parts(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, 2 * MANY);
	vault_index(vault);
	vault_change(vault, HISTORY_REQUEST_FORGET, row_at(0, 1000000), 2);
	assert_true(vault_keep_up(vault) > MANY / 500);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages"), MANY);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages WHERE author = 2"), 0);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM erasures"), 0);
	check_words(vault);
}

static void the_index_is_filled_in_parts(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, MANY);
	assert_string_equal(vault_matches(vault, "plenty"), "");
	assert_int_equal(archive_tables_index(vault->tables), SQLITE_OK);
	assert_int_equal(vault_count(vault, "SELECT indexed FROM progress"), ARCHIVE_INDEX_STEP);
	vault_close(vault);
	vault_open(vault);
	vault_index(vault);
	assert_int_equal(vault_count(vault, "SELECT indexed FROM progress"),
		vault_count(vault, "SELECT count(*) FROM messages WHERE verb = 1"));
	check_words(vault);
}

static void nothing_is_tidied_unless_something_was_removed(void **state)
{
	struct vault *vault = *state;
	uint64_t wall_ms = 7;
	bool is_needed = true;

	vault_say(vault, 1, 1, "x");
	vault_index(vault);
	assert_int_equal(archive_tables_tidied(vault->tables, &is_needed, &wall_ms), SQLITE_OK);
	assert_false(is_needed);
	assert_int_equal(wall_ms, 0);
	vault_change(vault, HISTORY_REQUEST_REMOVE, row_at(1, 1), 0);
	assert_int_equal(archive_tables_tidied(vault->tables, &is_needed, &wall_ms), SQLITE_OK);
	assert_true(is_needed);
	vault_tidy(vault);
	assert_int_equal(archive_tables_tidied(vault->tables, &is_needed, &wall_ms), SQLITE_OK);
	assert_false(is_needed);
	assert_int_equal(wall_ms, 5000);
}

/* The words of the index are in the file, in parts of their own for each transaction. */
static void removed_words_leave_the_file_when_it_is_tidied(void **state)
{
	struct vault *vault = *state;
	char text[64];

	for (uint64_t id = 1; id <= 300; id++) {
		snprintf(text, sizeof(text), "xylophone number%u", (unsigned int) id);
		vault_say(vault, 1, id, id == 100 ? "quasarword" : text);
		if (id % 10 == 0)
			vault_index(vault);
	}
	assert_true(vault_file_has(vault, "quasarword"));
	vault_change(vault, HISTORY_REQUEST_REMOVE, row_at(1, 100), 0);
	vault_tidy(vault);
	assert_false(vault_file_has(vault, "quasarword"));
	assert_true(vault_file_has(vault, "xylophone"));
	assert_string_equal(vault_matches(vault, "number99 OR quasarword"), "99");
	check_words(vault);
}

static void words_before_an_edit_leave_the_file_too(void **state)
{
	struct vault *vault = *state;
	struct history_row row = row_at(1, 1);

	vault_say(vault, 1, 1, "quasarword");
	vault_index(vault);
	row.text = piece_of("other");
	vault_change(vault, HISTORY_REQUEST_EDIT, row, 0);
	vault_tidy(vault);
	assert_false(vault_file_has(vault, "quasarword"));
	assert_string_equal(vault_matches(vault, "other"), "1");
}

static void erased_words_leave_the_file_too(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, MANY);
	vault_say(vault, 2, MANY + 1, "stays");
	vault_index(vault);
	vault_change(vault, HISTORY_REQUEST_ERASE, row_at(1, 0), 0);
	vault_keep_up(vault);
	vault_tidy(vault);
	assert_false(vault_file_has(vault, "plenty"));
	assert_true(vault_file_has(vault, "stays"));
}

static void the_last_id_is_the_highest(void **state)
{
	struct vault *vault = *state;
	uint64_t id = 7;

	assert_int_equal(archive_tables_last_id(vault->tables, &id), SQLITE_OK);
	assert_int_equal(id, 0);
	vault_say(vault, 9, 50, "x");
	vault_say(vault, 1, 40, "x");
	assert_int_equal(archive_tables_last_id(vault->tables, &id), SQLITE_OK);
	assert_int_equal(id, 50);
}

/* As a damaged snapshot may bring them: they must not stop those behind them. */
static void requests_without_their_parts_do_no_harm(void **state)
{
	struct vault *vault = *state;

	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD });
	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = { .id = 1, .target = 1, .source = piece_of("s") },
				   .owners = { { 1, { 0 } }, { 1, { 0 } } } });
	for (unsigned int kind = 2; kind < HISTORY_REQUESTS; kind++)
		vault_apply(vault,
			&(struct history_request){ .kind = (enum history_request_kind) kind });
	vault_keep_up(vault);
	vault_say(vault, 2, 2, "goes on");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages WHERE id = 2"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_row_has_all_its_parts),
		TEST(what_a_row_lacks_is_null),
		TEST(a_repeated_row_changes_nothing),
		TEST(a_late_row_is_indexed_too),
		TEST(the_place_of_a_removed_message_is_not_taken),
		TEST(an_edited_row_is_found_by_its_new_words_only),
		TEST(an_edited_row_that_is_not_there_stays_away),
		TEST(a_removed_row_is_gone_from_the_index),
		TEST(repeated_requests_have_the_same_effect),
		TEST(a_long_conversation_is_erased_in_parts),
		TEST(trimming_removes_lower_ids_of_that_conversation),
		TEST(expiring_removes_lower_ids_of_all),
		TEST(private_messages_may_expire_before_others),
		TEST(many_conversations_expire_in_parts),
		TEST(an_expired_conversation_is_forgotten),
		TEST(keeping_counts_messages_only),
		TEST(as_many_events_as_messages_are_kept),
		TEST(conversations_have_their_newest_message),
		TEST(a_forgotten_account_leaves_what_others_wrote),
		TEST(an_account_that_wrote_much_is_forgotten_in_parts),
		TEST(what_an_account_says_later_stays),
		TEST(the_index_is_filled_in_parts),
		TEST(nothing_is_tidied_unless_something_was_removed),
		TEST(removed_words_leave_the_file_when_it_is_tidied),
		TEST(words_before_an_edit_leave_the_file_too),
		TEST(erased_words_leave_the_file_too),
		TEST(the_last_id_is_the_highest),
		TEST(requests_without_their_parts_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
