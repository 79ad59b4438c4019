/* Keys of subscriptions, as clients write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/push_keys.h"

#define POINT                                                                                      \
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define AUTH "BTBZMqHH6r4Tts7J_aSIgg"

static void keys_are_read_and_written(void **state)
{
	static const char *const texts[] = {
		"p256dh=" POINT ";auth=" AUTH,
		"auth=" AUTH ";p256dh=" POINT,
		"x=y;auth=" AUTH "==;;z;p256dh=" POINT "=",
		"auth=wrong;p256dh=" POINT ";auth=" AUTH,
	};
	char p256dh[PUSH_POINT_TEXT_BYTES], auth[PUSH_AUTH_TEXT_BYTES];
	struct push_keys keys;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		memset(&keys, 0, sizeof(keys));
		assert_true(push_keys_parse(texts[i], &keys));
		push_keys_format(&keys, p256dh, auth);
		assert_string_equal(p256dh, POINT);
		assert_string_equal(auth, AUTH);
	}
}

static void malformed_keys_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		";",
		"p256dh=" POINT,
		"auth=" AUTH,
		"p256dh=;auth=",
		"p256dh=" POINT ";auth=BTBZMqHH6r4Tts7J_aSI",	  /* too short */
		"p256dh=" POINT ";auth=BTBZMqHH6r4Tts7J_aSIgggg", /* too long */
		"p256dh=" POINT ";auth=BTBZMqHH6r4Tts7J_aSIgh",	  /* bits behind the last byte */
		"p256dh=" POINT ";auth=BTBZMqHH6r4Tts7J/aSIgg",	  /* not base64url */
		"p256dh=" POINT ";auth=BTBZMqHH6r4Tts7J+aSIgg",
		"p256dh=" POINT ";auth=BTBZ MqHH6r4Tts7JaSIgg",
		"p256dh=A" POINT ";auth=" AUTH,
		/* a compressed point, and a point of another kind */
		"p256dh=AiVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx;auth=" AUTH,
		"p256dh=BiVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-"
		"AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkN"
		"toIAiw4;auth=" AUTH,
		"p256dh=" POINT POINT POINT ";auth=" AUTH,
	};
	struct push_keys keys;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		if (push_keys_parse(texts[i], &keys))
			fail_msg("%s was accepted", texts[i]);
}

static void texts_of_all_lengths_come_back(void **state)
{
	uint8_t bytes[40], again[40];
	char text[64];

	(void) state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) (i * 37 + 251);
	for (size_t length = 1; length <= sizeof(bytes); length++) {
		push_base64_encode(bytes, length, text);
		assert_null(strpbrk(text, "+/="));
		assert_true(push_base64_decode(text, strlen(text), again, length));
		assert_memory_equal(bytes, again, length);
		assert_false(push_base64_decode(text, strlen(text), again, length - 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read_and_written),
		cmocka_unit_test(malformed_keys_are_refused),
		cmocka_unit_test(texts_of_all_lengths_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
