/* Listeners that are passed to another program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "doors.h"

/* White box: as both sets live in this process, each needs descriptors of its own. */
static void use_copies(struct listeners *listeners, int *fds)
{
	for (size_t i = 0; i < listeners->count; i++) {
		fds[i] = listeners->items[i]->fd;
		listeners->items[i]->fd = fcntl(fds[i], F_DUPFD, 3);
	}
}

static struct listeners *successor_of(struct doors *doors)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct listeners *before = doors->listeners;
	struct listeners *after = listeners_new(
		doors->loop, &doors->log, before->on_accept, before->on_datagram, doors);
	int fds[8];

	assert_true(before->count <= 8);
	use_copies(before, fds);
	listeners_save(before, &saved);
	for (size_t i = 0; i < before->count; i++)
		before->items[i]->fd = fds[i];
	assert_int_equal(listeners_load(after, pack_over(saved.bytes, saved.length)), 0);
	assert_int_equal(after->count, before->count);
	return after;
}

static void what_was_asked_for_stays_open(void **state)
{
	struct doors *doors = *state;
	char path[80];
	struct listener_spec specs[5] = {
		{ .name = "main", .address = "127.0.0.1" },
		{ .name = "all", .address = "*" },
		{ .name = "local", .path = doors->path, .mode = 0600 },
		{ .name = "udp", .address = "*", .is_datagram = true },
		{ .name = "notify", .path = path, .mode = 0600, .is_datagram = true },
	};
	struct listeners *after;

	snprintf(path, sizeof(path), "%s.datagrams", doors->path);
	assert_int_equal(listeners_apply(doors->listeners, specs, 5), 0);
	assert_logged(doors, "listening listening listening listening listening ");
	after = successor_of(doors);
	assert_int_equal(listeners_apply(after, specs, 5), 0);
	assert_logged(doors, "");
	for (size_t i = 0; i < 5; i++) {
		const struct listener *listener = after->items[i];

		assert_true(fcntl(listener->fd, F_GETFD) & FD_CLOEXEC);
		assert_string_equal(listener->name, specs[i].name);
		assert_string_equal(listener->where, doors->listeners->items[i]->where);
	}
	listeners_free(after);
}

static void what_nobody_asks_for_any_more_is_closed(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0600 };
	struct listeners *after;

	assert_int_equal(doors_apply(doors, &spec), 0);
	after = successor_of(doors);
	assert_int_equal(listeners_apply(after, NULL, 0), 0);
	assert_int_equal(after->count, 0);
	assert_int_not_equal(access(doors->path, F_OK), 0);
	listeners_free(after);
}

static void a_file_that_is_anothers_is_not_removed(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "local", .path = doors->path, .mode = 0600 };
	struct listeners *after;
	char moved[80];

	assert_int_equal(doors_apply(doors, &spec), 0);
	after = successor_of(doors);
	/* The file is kept, so that its inode is not reused at once. */
	snprintf(moved, sizeof(moved), "%s.moved", doors->path);
	assert_int_equal(rename(doors->path, moved), 0);
	close(doors_bind_unix(doors->path, SOCK_STREAM));
	listeners_free(after);
	assert_int_equal(access(doors->path, F_OK), 0);
	unlink(moved);
}

static void a_socket_that_was_passed_in_is_never_closed(void **state)
{
	struct doors *doors = *state;
	int fd = doors_bind_unix(doors->path, SOCK_STREAM);
	struct listeners *after;

	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(listeners_take(doors->listeners, fd, "papod.socket"), 0);
	after = successor_of(doors);
	assert_true(after->items[0]->is_passed);
	assert_int_equal(listeners_apply(after, NULL, 0), 0);
	assert_string_equal(after->items[0]->name, "papod.socket");
	listeners_free(after);
	assert_int_equal(access(doors->path, F_OK), 0);
	unlink(doors->path);
}

static void a_successor_reads_what_is_waiting(void **state)
{
	struct doors *doors = *state;
	struct listener_spec spec = {
		.name = "notify", .address = "127.0.0.1", .is_datagram = true, .rate = 1
	};
	struct listeners *after;
	int fd = doors_udp();

	assert_int_equal(doors_apply(doors, &spec), 0);
	listeners_stop(doors->listeners);
	assert_int_equal(doors_send(fd, doors_port(doors_only(doors)), "waiting", 7), 7);
	after = successor_of(doors);
	assert_int_equal(listeners_apply(after, &spec, 1), 0);
	doors_turn(doors);
	assert_int_equal(doors->n_datagrams, 1);
	assert_string_equal(buffer_text(&doors->text), "waiting");
	listeners_free(after);
	close(fd);
}

/* The next release reads them. */
static void the_ids_of_fields_never_change(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 }, ids = { 0 };
	struct doors *doors = *state;
	struct listener_spec spec = { .name = "main", .address = "127.0.0.1" };
	struct pack_field record, field;
	struct pack pack, fields;

	assert_int_equal(listeners_apply(doors->listeners, &spec, 1), 0);
	doors->listeners->items[0]->passed_name = mem_text("irc");
	doors->listeners->items[0]->is_passed = true;
	listeners_save(doors->listeners, &saved);
	doors->listeners->items[0]->is_passed = false;
	pack = pack_over(saved.bytes, saved.length);
	assert_true(pack_next(&pack, &record));
	buffer_format(&ids, "%u:", record.id);
	fields = pack_field_record(&record);
	while (pack_next(&fields, &field))
		buffer_format(&ids, " %u", field.id);
	assert_string_equal(buffer_text(&ids), "1: 1 2 4 20 21 22 23 24");
}

static void nonsense_is_refused(void **state)
{
	struct doors *doors = *state;
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	size_t begun = pack_begin(&saved, 1);

	pack_text(&saved, 1, "no descriptor");
	pack_end(&saved, begun);
	assert_int_equal(
		listeners_load(doors->listeners, pack_over(saved.bytes, saved.length)), -EBADF);
	assert_int_equal(doors->listeners->count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, doors_setup, doors_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_asked_for_stays_open),
		TEST(what_nobody_asks_for_any_more_is_closed),
		TEST(a_file_that_is_anothers_is_not_removed),
		TEST(a_socket_that_was_passed_in_is_never_closed),
		TEST(a_successor_reads_what_is_waiting),
		TEST(the_ids_of_fields_never_change),
		TEST(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
