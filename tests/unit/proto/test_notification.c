/* Datagrams as a whole: their bytes, sizes and secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <malloc.h>

#include "assert_notification.h"
#include "base/cleanup.h"
#include "proto/notification.h"

static void a_byte_order_mark_is_skipped(void **state)
{
	(void) state;
	assert_says("\xef\xbb\xbf#a x", "|#a|x\n");
	assert_says("\xef\xbb\xbf{\"to\":\"irc://h/a\",\"privmsg\":\"x\"}", "|#a|x\n");
	assert_refused("\xef\xbb\xbf", "the datagram is empty");
	assert_refused("\xef\xbb\xbf\xef\xbb\xbf#a x",
		"line 1: the first word is neither a channel nor a token");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	static const char nul[] = "#a x\0y", nul_last[] = "#a x\n";

	(void) state;
	assert_bytes_refused(nul, sizeof(nul) - 1, "the datagram holds a NUL byte");
	assert_bytes_refused(nul_last, sizeof(nul_last), "the datagram holds a NUL byte");
	assert_refused("#a \xff", "the datagram is not UTF-8");
	assert_refused("#a x\xc3", "the datagram is not UTF-8");
	assert_refused("#a \xed\xa0\x80", "the datagram is not UTF-8"); /* a surrogate */
	assert_refused("{\"to\":\"irc://h/a\",\"privmsg\":\"\xff\"}", "the datagram is not UTF-8");
	assert_refused("#a x\ry", "line 1: a carriage return stands inside a line");
	assert_refused("#a x\r\r\n", "line 1: a carriage return stands inside a line");
	assert_refused("#a x\n#a \ry\n", "line 2: a carriage return stands inside a line");
}

static void assert_length(size_t length, bool is_taken)
{
	char *bytes = malloc(length);

	assert_non_null(bytes);
	memset(bytes, 'x', length);
	memcpy(bytes, "#a ", 3);
	if (is_taken) {
		CLEANUP(buffer_done) struct buffer messages = { 0 };

		buffer_format(&messages, "|#a|%.*s\n", (int) length - 3, bytes + 3);
		assert_bytes_say(bytes, length, messages.bytes);
	} else {
		assert_bytes_refused(bytes, length, "the datagram is too long: at most 8192 bytes");
	}
	free(bytes);
}

static void a_datagram_has_at_most_8192_bytes(void **state)
{
	(void) state;
	assert_length(NOTIFICATION_BYTES, true);
	assert_length(NOTIFICATION_BYTES + 1, false);
	assert_length(65507, false);
}

/* Each begins with a token, or contains one where a reason could repeat it. */
static const char *const with_token[] = {
	TOKEN,
	TOKEN " hello",
	TOKEN " #a",
	TOKEN " #a,b x",
	TOKEN "\x7f #a x",
	TOKEN " #a x\n" TOKEN,
	TOKEN " #a x",
	"{\"token\":\"" TOKEN "\"",
	"{\"token\":\"" TOKEN "\" 1",
	"{\"token\":\"" TOKEN "\",\"" TOKEN "\"}",
	"{\"token\":\"" TOKEN,
	"{\"token\":\"" TOKEN "\\x\"}",
	"{\"token\":" TOKEN "}",
	"{\"token\":\"" TOKEN "\",\"token\":\"" TOKEN "\"}",
	"{\"token\":\"" TOKEN "\",\"to\":\"irc://h/a,b\",\"privmsg\":\"x\"}",
	"{\"token\":\"" TOKEN " \",\"to\":\"irc://h/a\",\"privmsg\":\"x\"}",
	"{\"token\":[\"" TOKEN "\"],\"to\":\"irc://h/a\",\"privmsg\":\"x\"}",
	"{\"token\":\"" TOKEN "\",\"to\":\"irc://h/a\",\"privmsg\":\"x\"}",
	"[{\"to\":\"irc://" TOKEN "@h/,isnick\",\"privmsg\":\"x\"}]",
	"[{\"to\":\"irc://:" TOKEN "@h/a,b?key=" TOKEN "\",\"privmsg\":\"x\"}]",
};

static void no_reason_holds_a_token(void **state)
{
	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(with_token); i++) {
		char reason[NOTIFICATION_REASON_BYTES] = "";
		struct notification notification;

		if (notification_parse(with_token[i], strlen(with_token[i]), reason, &notification))
			notification_done(&notification);
		if (strstr(reason, TOKEN))
			fail_msg("%s", reason);
	}
}

void __real_free(void *memory);
void __wrap_free(void *memory);

void __wrap_free(void *memory)
{
	if (memory && memmem(memory, malloc_usable_size(memory), TOKEN, strlen(TOKEN)))
		fail_msg("memory that is freed holds a token");
	__real_free(memory);
}

/* The test above cannot see memory that jansson allocates itself. */
static void *refuse_memory(size_t size)
{
	fail_msg("jansson takes %zu bytes", size);
	return NULL;
}

static void refuse_free(void *memory)
{
	fail_msg("jansson frees memory of its own");
	__real_free(memory);
}

static void no_token_stays_in_freed_memory(void **state)
{
	json_malloc_t take, old_take;
	json_free_t give, old_give;

	(void) state;
	json_get_alloc_funcs(&old_take, &old_give);
	json_set_alloc_funcs(refuse_memory, refuse_free);
	no_reason_holds_a_token(NULL);
	json_get_alloc_funcs(&take, &give);
	json_set_alloc_funcs(old_take, old_give);
	assert_ptr_equal(take, refuse_memory);
	assert_ptr_equal(give, refuse_free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_order_mark_is_skipped),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(a_datagram_has_at_most_8192_bytes),
		cmocka_unit_test(no_reason_holds_a_token),
		cmocka_unit_test(no_token_stays_in_freed_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
