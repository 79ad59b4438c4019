#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/notifier.h"

struct manager {
	char directory[64];
	char path[100];
	int fd;
	struct notifier *notifier;
	char message[1000];
};

static int set_up(void **state)
{
	struct manager *manager = calloc(1, sizeof(*manager));
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(manager->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(manager->directory))
		return -1;
	snprintf(manager->path, sizeof(manager->path), "%s/notify", manager->directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", manager->path);
	manager->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(manager->fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		return -1;
	setenv("NOTIFY_SOCKET", manager->path, 1);
	setenv("WATCHDOG_USEC", "3000000", 1);
	manager->notifier = notifier_new();
	*state = manager;
	return 0;
}

static int tear_down(void **state)
{
	struct manager *manager = *state;

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	notifier_free(manager->notifier);
	close(manager->fd);
	unlink(manager->path);
	rmdir(manager->directory);
	free(manager);
	return 0;
}

/* "" when nothing has come. */
static const char *receive(struct manager *manager)
{
	ssize_t got =
		recv(manager->fd, manager->message, sizeof(manager->message) - 1, MSG_DONTWAIT);

	manager->message[got < 0 ? 0 : got] = '\0';
	return manager->message;
}

static void without_a_manager_nothing_happens(void **state)
{
	struct notifier *notifier = notifier_new();

	(void) state;
	assert_false(notifier_has_manager(notifier));
	notifier_state(notifier, "READY=1", "here");
	notifier_status(notifier, "there");
	notifier_tick(notifier, 1000);
	assert_true(notifier_next_deadline(notifier) == UINT64_MAX);
	notifier_free(notifier);
}

static void the_watchdog_is_fed_three_times_as_often_as_asked(void **state)
{
	struct manager *manager = *state;

	notifier_tick(manager->notifier, 5000);
	assert_string_equal(receive(manager), "WATCHDOG=1");
	assert_in_range(notifier_next_deadline(manager->notifier), 5990, 6010);
	notifier_tick(manager->notifier, 5500);
	assert_string_equal(receive(manager), "");
	notifier_tick(manager->notifier, 6010);
	assert_string_equal(receive(manager), "WATCHDOG=1");
}

static void a_status_is_told_once_and_not_too_often(void **state)
{
	struct manager *manager = *state;

	notifier_tick(manager->notifier, 5000);
	receive(manager);
	notifier_status(manager->notifier, "1 users");
	notifier_tick(manager->notifier, 5001);
	assert_string_equal(receive(manager), "STATUS=1 users");
	notifier_status(manager->notifier, "2 users");
	notifier_tick(manager->notifier, 5002);
	assert_string_equal(receive(manager), "");
	assert_true(notifier_next_deadline(manager->notifier) <= 6001);
	notifier_status(manager->notifier, "3 users");
	notifier_tick(manager->notifier, 6001);
	notifier_tick(manager->notifier, 7000);
	assert_string_equal(receive(manager), "WATCHDOG=1");
	assert_string_equal(receive(manager), "STATUS=3 users");
	assert_string_equal(receive(manager), "");
}

static void states_wait_for_a_manager_that_does_not_read(void **state)
{
	struct manager *manager = *state;
	char status[20];
	unsigned int n_received = 0;

	for (unsigned int i = 0; i < 500; i++) {
		snprintf(status, sizeof(status), "%u", i);
		notifier_state(manager->notifier, "READY=1", status);
	}
	assert_true(notifier_next_deadline(manager->notifier) <= 20);
	while (n_received < 500) {
		while (*receive(manager)) {
			snprintf(status, sizeof(status), "READY=1\nSTATUS=%u", n_received++);
			assert_string_equal(manager->message, status);
		}
		notifier_tick(manager->notifier, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_manager_nothing_happens),
		cmocka_unit_test_setup_teardown(
			the_watchdog_is_fed_three_times_as_often_as_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_status_is_told_once_and_not_too_often, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			states_wait_for_a_manager_that_does_not_read, set_up, tear_down),
	};

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
