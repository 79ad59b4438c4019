/* The encryption of a message, which only the client can read that has subscribed: RFC 8291, with
 * the content encoding aes128gcm of RFC 8188. Pure, except that libcrypto computes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/push_keys.h"
#include "push/p256.h"

#define ENCRYPT_SALT_BYTES 16

/* Drawn for each message. */
struct encrypt_dice {
	uint8_t private_key[P256_PRIVATE_BYTES];
	uint8_t salt[ENCRYPT_SALT_BYTES];
};

/* Append the body of the request; the text has at most PUSH_TEXT_BYTES. False: the point of the
 * keys is not on the curve, or the dice are no private key. */
bool encrypt_text(const struct push_keys *keys, const struct encrypt_dice *dice, const void *text,
	size_t length, struct buffer *out);
