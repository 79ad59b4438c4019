/* Owns reading YAML with libyaml, whose events become a tree. Aliases are refused: a few of them
 * could stand for a tree without end. */
#include "moving/ergo_syntax.h"

#include <string.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define MOST_DEPTH 30
#define ENTRY "-"

struct yaml_level {
	struct moving_node *node;
	bool is_map;
	char *key; /* whose value comes next; NULL: a key comes next */
	unsigned int line;
};

struct yaml_reading {
	struct yaml_level levels[MOST_DEPTH];
	size_t depth;
	const struct moving_file *file;
	struct problems *problems;
};

static bool refuse_yaml(const struct yaml_reading *reading, unsigned int line, const char *text)
{
	problems_add(reading->problems, false, reading->file->name, line, NULL, "%s", text);
	return false;
}

static void forget_yaml_key(struct yaml_level *level)
{
	mem_free_secret(TAKE(level->key));
}

/* The name of the value that comes now. */
static const char *name_of_value(const struct yaml_level *level)
{
	return level->is_map ? level->key : ENTRY;
}

static struct moving_node *add_yaml_value(
	struct yaml_reading *reading, const char *value, unsigned int line)
{
	struct yaml_level *level = &reading->levels[reading->depth];
	struct moving_node *node = moving_tree_add(
		level->node, name_of_value(level), value, level->is_map ? level->line : line);

	node->file = reading->file->name;
	forget_yaml_key(level);
	return node;
}

static bool take_yaml_scalar(
	struct yaml_reading *reading, const yaml_event_t *event, unsigned int line)
{
	struct yaml_level *level = &reading->levels[reading->depth];
	const char *text = (const char *) event->data.scalar.value;
	bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (!reading->depth && !level->is_map)
		return refuse_yaml(reading, line, "expected settings, as in server:");
	if (event->data.scalar.length != strlen(text))
		return refuse_yaml(reading, line, "a NUL character is in this text");
	if (level->is_map && !level->key) {
		level->key = mem_text(text);
		level->line = line;
		return true;
	}
	if (is_plain && (!*text || strcmp(text, "null") == 0 || strcmp(text, "~") == 0))
		text = NULL;
	add_yaml_value(reading, text, line);
	return true;
}

static bool open_yaml(struct yaml_reading *reading, bool is_map, unsigned int line)
{
	struct yaml_level *level = &reading->levels[reading->depth];

	if (!reading->depth && !level->is_map) {
		level->is_map = is_map;
		return is_map || refuse_yaml(reading, line, "expected settings, as in server:");
	}
	if (level->is_map && !level->key)
		return refuse_yaml(reading, line, "the name of a setting must be a text");
	if (reading->depth + 1 == MOST_DEPTH)
		return refuse_yaml(reading, line, "there are too many levels in one another");
	reading->levels[reading->depth + 1] =
		(struct yaml_level){ add_yaml_value(reading, NULL, line), is_map, NULL, 0 };
	reading->depth++;
	return true;
}

static void close_yaml(struct yaml_reading *reading)
{
	forget_yaml_key(&reading->levels[reading->depth]);
	if (reading->depth)
		reading->depth--;
}

static bool take_yaml_event(struct yaml_reading *reading, const yaml_event_t *event)
{
	unsigned int line = (unsigned int) event->start_mark.line + 1;

	switch ((int) event->type) {
	case YAML_SCALAR_EVENT:
		return take_yaml_scalar(reading, event, line);
	case YAML_MAPPING_START_EVENT:
		return open_yaml(reading, true, line);
	case YAML_SEQUENCE_START_EVENT:
		return open_yaml(reading, false, line);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_yaml(reading);
		return true;
	case YAML_ALIAS_EVENT:
		return refuse_yaml(reading, line,
			"aliases are not understood: write what they stand for, in a copy of the "
			"file");
	default:
		return true;
	}
}

static bool refuse_yaml_syntax(const struct yaml_reading *reading, const yaml_parser_t *parser)
{
	return refuse_yaml(reading, (unsigned int) parser->problem_mark.line + 1,
		parser->problem ? parser->problem : "this is not YAML");
}

/* False at the end, and after a mistake. */
static bool take_yaml_next(struct yaml_reading *reading, yaml_parser_t *parser, bool *ret_is_good)
{
	yaml_event_t event;
	bool is_end;

	*ret_is_good = yaml_parser_parse(parser, &event);
	if (!*ret_is_good) {
		refuse_yaml_syntax(reading, parser);
		return false;
	}
	is_end = event.type == YAML_STREAM_END_EVENT;
	*ret_is_good = take_yaml_event(reading, &event);
	yaml_event_delete(&event);
	return *ret_is_good && !is_end;
}

bool ergo_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems)
{
	struct yaml_reading reading = { .file = file, .problems = problems };
	yaml_parser_t parser;
	bool is_good;

	reading.levels[0].node = root;
	if (!yaml_parser_initialize(&parser))
		return refuse_yaml(&reading, 0, "libyaml cannot be used");
	yaml_parser_set_input_string(
		&parser, (const unsigned char *) file->text, strlen(file->text));
	while (take_yaml_next(&reading, &parser, &is_good))
		;
	yaml_parser_delete(&parser);
	for (size_t i = 0; i <= reading.depth; i++)
		forget_yaml_key(&reading.levels[i]);
	return is_good;
}
