/* Owns the search for listeners, certificates and web push in a text that may be wrong everywhere
 * else. */
#include "config/listen_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "config/syntax.h"

/* A setting that is searched for. */
static const struct part {
	const char *name;
	char opening; /* 0: its value may have any form, and a wrong one is reported */
} listen_parts[] = {
	{ "listen", 0 },
	{ "certificates", '(' },
	{ "tls", '{' },
	{ "sts", '{' },
	{ NULL, 0 },
};

static const struct part push_parts[] = {
	{ "push", '{' },
	{ NULL, 0 },
};

static const char *after_quote(const char *at)
{
	for (at++; *at && *at != '\n' && *at != '"'; at++)
		if (*at == '\\' && at[1] && at[1] != '\n')
			at++;
	return *at == '"' ? at + 1 : at;
}

/* The end of the comment or quoted text that begins here; NULL if neither does. A comment without
 * an end hides nothing. */
static const char *after_opaque(const char *at)
{
	const char *end;

	if (*at == '"')
		return after_quote(at);
	if (*at == '#' || text_starts_with(at, "//"))
		return at + strcspn(at, "\n");
	if (!text_starts_with(at, "/*"))
		return NULL;
	end = strstr(at + 2, "*/");
	return end ? end + 2 : at + 2;
}

static const char *after_space(const char *at)
{
	const char *end;

	for (;;) {
		at += strspn(at, " \t\r\f\n");
		end = *at == '"' ? NULL : after_opaque(at);
		if (!end)
			return at;
		at = end;
	}
}

/* The end of the list or group that begins here: behind its closing bracket, or the end of the
 * text. Other brackets in it need not match. */
static const char *after_brackets(const char *at)
{
	char opening = *at, closing = opening == '(' ? ')' : '}';
	int depth = 0;

	while (*at) {
		const char *end = after_opaque(at);

		if (!end && *at == opening)
			depth++;
		if (!end && *at == closing && --depth == 0)
			return at + 1;
		at = end ? end : at + 1;
	}
	return at;
}

/* The end of the setting that begins here; NULL if it is not this part. */
static const char *after_part(const struct part *part, const char *at)
{
	const char *value;

	if (!text_starts_with(at, part->name) || syntax_is_word_byte(at[strlen(part->name)]))
		return NULL;
	value = after_space(at + strlen(part->name));
	if (*value != '=' && *value != ':')
		return NULL;
	value = after_space(value + 1);
	if (part->opening && *value != part->opening)
		return NULL;
	return *value == '(' || *value == '{' ? after_brackets(value)
					      : value + strcspn(value, ";\n");
}

static const char *after_any_part(const struct part *parts, const char *at)
{
	const char *end = NULL;

	for (; parts->name && !end; parts++)
		end = after_part(parts, at);
	return end;
}

static void put_line_feeds(struct buffer *out, const char *from, const char *to)
{
	for (; from < to; from++)
		if (*from == '\n')
			buffer_put_byte(out, '\n');
}

static char *text_of_parts(const struct part *parts, const char *text)
{
	struct buffer out = { 0 };
	const char *at = text, *end;
	bool is_in_word = false;

	while (*at) {
		end = is_in_word ? NULL : after_any_part(parts, at);
		if (end) {
			buffer_put(&out, at, (size_t) (end - at));
			buffer_put_byte(&out, ';');
		} else {
			end = after_opaque(at);
			end = end ? end : at + 1;
			put_line_feeds(&out, at, end);
		}
		is_in_word = syntax_is_word_byte(end[-1]);
		at = end;
	}
	buffer_put_byte(&out, '\0');
	return buffer_take(&out);
}

char *listen_text(const char *text)
{
	return text_of_parts(listen_parts, text);
}

char *push_settings_text(const char *text)
{
	return text_of_parts(push_parts, text);
}
