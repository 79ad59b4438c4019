/* Owns the parsing of tags, and their escapes. */
#include "proto/tags.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/message.h"

/* A tag that is passed on has at least three bytes, including its + and its semicolon. */
#define TAGS (MESSAGE_TAG_BYTES / 3 + 1)

bool tags_next(const char **rest, struct tag *ret_tag)
{
	const char *at = *rest + strspn(*rest, ";"), *equals;
	size_t length = strcspn(at, ";");

	if (!length)
		return false;
	*rest = at + length;
	equals = memchr(at, '=', length);
	ret_tag->key = at;
	ret_tag->key_length = equals ? (size_t) (equals - at) : length;
	ret_tag->value = equals ? equals + 1 : at + length;
	ret_tag->value_length = (size_t) (at + length - ret_tag->value);
	return true;
}

bool tags_find(const char *tags, const char *key, struct tag *ret_tag)
{
	size_t length = strlen(key);
	bool is_found = false;
	struct tag tag;

	while (tags_next(&tags, &tag)) {
		if (tag.key_length != length || memcmp(tag.key, key, length) != 0)
			continue;
		*ret_tag = tag;
		is_found = true;
	}
	return is_found;
}

static bool is_key_part(const char *text, size_t length, const char *others)
{
	for (size_t i = 0; i < length; i++)
		if (!text_is_letter(text[i]) && !text_is_digit(text[i]) &&
			(!text[i] || !strchr(others, text[i])))
			return false;
	return length > 0;
}

/* "vendor/name", or the name alone. */
static bool tag_key_is_valid(const char *key, size_t length)
{
	const char *slash = memchr(key, '/', length);
	size_t vendor = slash ? (size_t) (slash - key) : 0;

	if (!slash)
		return is_key_part(key, length, "-");
	return is_key_part(key, vendor, "-.") && is_key_part(slash + 1, length - vendor - 1, "-");
}

static bool may_pass(const struct tag *tag, tags_denied_fn is_denied, const void *data)
{
	if (*tag->key != '+' || !tag_key_is_valid(tag->key + 1, tag->key_length - 1) ||
		!text_is_utf8(tag->value, tag->value_length))
		return false;
	return !is_denied(data, tag->key + 1, tag->key_length - 1);
}

static int compare_keys(const struct tag *a, const struct tag *b)
{
	size_t length = a->key_length < b->key_length ? a->key_length : b->key_length;
	int order = memcmp(a->key, b->key, length);

	if (order == 0 && a->key_length != b->key_length)
		order = a->key_length < b->key_length ? -1 : 1;
	return order;
}

/* Equal keys keep their order. */
static int compare_tags(const void *a, const void *b)
{
	const struct tag *const *tag_a = a, *const *tag_b = b;
	int order = compare_keys(*tag_a, *tag_b);

	return order ? order : (*tag_a < *tag_b ? -1 : 1);
}

/* Keep the last tag of each key. Sorting first bounds the time for any number of tags. */
static void drop_repeated(struct tag *tags, size_t n)
{
	struct tag *sorted[TAGS];

	for (size_t i = 0; i < n; i++)
		sorted[i] = &tags[i];
	qsort(sorted, n, sizeof(*sorted), compare_tags);
	for (size_t i = 0; i + 1 < n; i++)
		if (compare_keys(sorted[i], sorted[i + 1]) == 0)
			sorted[i]->key_length = 0;
}

static void write_tag(const struct tag *tag, struct buffer *out)
{
	if (out->length)
		buffer_put_byte(out, ';');
	buffer_put(out, tag->key, tag->key_length);
	if (!tag->value_length)
		return;
	buffer_put_byte(out, '=');
	buffer_put(out, tag->value, tag->value_length);
}

void tags_put_client_only(
	const char *text, tags_denied_fn is_denied, const void *data, struct buffer *out)
{
	struct tag tags[TAGS];
	size_t n = 0;

	while (n < TAGS && tags_next(&text, &tags[n]))
		n += may_pass(&tags[n], is_denied, data);
	if (n > 1)
		drop_repeated(tags, n);
	for (size_t i = 0; i < n; i++)
		if (tags[i].key_length)
			write_tag(&tags[i], out);
}

static const struct {
	char byte, letter;
} escapes[] = { { ';', ':' }, { ' ', 's' }, { '\\', '\\' }, { '\r', 'r' }, { '\n', 'n' } };

static void escape_byte(char byte, struct buffer *out)
{
	for (size_t i = 0; i < ARRAY_LENGTH(escapes); i++) {
		if (escapes[i].byte != byte)
			continue;
		buffer_put_byte(out, '\\');
		byte = escapes[i].letter;
		break;
	}
	buffer_put_byte(out, byte);
}

void tags_escape(const char *value, struct buffer *out)
{
	for (; *value; value++)
		escape_byte(*value, out);
}

static char unescaped(char byte)
{
	switch (byte) {
	case ':':
		return ';';
	case 's':
		return ' ';
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	default:
		return byte;
	}
}

/* IRCv3 message-tags, "Escaping values": a backslash at the end means nothing. */
char *tags_value(const struct tag *tag)
{
	struct buffer value = { 0 };

	for (size_t i = 0; i < tag->value_length; i++) {
		if (tag->value[i] != '\\')
			buffer_put_byte(&value, tag->value[i]);
		else if (++i < tag->value_length)
			buffer_put_byte(&value, unescaped(tag->value[i]));
	}
	buffer_put_byte(&value, '\0');
	return buffer_take(&value);
}
