/* The first reading of the files: errors end it by hand, and wait under a service manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon/cold_start.h"
#include "net/loop.h"

#define BAD "nonsense = 1;\n"
#define WORSE "nonsense = 1;\nrubbish = 1;\n"
#define WAITING "Waiting until the configuration has no errors: "
#define GOOD "server: { name = \"irc.example\"; };\n"

struct fixture {
	char directory[32];
	char config[64];
	char dropins[64]; /* the directory of more files */
	char dropin[80];
	char socket[64];
	int manager_fd;
	struct log log;
	struct buffer logged;
	char awaited[160]; /* the problem for which it waits, as logged */
	struct cold_start_needs needs;
	struct cold_start_result result;
};

int __real_loop_new(struct loop **ret_loop);
int __wrap_loop_new(struct loop **ret_loop);

static int loop_error; /* 0, or what a new loop ends with */

int __wrap_loop_new(struct loop **ret_loop)
{
	return loop_error ? -loop_error : __real_loop_new(ret_loop);
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_CONFIG_PROBLEM)
		buffer_put_text(&fixture->logged, "problem ");
	if (entry == LOGBOOK_CONFIG_AWAITED) {
		buffer_put_text(&fixture->logged, "awaited ");
		snprintf(fixture->awaited, sizeof(fixture->awaited), "%s:%s: %s", fields[1],
			fields[3] ? fields[3] : "", fields[5]);
	}
	if (entry == LOGBOOK_START_FAILED)
		buffer_format(&fixture->logged, "failed %s ", fields[1]);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->config, sizeof(fixture->config), "%s/papod.conf", fixture->directory);
	snprintf(fixture->dropins, sizeof(fixture->dropins), "%s/conf.d", fixture->directory);
	snprintf(fixture->dropin, sizeof(fixture->dropin), "%s/a.conf", fixture->dropins);
	snprintf(fixture->socket, sizeof(fixture->socket), "%s/notify", fixture->directory);
	fixture->log = (struct log){ note_entry, fixture };
	fixture->manager_fd = -1;
	fixture->needs = (struct cold_start_needs){ .log = &fixture->log,
		.notifier = notifier_new(),
		.cloak_key = cloak_key_new(&fixture->log),
		.config = fixture->config };
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	settings_unref(fixture->result.settings);
	free(fixture->result.source_names);
	notifier_free(fixture->needs.notifier);
	cloak_key_free(fixture->needs.cloak_key);
	buffer_done(&fixture->logged);
	if (fixture->manager_fd >= 0)
		close(fixture->manager_fd);
	unsetenv("NOTIFY_SOCKET");
	unlink(fixture->socket);
	unlink(fixture->config);
	unlink(fixture->dropin);
	rmdir(fixture->dropins);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static int setup_managed(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct fixture *fixture;

	if (setup(state) < 0)
		return -1;
	fixture = *state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->socket);
	fixture->manager_fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(fixture->manager_fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		return -1;
	setenv("NOTIFY_SOCKET", fixture->socket, 1);
	notifier_free(fixture->needs.notifier);
	fixture->needs.notifier = notifier_new();
	return 0;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

static void write_config(const struct fixture *fixture, const char *text)
{
	write_file(fixture->config, text);
}

static int read_first(struct fixture *fixture)
{
	return cold_start_read(&fixture->needs, &fixture->result);
}

static void assert_begun(const struct fixture *fixture)
{
	assert_non_null(fixture->result.settings);
	assert_string_equal(fixture->result.settings->server_name, "irc.example");
	assert_non_null(strstr(fixture->result.source_names, fixture->config));
	assert_false(fixture->result.is_restarting);
}

static void assert_not_begun(const struct fixture *fixture)
{
	assert_null(fixture->result.settings);
	assert_null(fixture->result.source_names);
}

static void good_files_are_read(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, GOOD);
	assert_int_equal(read_first(fixture), 0);
	assert_begun(fixture);
	assert_string_equal(buffer_text(&fixture->logged), "");
}

static void by_hand_errors_end_the_start(void **state)
{
	struct fixture *fixture = *state;

	write_config(fixture, BAD);
	assert_int_equal(read_first(fixture), EX_CONFIG);
	assert_not_begun(fixture);
	assert_string_equal(buffer_text(&fixture->logged),
		"problem failed the configuration has errors: fix "
		"them, and check with papod --check ");
}

/* Read messages to the manager until one begins like this, and contains the rest. */
static void await_message(const struct fixture *fixture, const char *begin, const char *rest)
{
	char message[2000];
	ssize_t length;

	do {
		length = recv(fixture->manager_fd, message, sizeof(message) - 1, 0);
		if (length < 0)
			_exit(1);
		message[length] = '\0';
	} while (strncmp(message, begin, strlen(begin)) != 0 || !strstr(message, rest));
}

/* The manager is notified that papod waits, and why. */
static void await_ready(const struct fixture *fixture)
{
	char wanted[160];

	snprintf(wanted, sizeof(wanted),
		"READY=1\nSTATUS=" WAITING "%s:1: nonsense: ", fixture->config);
	await_message(fixture, wanted, "");
}

/* Fork a process that acts, once papod waits. */
static pid_t meanwhile(struct fixture *fixture, void (*act)(const struct fixture *fixture))
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* after a failed assertion */
		act(fixture);
		_exit(0);
	}
	return pid;
}

