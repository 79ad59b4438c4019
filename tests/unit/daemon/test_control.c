/* Callers at the control socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/passed_fds.h"
#include "control_house.h"
#include "daemon/control_report.h"
#include "proto/varlink_message.h"

#define MOST_CALLERS 16
#define WAITING_REQUEST 5
#define KILL                                                                                       \
	"{\"method\":\"" REPORT_INTERFACE ".Kill\",\"parameters\":{\"nick\":\"ana\","              \
	"\"reason\":\"spam\"}}"

static void only_the_owner_may_connect(void **state)
{
	const struct control_house *house = *state;
	struct stat status;

	assert_int_equal(stat(house->path, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0600);
}

static void a_call_is_answered(void **state)
{
	const struct control_house *house = *state;
	int fd = control_house_enter(house);

	control_house_call(fd, GET_INFO);
	control_house_turn(house);
	control_house_assert_info(fd);
	control_house_call(fd, GET_INFO);
	control_house_turn(house);
	control_house_assert_info(fd);
	close(fd);
}

static void a_call_may_come_in_parts(void **state)
{
	const struct control_house *house = *state;
	static const char text[] = GET_INFO;
	int fd = control_house_enter(house);

	for (size_t i = 0; i < sizeof(text); i++) {
		control_house_assert_silent(fd);
		assert_int_equal(send(fd, text + i, 1, 0), 1);
		control_house_turn(house);
	}
	control_house_assert_info(fd);
	close(fd);
}

static void calls_are_taken_one_in_a_turn(void **state)
{
	static const char text[] = GET_INFO "\0" GET_INFO "\0" GET_INFO;
	const struct control_house *house = *state;
	int ana = control_house_enter(house), bea = control_house_enter(house);

	assert_int_equal(send(ana, text, sizeof(text), 0), sizeof(text));
	control_house_call(bea, GET_INFO);
	control_house_turn(house);
	control_house_assert_info(ana);
	assert_int_equal(control_next_deadline(house->control), 0);
	control_house_turn(house);
	control_house_assert_silent(ana);
	control_house_assert_info(bea);
	control_house_turn(house);
	control_house_assert_info(ana);
	control_house_turn(house);
	control_house_assert_info(ana);
	assert_true(control_next_deadline(house->control) > control_house_now_ms());
	close(ana);
	close(bea);
}

static void who_stops_writing_gets_all_answers(void **state)
{
	static const char text[] = GET_INFO "\0" GET_INFO;
	const struct control_house *house = *state;
	int fd = control_house_enter(house);

	assert_int_equal(send(fd, text, sizeof(text), 0), sizeof(text));
	shutdown(fd, SHUT_WR);
	control_house_turns(house, 4);
	assert_true(control_house_receive(fd).length > 0);
	control_house_turns(house, 2);
	control_house_assert_closed(fd);
	close(fd);
}

static void nonsense_is_refused(void **state)
{
	const struct control_house *house = *state;
	int fd = control_house_enter(house);

	control_house_call(fd, "GET / HTTP/1.1");
	control_house_turn(house);
	control_house_assert_closed(fd);
	assert_int_equal(house->logged, LOGBOOK_CONTROL_REFUSED);
	close(fd);
}

static void a_call_without_an_end_is_refused(void **state)
{
	const struct control_house *house = *state;
	char spaces[8192];
	int fd = control_house_enter(house);

	memset(spaces, ' ', sizeof(spaces));
	for (int i = 0; i < VARLINK_MESSAGE_BYTES / (int) sizeof(spaces); i++) {
		assert_int_equal(house->logged, LOGBOOK_STARTED);
		assert_int_equal(send(fd, spaces, sizeof(spaces), 0), sizeof(spaces));
		control_house_turn(house);
	}
	assert_int_equal(house->logged, LOGBOOK_CONTROL_REFUSED);
	control_house_assert_closed(fd);
	close(fd);
}

static void who_does_not_read_is_closed(void **state)
{
	const struct control_house *house = *state;
	int fd = control_house_enter(house);
	size_t n_calls = 0;

	for (int i = 0; i < 5000; i++) {
		if (send(fd, GET_INFO, sizeof(GET_INFO), MSG_NOSIGNAL) == sizeof(GET_INFO))
			n_calls++;
		control_house_turn(house);
	}
	assert_true(n_calls > 100);
	assert_true(n_calls < 5000); /* its calls are not read for ever */
	control_house_set_now(control_next_deadline(house->control));
	assert_true(control_house_now_ms() <= 31000);
	control_house_turn(house);
	assert_int_equal(house->logged, LOGBOOK_CONTROL_REFUSED);
	close(fd);
}

/* In place of an act, which waits for the database. */
const char *__wrap_control_report_act(
	struct engine *engine, struct reload *reload, const struct report_call *call);

const char *__wrap_control_report_act(
	struct engine *engine, struct reload *reload, const struct report_call *call)
{
	const struct control_house *house = (struct control_house *) (void *) engine;

	(void) reload;
	(void) call;
	control_acted(house->control,
		&(struct effect){ .session = WAITING_REQUEST, .text = (char[]){ "?" } });
	return NULL;
}

static void nothing_is_read_while_an_act_waits(void **state)
{
	const struct control_house *house = *state;
	int fd = control_house_enter(house);
	size_t n_calls = 0;

	control_house_call(fd, KILL);
	for (int i = 0; i < 5000; i++) {
		control_house_turn(house);
		if (send(fd, GET_INFO, sizeof(GET_INFO), MSG_NOSIGNAL) == sizeof(GET_INFO))
			n_calls++;
	}
	assert_true(n_calls > 100);
	assert_true(n_calls < 5000);
	control_house_assert_silent(fd);
	control_acted(house->control, &(struct effect){ .session = WAITING_REQUEST,
					      .text = (char[]){ "+Disconnected ana" } });
	assert_non_null(strstr(control_house_receive(fd).bytes, "Disconnected"));
	control_house_turn(house);
	control_house_assert_info(fd);
	close(fd);
}

