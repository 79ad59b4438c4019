/* Sockets of helpers: their paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/unix_socket.h"

#define PATH_BYTES sizeof(((struct sockaddr_un *) NULL)->sun_path)

struct house {
	char directory[32];
	char path[PATH_BYTES + 1]; /* too long by one byte */
	char start[PATH_BYTES];	   /* what fits of it */
	int listener;
};

static int set_up(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	size_t length;

	strcpy(house->directory, "/tmp/papod-test-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	length = strlen(house->directory);
	memset(house->path, 'x', PATH_BYTES);
	memcpy(house->path, house->directory, length);
	house->path[length] = '/';
	memcpy(house->start, house->path, PATH_BYTES - 1);
	house->listener = unix_socket_listen(house->start);
	assert_true(house->listener >= 0);
	*state = house;
	return 0;
}

static int tear_down(void **state)
{
	struct house *house = *state;

	close(house->listener);
	unlink(house->start);
	rmdir(house->directory);
	free(house);
	return 0;
}

static void the_longest_path_is_connected_to(void **state)
{
	const struct house *house = *state;
	int fd = unix_socket_connect(house->start);

	assert_true(fd >= 0);
	close(fd);
}

/* What is left of it leads to another program, which would get the passwords. */
static void a_path_that_is_too_long_is_not_cut(void **state)
{
	const struct house *house = *state;

	assert_int_equal(unix_socket_connect(house->path), -ENAMETOOLONG);
	assert_int_equal(unix_socket_listen(house->path), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_longest_path_is_connected_to, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_path_that_is_too_long_is_not_cut, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
