/* Memory that connections write to, from one process to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "shelf.h"
#include "survival/memories.h"
#include "survival/memory_file.h"

#define BYTE_COUNTS "papod-positions"
#define PARTIALS "papod-half-lines"
#define WRAPPINGS "papod-wrappings"
#define PIPE "papod-pipe"
#define BYTE_COUNTS_BYTES 4096
#define PARTIALS_BYTES 8192
#define WRAPPINGS_BYTES 16384

int __wrap_memory_file_new(const char *name, size_t bytes, int *ret_fd);
int __real_memory_file_new(const char *name, size_t bytes, int *ret_fd);

/* Fails if the test requests it. */
int __wrap_memory_file_new(const char *name, size_t bytes, int *ret_fd)
{
	int error = mock_type(int);

	return error ? error : __real_memory_file_new(name, bytes, ret_fd);
}

static struct memories *memories_with(struct shelf *shelf, bool has_keeper)
{
	const struct memories_needs needs = {
		.log = &shelf->log,
		.keeper = has_keeper ? shelf_keeper(shelf) : (struct keeper){ 0 },
		.bytes = { [MEMORY_BYTE_COUNTS] = BYTE_COUNTS_BYTES,
			[MEMORY_PARTIALS] = PARTIALS_BYTES,
			[MEMORY_WRAPPINGS] = WRAPPINGS_BYTES },
	};

	return memories_new(&needs);
}

static int setup(void **state)
{
	*state = malloc(sizeof(struct shelf));
	shelf_init(*state);
	return 0;
}

static int teardown(void **state)
{
	shelf_done(*state);
	free(*state);
	return 0;
}

static struct memories *make_all(struct shelf *shelf)
{
	struct memories *memories = memories_with(shelf, true);

	will_return_count(__wrap_memory_file_new, 0, 3);
	assert_int_equal(memories_make(memories, true), 0);
	return memories;
}

/* Everything that the next process finds on the shelf. */
static struct memories *take_all(struct shelf *shelf)
{
	struct descriptors inherited = shelf_inherited(shelf);
	struct memories *memories = memories_with(shelf, true);

	memories_take(memories, &inherited);
	descriptors_done(&inherited);
	return memories;
}

static void what_is_written_is_read_by_the_next(void **state)
{
	struct shelf *shelf = *state;
	struct memories *memories = make_all(shelf);

	memcpy(memories_bytes(memories, MEMORY_PARTIALS), "PRIVMSG be", 11);
	memories_free(memories);
	memories = take_all(shelf);
	assert_string_equal(memories_bytes(memories, MEMORY_PARTIALS), "PRIVMSG be");
	assert_non_null(memories_bytes(memories, MEMORY_BYTE_COUNTS));
	assert_non_null(memories_pipe(memories));
	assert_false(memories_has_lost_byte_counts(memories));
	assert_int_equal(shelf->entries[LOGBOOK_NOT_KEPT], 0);
	memories_free(memories);
}

static void bytes_in_the_pipe_stay_there(void **state)
{
	struct shelf *shelf = *state;
	struct memories *memories = make_all(shelf);
	char byte = 'x';

	assert_int_equal(write(memories_pipe(memories)[1], &byte, 1), 1);
	memories_free(memories);
	memories = take_all(shelf);
	byte = 0;
	assert_int_equal(read(memories_pipe(memories)[0], &byte, 1), 1);
	assert_int_equal(byte, 'x');
	memories_free(memories);
}

static void without_the_pipe_byte_counts_are_lost(void **state)
{
	struct shelf *shelf = *state;
	struct memories *memories = make_all(shelf);

	memcpy(memories_bytes(memories, MEMORY_BYTE_COUNTS), "17", 3);
	memories_free(memories);
	shelf_lose(shelf, PIPE);
	will_return(__wrap_memory_file_new, 0);
	memories = take_all(shelf);
	assert_true(memories_has_lost_byte_counts(memories));
	assert_string_equal(memories_bytes(memories, MEMORY_BYTE_COUNTS), "");
	assert_non_null(memories_pipe(memories));
	assert_int_equal(shelf->entries[LOGBOOK_NOT_KEPT], 1);
	memories_free(memories);
	/* The process after that finds the new ones. */
	memories = take_all(shelf);
	assert_false(memories_has_lost_byte_counts(memories));
	memories_free(memories);
}

