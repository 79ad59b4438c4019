/* Owns the rules for names. */
#include "proto/names.h"

#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

static bool is_nick_special(char byte)
{
	return byte && strchr("[]\\`_^{|}", byte);
}

bool nick_is_valid(const char *nick, size_t max_bytes)
{
	if (!text_is_letter(*nick) && !is_nick_special(*nick))
		return false;
	if (strlen(nick) > max_bytes)
		return false;
	for (const char *at = nick; *at; at++)
		if (!text_is_letter(*at) && !text_is_digit(*at) && !is_nick_special(*at) &&
			*at != '-')
			return false;
	return true;
}

static bool is_plain(const char *text)
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

bool channel_name_is_valid(const char *name, size_t max_bytes)
{
	return channel_name_looks_like_one(name) && strlen(name) <= max_bytes && is_plain(name);
}

bool key_is_valid(const char *key, size_t max_bytes)
{
	return *key && *key != ':' && strlen(key) <= max_bytes && is_plain(key);
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
	/* All digits and dots would pass for an address. */
	return name[0] != '.' && name[length - 1] != '.' && digits < length;
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
