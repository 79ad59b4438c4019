/* The whole server in a process of its own: how it starts, what signals do, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "daemon/server.h"

#define GOODBYE "The server is shutting down"

struct fixture {
	char directory[32];
	char config[64];
	char irc[64]; /* its Unix socket */
	char notify[64];
	char *words[2];
	struct arguments arguments;
	pid_t manager;	/* 0: no service manager */
	int manager_fd; /* messages to the manager */
	int log_fds[2];
	struct buffer logged;
};

static const struct word {
	enum logbook entry;
	const char *text;
} words[] = {
	{ LOGBOOK_STARTED, "started " },
	{ LOGBOOK_STOPPING, "stopping " },
	{ LOGBOOK_START_FAILED, "failed " },
	{ LOGBOOK_RELOADED, "reloaded " },
	{ LOGBOOK_RELOAD_REFUSED, "refused " },
	{ LOGBOOK_HANDED_OVER, "left " },
	{ LOGBOOK_RECOVERED, "recovered " },
	{ LOGBOOK_HANDOVER_FAILED, "no-handover " },
};

/* In the child. */
static void write_entry(void *data, enum logbook entry, const char *const *fields)
{
	const struct fixture *fixture = data;

	(void) fields;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].entry == entry &&
			write(fixture->log_fds[1], words[i].text, strlen(words[i].text)) < 0)
			_exit(99);
}

static void write_config(const struct fixture *fixture, const char *more)
{
	FILE *file = fopen(fixture->config, "we");

	assert_non_null(file);
	fprintf(file, "listen = ( { path = \"%s\"; } );\n%s\n", fixture->irc, more);
	fclose(file);
}

static int setup(void **state)
{
	static char program[] = "papod";
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory) || pipe2(fixture->log_fds, O_CLOEXEC) < 0)
		return -1;
	snprintf(fixture->config, sizeof(fixture->config), "%s/papod.conf", fixture->directory);
	snprintf(fixture->irc, sizeof(fixture->irc), "%s/irc", fixture->directory);
	snprintf(fixture->notify, sizeof(fixture->notify), "%s/notify", fixture->directory);
	fixture->words[0] = program;
	fixture->arguments.config = fixture->config;
	fixture->arguments.words = fixture->words;
	write_config(fixture, "");
	setenv("STATE_DIRECTORY", fixture->directory, 1);
	*state = fixture;
	return 0;
}

/* Receives messages without the descriptors, and never answers. */
static void manage(int socket_fd, int out_fd)
{
	char message[2000];
	ssize_t length;

	while ((length = recv(socket_fd, message, sizeof(message), 0)) >= 0)
		if (write(out_fd, message, (size_t) length) < 0)
			_exit(1);
	_exit(1);
}

static int start_manager(struct fixture *fixture, int socket_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	fixture->manager = fork();
	if (fixture->manager == 0)
		manage(socket_fd, fds[1]);
	close(socket_fd);
	close(fds[1]);
	fixture->manager_fd = fds[0];
	return 0;
}

static int setup_managed(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct fixture *fixture;

	if (setup(state) < 0)
		return -1;
	fixture = *state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->notify);
	if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		return -1;
	setenv("NOTIFY_SOCKET", fixture->notify, 1);
	return start_manager(fixture, fd);
}

static void remove_file(const struct fixture *fixture, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	unlink(path);
}

static int teardown(void **state)
{
	static const char *const files[] = { "papod.conf", "irc", "notify", "cloak.key", "lock",
		"recording" };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		remove_file(fixture, files[i]);
	unsetenv("STATE_DIRECTORY");
	unsetenv("NOTIFY_SOCKET");
	rmdir(fixture->directory);
	close(fixture->log_fds[0]);
	close(fixture->log_fds[1]);
	if (fixture->manager) {
		kill(fixture->manager, SIGKILL);
		waitpid(fixture->manager, NULL, 0);
		close(fixture->manager_fd);
	}
	buffer_done(&fixture->logged);
	free(fixture);
	return 0;
}

static pid_t start(struct fixture *fixture)
{
	const struct log log = { write_entry, fixture };
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);	 /* after a failed assertion */
		if (!freopen("/dev/null", "we", stderr)) /* hides the hint for humans */
			_exit(98);
		_exit(server_run(&fixture->arguments, &log));
	}
	return pid;
}

/* Wait until the log contains this word. */
static void await(struct fixture *fixture, const char *word)
{
	char piece[256];
	ssize_t length;

	while (!strstr(buffer_text(&fixture->logged), word)) {
		length = read(fixture->log_fds[0], piece, sizeof(piece));
		assert_true(length > 0);
		buffer_put(&fixture->logged, piece, (size_t) length);
	}
}

