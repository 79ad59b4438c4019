/* Growable runs of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <malloc.h>

#include "base/buffer.h"

static size_t n_freed, n_leaks; /* n_leaks: those with a secret in them */

void __real_free(void *pointer);
void __wrap_free(void *pointer);

void __wrap_free(void *pointer)
{
	n_freed++;
	n_leaks += pointer && memmem(pointer, malloc_usable_size(pointer), "sesame", 6);
	__real_free(pointer);
}

static void an_empty_buffer_is_an_empty_text(void **state)
{
	struct buffer buffer = { 0 };
	char *taken;

	(void) state;
	assert_string_equal(buffer_text(&buffer), "");
	buffer_clear(&buffer);
	buffer_drop(&buffer, 10);
	buffer_cut(&buffer, 0);
	assert_int_equal(buffer.length, 0);
	taken = buffer_take(&buffer);
	assert_string_equal(taken, "");
	free(taken);
	buffer_done(&buffer);
}

static void reserving_alone_keeps_it_an_empty_text(void **state)
{
	struct buffer buffer = { 0 };

	(void) state;
	buffer_reserve(&buffer, 100);
	assert_true(buffer.capacity > 100);
	assert_string_equal(buffer_text(&buffer), "");
	buffer_done(&buffer);
}

static void bytes_are_kept_in_order_and_ended(void **state)
{
	struct buffer buffer = { 0 };

	(void) state;
	for (int i = 0; i < 1000; i++) {
		buffer_put_byte(&buffer, (char) ('a' + i % 26));
		assert_int_equal(buffer.bytes[buffer.length], 0);
	}
	assert_int_equal(buffer.length, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buffer.bytes[i], 'a' + i % 26);
	buffer_done(&buffer);
	assert_null(buffer.bytes);
}

static void bytes_may_be_filled_in_where_they_are(void **state)
{
	struct buffer buffer = { 0 };

	(void) state;
	for (size_t more = 0; more < 100; more++) {
		size_t before = buffer.length;
		char *at = buffer_extend(&buffer, more);

		memset(at, 'x', more);
		assert_int_equal(buffer.length, before + more);
		assert_int_equal(strlen(buffer.bytes), buffer.length);
	}
	buffer_done(&buffer);
}

static void nul_bytes_count(void **state)
{
	struct buffer buffer = { 0 };

	(void) state;
	buffer_put(&buffer, "a\0b", 3);
	buffer_put(&buffer, NULL, 0);
	buffer_put_text(&buffer, "");
	assert_int_equal(buffer.length, 3);
	assert_memory_equal(buffer.bytes, "a\0b", 4);
	buffer_done(&buffer);
}

/* Lengths around the first guess for a formatted text. */
static void formats_of_every_length_fit(void **state)
{
	char text[600];

	(void) state;
	memset(text, 'x', sizeof(text));
	for (int length = 0; length < 600; length++) {
		struct buffer buffer = { 0 };

		buffer_put_text(&buffer, "<");
		buffer_format(&buffer, "%.*s", length, text);
		buffer_put_text(&buffer, ">");
		assert_int_equal(buffer.length, length + 2);
		assert_int_equal(strlen(buffer.bytes), length + 2);
		assert_int_equal(buffer.bytes[length + 1], '>');
		buffer_done(&buffer);
	}
}

static void dropping_from_the_start_keeps_the_rest(void **state)
{
	struct buffer buffer = { 0 };

	(void) state;
	buffer_put_text(&buffer, "abcdef");
	buffer_drop(&buffer, 0);
	assert_string_equal(buffer_text(&buffer), "abcdef");
	buffer_drop(&buffer, 2);
	assert_string_equal(buffer_text(&buffer), "cdef");
	buffer_drop(&buffer, 100);
	assert_string_equal(buffer_text(&buffer), "");
	assert_int_equal(buffer.length, 0);
	buffer_done(&buffer);
}

static void cutting_never_makes_it_longer(void **state)
{
	struct buffer buffer = { 0 };

	(void) state;
	buffer_put_text(&buffer, "abcdef");
	buffer_cut(&buffer, 9);
	assert_string_equal(buffer_text(&buffer), "abcdef");
	buffer_cut(&buffer, 3);
	assert_string_equal(buffer_text(&buffer), "abc");
	assert_int_equal(buffer.length, 3);
	buffer_done(&buffer);
}

static void clearing_keeps_the_memory(void **state)
{
	struct buffer buffer = { 0 };
	size_t capacity;

	(void) state;
	buffer_put_text(&buffer, "abcdef");
	capacity = buffer.capacity;
	buffer_clear(&buffer);
	assert_string_equal(buffer_text(&buffer), "");
	assert_int_equal(buffer.capacity, capacity);
	buffer_done(&buffer);
}

static void taking_empties_it(void **state)
{
	struct buffer buffer = { 0 };
	char *taken;

	(void) state;
	buffer_put_text(&buffer, "abc");
	taken = buffer_take(&buffer);
	assert_string_equal(taken, "abc");
	assert_null(buffer.bytes);
	assert_int_equal(buffer.length + buffer.capacity, 0);
	free(taken);
}

static void texts_and_other_conversions_keep_their_order(void **state)
{
	struct buffer buffer = { 0 };

	(void) state;
	buffer_format(&buffer, "%s", "");
	assert_string_equal(buffer.bytes, "");
	buffer_format(&buffer, "%s:%s %d%% %s|%5s%s.", "a", "", 7, "b", "c", "d");
	assert_string_equal(buffer.bytes, "a: 7% b|    cd.");
	buffer_clear(&buffer);
	buffer_format(&buffer, "%%%s%-3s|", "a", "b");
	assert_string_equal(buffer.bytes, "%ab  |");
	buffer_clear(&buffer);
	buffer_format(&buffer, "%c%u%llu%zu%.*s%.*s%.*s%.2s|", 'a', 7u, 8ull, (size_t) 9, 2, "bcd",
		4, "ef", -1, "gh", "ijk");
	assert_string_equal(buffer.bytes, "a789bcefghij|");
	buffer_done(&buffer);
}

/* Freed memory contains no part of the secret, however the buffer grew. */
static void a_secret_leaves_nothing_behind(void **state)
{
	struct buffer buffer = { .is_secret = true };

	(void) state;
	for (int i = 0; i < 1000; i++)
		buffer_put_text(&buffer, "sesame ");
	assert_int_equal(buffer.length, 7000);
	assert_true(strncmp(buffer.bytes, "sesame sesame ", 14) == 0);
	buffer_done(&buffer);
	assert_true(n_freed > 5);
	assert_int_equal(n_leaks, 0);

	buffer_put_text(&buffer, "sesame");
	buffer_done(&buffer);
	assert_int_equal(n_leaks, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_an_empty_text),
		cmocka_unit_test(reserving_alone_keeps_it_an_empty_text),
		cmocka_unit_test(bytes_are_kept_in_order_and_ended),
		cmocka_unit_test(bytes_may_be_filled_in_where_they_are),
		cmocka_unit_test(nul_bytes_count),
		cmocka_unit_test(formats_of_every_length_fit),
		cmocka_unit_test(texts_and_other_conversions_keep_their_order),
		cmocka_unit_test(dropping_from_the_start_keeps_the_rest),
		cmocka_unit_test(cutting_never_makes_it_longer),
		cmocka_unit_test(clearing_keeps_the_memory),
		cmocka_unit_test(taking_empties_it),
		cmocka_unit_test(a_secret_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
