/* Owns the syntax of UnrealIRCd: NAME VALUE { ITEMS }; with three kinds of comments. Conditions and
 * definitions, which begin with @, are refused: what they leave out could be a restriction. */
#include "moving/unrealircd_syntax.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define MOST_DEPTH 30

struct unreal_blocks {
	struct moving_node *open[MOST_DEPTH]; /* the root, and blocks whose end is to come */
	size_t depth;
	struct moving_node *entry; /* has begun, and has no end yet; NULL: none */
	const char *at;
	unsigned int line;
	const char *file;
	struct problems *problems;
};

static bool refuse_unreal(const struct unreal_blocks *blocks, const char *text)
{
	problems_add(blocks->problems, false, blocks->file, blocks->line, NULL, "%s", text);
	return false;
}

/* False: a comment has no end. */
static bool skip_unreal_blanks(struct unreal_blocks *blocks)
{
	for (;; blocks->at++) {
		if (*blocks->at == '#' || strncmp(blocks->at, "//", 2) == 0) {
			blocks->at += strcspn(blocks->at, "\n");
		} else if (strncmp(blocks->at, "/*", 2) == 0) {
			const char *end = strstr(blocks->at + 2, "*/");

			if (!end)
				return refuse_unreal(blocks, "this comment has no end");
			for (; blocks->at < end + 1; blocks->at++)
				blocks->line += *blocks->at == '\n';
			continue;
		}
		if (!*blocks->at || !strchr(" \t\r\n=", *blocks->at))
			return true;
		blocks->line += *blocks->at == '\n';
	}
}

static bool take_unreal_quoted(struct unreal_blocks *blocks, struct buffer *word)
{
	const char quote = *blocks->at++;

	for (; *blocks->at != quote; blocks->at++) {
		if (!*blocks->at || *blocks->at == '\n')
			return refuse_unreal(blocks, "this text in quotes has no end");
		if (*blocks->at == '\\' && blocks->at[1] && strchr("\\\"'", blocks->at[1]))
			blocks->at++;
		buffer_put_byte(word, *blocks->at);
	}
	blocks->at++;
	return true;
}

static bool take_unreal_word(struct unreal_blocks *blocks)
{
	CLEANUP(buffer_done) struct buffer word = { .is_secret = true };
	unsigned int line = blocks->line;

	if (*blocks->at == '"' || *blocks->at == '\'') {
		if (!take_unreal_quoted(blocks, &word))
			return false;
	} else {
		size_t length = strcspn(blocks->at, " \t\r\n;{}");

		buffer_put(&word, blocks->at, length);
		blocks->at += length;
	}
	if (!blocks->entry) {
		blocks->entry = moving_tree_add(
			blocks->open[blocks->depth], buffer_text(&word), NULL, line);
		blocks->entry->file = blocks->file;
		return true;
	}
	if (blocks->entry->value)
		return refuse_unreal(blocks, "a third word; is the ; of the line before missing?");
	blocks->entry->value = mem_text(buffer_text(&word));
	return true;
}

static bool open_unreal_block(struct unreal_blocks *blocks)
{
	if (!blocks->entry)
		return refuse_unreal(blocks, "this block has no name");
	if (blocks->depth + 1 == MOST_DEPTH)
		return refuse_unreal(blocks, "there are too many blocks in one another");
	blocks->open[++blocks->depth] = blocks->entry;
	blocks->entry = NULL;
	return true;
}

static bool close_unreal_block(struct unreal_blocks *blocks)
{
	if (blocks->entry)
		return refuse_unreal(blocks, "expected ; before }");
	if (!blocks->depth)
		return refuse_unreal(blocks, "no block is open here");
	blocks->depth--;
	return true;
}

static bool take_unreal_token(struct unreal_blocks *blocks)
{
	switch (*blocks->at) {
	case '{':
		blocks->at++;
		return open_unreal_block(blocks);
	case '}':
		blocks->at++;
		return close_unreal_block(blocks);
	case ';':
		blocks->at++;
		blocks->entry = NULL;
		return true;
	case '@':
		return refuse_unreal(blocks,
			"definitions and conditions, as @define and @if, are not understood: write "
			"what they stand for, in a copy of the file");
	default:
		return take_unreal_word(blocks);
	}
}

bool unrealircd_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems)
{
	struct unreal_blocks blocks = {
		.open = { root },
		.at = file->text,
		.line = 1,
		.file = file->name,
		.problems = problems,
	};

	do {
		if (!skip_unreal_blanks(&blocks))
			return false;
		if (!*blocks.at)
			break;
	} while (take_unreal_token(&blocks));
	if (*blocks.at)
		return false;
	if (problems->n_errors)
		return false;
	return !blocks.entry && !blocks.depth
		       ? true
		       : refuse_unreal(&blocks, "the file ends within a block");
}
