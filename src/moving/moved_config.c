/* Owns writing papod.conf and secrets.ini.
 *
 * The parser of papod's settings knows what it accepts, so no check is repeated here: the files are
 * written and parsed, what was refused is left out, and so on until nothing is. An entry of a list
 * goes as a whole, because an operator without the hosts that were refused would be one from
 * everywhere. */
#include "moving/moved_config.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/options.h"
#include "config/secrets.h"
#include "config/settings.h"

#define CONFIG_NAME "papod.conf"
#define SECRETS_NAME "secrets.ini"

/* What a line of the files is about. */
struct written_line {
	struct moved_item *item;   /* NULL: of none */
	struct moved_value *value; /* NULL: of the item as a whole */
};

struct written {
	struct moved *moved;
	struct buffer *out;
	struct written_line *lines;
	size_t n_lines;
};

static void end_written_line(
	struct written *written, struct moved_item *item, struct moved_value *value)
{
	buffer_put_byte(written->out, '\n');
	written->lines = mem_resize(written->lines, written->n_lines + 1, sizeof(*written->lines));
	written->lines[written->n_lines++] = (struct written_line){ item, value };
}

static void put_written_line(struct written *written, struct moved_item *item, const char *text)
{
	buffer_put_text(written->out, text);
	end_written_line(written, item, NULL);
}

static void put_moved_value(
	struct written *written, struct moved_item *item, struct moved_value *value)
{
	buffer_put_text(written->out, value->is_list ? " = [ " : " = ");
	buffer_put_text(written->out, buffer_text(&value->text));
	buffer_put_text(written->out, value->is_list ? " ];" : ";");
	end_written_line(written, item, value);
}

/* In the order of the table, so that groups are together. */
static struct moved_value *find_written(const struct moved_item *item, const char *option)
{
	struct moved_value *value = moved_find(item, option);

	return value && !value->is_left_out ? value : NULL;
}

static void put_moved_top(struct written *written)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_TOP);
	struct moved_item *top = moved_top(written->moved);
	const char *group = "";
	size_t length = 0;

	for (size_t i = 0; i < table->n_options; i++) {
		const struct option *option = &table->options[i];
		struct moved_value *value = find_written(top, option->path);

		if (!value)
			continue;
		if (option_group_length(option) != length ||
			strncmp(option->path, group, length) != 0) {
			if (length)
				put_written_line(written, NULL, "};");
			group = option->path;
			length = option_group_length(option);
			buffer_format(written->out, "%.*s: {", (int) length, group);
			end_written_line(written, NULL, NULL);
		}
		buffer_format(written->out, "\t%s", option->path + length + 1);
		put_moved_value(written, top, value);
	}
	if (length)
		put_written_line(written, NULL, "};");
}

static void put_moved_item(struct written *written, struct moved_item *item)
{
	const struct option_table *table = option_table_get(item->table);

	put_written_line(written, item, "\t{");
	for (size_t i = 0; i < table->n_options; i++) {
		struct moved_value *value = find_written(item, table->options[i].path);

		if (!value)
			continue;
		buffer_format(written->out, "\t\t%s", table->options[i].path);
		put_moved_value(written, item, value);
	}
	buffer_put_text(written->out, "\t}");
}

static void put_moved_list(struct written *written, enum option_table_id id)
{
	struct moved_item *last = NULL;

	for (size_t i = 1; i < written->moved->n_items; i++) {
		struct moved_item *item = written->moved->items[i];

		if (item->table != id || item->is_left_out)
			continue;
		if (last) {
			buffer_put_byte(written->out, ',');
		} else {
			buffer_format(written->out, "%s = (", option_table_get(id)->name);
		}
		end_written_line(written, last, NULL);
		put_moved_item(written, item);
		last = item;
	}
	if (last) {
		end_written_line(written, last, NULL);
		put_written_line(written, NULL, ");");
	}
}

static void write_config(struct written *written)
{
	put_written_line(written, NULL, "# Made by papoctl import.");
	put_moved_top(written);
	for (size_t i = 1; i < OPTION_TABLES; i++)
		put_moved_list(written, (enum option_table_id) i);
}

/* Sections have the names that secrets.c gives them. */
static const char *section_of(enum option_table_id id)
{
	static const struct {
		enum option_table_id id;
		const char *section;
	} sections[] = {
		{ OPTION_TABLE_TOP, "server" },
		{ OPTION_TABLE_CLASSES, "class " },
		{ OPTION_TABLE_OPERATORS, "operator " },
		{ OPTION_TABLE_GATEWAYS, "gateway " },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++)
		if (sections[i].id == id)
			return sections[i].section;
	return NULL;
}

static void put_moved_secret(struct written *written, struct moved_item *item)
{
	const char *section = section_of(item->table);
	const struct moved_value *name = moved_find(item, "name");

	if (!item->password || item->is_left_out || !section)
		return;
	buffer_format(written->out, "[%s", section);
	if (name) /* without its quotes */
		buffer_put(written->out, name->text.bytes + 1, name->text.length - 2);
	buffer_put_text(written->out, "]");
	end_written_line(written, item, NULL);
	buffer_format(written->out, "password = %s", item->password);
	end_written_line(written, item, NULL);
}

static void write_secrets(struct written *written)
{
	for (size_t i = 0; i < written->moved->n_items; i++)
		put_moved_secret(written, written->moved->items[i]);
}

