/* Owns what all formats of hooks share: lines, and the reading of members. */
#include "proto/hook_draft.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define MOST_URL_BYTES 300

bool hook_draft_refuse(struct hook_draft *draft, const char *reason)
{
	text_copy(draft->reason, HOOK_REASON_BYTES, reason);
	return false;
}

static bool is_hook_control(char byte)
{
	return (unsigned char) byte < ' ' || byte == 0x7f;
}

void hook_put_word(struct buffer *line, const char *text)
{
	size_t length = text ? strlen(text) : 0, cut;
	size_t first = text ? strcspn(text, "\r\n") : 0;

	if (first < length)
		length = first;
	cut = text_cut_utf8(text ? text : "", length, HOOK_WORD_BYTES);
	for (size_t i = 0; i < cut; i++)
		buffer_put_byte(line, is_hook_control(text[i]) ? ' ' : text[i]);
	if (cut < length)
		buffer_put_text(line, "...");
}

void hook_put_url(struct buffer *line, const char *url)
{
	size_t length = url ? strlen(url) : 0;

	if (!length || length > MOST_URL_BYTES ||
		(!text_starts_with(url, "https://") && !text_starts_with(url, "http://")))
		return;
	for (const char *at = url; *at; at++)
		if (is_hook_control(*at) || *at == ' ')
			return;
	buffer_format(line, " %s", url);
}

bool hook_add_line(struct hook_draft *draft, struct buffer *line)
{
	struct hook *hook = &draft->hook;
	const char *text = buffer_text(line);

	if (text[strspn(text, " \t")]) {
		if (hook->n_lines == HOOK_LINES)
			return hook_draft_refuse(draft, "There are more than 32 lines");
		if (hook->lines.length + line->length >= HOOK_TEXT_BYTES)
			return hook_draft_refuse(draft, "The text is too long: at most 8 KiB");
		buffer_format(&hook->lines, "%s\n", text);
		hook->n_lines++;
	}
	buffer_clear(line);
	return true;
}

json_t *hook_member(json_t *object, const char *path)
{
	CLEANUP(mem_freep) char *copy = mem_text(path);
	char *rest = copy, *name;

	while (object && (name = text_split(&rest, '.')))
		object = json_object_get(object, name);
	return object;
}

const char *hook_text(json_t *object, const char *path)
{
	return json_string_value(hook_member(object, path));
}
