/* Owns the translation of libconfig's tree to settings: which name belongs to which row of the
 * option table. The table and value.c define the allowed values. */
#include "config/reader.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/ban_entry.h"
#include "config/filter_entry.h"
#include "config/syntax.h"
#include "config/text_checks.h"
#include "config/value.h"
#include "proto/filter_words.h"

#define DATAGRAM_PORT 6659 /* irker's */
#define TLS_PORT 6697	   /* RFC 7194 */
#define WEBSOCKET_PORT 8067
#define HTTPS_PORT 443

struct reading {
	struct draft *draft;
	const char *file;
	size_t source;
};

/* The struct that values are stored in. */
struct target {
	enum option_table_id id;
	void *object;
	struct origin *origins;
};

static unsigned int line_of(const config_setting_t *setting)
{
	return config_setting_source_line(setting);
}

static struct value value_other(const char *what)
{
	return (struct value){ .kind = VALUE_OTHER, .text = mem_text(what) };
}

static struct value value_of_scalar(const config_setting_t *setting)
{
	struct value value = { .kind = VALUE_NUMBER };

	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_STRING:
		value.kind = VALUE_TEXT;
		value.text = mem_text(setting->value.sval ? setting->value.sval : "");
		return value;
	case CONFIG_TYPE_INT:
		value.number = setting->value.ival;
		return value;
	case CONFIG_TYPE_INT64:
		value.number = setting->value.llval;
		return value;
	case CONFIG_TYPE_BOOL:
		value.kind = VALUE_BOOL;
		value.number = setting->value.ival;
		return value;
	case CONFIG_TYPE_FLOAT:
		return value_other("a number with a fraction");
	case CONFIG_TYPE_GROUP:
		return value_other("a group");
	default:
		return value_other("a list");
	}
}

static struct value value_of_setting(const config_setting_t *setting)
{
	struct value value = { .kind = VALUE_LIST };

	if (!config_setting_is_array(setting) && !config_setting_is_list(setting))
		return value_of_scalar(setting);
	value.n_items = (size_t) config_setting_length(setting);
	value.items = mem_new(value.n_items * sizeof(*value.items));
	for (size_t i = 0; i < value.n_items; i++)
		value.items[i] =
			value_of_scalar(config_setting_get_elem(setting, (unsigned int) i));
	return value;
}

static void refuse_config_setting(const struct reading *reading, const config_setting_t *setting,
	const char *option, const char *text)
{
	problems_add(reading->draft->problems, false, reading->file, line_of(setting), option, "%s",
		text);
}

static void store_value(const struct reading *reading, const struct target *target,
	const struct option *option, const config_setting_t *setting, const char *path)
{
	CLEANUP(value_done) struct value value = value_of_setting(setting);
	CLEANUP(buffer_done) struct buffer why = { 0 };

	target->origins[option - option_table_get(target->id)->options] =
		(struct origin){ (uint32_t) reading->source + 1, line_of(setting) };
	if (value_store(option, target->object, &value, &why))
		return;
	refuse_config_setting(reading, setting, path, buffer_text(&why));
	if (target->id == OPTION_TABLE_TOP)
		return;
	*settings_item_spoiled(target->id, target->object) = true;
	reading->draft->is_incomplete |= strcmp(option->path, "name") == 0;
}

static void put_guess(struct buffer *text, const struct nearest *nearest)
{
	if (nearest->best)
		buffer_format(text, "; did you mean %s?", nearest->best);
}

/* The path of the option if the name exists, but in another group. */
static const char *find_elsewhere(const char *name)
{
	const struct option_table *top = option_table_get(OPTION_TABLE_TOP);

	for (size_t i = 0; i < top->n_options; i++)
		if (strcmp(top->options[i].path + option_group_length(&top->options[i]) + 1,
			    name) == 0)
			return top->options[i].path;
	return NULL;
}

/* The list of groups with an option of this name; NULL: none or several have one. */
static const char *find_only_list(const char *name)
{
	const char *only = NULL;

	for (size_t i = 1; i < OPTION_TABLES; i++) {
		const struct option_table *list = option_table_get((enum option_table_id) i);

		if (!option_find(list, name))
			continue;
		if (only)
			return NULL;
		only = list->name;
	}
	return only;
}

