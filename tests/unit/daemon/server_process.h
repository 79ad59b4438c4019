/* The whole server in a process of its own, with a directory, a configuration and a log. */
#ifndef PAPOD_TESTS_SERVER_PROCESS_H
#define PAPOD_TESTS_SERVER_PROCESS_H

#include <sys/types.h>

#include "base/buffer.h"
#include "daemon/server.h"

#define GOODBYE "The server is shutting down"

struct server_process {
	char directory[32];
	char config[64];
	char irc[64];	 /* its Unix socket */
	char notify[64]; /* the socket of the service manager */
	char errors[64]; /* the file that is standard error */
	char *words[2];
	struct arguments arguments;
	pid_t manager;	/* 0: no service manager */
	int manager_fd; /* messages to the manager */
	int log_fds[2];
	struct buffer logged;
};

int server_process_setup(void **state);
int server_process_setup_managed(void **state); /* with a service manager */
int server_process_teardown(void **state);

/* Write papod.conf: the Unix socket, and this. */
void server_process_configure(const struct server_process *process, const char *more);
/* And an operator: OPER root sesame. */
void server_process_add_operator(const struct server_process *process);

pid_t server_process_start(struct server_process *process);
/* Read the log until it contains this word. */
void server_process_await(struct server_process *process, const char *word);
int server_process_end(pid_t pid); /* its exit status */

void server_process_assert_errors(const struct server_process *process, const char *wanted);

/* A client; closed by server_process_assert_closed(). */
int server_process_connect(const struct server_process *process);
void server_process_say(int fd, const char *line);
void server_process_expect(int fd, const char *text); /* reads until this text arrives */
void server_process_assert_closed(int fd);

#endif
