/* Owns what follows from the rows: how calls are found and described. */
#include <string.h>

#include "base/text.h"
#include "report/report_import.h"
#include "report/report_rows.h"

static size_t count_words(const char *command)
{
	return strchr(command, ' ') ? 2 : 1;
}

/* Are these the first words? */
static bool begins_with_command(
	const char *const *words, size_t n_words, const char *command, size_t n_own)
{
	size_t length = strcspn(command, " ");

	if (n_words < n_own || strncmp(words[0], command, length) != 0 || words[0][length])
		return false;
	return n_own == 1 || strcmp(words[1], command + length + 1) == 0;
}

bool report_find_command(
	const char *const *words, size_t n_words, enum report_kind *ret_kind, size_t *ret_n_words)
{
	for (size_t n = 2; n > 0; n--)
		for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
			const char *command = report_row(i)->command;

			if (count_words(command) != n ||
				!begins_with_command(words, n_words, command, n))
				continue;
			*ret_kind = i;
			*ret_n_words = n;
			return true;
		}
	return false;
}

const struct report_param *report_find_flag(const struct report_row *row, const char *word)
{
	for (size_t i = 0; i < row->n_params; i++)
		if (row->params[i].is_flag && strncmp(word, "--", 2) == 0 &&
			strcmp(row->params[i].name, word + 2) == 0)
			return &row->params[i];
	return NULL;
}

bool report_find_method(const char *method, enum report_kind *ret_kind)
{
	const size_t length = strlen(REPORT_INTERFACE ".");

	if (strncmp(method, REPORT_INTERFACE ".", length) != 0)
		return false;
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		if (report_row(i)->method && strcmp(report_row(i)->method, method + length) == 0) {
			*ret_kind = i;
			return true;
		}
	return false;
}

void report_put_usage(const struct report_row *row, struct buffer *out)
{
	for (size_t i = 0; i < row->n_params; i++) {
		const struct report_param *param = &row->params[i];
		const char *separator = out->length ? " " : "";

		buffer_put_text(out, separator);
		if (param->is_flag)
			buffer_format(out, "[--%s %s]", param->name, param->usage);
		else
			buffer_format(out, param->is_optional ? "[%s%s]" : "%s%s", param->usage,
				param->is_rest ? "..." : "");
	}
}

static const char *varlink_type(enum report_type type)
{
	switch (type) {
	case REPORT_TYPE_TEXT:
	case REPORT_TYPE_TIME:
		return "?string";
	case REPORT_TYPE_NUMBER:
		return "int";
	case REPORT_TYPE_FLAG:
		return "bool";
	}
	return "";
}

/* Several methods may have rows of one type. */
static bool is_described(enum report_kind kind)
{
	for (enum report_kind i = 0; i < kind; i++)
		if (report_row(i)->type && strcmp(report_row(i)->type, report_row(kind)->type) == 0)
			return true;
	return false;
}

static void describe_type(const struct report_row *row, struct buffer *out)
{
	buffer_format(out, "\n# A row of %s\ntype %s (\n", row->method, row->type);
	for (size_t i = 0; i < row->n_fields; i++)
		buffer_format(out, "  # %s\n  %s: %s%s\n", row->fields[i].help, row->fields[i].name,
			varlink_type(row->fields[i].type), i + 1 < row->n_fields ? "," : "");
	buffer_put_text(out, ")\n");
}

static void describe_params(const struct report_row *row, struct buffer *out)
{
	for (size_t i = 0; i < row->n_params; i++)
		buffer_format(out, "%s\n  # %s\n  %s: %sstring", i ? "," : "", row->params[i].help,
			row->params[i].name, row->params[i].is_optional ? "?" : "");
	if (report_names_operator(row))
		buffer_format(out, "%s\n  # who does this, as others are told\n  %s: ?string",
			row->n_params ? "," : "", REPORT_OPERATOR);
	if (row->n_params || report_names_operator(row))
		buffer_put_byte(out, '\n');
}

static void describe_method(const struct report_row *row, struct buffer *out)
{
	buffer_format(out, "\n# %s%s\nmethod %s(", row->help,
		report_is_act(row) ? ". The message is a sentence for humans"
		: row->is_single   ? ""
				   : ". Call it with \"more\": long lists come in several replies",
		row->method);
	describe_params(row, out);
	if (report_is_act(row))
		buffer_put_text(out, ") -> (message: string)\n");
	else
		buffer_format(out, ") -> (%s: []%s%s)\n", row->member, row->type,
			row->is_past ? ", " REPORT_PARTIAL ": bool" : "");
}

void report_describe(struct buffer *out)
{
	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		if (report_row(i)->member && !is_described(i))
			describe_type(report_row(i), out);
		if (report_row(i)->method)
			describe_method(report_row(i), out);
	}
	report_import_describe(out);
}
