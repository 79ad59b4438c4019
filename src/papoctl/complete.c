/* Owns completion: which parameter the last word is, and what papod knows for it. */
#include "papoctl/complete.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "moving/moving_formats.h"
#include "moving/registry_formats.h"
#include "papoctl/ask.h"
#include "papoctl/import.h"
#include "papoctl/import_logs.h"
#include "papoctl/instances.h"
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
		const json_t *value = json_object_get(json_array_get(answer.rows, i), field);
		CLEANUP(buffer_done) struct buffer name = { 0 };

		if (json_is_integer(value))
			buffer_format(&name, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		else
			buffer_put_text(
				&name, json_is_string(value) ? json_string_value(value) : "");
		if (name.length)
			offer_text(completion, name.bytes);
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

static void offer_choices(const struct completion *completion, const char *choices)
{
	for (size_t length; *choices; choices += length + (choices[length] == ' ')) {
		length = strcspn(choices, " ");
		offer(completion, choices, length);
	}
}

static int offer_param(const struct completion *completion, const struct report_param *param)
{
	if (param->choices)
		offer_choices(completion, param->choices);
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
	case REPORT_WORD_ACCOUNT:
		return offer_names(completion, REPORT_KIND_ACCOUNTS, "name");
	case REPORT_WORD_FILTER:
		return offer_names(completion, REPORT_KIND_FILTERS, "name");
	case REPORT_WORD_REPORT:
		return offer_names(completion, REPORT_KIND_REPORTS, "number");
	case REPORT_WORD_INVITATION:
		return offer_names(completion, REPORT_KIND_INVITATIONS, "id");
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

static bool is_first_with_word(enum report_kind kind, size_t length)
{
	const char *command = report_row(kind)->command;

	for (enum report_kind i = 0; i < kind; i++) {
		const char *other = report_row(i)->command;

		if (strcspn(other, " ") == length && strncmp(other, command, length) == 0)
			return false;
	}
	return true;
}

/* First words, or second ones of commands that begin with this word. */
static int offer_commands(const struct completion *completion, const char *first)
{
	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		const char *command = report_row(i)->command;
		size_t length = strcspn(command, " ");

		if (first && command[length] && strncmp(command, first, length) == 0 &&
			!first[length])
			offer_text(completion, command + length + 1);
		if (!first && is_first_with_word(i, length))
			offer(completion, command, length);
	}
	return 0;
}

static void offer_name(const void *data, const char *name)
{
	offer_text(data, name);
}

static bool is_instance_option(const char *word)
{
	return strcmp(word, "-i") == 0 || strcmp(word, "--instance") == 0;
}

/* Commands that are in no table, because they ask nothing of one row. */
static void offer_others(const struct completion *completion)
{
	offer_text(completion, "import");
	offer_text(completion, "metrics");
}

/* The words behind "import"; the kind is the first that is no option. */
static void offer_import(const struct completion *completion, size_t n_words, char **words)
{
	const struct registry_format *database;
	const struct mapping_format *format;
	const char *logs;
	size_t n_plain = 0;

	for (size_t i = 0; i + 1 < n_words; i++)
		if (import_option_has_value(words[i]))
			i++;
		else
			n_plain += words[i][0] != '-';
	if (completion->begun[0] == '-') {
		import_each_option(offer_name, completion);
		return;
	}
	for (size_t i = 0; !n_plain && (format = moving_format(i)); i++)
		offer_text(completion, format->name);
	for (size_t i = 0; !n_plain && (database = registry_format(i)); i++)
		offer_text(completion, database->name);
	for (size_t i = 0; !n_plain && (logs = import_logs_kind(i)); i++)
		offer_text(completion, logs);
	if (n_plain)
		puts(":files");
}

int complete_words(const char *program, size_t n_words, char **words)
{
	struct completion completion = { .program = program };
	const struct report_param *param;
	enum report_kind kind;
	size_t n_own;

	completion.begun = n_words ? words[n_words - 1] : "";
	while (n_words > 1 && words[0][0] == '-') {
		bool is_named = is_instance_option(words[0]);

		if (is_named && n_words == 2) {
			instances_each(offer_name, &completion);
			return 0;
		}
		if (is_named && !instances_choose(program, words[1]))
			return 0;
		words += 1 + is_named;
		n_words -= 1 + is_named;
	}
	if (n_words < 2) {
		offer_others(&completion);
		return offer_commands(&completion, NULL);
	}
	if (strcmp(words[0], "import") == 0) {
		offer_import(&completion, n_words - 1, words + 1);
		return 0;
	}
	if (n_words == 2)
		(void) offer_commands(&completion, words[0]);
	if (!report_find_command((const char *const *) words, n_words - 1, &kind, &n_own))
		return 0;
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
