/* The command line: one row an option. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum action {
	ACTION_RUN,
	ACTION_CHECK,
	ACTION_APPLY,
	ACTION_SHOW_CONFIG,
	ACTION_SAMPLE_CONFIG,
	ACTION_HASH_PASSWORD,
	ACTION_BACKUP,
	ACTION_REPLAY,
	ACTION_HELP,
	ACTION_VERSION,
};

struct arguments {
	enum action action;
	const char *config; /* NULL: the default file, which may be missing */
	const char *record; /* NULL: no recording */
	const char *replay;
	const char *backup;
	bool is_verbose;
	bool is_changed;    /* ACTION_SHOW_CONFIG: only what differs from the defaults */
	char *const *words; /* all words, the program's name first; NULL at the end */
};

struct argument_row {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* as shown in the help; NULL: it takes none */
	bool takes_operand;   /* the word after the options is the configuration file */
	enum action action;   /* ACTION_RUN: selects no action */
	const char *help;
};

/* The rows, for the manual; NULL after the last. */
const struct argument_row *arguments_row(size_t index);

/* Texts point into argv. False: an error, which was printed to that stream. */
bool arguments_parse(int argc, char **argv, FILE *errors, struct arguments *ret_arguments);
void arguments_help(FILE *out);
