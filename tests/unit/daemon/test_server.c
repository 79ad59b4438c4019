/* The whole server: how it starts, what signals do, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include "server_process.h"

static void assert_start_fails(struct server_process *process, int status, const char *reason)
{
	char wanted[200];

	assert_int_equal(server_process_end(server_process_start(process)), status);
	server_process_await(process, "failed ");
	snprintf(wanted, sizeof(wanted), "failed %s ", reason);
	assert_string_equal(process->logged.bytes, wanted);
}

static void errors_in_the_files_end_the_start(void **state)
{
	server_process_configure(*state, "nonsense = 1;");
	assert_start_fails(*state, EX_CONFIG,
		"the configuration has errors: fix them, and check with papod --check");
}

static void a_recording_that_cannot_be_written_ends_it(void **state)
{
	struct server_process *process = *state;

	process->arguments.record = "/nonexistent/recording";
	assert_start_fails(
		process, EX_CANTCREAT, "/nonexistent/recording: No such file or directory");
}

static void without_any_listener_it_ends(void **state)
{
	struct server_process *process = *state;

	strcpy(process->irc, "/nonexistent/irc");
	server_process_configure(process, "");
	assert_start_fails(process, EX_UNAVAILABLE,
		"no listener could be opened: the entries before this one give the reasons");
}

static void a_stop_tells_everybody(void **state)
{
	struct server_process *process = *state;
	pid_t pid = server_process_start(process);
	char logged[256];
	int fd;

	server_process_await(process, "started ");
	fd = server_process_connect(process);
	server_process_say(fd, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	server_process_expect(fd, " 001 ana ");
	kill(pid, SIGTERM);
	server_process_expect(fd, GOODBYE);
	server_process_assert_closed(fd);
	assert_int_equal(server_process_end(pid), 0);
	server_process_await(process, "stopping ");
	snprintf(logged, sizeof(logged),
		"started " PACKAGE_VERSION " %s %s %s/cloak.key stopping 1 ", process->irc,
		process->config, process->directory);
	assert_string_equal(process->logged.bytes, logged);
	server_process_assert_errors(process, "papod: stop with: Ctrl-C\n");
}

static void the_state_is_for_one_of_us(void **state)
{
	struct server_process *process = *state;
	pid_t pid = server_process_start(process);

	server_process_await(process, "started ");
	assert_int_equal(server_process_end(server_process_start(process)), EX_UNAVAILABLE);
	server_process_await(process, "failed ");
	kill(pid, SIGINT);
	assert_int_equal(server_process_end(pid), 0);
}

static void a_hangup_reloads(void **state)
{
	struct server_process *process = *state;
	pid_t pid = server_process_start(process);

	server_process_await(process, "started ");
	server_process_configure(process, "nonsense = 1;");
	kill(pid, SIGHUP);
	server_process_await(process, "refused ");
	server_process_configure(process, "");
	kill(pid, SIGHUP);
	server_process_await(process, "reloaded ");
	kill(pid, SIGTERM);
	assert_int_equal(server_process_end(pid), 0);
}

/* The program of the test is no papod, see main(). */
static void a_handover_that_fails_leaves_it_running(void **state)
{
	struct server_process *process = *state;
	pid_t pid;
	int fd;

	pid = server_process_start(process);
	server_process_await(process, "started ");
	fd = server_process_connect(process);
	kill(pid, SIGUSR2);
	server_process_await(process, "no-handover ");
	server_process_say(fd, "PING 1\r\n");
	server_process_say(fd, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	server_process_expect(fd, " 001 ana ");
	kill(pid, SIGTERM);
	server_process_expect(fd, GOODBYE);
	server_process_assert_closed(fd);
	assert_int_equal(server_process_end(pid), 0);
}

static void request_restart(int fd)
{
	server_process_say(fd, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	server_process_expect(fd, " 001 ana ");
	server_process_say(fd, "OPER root sesame\r\n");
	server_process_expect(fd, " 381 ana ");
	server_process_say(fd, "RESTART irc.test\r\n");
}

/* The same handover, which fails again. */
static void a_restart_without_a_manager_is_a_handover(void **state)
{
	struct server_process *process = *state;
	pid_t pid;
	int fd;

	server_process_add_operator(process);
	pid = server_process_start(process);
	server_process_await(process, "started ");
	fd = server_process_connect(process);
	request_restart(fd);
	server_process_expect(fd, "The restart failed, and the server continues");
	server_process_await(process, "no-handover ");
	server_process_say(fd, "PING 1\r\n");
	server_process_expect(fd, " PONG ");
	kill(pid, SIGTERM);
	server_process_expect(fd, GOODBYE);
	server_process_assert_closed(fd);
	assert_int_equal(server_process_end(pid), 0);
}

static void a_restart_under_a_manager_ends_it(void **state)
{
	struct server_process *process = *state;
	pid_t pid;
	int fd;

	server_process_add_operator(process);
	pid = server_process_start(process);
	server_process_await(process, "started ");
	fd = server_process_connect(process);
	request_restart(fd);
	server_process_expect(process->manager_fd, "STOPPING=1");
	assert_int_equal(server_process_end(pid), EX_TEMPFAIL);
	server_process_await(process, "left ");
	close(fd);
}

static void what_is_recorded_is_there_at_the_end(void **state)
{
	struct server_process *process = *state;
	char path[96];
	pid_t pid;
	int fd;

	process->arguments.record = "recording";
	pid = server_process_start(process);
	server_process_await(process, "started ");
	kill(pid, SIGTERM);
	assert_int_equal(server_process_end(pid), 0);
	snprintf(path, sizeof(path), "%s/recording", process->directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(lseek(fd, 0, SEEK_END) > 0);
	close(fd);
}

/* It may be a restart, so clients are not notified: the next process would continue. */
static void under_a_manager_a_stop_leaves_all_to_the_next(void **state)
{
	struct server_process *process = *state;
	pid_t pid = server_process_start(process);
	int fd;

	server_process_await(process, "started ");
	server_process_expect(process->manager_fd, "READY=1\nSTATUS=0 users, 0 channels");
	fd = server_process_connect(process);
	server_process_say(fd, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	server_process_expect(fd, " 001 ana ");
	kill(pid, SIGTERM);
	server_process_expect(process->manager_fd, "STOPPING=1");
	assert_int_equal(server_process_end(pid), 0);
	server_process_await(process, "left ");
	server_process_assert_errors(process, "");
	assert_null(strstr(process->logged.bytes, "stopping "));
	close(fd);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, server_process_setup, server_process_teardown)
#define MANAGED_TEST(name)                                                                         \
	cmocka_unit_test_setup_teardown(name, server_process_setup_managed, server_process_teardown)

/* The server starts this program with --check as a trial of the next program. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(errors_in_the_files_end_the_start),
		TEST(a_recording_that_cannot_be_written_ends_it),
		TEST(without_any_listener_it_ends),
		TEST(a_stop_tells_everybody),
		TEST(the_state_is_for_one_of_us),
		TEST(a_hangup_reloads),
		TEST(a_handover_that_fails_leaves_it_running),
		TEST(a_restart_without_a_manager_is_a_handover),
		TEST(what_is_recorded_is_there_at_the_end),
		MANAGED_TEST(under_a_manager_a_stop_leaves_all_to_the_next),
		MANAGED_TEST(a_restart_under_a_manager_ends_it),
	};

	(void) argv;
	if (argc > 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
