/* The keys of a subscription to web push, as clients send them: RFC 8291 2, IRCv3 webpush. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PUSH_POINT_BYTES 65 /* of a public key: an uncompressed point of P-256 */
#define PUSH_AUTH_BYTES 16
#define PUSH_POINT_TEXT_BYTES 88 /* in base64url, with a NUL */
#define PUSH_AUTH_TEXT_BYTES 23

struct push_keys {
	uint8_t point[PUSH_POINT_BYTES];
	uint8_t auth[PUSH_AUTH_BYTES];
};

/* Base64url without padding (RFC 4648 5), with a NUL; for 3 bytes the text has 4 characters. */
void push_base64_encode(const void *bytes, size_t length, char *text);
/* Decode a text that stands for exactly this many bytes; padding at its end is ignored. */
bool push_base64_decode(const char *text, size_t length, void *bytes, size_t n_bytes);

/* False: they are malformed. Whether the point lies on the curve is checked when it is used. */
bool push_keys_decode(const char *p256dh, const char *auth, struct push_keys *ret_keys);
/* "p256dh=...;auth=...", in the format of tags; other keys are ignored. */
bool push_keys_parse(const char *text, struct push_keys *ret_keys);
void push_keys_format(const struct push_keys *keys, char p256dh[PUSH_POINT_TEXT_BYTES],
	char auth[PUSH_AUTH_TEXT_BYTES]);
