/* Owns the syntax of ngircd.conf: a section, a setting or a comment in each line, and no quotes. */
#include "moving/ngircd_syntax.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define BLANKS " \t\r"

struct ngircd_lines {
	struct moving_node *root;
	struct moving_node *section;
	const char *file;
	struct problems *problems;
	unsigned int line;
};

/* In place. */
static char *trim_ngircd_text(char *text)
{
	size_t length;

	text += strspn(text, BLANKS);
	length = strlen(text);
	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static bool refuse_ngircd_line(const struct ngircd_lines *lines, const char *text)
{
	problems_add(lines->problems, false, lines->file, lines->line, NULL, "%s", text);
	return false;
}

static bool read_ngircd_line(struct ngircd_lines *lines, char *text)
{
	char *equals;

	text = trim_ngircd_text(text);
	if (!*text || *text == ';' || *text == '#')
		return true;
	if (*text == '[') {
		if (text[strlen(text) - 1] != ']')
			return refuse_ngircd_line(
				lines, "expected the name of a section, as in [Global]");
		text[strlen(text) - 1] = '\0';
		lines->section = moving_tree_add(lines->root, text + 1, NULL, lines->line);
		lines->section->file = lines->file;
		return true;
	}
	equals = strchr(text, '=');
	if (!equals)
		return refuse_ngircd_line(
			lines, "expected NAME = VALUE, as in Name = irc.example.org");
	if (!lines->section)
		return refuse_ngircd_line(lines, "this setting is in no section, such as [Global]");
	*equals = '\0';
	moving_tree_add(
		lines->section, trim_ngircd_text(text), trim_ngircd_text(equals + 1), lines->line);
	return true;
}

bool ngircd_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems)
{
	struct ngircd_lines lines = { root, NULL, file->name, problems, 0 };
	char *text = mem_text(file->text), *rest = text, *line;
	bool is_good = true;

	while ((line = text_split(&rest, '\n'))) {
		lines.line++;
		is_good &= read_ngircd_line(&lines, line);
	}
	mem_free_secret(text);
	return is_good;
}
