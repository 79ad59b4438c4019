/* The side of papod for tests of papod-gate: fake_papod PATH listens there, prints each message,
 * and carries out the lines of its standard input:
 *
 *     take NUMBER          answer TAKEN, and echo what the client sends, with its keys
 *     refuse NUMBER TEXT   answer REFUSED
 *     say HEX              send these bytes
 *     drop                 close the connection of the gate
 *     last NUMBER          answer TAKEN and end
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/passed_fds.h"
#include "proto/gate_message.h"
#include "tls/keys.h"
#include "tls/open.h"
#include "tls/seal.h"

#define MOST_CLIENTS 4096

struct client {
	uint64_t number;
	int fd;
	struct tls_keys keys;
};

struct fake {
	int listener;
	int gate; /* -1: none */
	struct client clients[MOST_CLIENTS];
	size_t n_clients;
};

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(1);
}

/* The echo, in a process of its own */

static void write_all(int fd, const uint8_t *bytes, size_t length)
{
	while (length) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n <= 0)
			exit(0);
		bytes += n;
		length -= (size_t) n;
	}
}

static void echo(
	int fd, struct tls_crypto *crypto, struct tls_keys *keys, const struct tls_opened *opened)
{
	static uint8_t out[2 * TLS_RECORD_MAX];
	static char prefix[] = "echo: ";
	const struct iovec pieces[] = {
		{ prefix, sizeof(prefix) - 1 },
		{ (void *) (uintptr_t) opened->data, opened->length },
	};

	write_all(fd, out, tls_seal(crypto, keys, pieces, 2, out));
}

static void __attribute__((noreturn))
end_echo(int fd, struct tls_crypto *crypto, struct tls_keys *keys, const struct tls_opened *opened)
{
	uint8_t alert[TLS_ALERT_MAX];

	if (opened->kind == TLS_OPENED_ERROR)
		fprintf(stderr, "fake_papod: a record is wrong, alert %d\n", opened->alert);
	write_all(fd, alert,
		tls_seal_alert(crypto, keys,
			opened->kind == TLS_OPENED_ERROR ? opened->alert : TLS_ALERT_CLOSE_NOTIFY,
			alert));
	exit(0);
}

static void __attribute__((noreturn)) serve_echo(int fd, struct tls_keys keys)
{
	static uint8_t in[2 * TLS_RECORD_MAX], plain[TLS_PLAIN_MAX + 1];
	struct tls_crypto *crypto = tls_crypto_new();
	size_t length = 0;
	ssize_t n;

	while ((n = recv(fd, in + length, sizeof(in) - length, 0)) > 0) {
		struct tls_opened opened;

		length += (size_t) n;
		while ((opened = tls_open(crypto, &keys, in, length, plain)).kind !=
			TLS_OPENED_PARTIAL) {
			if (opened.kind == TLS_OPENED_DATA)
				echo(fd, crypto, &keys, &opened);
			else if (opened.kind != TLS_OPENED_NOTHING)
				end_echo(fd, crypto, &keys, &opened);
			length -= opened.taken;
			memmove(in, in + opened.taken, length);
		}
	}
	exit(0);
}

/* Messages */

static void print_hex(const char *name, const uint8_t *bytes, size_t length)
{
	printf(" %s=", name);
	for (size_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
}

static void print_client(const struct gate_message *message)
{
	char address[ADDRESS_TEXT_BYTES];

	address_format(&message->address, address);
	printf("CLIENT gate=%" PRIx64 " number=%" PRIu64 " listener=%s address=%s version=%s "
	       "suite=%s certificate=%d",
		message->gate, message->number, message->listener, address,
		tls_version_name(message->tls.version), tls_suite_name(message->tls.suite),
		message->tls.has_certificate);
	print_hex("sha256", message->tls.certificate_sha256, TLS_SHA256_BYTES);
	print_hex("sha512", message->tls.certificate_sha512, TLS_SHA512_BYTES);
	print_hex("key256", message->tls.key_sha256, TLS_SHA256_BYTES);
	print_hex("key512", message->tls.key_sha512, TLS_SHA512_BYTES);
}

static void add_client(struct fake *fake, const struct gate_message *message, int fd)
{
	struct client *client = &fake->clients[fake->n_clients++ % MOST_CLIENTS];

	*client = (struct client){ .number = message->number, .fd = fd };
	print_client(message);
	if (fd < 0)
		printf(" no-descriptor");
	else if (!tls_keys_load(
			 pack_over(message->keys.bytes, message->keys.length), &client->keys))
		printf(" no-keys");
	else
		printf(" max_fragment=%u", client->keys.max_fragment);
	printf("\n");
}

static void take_message(struct fake *fake, const struct gate_message *message, int fd)
{
	if (message->kind == GATE_MESSAGE_KIND_HELLO) {
		printf("HELLO version=%u gate=%" PRIx64 "\n", message->version, message->gate);
	} else if (message->kind == GATE_MESSAGE_KIND_CLIENT) {
		add_client(fake, message, fd);
	} else {
		printf("KIND %d\n", (int) message->kind);
	}
}

static void read_gate(struct fake *fake)
{
	PASSED_FDS(1) passed;
	char packet[GATE_MESSAGE_BYTES + 1];
	struct iovec part = { packet, sizeof(packet) };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed) };
	struct gate_message message;
	ssize_t n = recvmsg(fake->gate, &header, 0);
	int fd = -1;

	if (n <= 0) {
		printf("GONE\n");
		close(TAKE_FD(fake->gate));
		return;
	}
	passed_fds_take(&header, &fd, 1);
	if (gate_message_load(packet, (size_t) n, &message))
		take_message(fake, &message, fd);
	else
		printf("MALFORMED\n");
}