static void refuse_unknown(const struct reading *reading, const config_setting_t *setting,
	enum option_table_id id, const char *path)
{
	const struct option_table *table = option_table_get(id);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	const char *name = strrchr(path, '.') ? strrchr(path, '.') + 1 : path;
	struct nearest nearest = { .to = id == OPTION_TABLE_TOP ? path : name };
	const char *list;

	for (size_t i = 0; i < table->n_options; i++)
		nearest_offer(&nearest, table->options[i].path);
	if (id == OPTION_TABLE_TOP && find_elsewhere(name))
		nearest.best = find_elsewhere(name);
	buffer_put_text(&text, "there is no such option");
	put_guess(&text, &nearest);
	list = nearest.best || id != OPTION_TABLE_TOP ? NULL : find_only_list(name);
	if (list)
		buffer_format(&text, "; groups of the list %s have it", list);
	refuse_config_setting(reading, setting, path, buffer_text(&text));
}

static void read_option(const struct reading *reading, const struct target *target,
	const config_setting_t *setting, const char *path)
{
	const char *name = config_setting_name(setting);
	const struct option *option = option_find(
		option_table_get(target->id), target->id == OPTION_TABLE_TOP ? path : name);

	if (option)
		store_value(reading, target, option, setting, path);
	else
		refuse_unknown(reading, setting, target->id, path);
}

/* Read every option in a group; prefix is the part of their paths before the dot. */
static void read_options(const struct reading *reading, const struct target *target,
	const config_setting_t *group, const char *prefix)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };

	for (int i = 0; i < config_setting_length(group); i++) {
		const config_setting_t *setting = config_setting_get_elem(group, (unsigned int) i);

		buffer_clear(&path);
		buffer_format(&path, "%s.%s", prefix, config_setting_name(setting));
		read_option(reading, target, setting, buffer_text(&path));
	}
}

static struct origin origin_given(const struct target *target, const char *name)
{
	const struct option_table *table = option_table_get(target->id);

	return target->origins[option_find(table, name) - table->options];
}

/* Does the file contain that option, valid or not? */
static bool is_given(const struct target *target, const char *name)
{
	return origin_given(target, name).source;
}

static void check_listener_place(
	const struct reading *reading, const config_setting_t *setting, const struct target *target)
{
	struct listener_settings *listener = target->object;
	bool is_refused = !listener->address && !listener->path &&
			  (is_given(target, "address") || is_given(target, "path"));

	listener->is_spoiled |= !listener->address == !listener->path;
	if (!listener->address == !listener->path && !is_refused)
		refuse_config_setting(reading, setting, "listen",
			listener->path ? "this one has an address and a path; give it one of them"
				       : "this one has neither an address nor a path; give it "
					 "address = \"127.0.0.1\" for this machine alone, "
					 "address = \"*\" for everybody, or the path of a Unix "
					 "socket");
}

/* TCP and UDP may have the same port. */
static char *make_listener_name(const struct listener_settings *listener)
{
	struct buffer name = { 0 };

	if (listener->path)
		return mem_text(listener->path);
	buffer_format(&name,
		listener->address && strchr(listener->address, ':') ? "[%s]:%u%s" : "%s:%u%s",
		listener->address ? listener->address : "?", listener->port,
		listener_is_datagram(listener) ? "/udp" : "");
	return buffer_take(&name);
}

static uint32_t default_port(const struct listener_settings *listener)
{
	if (listener_is_datagram(listener))
		return DATAGRAM_PORT;
	if (listener->is_websocket)
		return listener->is_tls ? HTTPS_PORT : WEBSOCKET_PORT;
	return listener->is_tls ? TLS_PORT : listener->port;
}

static void complete_listener(
	const struct reading *reading, const config_setting_t *setting, const struct target *target)
{
	struct listener_settings *listener = target->object;

	check_listener_place(reading, setting, target);
	if (!is_given(target, "port"))
		listener->port = default_port(listener);
	if (!listener->name)
		listener->name = make_listener_name(listener);
}

static void complete_ban(const struct reading *reading, const struct target *target)
{
	struct ban_settings *ban = target->object;
	CLEANUP(buffer_done) struct buffer why = { 0 };

	if (!ban_entry_complete(ban, &why))
		problems_add(reading->draft->problems, false, reading->file,
			origin_given(target, "mask").line, "bans.mask", "%s", why.bytes);
}

