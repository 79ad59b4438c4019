/* Owns how words become the parameters of a call. */
#include "papoctl/words.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"

struct taking {
	const char *program;
	const struct report_row *row;
	json_t *parameters;
	char **words;
	size_t n_words;
	bool wants_json;
	const char *not_utf8; /* the name of such a parameter; NULL: none */
};

static int explain_usage(const struct taking *taking, const char *problem, const char *word)
{
	CLEANUP(buffer_done) struct buffer usage = { 0 };

	report_put_usage(taking->row, &usage);
	fprintf(stderr, "%s: %s %s\nUsage: %s %s%s%s\n", taking->program, problem, word,
		taking->program, taking->row->command, usage.length ? " " : "",
		buffer_text(&usage));
	return EX_USAGE;
}

/* sudo says who is behind root. */
const char *words_find_operator(void)
{
	const char *name = getenv("SUDO_USER");
	const struct passwd *user = name ? NULL : getpwuid(getuid());

	return user ? user->pw_name : name;
}

/* JSON is UTF-8. */
static void set_parameter(struct taking *taking, const char *name, const char *text)
{
	json_t *value = json_string(text);

	if (!value)
		taking->not_utf8 = name;
	else
		json_object_set_new(taking->parameters, name, value);
}

static void drop_words(struct taking *taking, size_t at, size_t count)
{
	taking->n_words -= count;
	memmove(&taking->words[at], &taking->words[at + count],
		(taking->n_words - at) * sizeof(*taking->words));
}

/* Texts of acts may be like options; nothing in a report is. */
static bool is_json_option(const struct taking *taking, const char *word)
{
	return !report_is_act(taking->row) &&
	       (strcmp(word, "-j") == 0 || strcmp(word, "--json") == 0);
}

/* "--duration 1d" anywhere among the words. */
static int take_flags(struct taking *taking)
{
	for (size_t i = 0; i < taking->n_words;) {
		const struct report_param *param = report_find_flag(taking->row, taking->words[i]);

		if (is_json_option(taking, taking->words[i])) {
			taking->wants_json = true;
			drop_words(taking, i, 1);
			continue;
		}
		if (!param) {
			i++;
			continue;
		}
		if (i + 1 == taking->n_words)
			return explain_usage(taking, "a value is missing after", taking->words[i]);
		set_parameter(taking, param->name, taking->words[i + 1]);
		drop_words(taking, i, 2);
	}
	return 0;
}

static void take_rest(struct taking *taking, const struct report_param *param)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	for (size_t i = 0; i < taking->n_words; i++)
		buffer_format(&text, "%s%s", i ? " " : "", taking->words[i]);
	set_parameter(taking, param->name, text.bytes);
	drop_words(taking, 0, taking->n_words);
}

static int take_parameters(struct taking *taking)
{
	for (size_t i = 0; i < taking->row->n_params; i++) {
		const struct report_param *param = &taking->row->params[i];

		if (param->is_flag)
			continue;
		if (!taking->n_words && !param->is_optional)
			return explain_usage(taking, "missing:", param->usage);
		if (!taking->n_words)
			continue;
		if (param->is_rest) {
			take_rest(taking, param);
		} else {
			set_parameter(taking, param->name, taking->words[0]);
			drop_words(taking, 0, 1);
		}
	}
	return taking->n_words ? explain_usage(taking, "unexpected:", taking->words[0]) : 0;
}

/* "add or remove", of commands that begin with the word. */
static void put_second_words(const char *word, struct buffer *out)
{
	const size_t length = strlen(word);

	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		const char *command = report_row(i)->command;

		if (strncmp(command, word, length) == 0 && command[length] == ' ')
			buffer_format(out, "%s%s", out->length ? " or " : "", command + length + 1);
	}
}

static int refuse_command(const char *program, const char *word)
{
	CLEANUP(buffer_done) struct buffer second = { 0 };

	put_second_words(word, &second);
	if (second.length)
		fprintf(stderr, "%s: behind \"%s\" comes %s; see %s --help\n", program, word,
			second.bytes, program);
	else
		fprintf(stderr, "%s: there is no command \"%s\"; see %s --help\n", program, word,
			program);
	return EX_USAGE;
}

static int check_words(const struct taking *taking)
{
	return taking->not_utf8 ? explain_usage(taking, "this is no UTF-8:", taking->not_utf8) : 0;
}

bool words_explain(const char *program, size_t n_words, char **words)
{
	CLEANUP(buffer_done) struct buffer usage = { 0 };
	const struct report_row *row;
	enum report_kind kind;
	size_t n_own;

	if (!report_find_command((const char *const *) words, n_words, &kind, &n_own) ||
		n_own == n_words ||
		(strcmp(words[n_own], "--help") != 0 && strcmp(words[n_own], "-h") != 0))
		return false;
	row = report_row(kind);
	report_put_usage(row, &usage);
	printf("Usage: %s %s%s%s\n%s\n", program, row->command, usage.length ? " " : "",
		buffer_text(&usage), row->help);
	for (size_t i = 0; i < row->n_params; i++)
		printf("  %s: %s\n", row->params[i].usage, row->params[i].help);
	return true;
}

int words_take(const char *program, size_t n_words, char **words, struct words *ret_words)
{
	struct taking taking = { .program = program };
	const char *operator= words_find_operator();
	enum report_kind kind;
	size_t n_own;
	int status;

	if (!report_find_command((const char *const *) words, n_words, &kind, &n_own))
		return refuse_command(program, words[0]);
	taking.row = report_row(kind);
	taking.words = words + n_own;
	taking.n_words = n_words - n_own;
	taking.parameters = json_object();
	status = take_flags(&taking);
	if (!status)
		status = take_parameters(&taking);
	if (!status)
		status = check_words(&taking);
	if (status) {
		json_decref(taking.parameters);
		return status;
	}
	if (report_names_operator(taking.row) && operator)
		set_parameter(&taking, REPORT_OPERATOR, operator);
	*ret_words = (struct words){
		.row = taking.row, .parameters = taking.parameters, .wants_json = taking.wants_json
	};
	return 0;
}
