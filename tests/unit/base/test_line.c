/* Lines shared by reference count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>
#include <string.h>

#include "base/line.h"
#include "base/mem.h"

static size_t n_leaks; /* freed blocks that contained a secret */

void __real_free(void *pointer);
void __wrap_free(void *pointer);

void __wrap_free(void *pointer)
{
	n_leaks += pointer && memmem(pointer, malloc_usable_size(pointer), "sesame", 6);
	__real_free(pointer);
}

static void a_line_holds_a_copy(void **state)
{
	char bytes[] = "PING\r\n";
	struct line *line = line_new(bytes, 6);

	(void) state;
	bytes[0] = 'X';
	assert_int_equal(line->length, 6);
	assert_memory_equal(line->bytes, "PING\r\n", 6);
	line_unref(line);
}

static void a_line_lives_as_long_as_its_last_reference(void **state)
{
	struct line *line = line_new("x\r\n", 3);

	(void) state;
	assert_ptr_equal(line_ref(line), line);
	assert_int_equal(line->refs, 2);
	line_unref(line);
	assert_int_equal(line->refs, 1);
	assert_memory_equal(line->bytes, "x\r\n", 3);
	line_unref(line);
	line_unref(NULL);
}

/* A service tells clients secrets. */
static void a_freed_line_leaves_nothing_behind(void **state)
{
	struct line *line = line_new("NOTICE ana :sesame\r\n", 20);

	(void) state;
	line_unref(line_ref(line));
	assert_memory_equal(line->bytes + 12, "sesame", 6);
	line_unref(line);
	assert_int_equal(n_leaks, 0);
	free(mem_text("sesame"));
	assert_int_equal(n_leaks, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_holds_a_copy),
		cmocka_unit_test(a_line_lives_as_long_as_its_last_reference),
		cmocka_unit_test(a_freed_line_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