static void who_says_nothing_is_closed(void **state)
{
	const struct control_house *house = *state;
	int fd = control_house_enter(house);

	control_house_set_now(CONTROL_HOUSE_START_MS + 29000);
	assert_int_equal(send(fd, "{", 1, 0), 1); /* and a byte now and then does not help */
	control_house_turn(house);
	control_house_assert_silent(fd);
	control_house_set_now(control_next_deadline(house->control));
	assert_int_equal(control_house_now_ms(), 31000);
	control_house_turn(house);
	control_house_assert_closed(fd);
	assert_int_equal(house->logged, LOGBOOK_STARTED);
	close(fd);
}

static void few_are_let_in_at_a_time(void **state)
{
	const struct control_house *house = *state;
	int callers[MOST_CALLERS + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(callers); i++)
		callers[i] = control_house_enter(house);
	control_house_call(callers[MOST_CALLERS], GET_INFO);
	control_house_turns(house, 3);
	control_house_assert_silent(callers[MOST_CALLERS]);
	close(callers[0]);
	control_house_turns(house, 4);
	control_house_assert_info(callers[MOST_CALLERS]);
	for (size_t i = 1; i < ARRAY_LENGTH(callers); i++)
		close(callers[i]);
}

static void descriptors_of_callers_are_not_taken(void **state)
{
	PASSED_FDS(1) passed;
	struct iovec part = { (char *) (uintptr_t) GET_INFO, sizeof(GET_INFO) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	const struct control_house *house = *state;
	int fd = control_house_enter(house), ends[2];
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	passed_fds_put(&message, &passed, &ends[1], 1);
	assert_true(sendmsg(fd, &message, 0) > 0);
	close(ends[1]);
	control_house_turn(house);
	control_house_assert_info(fd);
	assert_int_equal(read(ends[0], &byte, 1), 0); /* no writer is left */
	close(ends[0]);
	close(fd);
}

static void a_socket_from_before_is_replaced(void **state)
{
	struct control_house *house = *state;
	struct descriptors none = { 0 };
	struct control *first = house->control;
	int fd;

	control_house_open(house, &none);
	fd = control_house_enter(house);
	control_house_call(fd, GET_INFO);
	control_house_turn(house);
	control_house_assert_info(fd);
	close(fd);
	control_free(first);
}

static void an_inherited_socket_is_used_and_listed(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct control_house *house = *state;
	struct descriptors inherited = { 0 }, listed = { 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	control_list(house->control, &listed);
	assert_int_equal(listed.count, 0);
	control_free(house->control);
	assert_int_equal(access(house->path, F_OK), -1);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", house->path);
	assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	descriptors_add(&inherited, fd, CONTROL_SOCKET_NAME);
	control_house_open(house, &inherited);
	descriptors_done(&inherited);
	control_list(house->control, &listed);
	assert_int_equal(listed.count, 1);
	assert_string_equal(listed.files[0].name, CONTROL_SOCKET_NAME);
	descriptors_forget(&listed);
	fd = control_house_enter(house);
	control_house_call(fd, GET_INFO);
	control_house_turn(house);
	control_house_assert_info(fd);
	close(fd);
	control_free(TAKE(house->control));
	assert_int_equal(unlink(house->path), 0); /* it is the service manager's to remove */
}

static void a_path_that_is_too_long_is_reported(void **state)
{
	struct control_house *house = *state;
	struct descriptors none = { 0 };
	struct control *first = house->control;
	char longer[200];

	snprintf(longer, sizeof(longer), "%s/%0120d", house->directory, 0);
	setenv("STATE_DIRECTORY", longer, 1);
	control_house_open(house, &none);
	assert_int_equal(house->logged, LOGBOOK_LISTEN_FAILED);
	assert_string_equal(house->reason, strerror(ENAMETOOLONG));
	control_house_turn(house);
	control_free(house->control);
	setenv("STATE_DIRECTORY", house->directory, 1);
	house->control = first;
}

static void without_a_state_directory_there_is_no_socket(void **state)
{
	struct control_house *house = *state;
	struct descriptors none = { 0 };
	struct control *first = house->control;

	unsetenv("STATE_DIRECTORY");
	control_house_open(house, &none);
	assert_int_equal(house->logged, LOGBOOK_STARTED);
	control_house_turn(house);
	assert_int_equal(control_next_deadline(house->control), UINT64_MAX);
	control_free(house->control);
	setenv("STATE_DIRECTORY", house->directory, 1);
	house->control = first;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, control_house_start, control_house_stop)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(only_the_owner_may_connect),
		TEST(a_call_is_answered),
		TEST(a_call_may_come_in_parts),
		TEST(calls_are_taken_one_in_a_turn),
		TEST(who_stops_writing_gets_all_answers),
		TEST(nonsense_is_refused),
		TEST(a_call_without_an_end_is_refused),
		TEST(who_does_not_read_is_closed),
		TEST(nothing_is_read_while_an_act_waits),
		TEST(who_says_nothing_is_closed),
		TEST(few_are_let_in_at_a_time),
		TEST(descriptors_of_callers_are_not_taken),
		TEST(a_socket_from_before_is_replaced),
		TEST(an_inherited_socket_is_used_and_listed),
		TEST(a_path_that_is_too_long_is_reported),
		TEST(without_a_state_directory_there_is_no_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