static void complete_filter(const struct reading *reading, const struct target *target)
{
	struct filter_settings *filter = target->object;
	CLEANUP(buffer_done) struct buffer why = { 0 };
	unsigned int line = origin_given(target, "pattern").line;

	filter->is_spoiled = !filter_entry_complete(filter, &why);
	/* A slow one is the administrator's own choice. */
	if (filter->is_spoiled || !filter_is_cheap(filter->match_kind, filter->pattern, &why))
		problems_add(reading->draft->problems, !filter->is_spoiled, reading->file,
			line ? line : origin_given(target, "name").line, "filters.pattern", "%s",
			why.bytes);
}

/* Names that are made of options need those that have no default. */
static void refuse_nameless(
	const struct reading *reading, const config_setting_t *setting, const struct target *target)
{
	const struct option_table *table = option_table_get(target->id);
	CLEANUP(buffer_done) struct buffer text = { 0 };

	for (size_t i = 0; i < table->n_options; i++) {
		const struct option *option = &table->options[i];
		bool is_needed =
			table->makes_name ? !option->fallback : strcmp(option->path, "name") == 0;

		if (!is_needed || is_given(target, option->path))
			continue;
		buffer_clear(&text);
		buffer_format(&text, "this one has no %s; give it one: %s = \"...\"", option->path,
			option->path);
		refuse_config_setting(reading, setting, table->name, text.bytes);
	}
}

/* For listeners, the name may be derived from the address. */
static void refuse_second(const struct reading *reading, const struct draft_list *items,
	const config_setting_t *setting, const char *name)
{
	const struct option_table *table = option_table_get(items->id);
	const struct origin *origins = draft_list_origins(items, draft_list_find(items, name));
	unsigned int line = 0;

	for (size_t i = 0; i < table->n_options; i++)
		if (origins[i].line && (!line || origins[i].line < line))
			line = origins[i].line;
	problems_add(reading->draft->problems, false, reading->file, line_of(setting), table->name,
		"line %u has \"%s\" already; leave one of them out%s%s", line, name,
		table->makes_name ? "" : ", or give it another ",
		table->makes_name		   ? ""
		: items->id == OPTION_TABLE_LISTEN ? "port, path or name"
						   : "name");
}

/* Its name is made of its address, which was refused or is missing. */
static bool is_nameless_listener(const struct target *target)
{
	const struct listener_settings *listener = target->object;

	return target->id == OPTION_TABLE_LISTEN && !listener->address && !listener->path &&
	       !is_given(target, "name");
}

static void read_item(
	const struct reading *reading, struct draft_list *items, const config_setting_t *setting)
{
	const struct option_table *table = option_table_get(items->id);
	struct target target = { .id = items->id };
	const char *name;

	if (!config_setting_is_group(setting)) {
		refuse_config_setting(reading, setting, table->name, "expected a group: { ... }");
		reading->draft->is_incomplete = true;
		return;
	}
	target.object = draft_list_add(items);
	target.origins = draft_list_origins(items, items->count - 1);
	read_options(reading, &target, setting, table->name);
	if (items->id == OPTION_TABLE_LISTEN)
		complete_listener(reading, setting, &target);
	if (items->id == OPTION_TABLE_BANS)
		complete_ban(reading, &target);
	if (items->id == OPTION_TABLE_FILTERS)
		complete_filter(reading, &target);
	name = settings_item_name(items->id, target.object);
	*settings_item_spoiled(items->id, target.object) |= !name;
	reading->draft->is_incomplete |= !name;
	if (!name)
		refuse_nameless(reading, setting, &target);
	if (name && draft_list_find(items, name) != items->count - 1 &&
		!is_nameless_listener(&target))
		refuse_second(reading, items, setting, name);
}

static void read_option_list(const struct reading *reading, const struct option_table *table,
	const config_setting_t *list)
{
	enum option_table_id id = table->id;
	CLEANUP(draft_list_done) struct draft_list items = { .id = id };
	struct draft *draft = reading->draft;
	int length = config_setting_is_aggregate(list) ? config_setting_length(list) : 0;

	if (!config_setting_is_list(list)) {
		CLEANUP(buffer_done) struct buffer text = { 0 };

		buffer_format(&text, "expected a list of groups: %s = ( { ... }, { ... } );",
			table->name);
		refuse_config_setting(reading, list, table->name, buffer_text(&text));
		draft->is_incomplete = true;
		return;
	}
	draft->is_emptied[id] |= !length;
	if (!length)
		draft_list_done(
			&draft->lists[id]); /* an empty list clears those of earlier files */
	for (int i = 0; i < length && (size_t) i <= table->max_items; i++)
		read_item(reading, &items, config_setting_get_elem(list, (unsigned int) i));
	draft_list_merge(&draft->lists[id], &items);
	if (draft->lists[id].count > table->max_items)
		problems_add(draft->problems, false, reading->file, line_of(list), table->name,
			"found %zu entries; at most %zu are allowed", draft->lists[id].count,
			table->max_items);
}

