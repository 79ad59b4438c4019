/* Owns completion: which parameter the last word is, and what papod knows for it. */
#include "papoctl/complete.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "papoctl/ask.h"
#include "proto/ban_mask.h"

struct completion {
	const char *program;
	const char *begun; /* the last word, as far as it is there */
};

/* Nicknames and channels are compared without case, as papod does. */
static void offer(const struct completion *completion, const char *word, size_t length)
{
	size_t n_begun = strlen(completion->begun);

	if (length >= n_begun && strncasecmp(word, completion->begun, n_begun) == 0)
		printf("%.*s\n", (int) length, word);
}

static void offer_text(const struct completion *completion, const char *word)
{
	offer(completion, word, strlen(word));
}

/* The names of one report. */
static int offer_names(
	const struct completion *completion, enum report_kind kind, const char *field)
{
	const struct words words = { .row = report_row(kind) };
	struct answer_of_papod answer;
	int status = call_papod(completion->program, &words, &answer);

	if (status)
		return status;
	for (size_t i = 0; i < json_array_size(answer.rows); i++) {
		const char *name =
			json_string_value(json_object_get(json_array_get(answer.rows, i), field));

		if (name)
			offer_text(completion, name);
	}
	answer_of_papod_done(&answer);
	return 0;
}

static int offer_targets(const struct completion *completion)
{
	int status = offer_names(completion, REPORT_KIND_USERS, "nick");

	return status ? status : offer_names(completion, REPORT_KIND_CHANNELS, "name");
}

static int offer_places(const struct completion *completion)
{
	int status = offer_names(completion, REPORT_KIND_CHANNELS, "name");

	return status ? status : offer_names(completion, REPORT_KIND_ACCOUNTS, "name");
}

static int offer_bans(const struct completion *completion)
{
	const char *command;

	for (size_t i = 0; (command = ban_command_at(i)); i++)
		offer_text(completion, command);
	return 0;
}

static int offer_param(const struct completion *completion, const struct report_param *param)
{
	switch (param->word) {
	case REPORT_WORD_ANY:
		return 0;
	case REPORT_WORD_NICK:
		return offer_names(completion, REPORT_KIND_USERS, "nick");
	case REPORT_WORD_CHANNEL:
		return offer_names(completion, REPORT_KIND_CHANNELS, "name");
	case REPORT_WORD_TARGET:
		return offer_targets(completion);
	case REPORT_WORD_PLACE:
		return offer_places(completion);
	case REPORT_WORD_BAN:
		return offer_bans(completion);
	case REPORT_WORD_MASK:
		return offer_names(completion, REPORT_KIND_BANS, "mask");
	case REPORT_WORD_FILE:
		puts(":files");
		return 0;
	}
	return 0;
}

/* Words without the flags and their values. */
static size_t count_plain_words(const struct report_row *row, size_t n_words, char **words)
{
	size_t n = 0;

	for (size_t i = 0; i < n_words; i++)
		if (report_find_flag(row, words[i]))
			i++;
		else
			n++;
	return n;
}

static const struct report_param *param_at(const struct report_row *row, size_t index)
{
	for (size_t i = 0; i < row->n_params; i++) {
		if (row->params[i].is_flag)
			continue;
		if (!index-- || row->params[i].is_rest)
			return &row->params[i];
	}
	return NULL;
}

static void offer_flags(const struct completion *completion, const struct report_row *row)
{
	for (size_t i = 0; i < row->n_params; i++) {
		CLEANUP(buffer_done) struct buffer flag = { 0 };

		if (!row->params[i].is_flag)
			continue;
		buffer_format(&flag, "--%s", row->params[i].name);
		offer_text(completion, flag.bytes);
	}
	if (row->member)
		offer_text(completion, "--json");
}

/* First words, or second ones of commands that begin with this word. */
static int offer_commands(const struct completion *completion, const char *first)
{
	const char *last = "";

	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		const char *command = report_row(i)->command;
		size_t length = strcspn(command, " ");

		if (first && command[length] && strncmp(command, first, length) == 0 &&
			!first[length])
			offer_text(completion, command + length + 1);
		/* Commands with the same first word are adjacent. */
		if (!first && (strncmp(last, command, length) != 0 || last[length] != ' '))
			offer(completion, command, length);
		last = command;
	}
	return 0;
}

int complete_words(const char *program, size_t n_words, char **words)
{
	struct completion completion = { .program = program };
	const struct report_param *param;
	enum report_kind kind;
	size_t n_own;

	while (n_words > 1 && words[0][0] == '-') {
		words++;
		n_words--;
	}
	completion.begun = n_words ? words[n_words - 1] : "";
	if (n_words < 2)
		return offer_commands(&completion, NULL);
	if (!report_find_command((const char *const *) words, n_words - 1, &kind, &n_own))
		return n_words == 2 ? offer_commands(&completion, words[0]) : 0;
	if (completion.begun[0] == '-') {
		offer_flags(&completion, report_row(kind));
		return 0;
	}
	param = n_words - 1 > n_own ? report_find_flag(report_row(kind), words[n_words - 2]) : NULL;
	if (!param)
		param = param_at(report_row(kind),
			count_plain_words(report_row(kind), n_words - 1 - n_own, words + n_own));
	return param ? offer_param(&completion, param) : 0;
}
