/* A text that is held against many masks, as a user against the bans of a channel.
 *
 * For each different character of the text there is a row of bits, one for each place, which
 * says where that character stands. So a part of a mask between two stars is looked for at 64
 * places at once: a mask of n characters costs at most n steps for each 64 characters of the
 * text, whatever it looks like; place by place it would cost up to n steps for each character. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/casemap.h"

struct mask_row;

struct mask_text {
	enum casemap casemap;
	size_t length;	/* in characters */
	size_t n_words; /* of a row */
	size_t n_rows;
	struct mask_row *rows;
	uint64_t *places;    /* of the rows, one after the other */
	uint32_t heads[256]; /* by the hash of a character: the first row; 0: none */
};

/* Copies what it needs of the text. Case is folded as casemap_lower() does; a caller who wants
 * more folds text and patterns, see casemap.h. */
void mask_text_init(struct mask_text *text, enum casemap casemap, const char *bytes);
void mask_text_done(struct mask_text *text);

/* What patterns mean: see mask_match(). */
bool mask_text_matches(const struct mask_text *text, const char *pattern);
