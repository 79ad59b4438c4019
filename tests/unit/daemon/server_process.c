/* Owns the fixture of a server that runs in a process of its own. */
#include "server_process.h"

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
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../leaks.h"

static const struct word {
	enum logbook entry;
	const char *text;
	bool has_fields; /* their values are written too */
} words[] = {
	{ LOGBOOK_STARTED, "started ", true },
	{ LOGBOOK_STOPPING, "stopping ", true },
	{ LOGBOOK_START_FAILED, "failed ", true },
	{ LOGBOOK_RELOADED, "reloaded ", false },
	{ LOGBOOK_RELOAD_REFUSED, "refused ", false },
	{ LOGBOOK_HANDED_OVER, "left ", false },
	{ LOGBOOK_RECOVERED, "recovered ", false },
	{ LOGBOOK_HANDOVER_FAILED, "no-handover ", false },
};

/* In the child. */
static void write_word(
	const struct server_process *process, const struct word *word, const char *const *fields)
{
	struct buffer text = { 0 };

	buffer_put_text(&text, word->text);
	for (size_t i = 0; word->has_fields && fields[i]; i += 2)
		buffer_format(&text, "%s ", fields[i + 1]);
	if (write(process->log_fds[1], text.bytes, text.length) < 0)
		_exit(99);
	buffer_done(&text);
}

static void write_entry(void *data, enum logbook entry, const char *const *fields)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].entry == entry)
			write_word(data, &words[i], fields);
}

void server_process_configure(const struct server_process *process, const char *more)
{
	FILE *file = fopen(process->config, "we");

	assert_non_null(file);
	fprintf(file, "listen = ( { path = \"%s\"; } );\n%s\n", process->irc, more);
	fclose(file);
}

void server_process_add_operator(const struct server_process *process)
{
	char path[96];
	FILE *file;

	server_process_configure(process,
		"server = { name = \"irc.test\"; }; operators = ( { name = \"root\"; "
		"privileges = [ \"restart\" ]; } );");
	snprintf(path, sizeof(path), "%s/secrets.ini", process->directory);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fputs("[operator root]\npassword = $6$rounds=1000$papod$IgKfV2Nvdc4McxMRTfpZcCa9Jr10X0pFBuK"
	      "VOw658GfgMlR1dGWHZusfa0bYMn.ivpqGtZU4FkDZVbF7ZB5/9.\n",
		file);
	fclose(file);
}

int server_process_setup(void **state)
{
	static char program[] = "papod";
	struct server_process *process = calloc(1, sizeof(*process));

	strcpy(process->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(process->directory) || pipe2(process->log_fds, O_CLOEXEC) < 0)
		return -1;
	snprintf(process->config, sizeof(process->config), "%s/papod.conf", process->directory);
	snprintf(process->irc, sizeof(process->irc), "%s/irc", process->directory);
	snprintf(process->notify, sizeof(process->notify), "%s/notify", process->directory);
	snprintf(process->errors, sizeof(process->errors), "%s/errors", process->directory);
	process->words[0] = program;
	process->arguments.config = process->config;
	process->arguments.words = process->words;
	server_process_configure(process, "");
	setenv("STATE_DIRECTORY", process->directory, 1);
	*state = process;
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

static int start_manager(struct server_process *process, int socket_fd)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -1;
	process->manager = fork();
	if (process->manager == 0)
		manage(socket_fd, fds[1]);
	close(socket_fd);
	close(fds[1]);
	process->manager_fd = fds[0];
	return 0;
}

int server_process_setup_managed(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct server_process *process;

	if (server_process_setup(state) < 0)
		return -1;
	process = *state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", process->notify);
	if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		return -1;
	setenv("NOTIFY_SOCKET", process->notify, 1);
	return start_manager(process, fd);
}

static void remove_file(const struct server_process *process, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", process->directory, name);
	unlink(path);
}

int server_process_teardown(void **state)
{
	static const char *const files[] = { "papod.conf", "irc", "notify", "cloak.key", "lock",
		"recording", "errors", "secrets.ini" };
	struct server_process *process = *state;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		remove_file(process, files[i]);
	unsetenv("STATE_DIRECTORY");
	unsetenv("NOTIFY_SOCKET");
	rmdir(process->directory);
	close(process->log_fds[0]);
	close(process->log_fds[1]);
	if (process->manager) {
		kill(process->manager, SIGKILL);
		waitpid(process->manager, NULL, 0);
		close(process->manager_fd);
	}
	buffer_done(&process->logged);
	free(process);
	return 0;
}

/* The exit status; 97: something was not freed. */
static int run_server(struct server_process *process)
{
	const struct log log = { write_entry, process };
	size_t before = leaks_count(SIZE_MAX);
	int status = server_run(&process->arguments, &log);

	return leaks_count(before) > before ? 97 : status;
}

pid_t server_process_start(struct server_process *process)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* after a failed assertion */
		if (!freopen(process->errors, "we", stderr) || setvbuf(stderr, NULL, _IONBF, 0))
			_exit(98);
		_exit(run_server(process));
	}
	return pid;
}

void server_process_await(struct server_process *process, const char *word)
{
	char piece[256];
	ssize_t length;

	while (!strstr(buffer_text(&process->logged), word)) {
		length = read(process->log_fds[0], piece, sizeof(piece));
		assert_true(length > 0);
		buffer_put(&process->logged, piece, (size_t) length);
	}
}

int server_process_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void server_process_assert_errors(const struct server_process *process, const char *wanted)
{
	FILE *file = fopen(process->errors, "re");
	char text[1024];

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(text, wanted);
}

int server_process_connect(const struct server_process *process)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", process->irc);
	assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
	return fd;
}

void server_process_expect(int fd, const char *text)
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

void server_process_assert_closed(int fd)
{
	char byte;

	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

void server_process_say(int fd, const char *line)
{
	assert_int_equal(write(fd, line, strlen(line)), (ssize_t) strlen(line));
}
