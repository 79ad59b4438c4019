/* Cloaks: what others see instead of where a client comes from.
 *
 *     192.0.2.7            HOST.NET24.NET16.ip
 *     2001:db8:1:2::7      HOST.NET64.NET48.NET32.ip
 *     dial7.example.net    HOST.example.net
 *
 * Each word in capitals is eight letters and digits, made of that much of the address, or of
 * the whole name, with a secret key. So neighbours share the last words, a ban on
 * *.NET24.NET16.ip covers a network, and nobody who lacks the key finds the address. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define CLOAK_KEY_DIGITS 32   /* hexadecimal: 128 bits */
#define CLOAK_SUFFIX_BYTES 20 /* the longest: a cloak must not be longer than a host name */

bool cloak_key_is_valid(const char *digits);

/* The caller frees. A NULL key hides everybody behind the same words. */
char *cloak_address(const char *key, const char *suffix, const struct address *address);

/* Of the name its last labels are kept, at most three, up to the first that holds a digit, for
 * that may be the address again; never the whole name. */
char *cloak_name(const char *key, const char *suffix, const char *name);
