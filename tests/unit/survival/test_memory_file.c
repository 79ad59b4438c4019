/* Memory that outlives the process keeps its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "survival/memory_file.h"

static void nobody_can_change_its_size(void **state)
{
	char *memory;
	int fd = -1;

	(void) state;
	assert_int_equal(memory_file_new("test", 8192, &fd), 0);
	assert_true(memory_file_has_size(fd, 8192));
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 16384), -1);
	memory = memory_file_map(fd, 8192);
	assert_non_null(memory);
	strcpy(memory + 4096, "kept");
	memory_file_give_back(fd, 4096, 8192);
	assert_true(memory_file_has_size(fd, 8192));
	assert_string_equal(memory + 4096, "");
	munmap(memory, 8192);
	close(fd);
}

static void without_a_size_it_may_have_any(void **state)
{
	int fd = -1;

	(void) state;
	assert_int_equal(memory_file_new("test", 0, &fd), 0);
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
}

static void what_is_written_replaces_what_was_there(void **state)
{
	char bytes[8] = "";
	int fd = -1;

	(void) state;
	assert_int_equal(memory_file_new("test", 0, &fd), 0);
	assert_int_equal(memory_file_write(fd, "longer", 6), 0);
	assert_int_equal(memory_file_write(fd, "less", 4), 0);
	assert_true(memory_file_has_size(fd, 4));
	assert_int_equal(pread(fd, bytes, sizeof(bytes), 0), 4);
	assert_string_equal(bytes, "less");
	close(fd);
	assert_int_equal(memory_file_write(fd, "less", 4), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_can_change_its_size),
		cmocka_unit_test(without_a_size_it_may_have_any),
		cmocka_unit_test(what_is_written_replaces_what_was_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
