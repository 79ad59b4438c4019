/* Owns the fixture of a request. */
#include "web_house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

ssize_t __real_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);

/* Without a place for them, TCP drops bytes, and Unix sockets do not. */
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
	static char dropped[65536];

	if (bytes)
		return __real_recv(fd, bytes, length, flags);
	assert_int_equal(flags, MSG_DONTWAIT | MSG_TRUNC);
	return __real_recv(
		fd, dropped, length < sizeof(dropped) ? length : sizeof(dropped), MSG_DONTWAIT);
}

void web_house_write_file(const char *path, size_t length)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	for (size_t i = 0; i < length; i++)
		fputc('a' + (int) (i % 23), file);
	assert_int_equal(fclose(file), 0);
}

int web_house_setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	static const char *const origins[] = { "https://example.org", NULL };

	strcpy(house->directory, "/tmp/papod-web-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->index, sizeof(house->index), "%s/index.html", house->directory);
	snprintf(house->large, sizeof(house->large), "%s/large.js", house->directory);
	web_house_write_file(house->index, 10);
	house->site = (struct web_site){ .pages = { house->directory, NULL }, .origins = origins };
	house->peer.crypto = tls_crypto_new();
	house->needs =
		(struct web_needs){ house->peer.crypto, web_space_new(), &house->site, NULL, NULL };
	house->client = -1;
	*state = house;
	return 0;
}

int web_house_teardown(void **state)
{
	struct house *house = *state;

	web_free(house->web);
	web_space_free(house->needs.space);
	tls_peer_done(&house->peer);
	if (house->client >= 0)
		close(house->client);
	unlink(house->index);
	unlink(house->large);
	assert_int_equal(rmdir(house->directory), 0);
	buffer_done(&house->heard);
	free(house);
	return 0;
}

void web_house_connect(struct house *house)
{
	struct tls_keys keys;
	int ends[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	tls_peer_begin(&house->peer, house->is_1_3, 1, &keys);
	house->web = web_new(&house->needs, ends[0], house->has_tls ? &keys : NULL, NULL);
	house->client = ends[1];
	house->is_end = false;
	buffer_clear(&house->heard);
}

void web_house_disconnect(struct house *house)
{
	web_free(TAKE(house->web));
	if (house->client >= 0)
		close(TAKE_FD(house->client));
}

void web_house_say(struct house *house, const char *text)
{
	if (house->has_tls)
		tls_peer_seal(&house->peer, text, strlen(text));
	else
		buffer_put_text(&house->peer.out, text);
	assert_int_equal(send(house->client, house->peer.out.bytes, house->peer.out.length, 0),
		house->peer.out.length);
	buffer_clear(&house->peer.out);
}

void web_house_hear(struct house *house)
{
	static char bytes[65536];
	ssize_t n;

	while ((n = recv(house->client, bytes, sizeof(bytes), 0)) > 0) {
		if (house->has_tls)
			assert_true(tls_peer_open(&house->peer, bytes, (size_t) n, &house->heard));
		else
			buffer_put(&house->heard, bytes, (size_t) n);
	}
	house->is_end = n == 0;
}

enum handshake_state web_house_go_on(const struct house *house)
{
	return web_go_on(house->web);
}

int web_house_unread(const struct house *house, int fd)
{
	int count;

	(void) house;
	assert_int_equal(ioctl(fd, FIONREAD, &count), 0);
	return count;
}

void web_house_expect_answer(struct house *house, const char *status, const char *end)
{
	size_t length = strlen(end);

	web_house_hear(house);
	assert_int_equal(strncmp(buffer_text(&house->heard), status, strlen(status)), 0);
	assert_true(house->heard.length >= length);
	assert_string_equal(house->heard.bytes + house->heard.length - length, end);
	assert_true(house->is_end);
	if (house->has_tls)
		assert_true(house->peer.is_ended);
}

void web_house_for_all_kinds(struct house *house, void (*check)(struct house *house))
{
	for (int kind = 0; kind < 3; kind++) {
		house->has_tls = kind > 0;
		house->is_1_3 = kind == 2;
		web_house_connect(house);
		check(house);
		web_house_disconnect(house);
	}
}
