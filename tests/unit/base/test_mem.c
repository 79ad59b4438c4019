/* Memory that never runs out, and who owns it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <malloc.h>

#include "base/cleanup.h"
#include "base/mem.h"

static size_t n_leaks; /* freed blocks that contained a secret */

void __real_free(void *pointer);
void __wrap_free(void *pointer);

void __wrap_free(void *pointer)
{
	n_leaks += pointer && memmem(pointer, malloc_usable_size(pointer), "sesame", 6);
	__real_free(pointer);
}

static void new_memory_is_zero(void **state)
{
	char *bytes = mem_new(1000);

	(void) state;
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(bytes[i], 0);
	free(bytes);
}

static void nothing_at_all_can_be_had_and_freed(void **state)
{
	char *none = mem_new(0), *empty = mem_copy(NULL, 0);

	(void) state;
	assert_non_null(none);
	assert_non_null(empty);
	none = mem_resize(none, 0, sizeof(uint64_t));
	assert_non_null(none);
	free(none);
	free(empty);
}

static void resizing_keeps_the_contents(void **state)
{
	uint16_t *numbers = mem_resize(NULL, 2, sizeof(*numbers));

	(void) state;
	numbers[0] = 1;
	numbers[1] = 0xffff;
	numbers = mem_resize(numbers, 5000, sizeof(*numbers));
	assert_int_equal(numbers[0], 1);
	assert_int_equal(numbers[1], 0xffff);
	numbers[4999] = 7;
	free(numbers);
}

static void texts_are_copied_with_their_end(void **state)
{
	CLEANUP(mem_freep) char *whole = mem_text("papod");
	CLEANUP(mem_freep) char *part = mem_text_n("papod", 3);
	CLEANUP(mem_freep) char *none = mem_text_n(NULL, 0);

	(void) state;
	assert_string_equal(whole, "papod");
	assert_string_equal(part, "pap");
	assert_string_equal(none, "");
	assert_null(mem_text(NULL));
}

static void setting_a_text_replaces_the_old_one(void **state)
{
	char *owned = NULL;

	(void) state;
	mem_set_text(&owned, "one");
	assert_string_equal(owned, "one");
	mem_set_text(&owned, "another");
	assert_string_equal(owned, "another");
	mem_set_text(&owned, NULL);
	assert_null(owned);
}

static void a_text_can_be_set_to_its_own_tail(void **state)
{
	char *owned = mem_text("ana!~ana@host");

	(void) state;
	mem_set_text(&owned, owned + 4);
	assert_string_equal(owned, "~ana@host");
	free(owned);
}

static void a_secret_is_replaced_like_a_text(void **state)
{
	char *text = NULL;

	(void) state;
	mem_set_secret(&text, "sesame");
	assert_string_equal(text, "sesame");
	mem_set_secret(&text, text + 3);
	assert_string_equal(text, "ame");
	mem_set_secret(&text, NULL);
	assert_null(text);
	mem_free_secret(text);
}

static void taking_leaves_nothing_behind(void **state)
{
	char *owned = mem_text("x"), *taken = TAKE(owned);
	int fd = 5;

	(void) state;
	assert_null(owned);
	assert_string_equal(taken, "x");
	free(taken);
	assert_int_equal(TAKE_FD(fd), 5);
	assert_int_equal(fd, -1);
}

static void take_new(size_t size)
{
	free(mem_new(size));
}

static void take_space(size_t size)
{
	free(mem_space(size));
}

static void grow_bytes(size_t size)
{
	free(mem_resize(NULL, 1, size));
}

/* Four times the size is more than a size_t can hold. */
static void grow_items(size_t size)
{
	free(mem_resize(NULL, size, 4));
}

static void memory_that_runs_out_ends_the_process(void **state)
{
	void (*const ways[])(size_t size) = { take_new, take_space, grow_bytes, grow_items };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(ways); i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			close(STDERR_FILENO);
			ways[i](SIZE_MAX / 2 + 1);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_not_equal(status, 0);
	}
}

static void a_secret_leaves_nothing_behind(void **state)
{
	char *text = NULL;

	(void) state;
	n_leaks = 0;
	mem_set_secret(&text, "sesame");
	mem_set_secret(&text, "sesame open");
	mem_free_secret(text);
	assert_int_equal(n_leaks, 0);

	text = mem_text("sesame");
	free(text);
	assert_int_equal(n_leaks, 1);
}

/* Leaves copies of a secret in its frame, as a parser of a library does. */
static __attribute__((noinline)) void leave_copies(void)
{
	volatile char copies[4096];

	for (size_t i = 0; i < sizeof(copies); i++)
		copies[i] = "sesame"[i % 6];
}

static void *leave_copies_and_wipe(void *wipes)
{
	leave_copies();
	if (wipes)
		mem_wipe_stack();
	return NULL;
}

/* A thread on this stack, which can be searched when the thread is gone. */
static bool thread_leaves_a_secret(char *stack, size_t size, bool wipes)
{
	pthread_attr_t attributes;
	pthread_t thread;

	memset(stack, 0, size);
	assert_int_equal(pthread_attr_init(&attributes), 0);
	assert_int_equal(pthread_attr_setstack(&attributes, stack, size), 0);
	assert_int_equal(
		pthread_create(&thread, &attributes, leave_copies_and_wipe, wipes ? stack : NULL),
		0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attributes);
	return memmem(stack, size, "sesame", 6);
}

static void no_secret_stays_on_the_stack(void **state)
{
	size_t size = 1 << 20;
	char *stack = aligned_alloc(4096, size);

	(void) state;
	assert_non_null(stack);
	assert_true(thread_leaves_a_secret(stack, size, false));
	assert_false(thread_leaves_a_secret(stack, size, true));
	free(stack);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_memory_is_zero),
		cmocka_unit_test(nothing_at_all_can_be_had_and_freed),
		cmocka_unit_test(resizing_keeps_the_contents),
		cmocka_unit_test(texts_are_copied_with_their_end),
		cmocka_unit_test(setting_a_text_replaces_the_old_one),
		cmocka_unit_test(a_text_can_be_set_to_its_own_tail),
		cmocka_unit_test(a_secret_is_replaced_like_a_text),
		cmocka_unit_test(taking_leaves_nothing_behind),
		cmocka_unit_test(a_secret_leaves_nothing_behind),
		cmocka_unit_test(no_secret_stays_on_the_stack),
		cmocka_unit_test(memory_that_runs_out_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
