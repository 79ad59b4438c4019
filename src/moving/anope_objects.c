/* Owns the two formats of Anope's databases. */
#include "moving/anope_objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/json_reader.h"

#define MOST_JSON_PARTS 20000000

static void anope_object_done(struct anope_object *object)
{
	for (size_t i = 0; i < object->n_pairs; i++) {
		free(object->pairs[i].name);
		mem_free_secret(object->pairs[i].value);
	}
	free(object->pairs);
	free(object->type);
}

void anope_objects_done(struct anope_objects *objects)
{
	for (size_t i = 0; i < objects->count; i++)
		anope_object_done(&objects->items[i]);
	free(objects->items);
	*objects = (struct anope_objects){ 0 };
}

const char *anope_text(const struct anope_object *object, const char *name)
{
	for (size_t i = 0; i < object->n_pairs; i++)
		if (strcmp(object->pairs[i].name, name) == 0)
			return object->pairs[i].value;
	return NULL;
}

static struct anope_object *begin_object(
	struct anope_objects *objects, const char *type, unsigned int line)
{
	size_t most = objects->count + 1;

	/* Doubled, because there are many. */
	if ((objects->count & (objects->count - 1)) == 0)
		objects->items = mem_resize(objects->items,
			objects->count ? 2 * objects->count : most, sizeof(*objects->items));
	objects->items[objects->count] =
		(struct anope_object){ .type = mem_text(type), .line = line };
	return &objects->items[objects->count++];
}

static void add_pair(struct anope_object *object, const char *name, const char *value)
{
	object->pairs = mem_resize(object->pairs, object->n_pairs + 1, sizeof(*object->pairs));
	object->pairs[object->n_pairs++] = (struct anope_pair){ mem_text(name), mem_text(value) };
}

/* db_flatfile */

struct flat_reader {
	const struct moving_file *file;
	struct problems *problems;
	struct anope_objects *objects;
	struct anope_object *object; /* NULL: between two */
	unsigned int line;
};

static void complain_of_file(struct flat_reader *reader, const char *what)
{
	problems_add(reader->problems, false, reader->file->name, reader->line, NULL, "%s", what);
}

/* False: malformed. */
static bool take_flat_line(struct flat_reader *reader, char *line)
{
	char *rest = line, *word = text_split(&rest, ' '), *name;

	if (!*word || strcmp(word, "ID") == 0 || strcmp(word, "VERSION") == 0)
		return true;
	if (strcmp(word, "OBJECT") == 0 && rest && *rest) {
		reader->object = begin_object(reader->objects, rest, reader->line);
		return true;
	}
	if (strcmp(word, "END") == 0) {
		reader->object = NULL;
		return true;
	}
	if (strcmp(word, "DATA") != 0 || !reader->object || !rest)
		return false;
	name = text_split(&rest, ' ');
	add_pair(reader->object, name, rest ? rest : "");
	return true;
}

static bool read_flat(struct flat_reader *reader)
{
	CLEANUP(mem_freep) char *text = mem_text(reader->file->text);
	char *lines = text, *line;
	bool is_good = true;

	while (is_good && (line = text_split(&lines, '\n'))) {
		size_t length = strlen(line);

		if (length && line[length - 1] == '\r')
			line[length - 1] = '\0';
		reader->line++;
		is_good = take_flat_line(reader, line);
	}
	if (!is_good)
		complain_of_file(reader,
			"no database of Anope: expected OBJECT, ID, DATA or END; databases in "
			"SQL or Redis are exported with db_flatfile or db_json");
	else if (!reader->objects->count)
		complain_of_file(reader, "it has no objects; is it a database of Anope?");
	return is_good && reader->objects->count;
}

/* db_json */

static void add_json_pair(struct anope_object *object, const char *name, const json_t *value)
{
	CLEANUP(buffer_done) struct buffer number = { 0 };

	if (json_is_string(value)) {
		add_pair(object, name, json_string_value(value));
	} else if (json_is_integer(value)) {
		buffer_format(&number, "%lld", (long long) json_integer_value(value));
		add_pair(object, name, number.bytes);
	} else if (json_is_boolean(value)) {
		add_pair(object, name, json_is_true(value) ? "1" : "0");
	}
}

static void take_json_list(struct anope_objects *objects, const char *type, const json_t *list)
{
	json_t *item, *value;
	const char *name;
	size_t i;

	json_array_foreach(list, i, item)
	{
		struct anope_object *object = begin_object(objects, type, 0);

		json_object_foreach(item, name, value)
		{
			add_json_pair(object, name, value);
		}
	}
}

static bool take_json(struct flat_reader *reader, json_t *root)
{
	const json_t *version = json_object_get(root, "version");
	json_t *data = json_object_get(root, "data"), *list;
	const char *type;

	if (!json_is_object(data)) {
		complain_of_file(reader, "no database of Anope: there is no \"data\"");
		return false;
	}
	if (json_is_integer(version) && json_integer_value(version) > 1) {
		complain_of_file(reader, "a newer version of this format than papoctl knows");
		return false;
	}
	json_object_foreach(data, type, list)
	{
		take_json_list(reader->objects, type, list);
	}
	return true;
}

static bool read_anope_json(struct flat_reader *reader)
{
	char reason[JSON_REASON_BYTES];
	struct json_reader json;
	bool is_good = false;
	json_t *root;

	json_reader_begin(&json);
	root = json_reader_load(
		reader->file->text, strlen(reader->file->text), MOST_JSON_PARTS, reason);
	if (root)
		is_good = take_json(reader, root);
	else
		complain_of_file(reader, reason);
	json_decref(root);
	json_reader_end(&json);
	return is_good;
}

bool anope_objects_read(const struct moving_file *file, struct anope_objects *ret_objects,
	struct problems *problems)
{
	struct flat_reader reader = { .file = file, .problems = problems, .objects = ret_objects };
	const char *first = file->text + strspn(file->text, " \t\r\n");

	*ret_objects = (struct anope_objects){ 0 };
	if (*first == '{' ? read_anope_json(&reader) : read_flat(&reader))
		return true;
	anope_objects_done(ret_objects);
	return false;
}