/* Refuse anything but groups and lists at the top level. */
static void refuse_top(const struct reading *reading, const config_setting_t *setting)
{
	const struct option_table *top = option_table_get(OPTION_TABLE_TOP);
	const char *name = config_setting_name(setting);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct nearest nearest = { .to = name };
	char group[32];

	reading->draft->is_incomplete = true; /* it may be a list with a misspelled name */
	buffer_put_text(&text, "there is no such option");
	if (find_elsewhere(name)) {
		buffer_format(&text,
			"; did you mean %s? Options stand in their group: "
			"group: { option = value; };",
			find_elsewhere(name));
		refuse_config_setting(reading, setting, name, buffer_text(&text));
		return;
	}
	for (size_t i = 1; i < OPTION_TABLES; i++)
		nearest_offer(&nearest, option_table_get((enum option_table_id) i)->name);
	for (size_t i = 0; i < top->n_options && !nearest.best; i++) {
		size_t length = option_group_length(&top->options[i]);

		memcpy(group, top->options[i].path, length);
		group[length] = '\0';
		nearest_offer(&nearest, group);
	}
	put_guess(&text, &nearest);
	refuse_config_setting(reading, setting, name, buffer_text(&text));
}

/* The list whose name ends like that; NULL: none. */
static const char *find_list_of(const char *name)
{
	for (size_t i = 1; i < OPTION_TABLES; i++) {
		const char *list = option_table_get((enum option_table_id) i)->name;
		const char *last = strrchr(list, '_');

		if (last && strcmp(last + 1, name) == 0)
			return list;
	}
	return NULL;
}

static void expect_group(const struct reading *reading, const config_setting_t *setting)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	const char *name = config_setting_name(setting);

	buffer_format(&text, "expected a group: %s: { option = value; };", name);
	if (config_setting_is_list(setting) && find_list_of(name))
		buffer_format(&text, " did you mean the list %s?", find_list_of(name));
	refuse_config_setting(reading, setting, name, buffer_text(&text));
}

static void read_top(const struct reading *reading, const config_setting_t *setting)
{
	struct target target = { OPTION_TABLE_TOP, reading->draft->settings,
		reading->draft->origins };
	const char *name = config_setting_name(setting);
	const struct option_table *list = option_table_find(name);

	if (list)
		read_option_list(reading, list, setting);
	else if (!option_is_group(option_table_get(OPTION_TABLE_TOP), name))
		refuse_top(reading, setting);
	else if (!config_setting_is_group(setting))
		expect_group(reading, setting);
	else
		read_options(reading, &target, setting, name);
}

void reader_read(struct draft *draft, size_t source)
{
	const struct source *from = &draft->settings->sources[source];
	struct reading reading = { .draft = draft, .file = from->name, .source = source };
	const char *text = strncmp(from->text, "\xef\xbb\xbf", 3) ? from->text : from->text + 3;
	CLEANUP(buffer_done) struct buffer copy = { 0 };
	config_t config;

	if (!syntax_check(from->name, text, draft->problems)) {
		draft->is_incomplete = true;
		return;
	}
	/* libconfig requires a line feed after a comment. */
	buffer_format(&copy, "%s\n", text);
	config_init(&config);
	if (!config_read_string(&config, copy.bytes)) {
		draft->is_incomplete = true;
		problems_add(draft->problems, false, from->name,
			(unsigned int) config_error_line(&config), NULL, "%s",
			config_error_text(&config) ? config_error_text(&config) : "syntax error");
	} else {
		for (int i = 0; i < config_setting_length(config_root_setting(&config)); i++)
			read_top(&reading, config_setting_get_elem(
						   config_root_setting(&config), (unsigned int) i));
	}
	config_destroy(&config);
}
