/* Owns the sample file and the sections of the manual that are generated from the option table. */
#include "config/reference.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "config/options.h"
#include "config/text_checks.h"
#include "config/value.h"

#define FILL_COLUMN 78

static const char head[] =
	"# papod.conf: what the IRC server papod does. The format is libconfig's; the manual,\n"
	"# papod.conf(5), describes it.\n"
	"#\n"
	"# Nothing here is in force: each line without a space after its # shows a default, or an\n"
	"# example where it says so. Remove the # and change the value. Settings of your own are\n"
	"# better kept in separate files, conf.d/*.conf beside this one, which are read after it.\n"
	"#\n"
	"# Passwords are in secrets.ini instead, see papod-secrets(5).\n"
	"#\n"
	"#     papod --check         lists the errors in the configuration\n"
	"#     papod --show-config   shows every option with its value and its origin\n"
	"#     papod --apply         brings changes into force, listeners too\n";

/* Fill lines with words; every line begins with the prefix. */
struct filler {
	struct buffer *out;
	const char *prefix;
	bool is_mdoc;
	size_t column; /* 0: at the start of a line */
};

static size_t width_of(const char *prefix)
{
	size_t width = 0;

	for (; *prefix; prefix++)
		width += *prefix == '\t' ? 8 : 1;
	return width;
}

static void end_line(struct filler *filler)
{
	if (filler->column)
		buffer_put_byte(filler->out, '\n');
	filler->column = 0;
}

static void fill_word(struct filler *filler, const char *word, size_t length)
{
	if (filler->column && filler->column + 1 + length > FILL_COLUMN)
		end_line(filler);
	if (filler->column) {
		buffer_put_byte(filler->out, ' ');
		filler->column++;
	} else {
		buffer_put_text(filler->out, filler->prefix);
		filler->column = width_of(filler->prefix);
		if (filler->is_mdoc && strchr(".'", *word))
			buffer_put_text(filler->out, "\\&");
	}
	for (size_t i = 0; i < length; i++)
		if (filler->is_mdoc && word[i] == '\\')
			buffer_put_text(filler->out, "\\e");
		else
			buffer_put_byte(filler->out, word[i]);
	filler->column += length;
	if (filler->is_mdoc && word[length - 1] == '.')
		end_line(filler); /* each sentence begins a line */
}

static void fill_text(struct filler *filler, const char *text)
{
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");

		fill_word(filler, text, length);
		text += length;
	}
}

/* "A number from 9 to 64." */
static void fill_allowed(struct filler *filler, const struct option *option)
{
	CLEANUP(buffer_done) struct buffer allowed = { 0 };

	if (option->type != OPTION_COUNT && option->type != OPTION_SIZE &&
		option->type != OPTION_DURATION)
		return;
	value_describe_allowed(option, &allowed);
	allowed.bytes[0] = text_upper(allowed.bytes[0]);
	buffer_put_byte(&allowed, '.');
	fill_text(filler, allowed.bytes);
}

static void fill_reload(struct filler *filler, const struct option *option)
{
	switch (option->reload) {
	case RELOAD_NOW:
		return;
	case RELOAD_NEW_CLIENTS:
		fill_text(filler, "A change applies to clients that connect after it.");
		return;
	case RELOAD_RESTART:
		fill_text(filler, "A change needs a restart.");
		return;
	}
}

static void fill_all(struct filler *filler, const struct option *option)
{
	fill_text(filler, option->text);
	fill_allowed(filler, option);
	fill_reload(filler, option);
	if (option->example && !filler->is_mdoc)
		fill_text(filler, "Not set; for example:");
	end_line(filler);
}

static const char *name_in_group(const struct option *option)
{
	size_t length = option_group_length(option);

	return option->path + (length ? length + 1 : 0);
}

static bool same_group(const struct option *a, const struct option *b)
{
	size_t length = option_group_length(a);

	return length == option_group_length(b) && memcmp(a->path, b->path, length) == 0;
}

static const char *shown_value(const struct option *option)
{
	return option->fallback ? option->fallback : option->example;
}