/* The option in a note is papod's, because the text says what papod allows there. */
static void note_problem(struct moved *moved, const struct moving_node *from,
	const struct problem *problem, const char *outcome)
{
	moved_note(moved, from, "%s%s: %s", outcome,
		problem->option ? problem->option : CONFIG_NAME, problem->text);
}

/* NULL: the problem is about no line. */
static const struct written_line *line_of_problem(
	const struct written *written, const struct problem *problem)
{
	if (!problem->line || problem->line > written->n_lines)
		return NULL;
	return &written->lines[problem->line - 1];
}

/* Can the value be left out alone? A class without one of its limits is still the same class, and
 * the password that it asks for counts. */
static bool stands_alone(const struct written_line *line)
{
	enum option_type type;

	if (line->item->table == OPTION_TABLE_TOP)
		return true;
	if (line->item->table != OPTION_TABLE_CLASSES)
		return false;
	type = option_find(option_table_get(OPTION_TABLE_CLASSES), line->value->option)->type;
	return type == OPTION_COUNT || type == OPTION_SIZE || type == OPTION_DURATION;
}

/* What has to be left out, as it is still there; NULL: nothing. */
static bool *find_refused(const struct written_line *line)
{
	bool *is_left_out;

	if (!line || !line->item)
		return NULL;
	if (line->value && stands_alone(line))
		is_left_out = &line->value->is_left_out;
	else if (line->item->table != OPTION_TABLE_TOP)
		is_left_out = &line->item->is_left_out;
	else
		return NULL;
	return *is_left_out ? NULL : is_left_out;
}

static const struct moving_node *node_of_line(const struct written_line *line)
{
	if (line && line->value)
		return line->value->from;
	return line && line->item ? line->item->from : NULL;
}

/* The two files, with what their lines are about. */
struct attempt {
	struct written config;
	struct written secrets;
};

static void attempt_done(struct attempt *attempt)
{
	free(attempt->config.lines);
	free(attempt->secrets.lines);
}

static const struct written *file_of(const struct attempt *attempt, const struct problem *problem)
{
	return problem->file && strcmp(problem->file, SECRETS_NAME) == 0 ? &attempt->secrets
									 : &attempt->config;
}

/* False: nothing can be left out any more. */
static bool leave_out_refused(const struct attempt *attempt, const struct problems *refused)
{
	bool has_left_out = false;

	for (size_t i = 0; i < refused->count; i++) {
		const struct problem *problem = &refused->items[i];
		const struct written *written = file_of(attempt, problem);
		const struct written_line *line = line_of_problem(written, problem);
		bool *is_left_out = problem->is_warning ? NULL : find_refused(line);

		if (!is_left_out)
			continue;
		*is_left_out = has_left_out = true;
		note_problem(written->moved, node_of_line(line), problem,
			line->value && stands_alone(line)
				? "left out, as papod refuses it: "
				: "its whole entry is left out, as papod refuses this: ");
	}
	return has_left_out;
}

static void pass_on(const struct problems *from, struct problems *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct problem *item = &from->items[i];

		problems_add(to, item->is_warning, item->file, item->line, item->option, "%s",
			item->text);
	}
}

static void note_warnings(const struct attempt *attempt, const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct problem *problem = &problems->items[i];
		const struct written *written = file_of(attempt, problem);

		note_problem(written->moved, node_of_line(line_of_problem(written, problem)),
			problem, "");
	}
}

enum outcome {
	OUTCOME_ACCEPTED,
	OUTCOME_AGAIN,
	OUTCOME_REFUSED,
};

static enum outcome try_moved_once(
	struct moved *moved, struct moved_files *files, struct problems *problems)
{
	CLEANUP(attempt_done)
	struct attempt attempt = { { moved, &files->config, NULL, 0 },
		{ moved, &files->secrets, NULL, 0 } };
	CLEANUP(problems_done) struct problems found = { 0 };
	struct source sources[2];
	struct settings *settings;

	buffer_clear(&files->config);
	buffer_clear(&files->secrets);
	write_config(&attempt.config);
	write_secrets(&attempt.secrets);
	sources[0] =
		(struct source){ SOURCE_KIND_CONFIG, CONFIG_NAME, buffer_text(&files->config) };
	sources[1] =
		(struct source){ SOURCE_KIND_SECRETS, SECRETS_NAME, buffer_text(&files->secrets) };
	settings = settings_parse(sources, 2, &found);
	if (settings) {
		settings_unref(settings);
		note_warnings(&attempt, &found);
		return OUTCOME_ACCEPTED;
	}
	if (leave_out_refused(&attempt, &found))
		return OUTCOME_AGAIN;
	pass_on(&found, problems);
	return OUTCOME_REFUSED;
}

bool moved_write(struct moved *moved, struct moved_files *ret_files, struct problems *problems)
{
	enum outcome outcome = OUTCOME_AGAIN;

	*ret_files = (struct moved_files){ .secrets.is_secret = true };
	while (outcome == OUTCOME_AGAIN)
		outcome = try_moved_once(moved, ret_files, problems);
	moved_sort_notes(moved);
	return outcome == OUTCOME_ACCEPTED;
}

bool moved_hash_passwords(struct moved *moved, moved_hash_fn hash)
{
	for (size_t i = 0; i < moved->n_items; i++) {
		struct moved_item *item = moved->items[i];
		char *made;

		if (!item->password || !secrets_check_hash(item->password))
			continue;
		made = hash(item->password);
		if (!made)
			return false;
		mem_free_secret(item->password);
		item->password = made;
	}
	return true;
}

void moved_files_done(struct moved_files *files)
{
	buffer_done(&files->config);
	buffer_done(&files->secrets);
}
