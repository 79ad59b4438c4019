/* Copies of the database for callers at the control socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "control_house.h"

static void put_copy(const struct control_house *house, const char *text)
{
	FILE *file = fopen(house->copy, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_copy(int fd, const char *text)
{
	struct control_received received = control_house_receive(fd);
	char bytes[64] = "", wanted[80];

	snprintf(wanted, sizeof(wanted), "{\"parameters\":{\"fileDescriptor\":0,\"size\":%zu}}",
		strlen(text));
	assert_true(received.length > 0);
	assert_string_equal(received.bytes, wanted);
	assert_true(received.fd >= 0);
	assert_int_equal(fcntl(received.fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(read(received.fd, bytes, sizeof(bytes)), strlen(text));
	assert_string_equal(bytes, text);
	close(received.fd);
}

static void a_copy_comes_as_a_descriptor(void **state)
{
	struct control_house *house = *state;
	int fd = control_house_enter(house);

	control_house_call(fd, BACK_UP);
	control_house_turns(house, 3);
	assert_int_equal(house->n_backups, 1);
	control_house_assert_silent(fd);
	control_house_set_now(
		CONTROL_HOUSE_START_MS + 3600000); /* it may take as long as it does */
	control_house_turn(house);
	put_copy(house, "accounts");
	control_house_end_backup(house, NULL);
	assert_copy(fd, "accounts");
	assert_int_equal(house->logged, LOGBOOK_BACKUP_MADE);
	assert_int_equal(access(house->copy, F_OK), -1);
	control_house_call(fd, GET_INFO);
	control_house_turn(house);
	control_house_assert_info(fd);
	close(fd);
}

static void two_callers_get_the_same_copy(void **state)
{
	struct control_house *house = *state;
	int ana = control_house_enter(house), bea = control_house_enter(house);

	control_house_call(ana, BACK_UP);
	control_house_turn(house);
	control_house_call(bea, BACK_UP);
	control_house_turn(house);
	assert_int_equal(house->n_backups, 1);
	put_copy(house, "accounts");
	control_house_end_backup(house, NULL);
	assert_copy(ana, "accounts");
	assert_copy(bea, "accounts");
	control_house_call(ana, BACK_UP);
	control_house_turn(house);
	assert_int_equal(house->n_backups, 2);
	close(ana);
	close(bea);
}

static void who_leaves_meanwhile_leaves_nothing(void **state)
{
	struct control_house *house = *state;
	int fd = control_house_enter(house);

	control_house_call(fd, BACK_UP);
	control_house_turn(house);
	close(fd);
	control_house_turn(house);
	put_copy(house, "accounts");
	control_house_end_backup(house, NULL);
	assert_int_equal(access(house->copy, F_OK), -1);
	assert_int_equal(control_next_deadline(house->control), UINT64_MAX);
}

static void assert_refusal(int fd, const char *reason)
{
	struct control_received received = control_house_receive(fd);

	assert_true(received.length > 0);
	assert_non_null(strstr(received.bytes, CONTROL_BACKUP_FAILED));
	assert_non_null(strstr(received.bytes, reason));
	assert_int_equal(received.fd, -1);
}

static void a_failed_copy_is_reported(void **state)
{
	struct control_house *house = *state;
	int fd = control_house_enter(house);

	control_house_call(fd, BACK_UP);
	control_house_turn(house);
	control_house_end_backup(house, "no space is left");
	assert_refusal(fd, "no space is left");
	assert_int_equal(house->logged, LOGBOOK_BACKUP_FAILED);
	assert_string_equal(house->reason, "no space is left");
	control_house_call(fd, BACK_UP);
	control_house_turn(house);
	control_house_end_backup(house, NULL); /* and no file */
	assert_refusal(fd, strerror(ENOENT));
	house->problem = "there is no database";
	control_house_call(fd, BACK_UP);
	control_house_turn(house);
	assert_refusal(fd, "there is no database");
	close(fd);
}

