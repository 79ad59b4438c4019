/* What is stored, and what a request that is repeated, late or wrong does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/pack.h"
#include "place.h"

#define MOST_SECONDS 20

static int set_up(void **state)
{
	struct place *place = place_new();

	place_open(place);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	place_free(*state);
	sqlite3_shutdown();
	return 0;
}

static enum store_status store_one(struct place *place, const struct place_row *rows)
{
	return place_store(place, rows)->status;
}

static void rows_of_every_table_come_back(void **state)
{
	struct place *place = *state;

	assert_int_equal(
		store_one(place, ROWS(ROW(ACCOUNTS, 0, 1, "1=Ana", "2=ana", "3=+1700000000000",
					      "4=SCRAM", "5=a@b.c"),
					 ROW(ACCOUNT_NICKS, 0, 2, "1=ana_", "2=Ana_", "3=+5"),
					 ROW(ACCOUNT_CERTIFICATES, 0, 3, "1=ab12", "2=+6"))),
		STORE_STATUS_STORED);
	assert_int_equal(
		store_one(place,
			ROWS(ROW(CHANNELS, 0, 4, "1=#Garden", "2=#garden", "3=+7", "4=+1", "5=Hi"),
				ROW(CHANNEL_ACCESS, 0, 5, "1=+1", "2=qo"),
				ROW(CHANNEL_LISTS, 0, 6, "1=b", "2=*!*@x", "3=ana", "4=+8"))),
		STORE_STATUS_STORED);
	assert_int_equal(store_one(place, ROWS(ROW(SERVER_BANS, 0, 7, "1=kline", "2=*@y", "3=spam",
						  "4=ana", "5=+9", "6=+10"))),
		STORE_STATUS_STORED);
	assert_string_equal(place_read(place),
		"accounts 1 v1 1=Ana 2=ana 3=+1700000000000 4=SCRAM 5=a@b.c\n"
		"account_nicks 1 v2 1=ana_ 2=Ana_ 3=+5\n"
		"account_certificates 1 v3 1=ab12 2=+6\n"
		"channels 1 v4 1=#Garden 2=#garden 3=+7 4=+1 5=Hi\n"
		"channel_access 1 v5 1=+1 2=qo\n"
		"channel_lists 1 v6 1=b 2=*!*@x 3=ana 4=+8\n"
		"server_bans 0 v7 1=kline 2=*@y 3=spam 4=ana 5=+9 6=+10\n");
}

static void fields_without_a_column_come_back_in_their_order(void **state)
{
	struct place *place = *state;

	store_one(place, ROWS(ROW(ACCOUNTS, 0, 1, "99=later", "1=ana", "64=first", "2=ana",
				 "64=again", "6=new")));
	assert_string_equal(place_read(place),
		"accounts 1 v1 1=ana 2=ana 3=+0 99=later 64=first 64=again 6=new\n");
}

static void numbers_of_64_bits_come_back(void **state)
{
	struct place *place = *state;

	store_one(place,
		ROWS(ROW(ACCOUNTS, 0, INT64_MAX, "1=ana", "2=ana", "3=+18446744073709551615")));
	assert_string_equal(place_read(place),
		"accounts 1 v9223372036854775807 1=ana 2=ana 3=+18446744073709551615\n");
}

static void a_changed_row_replaces_all_fields(void **state)
{
	struct place *place = *state;

	store_one(place, ROWS(ROW(ACCOUNTS, 0, 1, "1=ana", "2=ana", "4=SCRAM", "64=rest")));
	assert_int_equal(
		store_one(place, ROWS(ROW(ACCOUNTS, 1, 2, "1=Bea", "2=bea"))), STORE_STATUS_STORED);
	assert_int_equal(place->answers[1].id, 0);
	assert_string_equal(place_read(place), "accounts 1 v2 1=Bea 2=bea 3=+0\n");
}

static void a_late_request_does_not_undo_a_newer_one(void **state)
{
	struct place *place = *state;

	store_one(place, ROWS(ACCOUNT(0, 5, "ana")));
	store_one(place, ROWS(ROW(ACCOUNT_NICKS, 1, 5, "1=a", "2=A")));
	assert_int_equal(store_one(place, ROWS(ACCOUNT(1, 4, "old"))), STORE_STATUS_STORED);
	assert_int_equal(store_one(place, ROWS(ACCOUNT(1, 5, "old"))), STORE_STATUS_STORED);
	assert_int_equal(store_one(place, ROWS(ROW(ACCOUNT_NICKS, 1, 4, "1=a", "2=OLD"))),
		STORE_STATUS_STORED);
	assert_int_equal(
		store_one(place, ROWS(REMOVAL(ACCOUNT_NICKS, 1, 5, "1=a"))), STORE_STATUS_STORED);
	assert_int_equal(
		store_one(place, ROWS(REMOVAL(ACCOUNTS, 1, 3, NULL))), STORE_STATUS_STORED);
	assert_string_equal(place_read(place),
		"accounts 1 v5 1=ana 2=ana 3=+0\naccount_nicks 1 v5 1=a 2=A 3=+0\n");
}

static void a_repeated_request_changes_nothing_and_gets_its_answer(void **state)
{
	struct place *place = *state;
	uint64_t number = place_submit(place, ROWS(ACCOUNT(0, 1, "ana")));

	place_wait(place, 1);
	store_one(place, ROWS(REMOVAL(ACCOUNTS, 1, 2, NULL)));
	place_read(place);
	assert_true(place_submit_as(place, number, ROWS(ACCOUNT(0, 1, "ana"))));
	assert_int_equal(place_wait(place, 3)->status, STORE_STATUS_STORED);
	assert_int_equal(place->answers[2].id, 1);
	assert_int_equal(place->answers[2].key.number, number);
	assert_int_equal(place->answers[2].key.world, PLACE_WORLD);
	assert_string_equal(place_read(place), "");
}

static void a_request_of_another_world_is_not_a_repeated_one(void **state)
{
	struct place *place = *state;
	struct store_key key = { PLACE_WORLD + 1, 1 };
	struct buffer bytes = { 0 };

	assert_int_equal(place_submit(place, ROWS(ACCOUNT(0, 1, "ana"))), 1);
	pack_text(&bytes, STORE_ACCOUNT_NAME, "bea");
	pack_text(&bytes, STORE_ACCOUNT_FOLDED, "bea");
	assert_true(store_submit(place->store, &key,
		&(struct store_row){ STORE_TABLE_ACCOUNTS, false, 0, 1, bytes.bytes, bytes.length },
		1));
	buffer_done(&bytes);
	assert_int_equal(place_wait(place, 2)->id, 2);
}

static void old_requests_are_forgotten(void **state)
{
	struct place *place = *state;

	place_close(place);
	place->options.most_requests = 4;
	place_open(place);
	for (int i = 0; i < 30; i++)
		store_one(place, ROWS(ROW(SERVER_BANS, 0, (uint64_t) i + 1, "1=kline", "2=*@x")));
	place_close(place);
	assert_int_equal(place_query(place->path, "SELECT count(*) FROM requests"), 8);
	assert_int_equal(place_query(place->path, "SELECT min(number) FROM requests"), 23);
}

static void a_taken_name_is_refused_with_the_whole_request(void **state)
{
	struct place *place = *state;

	store_one(place, ROWS(ACCOUNT(0, 1, "ana"), ROW(ACCOUNT_NICKS, 0, 1, "1=a", "2=A"),
				 ROW(ACCOUNT_CERTIFICATES, 0, 1, "1=ff")));
	assert_int_equal(store_one(place, ROWS(ACCOUNT(0, 2, "ana"))), STORE_STATUS_TAKEN);
	assert_int_equal(place->answers[1].id, 0);
	assert_int_equal(store_one(place, ROWS(ACCOUNT(0, 2, "bea"),
						  ROW(ACCOUNT_NICKS, 0, 2, "1=a", "2=A"))),
		STORE_STATUS_TAKEN);
	assert_int_equal(store_one(place, ROWS(ACCOUNT(0, 2, "bea"),
						  ROW(ACCOUNT_CERTIFICATES, 0, 2, "1=ff"))),
		STORE_STATUS_TAKEN);
	assert_string_equal(place_read(place), "accounts 1 v1 1=ana 2=ana 3=+0\n"
					       "account_nicks 1 v1 1=a 2=A 3=+0\n"
					       "account_certificates 1 v1 1=ff 2=+0\n");
}

static void a_row_that_refers_to_none_is_refused(void **state)
{
	struct place *place = *state;

	assert_int_equal(store_one(place, ROWS(ACCOUNT(9, 1, "ana"))), STORE_STATUS_GONE);
	assert_int_equal(
		store_one(place, ROWS(ROW(ACCOUNT_NICKS, 9, 1, "1=a", "2=A"))), STORE_STATUS_GONE);
	assert_int_equal(store_one(place, ROWS(ROW(CHANNELS, 0, 1, "1=#a", "2=#a", "4=+9"))),
		STORE_STATUS_GONE);
	assert_int_equal(
		store_one(place, ROWS(REMOVAL(ACCOUNTS, 9, 1, NULL))), STORE_STATUS_STORED);
	assert_string_equal(place_read(place), "");
}

static void a_malformed_row_is_refused(void **state)
{
	struct place *place = *state;
	struct store_key key = { PLACE_WORLD, 1000 };

	assert_int_equal(
		store_one(place, ROWS(ROW(ACCOUNTS, 0, 1, "2=ana"))), STORE_STATUS_MALFORMED);
	assert_int_equal(store_one(place, ROWS(ROW(ACCOUNTS, 0, 1, "1=a", "2=ana", "1=b"))),
		STORE_STATUS_MALFORMED);
	assert_int_equal(store_one(place, ROWS(ROW(ACCOUNT_NICKS, 0, 1, "1=a", "2=A"))),
		STORE_STATUS_MALFORMED);
	assert_int_equal(
		store_one(place, ROWS(ROW(SERVER_BANS, 0, 1, "1=kline"))), STORE_STATUS_MALFORMED);
	assert_int_equal(
		store_one(place, ROWS(REMOVAL(ACCOUNTS, 0, 1, NULL))), STORE_STATUS_MALFORMED);
	assert_true(store_submit(place->store, &key,
		&(struct store_row){ STORE_TABLE_ACCOUNTS, false, 0, 1, "\1\0\7\0\0\0ab", 8 }, 1));
	assert_int_equal(place_wait(place, 6)->status, STORE_STATUS_MALFORMED);
	key.number++;
	assert_true(store_submit(place->store, &key,
		&(struct store_row){ STORE_TABLE_ACCOUNTS, false, 0, 1, "\1\0\3\0\0\0a\0b", 9 },
		1));
	assert_int_equal(place_wait(place, 7)->status, STORE_STATUS_MALFORMED);
	assert_string_equal(place_read(place), "");
}

/* A field of the rest. */
static char *make_long_text(size_t length)
{
	char *text = malloc(length + 1);

	assert_non_null(text);
	memset(text, 'x', length);
	memcpy(text, "64=", 3);
	text[length] = '\0';
	return text;
}

