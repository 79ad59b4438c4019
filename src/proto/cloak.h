/* Cloaks: what others see instead of where a client comes from.
 *
 *     192.0.2.7            HOST.NET24.NET16.ip
 *     2001:db8:1:2::7      HOST.NET64.NET48.NET32.ip
 *     dial7.example.net    HOST.example.net
 *
 * Each word in capitals is eight letters and digits, a keyed hash of that part of the address, or
 * of the whole name. So neighbours share the last words, a ban on *.NET24.NET16.ip covers a
 * network, and the address cannot be found without the key. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

#define CLOAK_KEY_DIGITS 32   /* hexadecimal: 128 bits */
#define CLOAK_SUFFIX_BYTES 20 /* the longest: a cloak must not be longer than a host name */

bool cloak_key_is_valid(const char *digits);

/* The caller frees. With a NULL key all cloaks have the same words. */
char *cloak_address(const char *key, const char *suffix, const struct address *address);

/* The cloak keeps the last labels of the name: at most three, none with a digit or in front of one,
 * because digits may be the address, and never the whole name. */
char *cloak_name(const char *key, const char *suffix, const char *name);