static void a_copy_from_before_is_removed(void **state)
{
	struct control_house *house = *state;
	struct descriptors none = { 0 };

	control_free(house->control);
	snprintf(house->copy, sizeof(house->copy), "%s/backup.db", house->directory);
	put_copy(house, "accounts");
	strcat(house->copy, ".new");
	put_copy(house, "half");
	control_house_open(house, &none);
	assert_int_equal(access(house->copy, F_OK), -1);
	house->copy[strlen(house->copy) - strlen(".new")] = '\0';
	assert_int_equal(access(house->copy, F_OK), -1);
}

static void copies_of_both_databases_are_two(void **state)
{
	struct control_house *house = *state;
	int fd = control_house_enter(house);

	control_house_call(fd, BACK_UP_HISTORY);
	control_house_turns(house, 3);
	assert_non_null(strstr(house->copy, "/backup-history.db"));
	put_copy(house, "messages");
	control_house_end_backup(house, NULL);
	assert_copy(fd, "messages");
	assert_int_equal(house->logged, LOGBOOK_BACKUP_MADE);
	assert_int_equal(access(house->copy, F_OK), -1);
	control_house_call(fd, BACK_UP);
	control_house_turn(house);
	assert_non_null(strstr(house->copy, "/backup.db"));
	put_copy(house, "accounts");
	control_house_end_backup(house, NULL);
	assert_copy(fd, "accounts");
	close(fd);
}

/* The copy of the history is of the time when it began. */
static void who_calls_later_gets_a_later_copy_of_the_history(void **state)
{
	struct control_house *house = *state;
	int ana = control_house_enter(house), bea = control_house_enter(house);
	int cid = control_house_enter(house);

	control_house_call(ana, BACK_UP_HISTORY);
	control_house_turn(house);
	control_house_call(bea, BACK_UP_HISTORY);
	control_house_turn(house);
	control_house_call(cid, BACK_UP_HISTORY);
	control_house_turn(house);
	assert_int_equal(house->n_backups, 1);
	put_copy(house, "before");
	control_house_end_backup(house, NULL);
	assert_copy(ana, "before");
	control_house_assert_silent(bea);
	assert_int_equal(house->n_backups, 2);
	put_copy(house, "after");
	control_house_end_backup(house, NULL);
	assert_copy(bea, "after");
	assert_copy(cid, "after");
	assert_int_equal(house->n_backups, 2);
	close(ana);
	close(bea);
	close(cid);
}

static void a_later_copy_may_fail_to_begin(void **state)
{
	struct control_house *house = *state;
	int ana = control_house_enter(house), bea = control_house_enter(house);

	control_house_call(ana, BACK_UP_HISTORY);
	control_house_turn(house);
	control_house_call(bea, BACK_UP_HISTORY);
	control_house_turn(house);
	house->problem = "the history cannot be used";
	put_copy(house, "before");
	control_house_end_backup(house, NULL);
	assert_copy(ana, "before");
	assert_refusal(bea, "the history cannot be used");
	close(ana);
	close(bea);
}

static void without_history_there_is_no_copy(void **state)
{
	struct control_house *house = *state;
	int fd = control_house_enter(house);
	struct control_received received;

	house->is_unrecorded = true;
	control_house_call(fd, BACK_UP_HISTORY);
	control_house_turn(house);
	received = control_house_receive(fd);
	assert_string_equal(
		received.bytes, "{\"error\":\"" CONTROL_NOT_RECORDED "\",\"parameters\":{}}");
	assert_int_equal(received.fd, -1);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_house_start, control_house_stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_copy_comes_as_a_descriptor),
		TEST(two_callers_get_the_same_copy),
		TEST(who_leaves_meanwhile_leaves_nothing),
		TEST(a_failed_copy_is_reported),
		TEST(a_copy_from_before_is_removed),
		TEST(copies_of_both_databases_are_two),
		TEST(who_calls_later_gets_a_later_copy_of_the_history),
		TEST(a_later_copy_may_fail_to_begin),
		TEST(without_history_there_is_no_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
