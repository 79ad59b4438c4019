#include "control_house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/passed_fds.h"
#include "service/control_caller.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static uint64_t now_ms;

uint64_t __wrap_loop_now_ms(const struct loop *loop);
bool __wrap_storage_back_up(struct storage *storage, const char *path, storage_backup_fn on_done,
	void *data, const char **ret_reason);
bool __wrap_pasts_back_up(struct pasts *pasts, const char *path, past_backup_fn on_done, void *data,
	const char **ret_reason);

void __wrap_pasts_use_readings(struct pasts *pasts, pasts_reading_fn on_answer, void *data);

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return now_ms;
}

void control_house_set_now(uint64_t ms)
{
	now_ms = ms;
}

uint64_t control_house_now_ms(void)
{
	return now_ms;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct control_house *house = data;

	house->logged = entry;
	for (size_t i = 0; fields[i]; i += 2)
		if (strcmp(fields[i], "REASON") == 0)
			snprintf(house->reason, sizeof(house->reason), "%s", fields[i + 1]);
}

/* In place of the storage, which is the house. */
bool __wrap_storage_back_up(struct storage *storage, const char *path, storage_backup_fn on_done,
	void *data, const char **ret_reason)
{
	struct control_house *house = (struct control_house *) (void *) storage;

	if (house->problem) {
		*ret_reason = house->problem;
		return false;
	}
	house->n_backups++;
	house->on_backup_done = on_done;
	house->backup_data = data;
	snprintf(house->copy, sizeof(house->copy), "%s", path);
	return true;
}

/* None of these tests reads it. */
void __wrap_pasts_use_readings(struct pasts *pasts, pasts_reading_fn on_answer, void *data)
{
	(void) pasts;
	(void) on_answer;
	(void) data;
}

/* In place of the history, which is the house, too. */
bool __wrap_pasts_back_up(struct pasts *pasts, const char *path, past_backup_fn on_done, void *data,
	const char **ret_reason)
{
	struct control_house *house = (struct control_house *) (void *) pasts;

	if (!house->is_unrecorded)
		return __wrap_storage_back_up(
			(struct storage *) (void *) pasts, path, on_done, data, ret_reason);
	*ret_reason = NULL;
	return false;
}

void control_house_end_backup(struct control_house *house, const char *reason)
{
	house->on_backup_done(house->backup_data, reason);
}

void control_house_open(struct control_house *house, struct descriptors *inherited)
{
	const struct control_needs needs = { house->loop, &house->log,
		(struct storage *) (void *) house, (struct pasts *) (void *) house,
		(struct engine *) (void *) house, NULL, { .engine = NULL } };

	house->control = control_new(&needs, inherited);
}

int control_house_start(void **state)
{
	struct control_house *house = calloc(1, sizeof(*house));
	struct descriptors none = { 0 };

	now_ms = CONTROL_HOUSE_START_MS;
	house->log = (struct log){ note_entry, house };
	house->logged = LOGBOOK_STARTED;
	snprintf(house->directory, sizeof(house->directory), "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	setenv("STATE_DIRECTORY", house->directory, 1);
	house->path = control_path();
	assert_int_equal(loop_new(&house->loop), 0);
	control_house_open(house, &none);
	*state = house;
	return 0;
}

int control_house_stop(void **state)
{
	struct control_house *house = *state;

	control_free(house->control);
	loop_free(house->loop);
	unlink(house->copy);
	assert_int_equal(rmdir(house->directory), 0);
	free(house->path);
	free(house);
	unsetenv("STATE_DIRECTORY");
	return 0;
}

void control_house_turn(const struct control_house *house)
{
	assert_int_equal(loop_turn(house->loop, 0), 0);
	control_tick(house->control);
}

void control_house_turns(const struct control_house *house, int count)
{
	while (count--)
		control_house_turn(house);
}

static int knock(const struct control_house *house)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", house->path);
	assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

int control_house_enter(const struct control_house *house)
{
	int fd = knock(house);

	control_house_turn(house);
	return fd;
}

void control_house_call(int fd, const char *text)
{
	size_t length = strlen(text) + 1;

	assert_int_equal(send(fd, text, length, MSG_NOSIGNAL), length);
}

struct control_received control_house_receive(int fd)
{
	PASSED_FDS(1) passed;
	struct control_received received = { .fd = -1 };
	struct iovec part = { received.bytes, sizeof(received.bytes) - 1 };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed) };

	received.length = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (received.length >= 0)
		passed_fds_take(&message, &received.fd, 1);
	return received;
}

void control_house_assert_silent(int fd)
{
	struct control_received received = control_house_receive(fd);

	assert_int_equal(received.length, -1);
	assert_int_equal(errno, EAGAIN);
}

void control_house_assert_closed(int fd)
{
	struct control_received received = control_house_receive(fd);

	assert_true(received.length == 0 || (received.length < 0 && errno == ECONNRESET));
}

void control_house_assert_info(int fd)
{
	struct control_received received = control_house_receive(fd);

	assert_true(received.length > 0);
	assert_int_equal(received.bytes[received.length - 1], '\0');
	assert_int_equal(strlen(received.bytes), received.length - 1);
	assert_non_null(strstr(received.bytes, "\"product\":\"papod\""));
}