static void memory_of_another_size_is_not_used(void **state)
{
	struct shelf *shelf = *state;
	int fd;

	memories_free(make_all(shelf));
	shelf_lose(shelf, PARTIALS);
	assert_int_equal(__real_memory_file_new(PARTIALS, PARTIALS_BYTES / 2, &fd), 0);
	descriptors_add(&shelf->kept, fd, PARTIALS);
	will_return(__wrap_memory_file_new, 0);
	memories_free(take_all(shelf));
	assert_string_equal(shelf->dropped, " " PARTIALS);
	assert_int_equal(shelf->entries[LOGBOOK_NOT_KEPT], 1);
}

static void a_release_without_tls_leaves_no_keys(void **state)
{
	struct shelf *shelf = *state;
	struct memories *memories;

	memories_free(make_all(shelf));
	shelf_lose(shelf, WRAPPINGS);
	will_return(__wrap_memory_file_new, 0);
	memories = take_all(shelf);
	assert_non_null(memories_bytes(memories, MEMORY_WRAPPINGS));
	assert_int_equal(shelf->entries[LOGBOOK_NOT_KEPT], 0);
	memories_free(memories);
}

static void without_a_keeper_there_are_no_byte_counts(void **state)
{
	struct shelf *shelf = *state;
	struct memories *memories = memories_with(shelf, false);
	struct descriptors list = { 0 };

	will_return_count(__wrap_memory_file_new, 0, 2);
	assert_int_equal(memories_make(memories, true), 0);
	assert_null(memories_bytes(memories, MEMORY_BYTE_COUNTS));
	assert_null(memories_pipe(memories));
	memories_list(memories, &list);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.files[0].name, PARTIALS);
	assert_string_equal(list.files[1].name, WRAPPINGS);
	descriptors_forget(&list);
	memories_free(memories);
}

/* Otherwise partial lines would have to move while connections use them. */
static void partial_lines_come_before_connections_or_not_at_all(void **state)
{
	struct memories *memories = memories_with(*state, true);

	will_return_count(__wrap_memory_file_new, 0, 2);
	assert_int_equal(memories_make(memories, false), 0);
	assert_null(memories_bytes(memories, MEMORY_PARTIALS));
	assert_non_null(memories_bytes(memories, MEMORY_BYTE_COUNTS));
	memories_free(memories);
}

static void what_cannot_be_made_is_made_later(void **state)
{
	struct memories *memories = memories_with(*state, true);

	will_return(__wrap_memory_file_new, -ENOMEM);
	assert_int_equal(memories_make(memories, true), -ENOMEM);
	assert_null(memories_bytes(memories, MEMORY_PARTIALS));
	will_return(__wrap_memory_file_new, 0);
	will_return(__wrap_memory_file_new, -ENOMEM);
	assert_int_equal(memories_make(memories, true), -ENOMEM);
	assert_non_null(memories_bytes(memories, MEMORY_PARTIALS));
	will_return_count(__wrap_memory_file_new, 0, 2);
	assert_int_equal(memories_make(memories, true), 0);
	assert_non_null(memories_bytes(memories, MEMORY_WRAPPINGS));
	assert_non_null(memories_bytes(memories, MEMORY_BYTE_COUNTS));
	memories_free(memories);
}

static void what_is_dropped_is_nowhere(void **state)
{
	struct shelf *shelf = *state;
	struct memories *memories = make_all(shelf);
	struct descriptors inherited;

	memories_drop(memories);
	inherited = shelf_inherited(shelf);
	assert_int_equal(inherited.count, 0);
	assert_string_equal(shelf->dropped, " " BYTE_COUNTS " " PARTIALS " " WRAPPINGS " " PIPE);
	descriptors_done(&inherited);
	memories_free(memories);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_by_the_next),
		TEST(bytes_in_the_pipe_stay_there),
		TEST(without_the_pipe_byte_counts_are_lost),
		TEST(memory_of_another_size_is_not_used),
		TEST(a_release_without_tls_leaves_no_keys),
		TEST(without_a_keeper_there_are_no_byte_counts),
		TEST(partial_lines_come_before_connections_or_not_at_all),
		TEST(what_cannot_be_made_is_made_later),
		TEST(what_is_dropped_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
