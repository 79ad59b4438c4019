/* Owns the syntax of InspIRCd: <tag key="value">, with comments behind # and with entities, which
 * <define> makes. The definitions of an earlier file count in later ones: their tags stay in the
 * tree. */
#include "moving/inspircd_syntax.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define BLANKS " \t\r\n"
/* Definitions of definitions could grow without end. */
#define MOST_VALUE_BYTES 65536

struct inspircd_tags {
	struct moving_node *root;
	const char *at;
	unsigned int line;
	const char *file;
	struct problems *problems;
};

static bool refuse_inspircd(const struct inspircd_tags *tags, const char *text)
{
	problems_add(tags->problems, false, tags->file, tags->line, NULL, "%s", text);
	return false;
}

static void skip_inspircd_blanks(struct inspircd_tags *tags)
{
	while (*tags->at && strchr(BLANKS "#", *tags->at)) {
		if (*tags->at == '#')
			tags->at += strcspn(tags->at, "\n");
		else
			tags->line += *tags->at++ == '\n';
	}
}

static char *take_inspircd_word(struct inspircd_tags *tags)
{
	size_t length = 0;

	while (text_is_letter(tags->at[length]) || text_is_digit(tags->at[length]) ||
		(tags->at[length] && strchr("-._", tags->at[length])))
		length++;
	tags->at += length;
	return mem_text_n(tags->at - length, length);
}

static const char *find_definition(const struct moving_node *root, const char *name)
{
	for (size_t i = root->n_items; i-- > 0;) {
		const struct moving_node *node = root->items[i];
		const char *defined = moving_tree_value(node, "name");

		if (text_equals_ignoring_case(node->name, "define") && defined &&
			strcmp(defined, name) == 0)
			return moving_tree_value(node, "value");
	}
	return NULL;
}

static const char *find_entity(const struct moving_node *root, const char *name)
{
	static const struct {
		const char *name, *text;
	} entities[] = {
		{ "amp", "&" },
		{ "apos", "'" },
		{ "gt", ">" },
		{ "lt", "<" },
		{ "newline", "\n" },
		{ "nl", "\n" },
		{ "quot", "\"" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(entities); i++)
		if (strcmp(entities[i].name, name) == 0)
			return entities[i].text;
	return find_definition(root, name);
}

/* Entities without a definition, such as those of the environment, stay as they are. */
static void put_entity(struct inspircd_tags *tags, struct buffer *value)
{
	size_t length = strcspn(tags->at, ";\"\n");
	CLEANUP(mem_freep) char *name = mem_text_n(tags->at, length);
	const char *text = tags->at[length] == ';' ? find_entity(tags->root, name) : NULL;

	if (!text) {
		buffer_put_byte(value, '&');
		return;
	}
	buffer_put_text(value, text);
	tags->at += length + 1;
}

static bool take_inspircd_value(struct inspircd_tags *tags, struct buffer *value)
{
	if (*tags->at != '"')
		return refuse_inspircd(tags, "expected a value in quotes, as in name=\"value\"");
	for (tags->at++; *tags->at != '"';) {
		if (!*tags->at)
			return refuse_inspircd(tags, "the file ends within quotes");
		if (value->length > MOST_VALUE_BYTES)
			return refuse_inspircd(tags, "this value is too long");
		tags->line += *tags->at == '\n';
		if (*tags->at++ == '&')
			put_entity(tags, value);
		else if (tags->at[-1] != '\r')
			buffer_put_byte(value, tags->at[-1]);
	}
	tags->at++;
	return true;
}

static bool take_inspircd_key(struct inspircd_tags *tags, struct moving_node *tag)
{
	CLEANUP(mem_freep) char *key = take_inspircd_word(tags);
	CLEANUP(buffer_done) struct buffer value = { .is_secret = true };
	unsigned int line = tags->line;

	if (!*key || *tags->at != '=')
		return refuse_inspircd(tags, "expected NAME=\"VALUE\" or > in this tag");
	tags->at++;
	if (!take_inspircd_value(tags, &value))
		return false;
	moving_tree_add(tag, key, buffer_text(&value), line);
	return true;
}

static bool take_tag(struct inspircd_tags *tags)
{
	CLEANUP(mem_freep) char *name = NULL;
	struct moving_node *tag;
	unsigned int line = tags->line;

	if (*tags->at != '<')
		return refuse_inspircd(tags, "expected a tag, as in <server name=\"...\">");
	tags->at++;
	skip_inspircd_blanks(tags);
	name = take_inspircd_word(tags);
	if (!*name)
		return refuse_inspircd(tags, "this tag has no name");
	tag = moving_tree_new();
	tag->file = tags->file;
	for (skip_inspircd_blanks(tags); *tags->at != '>'; skip_inspircd_blanks(tags))
		if (!take_inspircd_key(tags, tag)) {
			moving_tree_free(tag);
			return false;
		}
	tags->at++;
	moving_tree_adopt(tags->root, tag, name, line);
	return true;
}

bool inspircd_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems)
{
	struct inspircd_tags tags = { root, file->text, 1, file->name, problems };

	for (skip_inspircd_blanks(&tags); *tags.at; skip_inspircd_blanks(&tags))
		if (!take_tag(&tags))
			return false;
	return true;
}