static void sample_top(struct buffer *out)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_TOP);
	const struct option *end = table->options + table->n_options;

	for (const struct option *option = table->options; option < end; option++) {
		struct filler filler = { .out = out, .prefix = "\t# " };

		if (option == table->options || !same_group(option, option - 1))
			buffer_format(out, "\n%.*s: {\n", (int) option_group_length(option),
				option->path);
		else
			buffer_put_byte(out, '\n');
		fill_all(&filler, option);
		buffer_format(out, "\t#%s = %s;\n", name_in_group(option), shown_value(option));
		if (option + 1 == end || !same_group(option, option + 1))
			buffer_put_text(out, "};\n");
	}
}

static void sample_list(struct buffer *out, const struct option_table *table)
{
	struct filler filler = { .out = out, .prefix = "# " };

	buffer_put_byte(out, '\n');
	fill_text(&filler, table->text);
	end_line(&filler);
	buffer_format(out, "#%s = (\n#\t{\n", table->name);
	filler.prefix = "#\t\t# ";
	for (size_t i = 0; i < table->n_options; i++) {
		const struct option *option = &table->options[i];

		if (option->begins_other)
			buffer_put_text(out, "#\t},\n#\t{\n");
		fill_all(&filler, option);
		buffer_format(out, "#\t\t%s = %s;\n", option->path, shown_value(option));
	}
	buffer_put_text(out, "#\t}\n#);\n");
}

void reference_sample(struct buffer *out)
{
	buffer_put_text(out, head);
	sample_top(out);
	for (size_t i = 1; i < OPTION_TABLES; i++)
		sample_list(out, option_table_get((enum option_table_id) i));
}

/* Append the text as one argument of a macro. */
static void put_argument(struct buffer *out, const char *text)
{
	buffer_put_text(out, "\"\\&");
	for (; *text; text++)
		if (*text == '"')
			buffer_put_text(out, "\\(dq");
		else if (*text == '\\')
			buffer_put_text(out, "\\e");
		else
			buffer_put_byte(out, *text);
	buffer_put_byte(out, '"');
}

static void mdoc_option(struct buffer *out, const struct option *option)
{
	struct filler filler = { .out = out, .prefix = "", .is_mdoc = true };

	buffer_format(out, ".It Cm %s", name_in_group(option));
	if (option->fallback) {
		buffer_put_text(out, " No = Li ");
		put_argument(out, option->fallback);
	}
	buffer_put_byte(out, '\n');
	fill_all(&filler, option);
	if (option->example) {
		buffer_put_text(out, "Not set by default; for example\n.Li ");
		put_argument(out, option->example);
		buffer_put_text(out, " .\n");
	}
}

static void mdoc_top(struct buffer *out)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_TOP);
	const struct option *end = table->options + table->n_options;

	for (const struct option *option = table->options; option < end; option++) {
		if (option == table->options || !same_group(option, option - 1))
			buffer_format(out, ".Ss %.*s\n.Bl -tag -width Ds\n",
				(int) option_group_length(option), option->path);
		mdoc_option(out, option);
		if (option + 1 == end || !same_group(option, option + 1))
			buffer_put_text(out, ".El\n");
	}
}

static void mdoc_list(struct buffer *out, const struct option_table *table)
{
	struct filler filler = { .out = out, .prefix = "", .is_mdoc = true };

	buffer_format(out, ".Ss %s\n", table->name);
	fill_text(&filler, table->text);
	end_line(&filler);
	buffer_put_text(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < table->n_options; i++)
		mdoc_option(out, &table->options[i]);
	buffer_put_text(out, ".El\n");
}

void reference_mdoc(struct buffer *out)
{
	mdoc_top(out);
	for (size_t i = 1; i < OPTION_TABLES; i++)
		mdoc_list(out, option_table_get((enum option_table_id) i));
}

void reference_mdoc_privileges(struct buffer *out)
{
	const struct privilege *privilege;

	buffer_put_text(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; (privilege = privilege_row(i)); i++) {
		struct filler filler = { .out = out, .prefix = "", .is_mdoc = true };

		buffer_format(out, ".It Cm %s\n", privilege->name);
		fill_text(&filler, privilege->text);
		end_line(&filler);
	}
	buffer_put_text(out, ".It Cm *\nAll of them.\n.El\n");
}
