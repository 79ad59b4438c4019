/* Owns the rules for names. */
#include "proto/name_syntax.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/formatting.h"
#include "proto/unicode.h"

/* Far more than the longest name in any script needs. */
#define FOLDED_BYTES 255

static bool is_nick_special(char byte)
{
	return byte && strchr("[]\\`_^{|}", byte);
}

static bool is_ascii(char byte)
{
	return !((unsigned char) byte & 0x80);
}

char *name_normalise(enum casemap casemap, const char *given)
{
	char *normal = casemap == CASEMAP_UTF8 ? unicode_normalise(given) : NULL;

	return normal ? normal : mem_text(given);
}

static bool is_nick_byte(char byte, bool is_first)
{
	if (text_is_letter(byte) || is_nick_special(byte))
		return true;
	return !is_first && (text_is_digit(byte) || byte == '-');
}

/* Checks only the ASCII bytes. */
static bool is_nick(const char *nick)
{
	for (const char *at = nick; *at; at++)
		if (is_ascii(*at) && !is_nick_byte(*at, at == nick))
			return false;
	return *nick;
}

static size_t count_wild(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += strchr("*?\\", *text) != NULL;
	return n;
}

/* Checks characters beyond ASCII, in the folded form too: some letters fold to several with a space
 * between. */
static bool is_good_utf8(
	const char *name, enum unicode_content content, bool (*is_good)(const char *))
{
	CLEANUP(mem_freep) char *folded = unicode_fold(name);

	return folded && unicode_is_name(name, content) && strlen(folded) <= FOLDED_BYTES &&
	       is_good(folded) && unicode_is_name(folded, content) &&
	       /* Full-width forms of *, ? and \ would fold to wildcards. */
	       count_wild(folded) == count_wild(name);
}

bool nick_is_valid(enum casemap casemap, const char *nick, size_t max_bytes)
{
	size_t length = strlen(nick);

	if (length > max_bytes || !is_nick(nick))
		return false;
	if (text_ascii_length(nick, length) == length)
		return true;
	return casemap == CASEMAP_UTF8 && is_good_utf8(nick, UNICODE_CONTENT_LETTERS, is_nick);
}

static bool is_single_word(const char *text)
{
	for (; *text; text++)
		if ((unsigned char) *text <= ' ' || *text == ',' || *text == 0x7f)
			return false;
	return true;
}

bool channel_name_looks_like_one(const char *name)
{
	return *name == '#';
}

/* Applies to every case mapping: invisible characters make two names look the same. */
static bool is_visible_name(const char *text, size_t length)
{
	return text_ascii_length(text, length) == length || unicode_is_visible(text);
}

bool relay_nick_is_valid(const char *nick)
{
	size_t length = strlen(nick);

	for (const char *at = nick; *at; at++)
		if ((unsigned char) *at <= ' ' || *at == 0x7f || strchr("!+%@&#$:'\"?*,.~", *at))
			return false;
	return length <= RELAY_NICK_BYTES && strchr(nick, RELAY_SEPARATOR) &&
	       is_visible_name(nick, length);
}

bool channel_name_is_valid(enum casemap casemap, const char *name, size_t max_bytes)
{
	size_t length = strlen(name);

	if (!channel_name_looks_like_one(name) || length > max_bytes || !is_single_word(name) ||
		!is_visible_name(name, length))
		return false;
	return casemap != CASEMAP_UTF8 || text_ascii_length(name, length) == length ||
	       is_good_utf8(name, UNICODE_CONTENT_PRINTABLE, is_single_word);
}

bool key_is_valid(const char *key, size_t max_bytes)
{
	size_t length = strlen(key);

	return length && *key != ':' && length <= max_bytes && is_single_word(key) &&
	       is_visible_name(key, length);
}

bool token_is_valid(const char *token)
{
	size_t length = strlen(token);

	for (size_t i = 0; i < length; i++)
		if (token[i] <= ' ' || token[i] >= 0x7f)
			return false;
	return length >= TOKEN_LEAST_BYTES && length <= TOKEN_MOST_BYTES && !strchr("#{[", *token);
}

bool host_name_is_valid(const char *name)
{
	size_t length = strlen(name), digits = 0;

	if (!length || length > HOST_NAME_BYTES || strstr(name, ".."))
		return false;
	for (const char *at = name; *at; at++) {
		bool is_edge = at == name || !at[1] || at[-1] == '.' || at[1] == '.';

		if (text_is_digit(*at) || *at == '.')
			digits++;
		else if (!text_is_letter(*at) && (*at != '-' || is_edge))
			return false;
	}
	/* A name of only digits and dots would look like an address. */
	return name[0] != '.' && name[length - 1] != '.' && digits < length;
}

/* RFC 1123 2.1. */
static bool is_dns_label(const char *label, size_t length)
{
	if (!length || length > DNS_LABEL_BYTES || label[0] == '-' || label[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!text_is_letter(label[i]) && !text_is_digit(label[i]) && label[i] != '-')
			return false;
	return true;
}

bool dns_name_is_valid(const char *name, size_t length)
{
	const char *end = name + length, *dot;

	if (length > DNS_NAME_BYTES)
		return false;
	while ((dot = memchr(name, '.', (size_t) (end - name)))) {
		if (!is_dns_label(name, (size_t) (dot - name)))
			return false;
		name = dot + 1;
	}
	return is_dns_label(name, (size_t) (end - name));
}

/* Only ASCII without controls? Most names are. */
static bool is_clean_ascii(const char *text)
{
	return text_is_plain(text, strlen(text)) && !strchr(text, 0x7f);
}

static char *clean_text(const char *given)
{
	CLEANUP(mem_freep) char *plain = formatting_strip(given);

	return unicode_clean(plain);
}

/* Those of RFC 5321 4.1.2 without quotes, except for four that programs for mail have read as
 * routes or as commands. */
static bool is_mail_character(char c)
{
	return text_is_letter(c) || text_is_digit(c) || (c && strchr(".#$&'*+-/=?^_{}~", c));
}

/* A minus sign in front would be an option of the program that sends the mail. */
bool mail_address_is_valid(const char *address)
{
	const char *at = strchr(address, '@');

	if (!at || at == address || *address == '-' || strlen(address) > MAIL_ADDRESS_BYTES)
		return false;
	for (const char *c = address; c < at; c++)
		if (!is_mail_character(*c))
			return false;
	return dns_name_is_valid(at + 1, strlen(at + 1));
}

char *real_name_clean(const char *given, size_t max_bytes)
{
	char *clean = is_clean_ascii(given) ? mem_text(given) : clean_text(given);

	clean[text_cut_utf8(clean, strlen(clean), max_bytes)] = '\0';
	return clean;
}

static bool is_user_name_byte(char byte)
{
	return text_is_letter(byte) || text_is_digit(byte) || (byte && strchr("-._", byte));
}

char *user_name_clean(const char *given, size_t max_bytes)
{
	struct buffer clean = { 0 };

	buffer_put_byte(&clean, '~');
	for (; *given && clean.length < max_bytes; given++)
		if (is_user_name_byte(*given))
			buffer_put_byte(&clean, *given);
	if (clean.length == 1)
		buffer_put_text(&clean, "user");
	buffer_cut(&clean, max_bytes);
	return buffer_take(&clean);
}
