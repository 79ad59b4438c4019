#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "service/notifier.h"

struct manager {
	char directory[64];
	char path[100];
	int fd;
	struct notifier *notifier;
	char message[2000];
};

#define WAITING_BYTES 65536
#define RETRY_MS 20
#define STORE_TRIES 25

static unsigned int n_pauses; /* instead of waiting */

int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);

int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	assert_null(fds);
	assert_int_equal(n_fds, 0);
	assert_int_equal(timeout_ms, RETRY_MS);
	n_pauses++;
	return 0;
}

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

/* "" if nothing has arrived. */
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
	assert_int_equal(notifier_keep(notifier, STDERR_FILENO, "name"), 0);
	notifier_free(notifier);
}

static void the_watchdog_is_fed_three_times_as_often_as_asked(void **state)
{
	struct manager *manager = *state;

	notifier_tick(manager->notifier, 5000);
	assert_string_equal(receive(manager), "WATCHDOG=1");
	assert_int_equal(notifier_next_deadline(manager->notifier), 6001);
	notifier_tick(manager->notifier, 6000);
	assert_string_equal(receive(manager), "");
	notifier_tick(manager->notifier, 6001);
	assert_string_equal(receive(manager), "WATCHDOG=1");
	assert_int_equal(notifier_next_deadline(manager->notifier), 7002);
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
	assert_int_equal(notifier_next_deadline(manager->notifier), 6001);
	notifier_status(manager->notifier, "3 users");
	notifier_tick(manager->notifier, 6000);
	assert_string_equal(receive(manager), "");
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

/* Another notifier for the same manager, without a watchdog. */
static void want_no_watchdog(struct manager *manager)
{
	notifier_free(manager->notifier);
	unsetenv("WATCHDOG_USEC");
	manager->notifier = notifier_new();
}

/* Sends a state with that many bytes, including the NUL. */
static void send_state(struct manager *manager, size_t length)
{
	char status[2000];

	length -= strlen("READY=1\nSTATUS=") + 1;
	memset(status, 'x', length);
	status[length] = '\0';
	notifier_state(manager->notifier, "READY=1", status);
}

/* Returns how many the kernel accepted: one more must wait. */
static unsigned int fill(struct manager *manager, size_t length)
{
	unsigned int n_taken = 0;

	want_no_watchdog(manager);
	notifier_tick(manager->notifier, 1000);
	for (;; n_taken++) {
		send_state(manager, length);
		if (notifier_next_deadline(manager->notifier) != UINT64_MAX)
			return n_taken;
	}
}

static unsigned int receive_all(struct manager *manager, uint64_t now_ms)
{
	unsigned int n_received = 0;
	bool is_over = false;

	while (!is_over) {
		is_over = true;
		for (; *receive(manager); n_received++)
			is_over = false;
		notifier_tick(manager->notifier, now_ms);
	}
	return n_received;
}

static void only_so_much_waits(void **state)
{
	struct manager *manager = *state;
	const size_t bytes = 1024;
	unsigned int n_taken;

	n_taken = fill(manager, bytes);
	assert_int_equal(notifier_next_deadline(manager->notifier), 1000 + RETRY_MS);
	for (size_t waiting = bytes; waiting < WAITING_BYTES + 5 * bytes; waiting += bytes)
		send_state(manager, bytes);
	assert_int_equal(receive_all(manager, 1020), n_taken + WAITING_BYTES / bytes);
	assert_true(notifier_next_deadline(manager->notifier) == UINT64_MAX);
	send_state(manager, bytes); /* now all works as before */
	assert_int_equal(strlen(receive(manager)), bytes - 1);
}

/* Only the newest status counts, so one that could not be sent is dropped and built again. */
static void a_status_comes_after_the_states_that_wait(void **state)
{
	struct manager *manager = *state;
	unsigned int n_taken;

	n_taken = fill(manager, 100);
	notifier_status(manager->notifier, "7 users");
	notifier_tick(manager->notifier, 1001);
	assert_int_equal(notifier_next_deadline(manager->notifier), 1001 + RETRY_MS);
	assert_int_equal(receive_all(manager, 1021), n_taken + 1);
	assert_int_equal(notifier_next_deadline(manager->notifier), 2001);
	notifier_tick(manager->notifier, 2001);
	assert_string_equal(receive(manager), "STATUS=7 users");
	assert_true(notifier_next_deadline(manager->notifier) == UINT64_MAX);
}

static uint64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

static void a_descriptor_is_not_waited_for_without_end(void **state)
{
	struct manager *manager = *state;

	fill(manager, 100);
	n_pauses = 0;
	assert_int_equal(notifier_store(manager->notifier, manager->fd, "name"), -ETIMEDOUT);
	assert_int_equal(n_pauses, STORE_TRIES - 1);
	assert_int_equal(notifier_drop(manager->notifier, "name"), -ETIMEDOUT);
	receive_all(manager, 1000);
	assert_int_equal(notifier_store(manager->notifier, manager->fd, "name"), 0);
	assert_string_equal(receive(manager), "FDSTORE=1\nFDNAME=name\nFDPOLL=0");
	assert_int_equal(notifier_keep(manager->notifier, manager->fd, "name"), 0);
	assert_string_equal(receive(manager), "FDSTORE=1\nFDNAME=name\nFDPOLL=0");
	assert_int_equal(notifier_drop(manager->notifier, "name"), 0);
	assert_string_equal(receive(manager), "FDSTOREREMOVE=1\nFDNAME=name");
	close(manager->fd);
	assert_int_equal(notifier_drop(manager->notifier, "name"), -ECONNREFUSED);
	manager->fd = dup(STDERR_FILENO);
}

/* Waiting messages are sent first, at once when there is room again. */
static void the_next_state_takes_along_what_waited(void **state)
{
	struct manager *manager = *state;
	unsigned int n_taken = fill(manager, 100), n_received = 0;

	while (n_received < n_taken && *receive(manager))
		n_received++;
	notifier_state(manager->notifier, "READY=1", "the last");
	assert_true(notifier_next_deadline(manager->notifier) == UINT64_MAX);
	assert_int_equal(strlen(receive(manager)), 99);
	assert_string_equal(receive(manager), "READY=1\nSTATUS=the last");
}

static void a_reload_says_since_when(void **state)
{
	struct manager *manager = *state;
	uint64_t before_us = clock_us();
	unsigned long long told_us = 0;

	want_no_watchdog(manager);
	notifier_tick(manager->notifier, 1000);
	notifier_status(manager->notifier, "1 user");
	notifier_reloading(manager->notifier);
	assert_int_equal(sscanf(receive(manager),
				 "RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=Reloading", &told_us),
		1);
	assert_in_range(told_us, before_us, clock_us());
	/* The state was sent with its own status, so the earlier status must be sent again. */
	assert_true(notifier_next_deadline(manager->notifier) <= 1000);
	notifier_tick(manager->notifier, 1000);
	assert_string_equal(receive(manager), "STATUS=1 user");
}

static bool has_manager_at(const char *path)
{
	struct notifier *notifier;
	bool has_manager;

	setenv("NOTIFY_SOCKET", path, 1);
	notifier = notifier_new();
	has_manager = notifier_has_manager(notifier);
	notifier_free(notifier);
	unsetenv("NOTIFY_SOCKET");
	return has_manager;
}

static void only_what_can_be_an_address_is_one(void **state)
{
	char path[sizeof(((struct sockaddr_un *) 0)->sun_path) + 1];

	(void) state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 2] = '\0';
	assert_true(has_manager_at(path));
	path[sizeof(path) - 2] = 'x';
	path[sizeof(path) - 1] = '\0';
	assert_false(has_manager_at(path));
	assert_true(has_manager_at("@papod-test"));
	assert_false(has_manager_at("relative/path"));
	assert_false(has_manager_at(""));
}

static void an_abstract_address_is_reached(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct manager *manager = *state;
	char path[50];
	int length = snprintf(path, sizeof(path), "@papod-test-%d", (int) getpid());

	memcpy(address.sun_path + 1, path + 1, (size_t) length - 1);
	close(manager->fd);
	manager->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(manager->fd, (struct sockaddr *) &address,
				 (socklen_t) (offsetof(struct sockaddr_un, sun_path) + length)),
		0);
	setenv("NOTIFY_SOCKET", path, 1);
	want_no_watchdog(manager);
	notifier_state(manager->notifier, "READY=1", "here");
	assert_string_equal(receive(manager), "READY=1\nSTATUS=here");
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
		cmocka_unit_test_setup_teardown(only_so_much_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_status_comes_after_the_states_that_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_descriptor_is_not_waited_for_without_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_next_state_takes_along_what_waited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reload_says_since_when, set_up, tear_down),
		cmocka_unit_test(only_what_can_be_an_address_is_one),
		cmocka_unit_test_setup_teardown(an_abstract_address_is_reached, set_up, tear_down),
	};

	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