static int wait_for_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void assert_start_fails(struct fixture *fixture, int status)
{
	assert_int_equal(wait_for_end(start(fixture)), status);
	await(fixture, "failed ");
	assert_null(strstr(fixture->logged.bytes, "started "));
}

static void errors_in_the_files_end_the_start(void **state)
{
	write_config(*state, "nonsense = 1;");
	assert_start_fails(*state, EX_CONFIG);
}

static void a_recording_that_cannot_be_written_ends_it(void **state)
{
	struct fixture *fixture = *state;

	fixture->arguments.record = "/nonexistent/recording";
	assert_start_fails(fixture, EX_CANTCREAT);
}

static void without_any_listener_it_ends(void **state)
{
	struct fixture *fixture = *state;

	strcpy(fixture->irc, "/nonexistent/irc");
	write_config(fixture, "");
	assert_start_fails(fixture, EX_UNAVAILABLE);
}

static int connect_client(const struct fixture *fixture)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->irc);
	assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

/* Read until this text arrives. */
static void expect_text(int fd, const char *text)
{
	char lines[4096] = "";
	size_t length = 0;
	ssize_t got;

	while (!strstr(lines, text)) {
		got = read(fd, lines + length, sizeof(lines) - 1 - length);
		assert_true(got > 0);
		length += (size_t) got;
		lines[length] = '\0';
	}
}

static void assert_closed(int fd)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

static void say(int fd, const char *line)
{
	assert_int_equal(write(fd, line, strlen(line)), (ssize_t) strlen(line));
}

static void a_stop_tells_everybody(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = start(fixture);
	int fd;

	await(fixture, "started ");
	fd = connect_client(fixture);
	say(fd, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	expect_text(fd, " 001 ana ");
	kill(pid, SIGTERM);
	expect_text(fd, GOODBYE);
	assert_closed(fd);
	assert_int_equal(wait_for_end(pid), 0);
	await(fixture, "stopping ");
	assert_string_equal(fixture->logged.bytes, "started stopping ");
}

static void the_state_is_for_one_of_us(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = start(fixture);

	await(fixture, "started ");
	assert_int_equal(wait_for_end(start(fixture)), EX_UNAVAILABLE);
	await(fixture, "failed ");
	kill(pid, SIGINT);
	assert_int_equal(wait_for_end(pid), 0);
}

static void a_hangup_reloads(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = start(fixture);

	await(fixture, "started ");
	write_config(fixture, "nonsense = 1;");
	kill(pid, SIGHUP);
	await(fixture, "refused ");
	write_config(fixture, "");
	kill(pid, SIGHUP);
	await(fixture, "reloaded ");
	kill(pid, SIGTERM);
	assert_int_equal(wait_for_end(pid), 0);
}

/* The program of the test is no papod, see main(). */
static void a_handover_that_fails_leaves_it_running(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid;
	int fd;

	pid = start(fixture);
	await(fixture, "started ");
	fd = connect_client(fixture);
	kill(pid, SIGUSR2);
	await(fixture, "no-handover ");
	say(fd, "PING 1\r\n");
	say(fd, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	expect_text(fd, " 001 ana ");
	kill(pid, SIGTERM);
	expect_text(fd, GOODBYE);
	assert_closed(fd);
	assert_int_equal(wait_for_end(pid), 0);
}

static void what_is_recorded_is_there_at_the_end(void **state)
{
	struct fixture *fixture = *state;
	char path[96];
	pid_t pid;
	int fd;

	fixture->arguments.record = "recording";
	pid = start(fixture);
	await(fixture, "started ");
	kill(pid, SIGTERM);
	assert_int_equal(wait_for_end(pid), 0);
	snprintf(path, sizeof(path), "%s/recording", fixture->directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(lseek(fd, 0, SEEK_END) > 0);
	close(fd);
}

/* It may be a restart, so clients are not notified: the next process would continue. */
static void under_a_manager_a_stop_leaves_all_to_the_next(void **state)
{
	struct fixture *fixture = *state;
	pid_t pid = start(fixture);
	int fd;

	await(fixture, "started ");
	expect_text(fixture->manager_fd, "READY=1");
	fd = connect_client(fixture);
	say(fd, "NICK ana\r\nUSER ana 0 * :Ana\r\n");
	expect_text(fd, " 001 ana ");
	kill(pid, SIGTERM);
	expect_text(fixture->manager_fd, "STOPPING=1");
	assert_int_equal(wait_for_end(pid), 0);
	await(fixture, "left ");
	assert_null(strstr(fixture->logged.bytes, "stopping "));
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define MANAGED_TEST(name) cmocka_unit_test_setup_teardown(name, setup_managed, teardown)

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
		TEST(what_is_recorded_is_there_at_the_end),
		MANAGED_TEST(under_a_manager_a_stop_leaves_all_to_the_next),
	};

	(void) argv;
	if (argc > 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