static void a_row_that_is_too_long_is_refused(void **state)
{
	struct place *place = *state;
	char *text = make_long_text(9 << 20);

	assert_int_equal(store_one(place, ROWS(ROW(ACCOUNTS, 0, 1, "1=ana", "2=ana", text))),
		STORE_STATUS_MALFORMED);
	assert_int_equal(store_one(place, ROWS(ACCOUNT(0, 1, "ana"))), STORE_STATUS_STORED);
	free(text);
}

static off_t size_beside(const struct place *place, const char *ending)
{
	struct stat status;
	char path[128];

	snprintf(path, sizeof(path), "%s%s", place->path, ending);
	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

/* The writer moves the log into the database while no request waits; the next request then begins
 * at the log's beginning. It looks once after each request, when the next may already be there, so
 * that a test that is quicker than the writer has to let it look again. */
static void the_log_is_used_again(void **state)
{
	struct place *place = *state;
	char *text = make_long_text(5 << 20);
	time_t end = time(NULL) + MOST_SECONDS;
	uint64_t version = 1;
	off_t before;

	store_one(place, ROWS(ROW(SERVER_BANS, 0, version, "1=kline", "2=*@x", text)));
	do {
		assert_true(time(NULL) < end);
		before = size_beside(place, "-wal");
		store_one(place, ROWS(ROW(SERVER_BANS, 0, ++version, "1=kline", "2=*@x", text)));
	} while (size_beside(place, "-wal") > before);
	assert_true(size_beside(place, "") > 5 << 20);
	free(text);
}

/* A group is one transaction: the bad request in the middle must not take the others with it. */
static void a_refused_request_leaves_its_group_alone(void **state)
{
	struct place *place = *state;

	place_submit(place, ROWS(ACCOUNT(0, 1, "ana")));
	place_submit(place, ROWS(ACCOUNT(0, 1, "cat"), ACCOUNT(0, 1, "ana")));
	place_submit(place, ROWS(ACCOUNT(0, 1, "bea")));
	place_wait(place, 3);
	assert_int_equal(place->answers[0].status, STORE_STATUS_STORED);
	assert_int_equal(place->answers[1].status, STORE_STATUS_TAKEN);
	assert_int_equal(place->answers[2].status, STORE_STATUS_STORED);
	place_read(place);
	assert_int_equal(place->n_rows, 2);
}

static void what_belongs_to_a_removed_account_goes_with_it(void **state)
{
	struct place *place = *state;

	store_one(place, ROWS(ACCOUNT(0, 1, "ana"), ROW(ACCOUNT_NICKS, 0, 1, "1=a", "2=A"),
				 ROW(ACCOUNT_CERTIFICATES, 0, 1, "1=ff")));
	store_one(place, ROWS(ROW(CHANNELS, 0, 1, "1=#a", "2=#a", "4=+1"),
				 ROW(CHANNEL_ACCESS, 0, 1, "1=+1", "2=q"),
				 ROW(CHANNEL_LISTS, 0, 1, "1=b", "2=*")));
	store_one(place, ROWS(REMOVAL(ACCOUNTS, 1, 2, NULL)));
	assert_string_equal(place_read(place),
		"channels 1 v1 1=#a 2=#a 3=+0\nchannel_lists 1 v1 1=b 2=* 4=+0\n");
	store_one(place, ROWS(REMOVAL(CHANNELS, 1, 2, NULL)));
	assert_string_equal(place_read(place), "");
}

static void ids_are_never_used_again(void **state)
{
	struct place *place = *state;

	for (uint64_t id = 1; id <= 5; id++) {
		assert_int_equal(place_store(place, ROWS(ACCOUNT(0, 1, "ana")))->id, id);
		assert_int_equal(
			place_store(place, ROWS(ROW(CHANNELS, 0, 1, "1=#a", "2=#a")))->id, id);
		store_one(place,
			ROWS(REMOVAL(ACCOUNTS, id, 2, NULL), REMOVAL(CHANNELS, id, 2, NULL)));
		assert_string_equal(place_read(place), "");
	}
}

static void a_stop_writes_what_was_accepted(void **state)
{
	struct place *place = *state;

	for (int i = 0; i < 1000; i++)
		place_submit(
			place, ROWS(ROW(SERVER_BANS, 0, (uint64_t) i + 1, "1=kline", "2=*@x")));
	store_stop(place->store);
	store_take_news(place->store);
	assert_int_equal(place->n_answers, 1000);
	assert_false(place_submit_as(place, 2000, ROWS(ACCOUNT(0, 1, "ana"))));
	assert_string_equal(place_read(place), "server_bans 0 v1000 1=kline 2=*@x 5=+0 6=+0\n");
}

static void the_log_is_gone_after_a_stop(void **state)
{
	struct place *place = *state;
	char log[128];

	store_one(place, ROWS(ACCOUNT(0, 1, "ana")));
	snprintf(log, sizeof(log), "%s-wal", place->path);
	assert_int_equal(access(log, F_OK), 0);
	place_close(place);
	assert_int_equal(access(log, F_OK), -1);
}

static void too_many_requests_are_not_accepted(void **state)
{
	struct place *place = *state;
	uint64_t number = 1;

	place_close(place);
	place->options.most_requests = 3;
	place_open(place);
	while (number <= 3)
		place_submit_as(place, number++, ROWS(ACCOUNT(0, 1, "ana")));
	/* An answer counts until it was taken. */
	usleep(50000);
	assert_false(place_submit_as(place, number, ROWS(ACCOUNT(0, 1, "bea"))));
	place_wait(place, 3);
	assert_true(place_submit_as(place, number, ROWS(ACCOUNT(0, 1, "bea"))));
	assert_int_equal(place_wait(place, 4)->status, STORE_STATUS_STORED);
}

static void too_many_bytes_are_not_accepted(void **state)
{
	struct place *place = *state;

	place_close(place);
	place->options.most_bytes = 40;
	place_open(place);
	/* 9 bytes and two heads of 6; more than the limit alone is accepted. */
	assert_true(place_submit_as(place, 1, ROWS(ACCOUNT(0, 1, "a name that is long"))));
	assert_false(place_submit_as(place, 2, ROWS(ACCOUNT(0, 1, "b"))));
	place_wait(place, 1);
	assert_true(place_submit_as(place, 2, ROWS(ACCOUNT(0, 1, "b"))));
	assert_true(place_submit_as(place, 3, ROWS(ACCOUNT(0, 1, "c"))));
	assert_false(place_submit_as(place, 4, ROWS(ACCOUNT(0, 1, "d"))));
	place_wait(place, 3);
}

static void answers_come_in_the_order_of_requests(void **state)
{
	struct place *place = *state;

	for (int i = 0; i < 3000; i++)
		place_submit(
			place, ROWS(ROW(SERVER_BANS, 0, (uint64_t) i + 1, "1=kline", "2=*@x")));
	place_wait(place, 3000);
	for (size_t i = 0; i < 3000; i++)
		assert_int_equal(place->answers[i].key.number, i + 1);
}

/* Nothing in an unreadable schema is carried out: a trigger could change what is stored. */
static void triggers_that_were_added_to_the_file_do_nothing(void **state)
{
	struct place *place = *state;

	place_close(place);
	place_run_sql(place, "CREATE TRIGGER steal AFTER INSERT ON accounts BEGIN "
			     "UPDATE accounts SET verifier = 'mine'; END");
	place_open(place);
	store_one(place, ROWS(ROW(ACCOUNTS, 0, 1, "1=ana", "2=ana", "4=hers")));
	assert_string_equal(place_read(place), "accounts 1 v1 1=ana 2=ana 3=+0 4=hers\n");
}

static struct store_state read_state_of(struct place *place)
{
	struct store_state now = { 0 };
	struct store_problem problem;

	place_close(place);
	place_open(place);
	assert_true(store_read_state(place->store, &now, &problem));
	return now;
}

static void each_stored_request_adds_one_to_the_state(void **state)
{
	struct place *place = *state;
	struct store_state first = read_state_of(place), now;

	assert_int_equal(first.n_stored, 0);
	assert_true(first.file != 0);
	place_store(place, ROWS(ACCOUNT(0, 1, "ana"), ACCOUNT(0, 1, "bea")));
	place_store(place, ROWS(ACCOUNT(0, 1, "ana")));
	place_store(place, ROWS(REMOVAL(ACCOUNTS, 9, 1)));
	now = read_state_of(place);
	assert_int_equal(now.n_stored, 2);
	assert_true(now.file == first.file);
}

static void two_files_have_different_states(void **state)
{
	struct place *place = *state, *other = place_new();

	place_open(other);
	assert_true(read_state_of(place).file != read_state_of(other).file);
	place_free(other);
}

static void stored_requests_are_known(void **state)
{
	struct place *place = *state;
	struct store_key key = { PLACE_WORLD, 0 };

	key.number = place_submit(place, ROWS(ACCOUNT(0, 1, "ana")));
	place_close(place);
	place_open(place);
	assert_true(store_has(place->store, &key));
	key.number++;
	assert_false(store_has(place->store, &key));
	key = (struct store_key){ PLACE_WORLD + 1, key.number - 1 };
	assert_false(store_has(place->store, &key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(rows_of_every_table_come_back),
		TEST(fields_without_a_column_come_back_in_their_order),
		TEST(numbers_of_64_bits_come_back),
		TEST(a_changed_row_replaces_all_fields),
		TEST(a_late_request_does_not_undo_a_newer_one),
		TEST(a_repeated_request_changes_nothing_and_gets_its_answer),
		TEST(a_request_of_another_world_is_not_a_repeated_one),
		TEST(old_requests_are_forgotten),
		TEST(a_taken_name_is_refused_with_the_whole_request),
		TEST(a_row_that_refers_to_none_is_refused),
		TEST(a_malformed_row_is_refused),
		TEST(a_row_that_is_too_long_is_refused),
		TEST(the_log_is_used_again),
		TEST(a_refused_request_leaves_its_group_alone),
		TEST(what_belongs_to_a_removed_account_goes_with_it),
		TEST(ids_are_never_used_again),
		TEST(a_stop_writes_what_was_accepted),
		TEST(the_log_is_gone_after_a_stop),
		TEST(too_many_requests_are_not_accepted),
		TEST(too_many_bytes_are_not_accepted),
		TEST(answers_come_in_the_order_of_requests),
		TEST(each_stored_request_adds_one_to_the_state),
		TEST(two_files_have_different_states),
		TEST(stored_requests_are_known),
		TEST(triggers_that_were_added_to_the_file_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
