/* Owns keys of subscriptions as texts. */
#include "proto/push_keys.h"

#include <string.h>

#include "base/base64.h"
#include "proto/tags.h"

#define MOST_TEXT 128	  /* of a key */
#define UNCOMPRESSED 0x04 /* SEC 1 2.3.3 */

void push_base64_encode(const void *bytes, size_t length, char *text)
{
	size_t of_text = (length * 4 + 2) / 3;

	base64_encode(bytes, length, text);
	for (size_t i = 0; i < of_text; i++)
		if (text[i] == '+')
			text[i] = '-';
		else if (text[i] == '/')
			text[i] = '_';
	text[of_text] = '\0';
}

/* Replaces the letters of base64url by those of base64; false: it has others. */
static bool translate(const char *text, size_t length, char *plain)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '+' || text[i] == '/')
			return false;
		plain[i] = (char) (text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
	}
	return true;
}

bool push_base64_decode(const char *text, size_t length, void *bytes, size_t n_bytes)
{
	char plain[MOST_TEXT + 4];
	uint8_t decoded[BASE64_MOST_BYTES(MOST_TEXT + 4)];
	size_t n_decoded;

	while (length && text[length - 1] == '=')
		length--;
	if (length > MOST_TEXT || !translate(text, length, plain))
		return false;
	while (length % 4)
		plain[length++] = '=';
	if (!base64_decode(plain, length, decoded, &n_decoded) || n_decoded != n_bytes)
		return false;
	memcpy(bytes, decoded, n_bytes);
	return true;
}

static bool decode_push_keys(const char *p256dh, size_t p256dh_length, const char *auth,
	size_t auth_length, struct push_keys *ret_keys)
{
	struct push_keys keys;

	if (!push_base64_decode(p256dh, p256dh_length, keys.point, PUSH_POINT_BYTES) ||
		keys.point[0] != UNCOMPRESSED ||
		!push_base64_decode(auth, auth_length, keys.auth, PUSH_AUTH_BYTES))
		return false;
	*ret_keys = keys;
	return true;
}

bool push_keys_decode(const char *p256dh, const char *auth, struct push_keys *ret_keys)
{
	return decode_push_keys(p256dh, strlen(p256dh), auth, strlen(auth), ret_keys);
}

bool push_keys_parse(const char *text, struct push_keys *ret_keys)
{
	struct tag p256dh, auth;

	return tags_find(text, "p256dh", &p256dh) && tags_find(text, "auth", &auth) &&
	       decode_push_keys(
		       p256dh.value, p256dh.value_length, auth.value, auth.value_length, ret_keys);
}

void push_keys_format(const struct push_keys *keys, char p256dh[PUSH_POINT_TEXT_BYTES],
	char auth[PUSH_AUTH_TEXT_BYTES])
{
	char text[BASE64_LENGTH(PUSH_POINT_BYTES) + 1];

	push_base64_encode(keys->point, PUSH_POINT_BYTES, text);
	memcpy(p256dh, text, PUSH_POINT_TEXT_BYTES);
	push_base64_encode(keys->auth, PUSH_AUTH_BYTES, text);
	memcpy(auth, text, PUSH_AUTH_TEXT_BYTES);
}
