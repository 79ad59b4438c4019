/* Measures how long a server takes from its start to listening; prints one line of JSON.
 *
 *     starting CPU PORT COMMAND [ARGUMENT]... */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS 10000000000u

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t) time.tv_sec * 1000000000u + (uint64_t) time.tv_nsec;
}

static void become(int cpu, char *command[])
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	dup2(nowhere, STDIN_FILENO);
	dup2(nowhere, STDOUT_FILENO);
	dup2(nowhere, STDERR_FILENO);
	execv(command[0], command);
	_exit(127);
}

static bool is_listening(unsigned short port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_there = connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0;

	close(fd);
	return is_there;
}

int main(int argc, char *argv[])
{
	const struct timespec step = { .tv_nsec = 20000 };
	uint64_t start_ns = now_ns(), took_ns;
	unsigned short port;
	pid_t pid;

	if (argc < 4) {
		fprintf(stderr, "Usage: starting CPU PORT COMMAND [ARGUMENT]...\n");
		return EXIT_FAILURE;
	}
	port = (unsigned short) strtoul(argv[2], NULL, 10);
	pid = fork();
	if (pid == 0)
		become((int) strtol(argv[1], NULL, 10), argv + 3);
	while (!is_listening(port) && now_ns() - start_ns < PATIENCE_NS)
		nanosleep(&step, NULL);
	took_ns = now_ns() - start_ns;
	if (took_ns < PATIENCE_NS)
		printf("{\"listening_ns\": %" PRIu64 "}\n", took_ns);
	else
		printf("{\"void\": \"it did not listen\"}\n");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return EXIT_SUCCESS;
}
