/* Owns the memory of what clients were told. */
#include "heard.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define ID_TAG "msgid="
#define CODE_DIGITS 8

static void note_id(struct heard *heard, const char *text, size_t length)
{
	char id[sizeof(heard->ids[0])];

	if (length >= sizeof(id))
		return;
	snprintf(id, sizeof(id), "%.*s", (int) length, text);
	if (strcmp(id, heard->ids[0]) == 0)
		return;
	memmove(heard->ids[1], heard->ids[0], sizeof(heard->ids) - sizeof(heard->ids[0]));
	memcpy(heard->ids[0], id, sizeof(id));
}

static void note_code(struct heard *heard, const char *text, size_t length)
{
	const char *word = text + length - CODE_DIGITS;

	if (length <= CODE_DIGITS || word[-1] != ' ')
		return;
	for (size_t i = 0; i < CODE_DIGITS; i++)
		if (!text_is_digit(word[i]) && (word[i] < 'a' || word[i] > 'f'))
			return;
	snprintf(heard->code, sizeof(heard->code), "%.*s", CODE_DIGITS, word);
}

/* The caller has checked that the line is complete, and its tags. */
void heard_note(struct heard *heard, const struct line *line)
{
	const char *tag = memmem(line->bytes, line->length, ID_TAG, strlen(ID_TAG));

	if (line->bytes[0] == '@' && tag) {
		tag += strlen(ID_TAG);
		note_id(heard, tag, strcspn(tag, "; \r"));
	}
	note_code(heard, line->bytes, line->length - 2);
}

void heard_fill(const struct heard *heard, const char *text, struct buffer *out)
{
	while (*text) {
		bool is_id = *text == '$' && text[1] >= '0' && text[1] < '0' + HEARD_IDS;
		bool is_code = *text == '$' && text[1] == 'c';

		if (is_id)
			buffer_put_text(out, heard->ids[text[1] - '0']);
		else if (is_code)
			buffer_put_text(out, heard->code);
		else
			buffer_put(out, text, 1);
		text += is_id || is_code ? 2 : 1;
	}
}
