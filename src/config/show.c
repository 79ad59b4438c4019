/* Owns showing settings to the administrator: all of them with their origins, and what
 * differs between two. */
#include <string.h>

#include "base/cleanup.h"
#include "config/settings.h"
#include "config/settings_origins.h"
#include "config/value.h"

#define ORIGIN_COLUMN 56

static void put_origin_comment(const struct settings *settings, struct buffer *out,
	size_t line_start, struct origin origin)
{
	size_t tabs = strspn(out->bytes + line_start, "\t");
	size_t column = out->length - line_start + 7 * tabs;

	buffer_format(
		out, "%*s # ", column < ORIGIN_COLUMN ? (int) (ORIGIN_COLUMN - column) : 0, "");
	origin_format(settings, origin, out);
	buffer_put_byte(out, '\n');
}

/* How settings are shown. */
struct showing {
	const struct settings *settings;
	struct buffer *out;
	bool is_changed; /* only what a file has set */
};

static bool is_shown(const struct showing *showing, struct origin origin)
{
	return origin.source || !showing->is_changed;
}

/* Unset values are shown as comments, so that the output is a valid configuration. */
static void put_option(const struct showing *showing, const struct option *option,
	const void *object, struct origin origin)
{
	struct buffer *out = showing->out;
	size_t start = out->length, group = option_group_length(option);
	const char *name = option->path + (group ? group + 1 : 0);
	CLEANUP(buffer_done) struct buffer value = { 0 };

	if (!is_shown(showing, origin))
		return;
	if (value_format(option, object, &value))
		buffer_format(out, "%s%s = %s;", group ? "\t" : "\t\t", name, value.bytes);
	else
		buffer_format(out, "%s# %s is not set", group ? "\t" : "\t\t", name);
	put_origin_comment(showing->settings, out, start, origin);
}

/* `what` is the name, such as "password". */
static void put_secret(const struct showing *showing, const char *indent, const char *what,
	const char *secret, struct origin origin)
{
	struct buffer *out = showing->out;
	size_t start = out->length;

	if (!is_shown(showing, origin))
		return;
	buffer_format(out, "%s# the %s is %s", indent, what, secret ? "set" : "not set");
	put_origin_comment(showing->settings, out, start, origin);
}

/* Show the options of a group; returns the index behind its last. */
static size_t show_group(const struct showing *showing, const struct origin *origins, size_t first)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_TOP);
	const struct option *options = table->options;
	size_t length = option_group_length(&options[first]), last = first;
	bool is_wanted = false;

	for (; last < table->n_options &&
		strncmp(options[first].path, options[last].path, length + 1) == 0;
		last++)
		is_wanted |= is_shown(showing, origins[last]);
	if (is_wanted)
		buffer_format(showing->out, "%.*s: {\n", (int) length, options[first].path);
	for (size_t i = first; i < last; i++)
		put_option(showing, &options[i], showing->settings, origins[i]);
	if (is_wanted)
		buffer_put_text(showing->out, "};\n");
	return last;
}

static void show_top(const struct showing *showing)
{
	const struct settings *settings = showing->settings;
	const struct option_table *table = option_table_get(OPTION_TABLE_TOP);
	const struct origin *origins = settings_origins_of(settings->origins, OPTION_TABLE_TOP, 0);
	size_t i = 0;

	while (i < table->n_options)
		i = show_group(showing, origins, i);
	put_secret(showing, "", table->secret, settings->password_hash, origins[table->n_options]);
	put_secret(showing, "", "cloak's key", settings->cloak_key, origins[table->n_options + 1]);
}

/* Listeners and classes without any value from a file are defaults. */
static bool is_item_shown(const struct showing *showing, enum option_table_id id, size_t index)
{
	const struct origin *origins = settings_origins_of(showing->settings->origins, id, index);

	for (size_t i = 0; i < option_table_n_origins(option_table_get(id)); i++)
		if (is_shown(showing, origins[i]))
			return true;
	return false;
}

static void show_item(const struct showing *showing, enum option_table_id id, size_t index)
{
	const struct option_table *table = option_table_get(id);
	const struct origin *origins = settings_origins_of(showing->settings->origins, id, index);
	size_t count;
	char *item =
		(char *) settings_items(showing->settings, id, &count) + index * table->item_bytes;
	char **secret = settings_item_secret(id, item);
	char **second = settings_item_second_secret(id, item);

	for (size_t i = 0; i < table->n_options; i++)
		put_option(showing, &table->options[i], item, origins[i]);
	if (secret)
		put_secret(showing, "\t\t", table->secret, *secret, origins[table->n_options]);
	if (second && *second)
		put_secret(showing, "\t\t", table->second_secret, *second,
			origins[table->n_options + 1]);
}

static void show_option_list(const struct showing *showing, enum option_table_id id)
{
	struct buffer *out = showing->out;
	size_t count, n_shown = 0;

	settings_items(showing->settings, id, &count);
	for (size_t i = 0; i < count; i++) {
		if (!is_item_shown(showing, id, i))
			continue;
		if (!n_shown++)
			buffer_format(out, "%s = (\n\t{\n", option_table_get(id)->name);
		else
			buffer_put_text(out, "\t},\n\t{\n");
		show_item(showing, id, i);
	}
	if (n_shown)
		buffer_put_text(out, "\t}\n);\n");
	else if (!showing->is_changed)
		buffer_format(out, "%s = (\n);\n", option_table_get(id)->name);
}

static void show_settings(const struct showing *showing)
{
	show_top(showing);
	for (size_t i = 1; i < OPTION_TABLES; i++)
		show_option_list(showing, (enum option_table_id) i);
}