static void answer_gate(const struct fake *fake, const struct gate_message *answer)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	gate_message_save(&packet, answer);
	if (send(fake->gate, packet.bytes, packet.length, MSG_NOSIGNAL) < 0)
		printf("UNANSWERED\n");
}

/* Commands */

static struct client *find_client(struct fake *fake, uint64_t number)
{
	for (size_t i = 0; i < MOST_CLIENTS; i++)
		if (fake->clients[i].number == number && fake->clients[i].fd >= 0)
			return &fake->clients[i];
	return NULL;
}

static void take_client(struct fake *fake, uint64_t number)
{
	const struct gate_message answer = { .kind = GATE_MESSAGE_KIND_TAKEN, .number = number };
	struct client *client = find_client(fake, number);

	answer_gate(fake, &answer);
	if (!client)
		return;
	if (fork() == 0) {
		close(STDOUT_FILENO);	       /* whose end the test waits for */
		fcntl(client->fd, F_SETFL, 0); /* it was non-blocking */
		serve_echo(client->fd, client->keys);
	}
	close(TAKE_FD(client->fd));
}

static void __attribute__((noreturn)) take_and_end(const struct fake *fake, uint64_t number)
{
	answer_gate(
		fake, &(struct gate_message){ .kind = GATE_MESSAGE_KIND_TAKEN, .number = number });
	_exit(0);
}

static void refuse_client(struct fake *fake, uint64_t number, const char *text)
{
	struct gate_message answer = { .kind = GATE_MESSAGE_KIND_REFUSED, .number = number };
	struct client *client = find_client(fake, number);

	snprintf(answer.text, sizeof(answer.text), "%s", text);
	answer_gate(fake, &answer);
	if (client)
		close(TAKE_FD(client->fd));
}

static void say_bytes(const struct fake *fake, const char *hex)
{
	uint8_t bytes[512];
	size_t n = 0;
	unsigned int byte;

	while (n < sizeof(bytes) && sscanf(hex + 2 * n, "%2x", &byte) == 1)
		bytes[n++] = (uint8_t) byte;
	(void) !send(fake->gate, bytes, n, MSG_NOSIGNAL);
}

static void run_command(struct fake *fake, const char *line)
{
	uint64_t number;
	int at = 0;

	if (sscanf(line, "take %" SCNu64, &number) == 1)
		take_client(fake, number);
	else if (sscanf(line, "refuse %" SCNu64 " %n", &number, &at) == 1)
		refuse_client(fake, number, line + at);
	else if (strncmp(line, "say ", 4) == 0)
		say_bytes(fake, line + 4);
	else if (sscanf(line, "last %" SCNu64, &number) == 1)
		take_and_end(fake, number);
	else if (strcmp(line, "drop") == 0 && fake->gate >= 0)
		close(TAKE_FD(fake->gate));
}

static void read_command(struct fake *fake)
{
	char line[1024];
	ssize_t n = 0;

	/* One byte at a time: what is buffered would not wake poll(). */
	while (n < (ssize_t) sizeof(line) - 1 && read(STDIN_FILENO, line + n, 1) == 1)
		if (line[n++] == '\n')
			break;
	if (!n)
		exit(0);
	line[n - (line[n - 1] == '\n')] = '\0';
	run_command(fake, line);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	unlink(path);
	if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, 8) < 0)
		die(path);
	return fd;
}

int main(int argc, char **argv)
{
	static struct fake fake = { .gate = -1 };

	if (argc != 2)
		return 64;
	signal(SIGCHLD, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < MOST_CLIENTS; i++)
		fake.clients[i].fd = -1;
	fake.listener = listen_at(argv[1]);
	printf("LISTENING\n");
	for (;;) {
		struct pollfd ready[] = {
			{ .fd = STDIN_FILENO, .events = POLLIN },
			{ .fd = fake.gate >= 0 ? fake.gate : fake.listener, .events = POLLIN },
		};

		if (poll(ready, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (ready[0].revents)
			read_command(&fake);
		else if (ready[1].revents && fake.gate >= 0)
			read_gate(&fake);
		else if (ready[1].revents)
			fake.gate = accept(fake.listener, NULL, NULL);
	}
}
