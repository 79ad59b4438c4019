/* Valid nicknames, channel names, user names, host names, keys and tokens. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/casemap.h"

/* A nickname or channel name as it is stored and shown, in one Unicode normal form; the caller
 * frees. */
char *name_normalise(enum casemap casemap, const char *given);

#define NICK_MOST_BYTES 64 /* limits.nick_length allows no more */

/* Modern IRC, "Clients"; RFC 2812 2.3.1: letters, digits, []\`_^{|} and -, the last two
 * groups not first except for the specials. With CASEMAP_UTF8 letters and digits are those of all
 * scripts. */
bool nick_is_valid(enum casemap casemap, const char *nick, size_t max_bytes);

/* The nickname of a relayed author: it contains a separator, so that no user can have it, and
 * nothing that is special in masks, prefixes and lists, or invisible. IRCv3 relaymsg. */
#define RELAY_SEPARATOR '/'
#define RELAY_NICK_BYTES 50

bool relay_nick_is_valid(const char *nick);

#define CHANNEL_MOST_BYTES 64 /* limits.channel_length allows no more */

/* Modern IRC, "Channels": starts with #; no space, comma or control character, and nothing
 * invisible. With CASEMAP_UTF8 it is UTF-8 too. */
bool channel_name_is_valid(enum casemap casemap, const char *name, size_t max_bytes);
bool channel_name_looks_like_one(const char *name); /* by its first character */

/* RFC 2812 2.3.1 key: no control character, space or comma; here no colon in front either, and
 * nothing invisible. */
bool key_is_valid(const char *key, size_t max_bytes);

#define TOKEN_LEAST_BYTES 16
#define TOKEN_MOST_BYTES 190 /* a line of secrets.ini has room for no more */

/* The token of a notification: printable ASCII without blanks. It begins unlike a channel (#) and
 * JSON ({ and [). */
bool token_is_valid(const char *token);

#define HOST_NAME_BYTES 63 /* longer ones are not shown */

/* A DNS host name that can be shown to others. */
bool host_name_is_valid(const char *name);

#define DNS_NAME_BYTES 253 /* RFC 1035 2.3.4, without the root's dot */
#define DNS_LABEL_BYTES 63

/* A host name as certificates have it: labels of letters, digits and hyphens, separated by dots. */
bool dns_name_is_valid(const char *name, size_t length);

#define MAIL_ADDRESS_BYTES 200

/* RFC 5321 4.1.2, without quotes: letters, digits and some signs, then @ and a host name. */
bool mail_address_is_valid(const char *address);

/* A real name without colours, controls and direction changes, cut to that length; it may be empty.
 * The caller frees. */
char *real_name_clean(const char *given, size_t max_bytes);

/* The user name that a client sent, without characters that would break nick!user@host, with a
 * tilde in front, as it is not verified. The caller frees. */
char *user_name_clean(const char *given, size_t max_bytes);