void settings_show(const struct settings *settings, struct buffer *out)
{
	show_settings(&(struct showing){ settings, out, false });
}

void settings_show_changed(const struct settings *settings, struct buffer *out)
{
	show_settings(&(struct showing){ settings, out, true });
}

struct comparison {
	enum option_table_id id;
	settings_change_fn on_change;
	void *data;
};

/* The option of the change is without its list and item; NULL: it is about the whole item. */
static void report_change(
	const struct comparison *comparison, const char *item, const struct settings_change *change)
{
	const char *list = option_table_get(comparison->id)->name;
	CLEANUP(buffer_done) struct buffer path = { 0 };
	struct settings_change whole = *change;

	if (list)
		buffer_format(&path, "%s.%s", list, item);
	if (list && change->option)
		buffer_put_byte(&path, '.');
	buffer_put_text(&path, change->option ? change->option : "");
	whole.option = buffer_text(&path);
	comparison->on_change(comparison->data, &whole);
}

static void report_name(const struct comparison *comparison, const char *item, const char *option)
{
	report_change(comparison, item, &(struct settings_change){ .option = option });
}

static bool texts_differ(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static void compare_values(const struct comparison *comparison, const char *item,
	const struct option *option, const void *const pair[2])
{
	CLEANUP(buffer_done) struct buffer a = { 0 }, b = { 0 };
	bool is_set_in_old = value_format(option, pair[0], &a);
	bool is_set_in_new = value_format(option, pair[1], &b);
	const struct settings_change change = { option->path,
		is_set_in_old ? buffer_text(&a) : NULL, is_set_in_new ? buffer_text(&b) : NULL,
		option->reload == RELOAD_RESTART };

	if (is_set_in_old != is_set_in_new || texts_differ(buffer_text(&a), buffer_text(&b)))
		report_change(comparison, item, &change);
}

static void compare_structs(
	const struct comparison *comparison, const char *name, void *old, void *new)
{
	const struct option_table *table = option_table_get(comparison->id);
	char **old_secret = settings_item_secret(comparison->id, old);
	char **new_secret = settings_item_secret(comparison->id, new);
	char **old_second = settings_item_second_secret(comparison->id, old);
	char **new_second = settings_item_second_secret(comparison->id, new);

	for (size_t i = 0; i < table->n_options; i++)
		compare_values(
			comparison, name, &table->options[i], (const void *const[]){ old, new });
	if (old_secret && texts_differ(*old_secret, *new_secret))
		report_name(comparison, name, table->name ? table->secret : "server.password");
	if (old_second && texts_differ(*old_second, *new_second))
		report_name(comparison, name, table->second_secret);
}

static void *find_item(const struct settings *settings, enum option_table_id id, const char *name)
{
	size_t count;
	char *items = settings_items(settings, id, &count);

	for (size_t i = 0; i < count; i++, items += option_table_get(id)->item_bytes)
		if (strcmp(settings_item_name(id, items), name) == 0)
			return items;
	return NULL;
}

/* Are the items that both settings contain in a different order? */
static bool orders_differ(
	const struct settings *old, const struct settings *new, enum option_table_id id)
{
	size_t step = option_table_get(id)->item_bytes, n_old, n_new;
	char *a = settings_items(old, id, &n_old), *b = settings_items(new, id, &n_new);
	const char *end_a = a + n_old * step, *end_b = b + n_new * step;

	for (;; a += step, b += step) {
		while (a < end_a && !find_item(new, id, settings_item_name(id, a)))
			a += step;
		while (b < end_b && !find_item(old, id, settings_item_name(id, b)))
			b += step;
		if (a >= end_a || b >= end_b)
			return false;
		if (strcmp(settings_item_name(id, a), settings_item_name(id, b)) != 0)
			return true;
	}
}

static void compare_lists(
	const struct comparison *comparison, const struct settings *old, const struct settings *new)
{
	enum option_table_id id = comparison->id;
	size_t step = option_table_get(id)->item_bytes, count;
	char *items = settings_items(old, id, &count);

	for (size_t i = 0; i < count; i++) {
		const char *name = settings_item_name(id, items + i * step);
		char *other = find_item(new, id, name);

		if (other)
			compare_structs(comparison, name, items + i * step, other);
		else
			report_name(comparison, name, "(removed)");
	}
	items = settings_items(new, id, &count);
	for (size_t i = 0; i < count; i++) {
		const char *name = settings_item_name(id, items + i * step);

		if (!find_item(old, id, name))
			report_name(comparison, name, "(added)");
	}
	if (id == OPTION_TABLE_CLASSES && orders_differ(old, new, id))
		report_name(comparison, "(order)", NULL);
}

void settings_compare(const struct settings *old, const struct settings *new,
	settings_change_fn on_change, void *data)
{
	struct comparison comparison = { .on_change = on_change, .data = data };
	size_t one;

	compare_structs(&comparison, NULL, settings_items(old, OPTION_TABLE_TOP, &one),
		settings_items(new, OPTION_TABLE_TOP, &one));
	if (texts_differ(old->cloak_key, new->cloak_key))
		report_name(&comparison, NULL, "cloak.key");
	if (texts_differ(old->motd, new->motd))
		report_name(&comparison, NULL, "files.motd (its text)");
	if (texts_differ(old->rules, new->rules))
		report_name(&comparison, NULL, "files.rules (its text)");
	for (size_t i = 1; i < OPTION_TABLES; i++) {
		comparison.id = (enum option_table_id) i;
		compare_lists(&comparison, old, new);
	}
}
