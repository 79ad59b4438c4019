/* Owns which characters of strangers are shown. */
#include "papoctl/shown.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define DELETE 0x7f
/* The C1 controls are U+0080 to U+009F: in UTF-8 this byte, and one below the other. */
#define C1_LEAD 0xc2
#define C1_END 0xa0

/* Controls, and what changes the direction of the text. */
static bool is_shown_as_it_is(utf8proc_int32_t character)
{
	const utf8proc_category_t category = utf8proc_category(character);

	return category != UTF8PROC_CATEGORY_CC && category != UTF8PROC_CATEGORY_CF &&
	       category != UTF8PROC_CATEGORY_CS && category != UTF8PROC_CATEGORY_ZL &&
	       category != UTF8PROC_CATEGORY_ZP;
}

void shown_put(struct buffer *out, const char *text)
{
	const uint8_t *at = (const uint8_t *) text;
	utf8proc_ssize_t left = (utf8proc_ssize_t) strlen(text), n;

	for (; left > 0; at += n, left -= n) {
		utf8proc_int32_t character;

		n = utf8proc_iterate(at, left, &character);
		if (n > 0 && is_shown_as_it_is(character))
			buffer_put(out, at, (size_t) n);
		else
			buffer_put_byte(out, '?');
		n = n > 0 ? n : 1;
	}
}

void shown_print(FILE *out, const char *sentences)
{
	CLEANUP(mem_freep) char *lines = mem_text(sentences);
	CLEANUP(buffer_done) struct buffer shown = { 0 };
	char *rest = lines, *line;

	while ((line = text_split(&rest, '\n'))) {
		buffer_clear(&shown);
		shown_put(&shown, line);
		fprintf(out, "%s\n", buffer_text(&shown));
	}
}

void shown_format(FILE *out, const char *format, ...)
{
	CLEANUP(buffer_done) struct buffer text = { 0 }, shown = { 0 };
	const char *line, *separator = "";
	va_list arguments;
	char *rest;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	rest = text.bytes;
	while ((line = text_split(&rest, '\n'))) {
		buffer_put_text(&shown, separator);
		shown_put(&shown, line);
		separator = "\n";
	}
	fputs(buffer_text(&shown), out);
}

/* Inside of strings: nothing else in JSON has such bytes. */
static void put_json_escaped(struct buffer *out, const char *json)
{
	const uint8_t *at = (const uint8_t *) json;

	for (; *at; at++)
		if (*at == DELETE)
			buffer_format(out, "\\u%04X", DELETE);
		else if (*at == C1_LEAD && at[1] < C1_END)
			buffer_format(out, "\\u%04X", *++at);
		else
			buffer_put_byte(out, (char) *at);
}

void shown_print_json(FILE *out, const json_t *value, size_t flags)
{
	CLEANUP(mem_freep) char *json = json_dumps(value, flags);
	CLEANUP(buffer_done) struct buffer escaped = { 0 };

	put_json_escaped(&escaped, json ? json : "null");
	fprintf(out, "%s\n", buffer_text(&escaped));
}
