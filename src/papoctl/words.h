/* The words of the command line: a command and its parameters. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "report/report_rows.h"

/* A call of the command line. */
struct words {
	const struct report_row *row;
	json_t *parameters; /* the caller's to release */
	bool wants_json;
	/* Takes each part of the rows when it comes, instead of the answer; NULL: the answer does.
	 */
	void (*on_rows)(const json_t *rows);
};

/* 0, or a status of sysexits.h after a message. The words may be changed. */
int words_take(const char *program, size_t n_words, char **words, struct words *ret_words);

/* True: the word behind a command was --help, and what the command does is printed. */
bool words_explain(const char *program, size_t n_words, char **words);

/* Who acts: the user that has called sudo, or the own one. NULL: unknown. */
const char *words_find_operator(void);