static void assert_done(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void mend(const struct fixture *fixture)
{
	await_ready(fixture);
	write_config(fixture, GOOD);
}

static void under_a_manager_it_waits_for_good_files(void **state)
{
	struct fixture *fixture = *state;
	char awaited[80];
	pid_t pid;

	write_config(fixture, BAD);
	pid = meanwhile(fixture, mend);
	assert_int_equal(read_first(fixture), 0);
	assert_done(pid);
	assert_begun(fixture);
	assert_string_equal(buffer_text(&fixture->logged), "problem awaited ");
	snprintf(awaited, sizeof(awaited), "%s:1: ", fixture->config);
	assert_int_equal(strncmp(fixture->awaited, awaited, strlen(awaited)), 0);
	assert_true(strlen(fixture->awaited) > strlen(awaited));
}

/* At once: an empty file has no errors. */
static void without_a_loop_it_cannot_wait(void **state)
{
	struct fixture *fixture = *state;
	int status;

	write_config(fixture, BAD);
	loop_error = EMFILE;
	status = read_first(fixture);
	loop_error = 0;
	assert_int_equal(status, EX_OSERR);
	assert_not_begun(fixture);
	assert_non_null(strstr(buffer_text(&fixture->logged),
		"failed the system refused something: Too many open files "));
}

static void replace_config(const struct fixture *fixture, const char *text)
{
	char fresh[80];

	snprintf(fresh, sizeof(fresh), "%s.new", fixture->config);
	write_file(fresh, text);
	if (rename(fresh, fixture->config) < 0)
		abort();
}

/* A change that no one asked about changes the status, and the same problems are logged once. */
static void save_in_steps(const struct fixture *fixture)
{
	await_ready(fixture);
	replace_config(fixture, BAD);
	replace_config(fixture, WORSE);
	await_message(fixture, "STATUS=" WAITING, " (and 1 more, see the log)");
	replace_config(fixture, GOOD);
}

static void an_editor_may_save_in_steps(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid;

	write_config(fixture, BAD);
	pid = meanwhile(fixture, save_in_steps);
	assert_int_equal(read_first(fixture), 0);
	assert_done(pid);
	assert_begun(fixture);
	assert_string_equal(
		buffer_text(&fixture->logged), "problem awaited problem problem awaited ");
}

static void mend_both(const struct fixture *fixture)
{
	await_message(fixture, "READY=1", " (and 1 more, see the log)");
	replace_config(fixture, GOOD);
}

/* Every user may read the secrets, which is a warning. */
static void warnings_are_not_counted(void **state)
{
	struct fixture *fixture = *state;
	char secrets[64];
	pid_t pid;

	snprintf(secrets, sizeof(secrets), "%s/secrets.ini", fixture->directory);
	write_file(secrets, "");
	assert_int_equal(chmod(secrets, 0644), 0);
	write_config(fixture, WORSE);
	pid = meanwhile(fixture, mend_both);
	assert_int_equal(read_first(fixture), 0);
	assert_done(pid);
	assert_begun(fixture);
	unlink(secrets);
}

static void remove_dropin(const struct fixture *fixture)
{
	await_message(fixture, "READY=1", "/conf.d/a.conf:1: nonsense");
	unlink(fixture->dropin);
}

static void errors_in_a_drop_in_are_awaited_too(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid;

	write_config(fixture, GOOD);
	assert_int_equal(mkdir(fixture->dropins, 0755), 0);
	write_file(fixture->dropin, BAD);
	pid = meanwhile(fixture, remove_dropin);
	assert_int_equal(read_first(fixture), 0);
	assert_done(pid);
	assert_begun(fixture);
}

/* Like a reload. A requested reading logs the same problem again. */
static void ask_and_mend(const struct fixture *fixture)
{
	await_ready(fixture);
	kill(getppid(), SIGHUP);
	await_message(fixture, "RELOADING=1", "");
	await_ready(fixture);
	write_config(fixture, GOOD);
}

static void a_reload_is_answered_meanwhile(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid;

	write_config(fixture, BAD);
	pid = meanwhile(fixture, ask_and_mend);
	assert_int_equal(read_first(fixture), 0);
	assert_done(pid);
	assert_begun(fixture);
	assert_string_equal(buffer_text(&fixture->logged), "problem awaited problem awaited ");
}

static void stop(const struct fixture *fixture)
{
	await_ready(fixture);
	kill(getppid(), SIGTERM);
}

static void restart(const struct fixture *fixture)
{
	await_ready(fixture);
	kill(getppid(), SIGUSR2);
}

static void it_can_be_stopped_meanwhile(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid;

	write_config(fixture, BAD);
	pid = meanwhile(fixture, stop);
	assert_int_equal(read_first(fixture), 0);
	assert_done(pid);
	assert_not_begun(fixture);
	assert_false(fixture->result.is_restarting);
	await_message(fixture, "STOPPING=1", "\nSTATUS=Stopping");
}

static void it_can_be_restarted_meanwhile(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid;

	write_config(fixture, BAD);
	pid = meanwhile(fixture, restart);
	assert_int_equal(read_first(fixture), 0);
	assert_done(pid);
	assert_not_begun(fixture);
	assert_true(fixture->result.is_restarting);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define MANAGED_TEST(name) cmocka_unit_test_setup_teardown(name, setup_managed, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_files_are_read),
		TEST(by_hand_errors_end_the_start),
		MANAGED_TEST(under_a_manager_it_waits_for_good_files),
		MANAGED_TEST(without_a_loop_it_cannot_wait),
		MANAGED_TEST(an_editor_may_save_in_steps),
		MANAGED_TEST(warnings_are_not_counted),
		MANAGED_TEST(errors_in_a_drop_in_are_awaited_too),
		MANAGED_TEST(a_reload_is_answered_meanwhile),
		MANAGED_TEST(it_can_be_stopped_meanwhile),
		MANAGED_TEST(it_can_be_restarted_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
