/* Any text as papod.conf, and as secrets.ini: never a crash; libconfig reads every text that
 * papod's grammar accepts; papod-generator finds the same listeners; and what --show-config prints
 * means the same as what was read. */
#include <assert.h>
#include <libconfig.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "config/push_unit.h"
#include "config/settings.h"
#include "config/syntax.h"
#include "config/unit_sources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char secured[] = "classes = ( { name = \"home\"; addresses = [ \"local\" ]; } );\n"
			      "operators = ( { name = \"ana\"; } );\n";

static void check_problems(struct problems *problems)
{
	struct buffer text = { 0 };

	for (size_t i = 0; i < problems->count; i++) {
		buffer_clear(&text);
		problem_format(&problems->items[i], &text);
		assert(text.length > 5);
		assert(!strchr(text.bytes, '\n') || strchr(problems->items[i].text, '\n'));
	}
	buffer_done(&text);
	problems_done(problems);
}

static struct settings *parse(const struct source *sources, size_t n)
{
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(sources, n, &problems);

	assert(!settings == (problems.n_errors > 0));
	check_problems(&problems);
	return settings;
}

static void check_syntax(const char *text)
{
	struct problems problems = { 0 };
	struct buffer copy = { 0 };
	config_t config;

	if (syntax_check("x", text, &problems)) {
		buffer_format(&copy, "%s\n", text);
		config_init(&config);
		/* libconfig itself refuses a list in brackets of different types. */
		if (!config_read_string(&config, copy.bytes))
			assert(strstr(config_error_text(&config), "array"));
		config_destroy(&config);
	}
	buffer_done(&copy);
	problems_done(&problems);
}

static void check_save(const struct settings *settings, const struct buffer *shown)
{
	struct buffer saved = { 0 }, again = { 0 };
	struct settings *loaded;
	struct pack_field field;
	struct pack pack;

	settings_save(&saved, 1, settings);
	pack = pack_over(saved.bytes, saved.length);
	assert(pack_next(&pack, &field));
	loaded = settings_load(&field);
	assert(loaded);
	settings_show(loaded, &again);
	assert(strcmp(shown->bytes, again.bytes) == 0);
	settings_unref(loaded);
	buffer_done(&saved);
	buffer_done(&again);
}

static void on_change(void *data, const struct settings_change *change)
{
	(void) data;
	assert(*change->option);
	abort();
}

static void check_shown(const struct settings *settings)
{
	struct buffer shown = { 0 };
	struct settings *again;
	struct source source = { SOURCE_KIND_CONFIG, "shown", NULL };

	settings_show(settings, &shown);
	source.text = shown.bytes;
	again = parse(&source, 1);
	assert(again);
	settings_compare(settings, again, on_change, NULL);
	check_save(settings, &shown);
	settings_unref(again);
	buffer_done(&shown);
}

static bool has_any_file(const char *path)
{
	return path[0] == '/';
}

static void format_units(
	const struct socket_unit *unit, const struct gate_unit *gate, struct buffer *out)
{
	socket_unit_format(unit, out);
	gate_unit_format_socket(gate, out);
	gate_unit_format_service(gate, has_any_file, out);
	gate_unit_format_path(gate, out);
}

/* The same for the sandbox of papod-push. */
static void check_push_unit(const struct source *source, const struct settings *settings)
{
	CLEANUP(buffer_done) struct buffer alone = { 0 };
	CLEANUP(buffer_done) struct buffer whole = { 0 };
	struct problems problems = { 0 };

	push_unit_parse(source, 1, &problems, &alone);
	if (settings && !problems.count) {
		push_unit_format(settings, &whole);
		assert(strcmp(buffer_text(&alone), buffer_text(&whole)) == 0);
	}
	check_problems(&problems);
}

/* papod-generator, which reads only a part of the file, finds the same listeners and certificates
 * as papod. */
static void check_units(const struct source *source, const struct settings *settings)
{
	CLEANUP(socket_unit_done) struct socket_unit alone = { 0 };
	CLEANUP(socket_unit_done) struct socket_unit whole = { 0 };
	CLEANUP(gate_unit_done) struct gate_unit alone_gate = { 0 };
	CLEANUP(gate_unit_done) struct gate_unit whole_gate = { 0 };
	CLEANUP(buffer_done) struct buffer alone_text = { 0 };
	CLEANUP(buffer_done) struct buffer whole_text = { 0 };
	struct problems problems = { 0 };

	unit_sources_parse(source, 1, &problems, &alone, &alone_gate);
	format_units(&alone, &alone_gate, &alone_text);
	if (settings && !problems.count) {
		socket_unit_of_settings(settings, &problems, &whole);
		gate_unit_of_settings(settings, &whole_gate);
		format_units(&whole, &whole_gate, &whole_text);
		assert(strcmp(buffer_text(&alone_text), buffer_text(&whole_text)) == 0);
	}
	check_problems(&problems);
}

/* Loads settings that another release may have saved. */
static void check_load(const struct source *sources, size_t n)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	CLEANUP(buffer_done) struct buffer shown = { 0 };
	struct settings strange = { .n_sources = n };
	struct settings *loaded;
	struct pack_field field;
	struct pack pack;

	strange.sources = mem_new(n * sizeof(*sources));
	memcpy(strange.sources, sources, n * sizeof(*sources));
	settings_save(&saved, 1, &strange);
	free(strange.sources);
	pack = pack_over(saved.bytes, saved.length);
	assert(pack_next(&pack, &field));
	loaded = settings_load(&field);
	assert(loaded && loaded->n_classes);
	for (size_t i = 0; i < loaded->n_classes; i++)
		assert(loaded->classes[i].name);
	for (size_t i = 0; i < loaded->n_operators; i++)
		assert(loaded->operators[i].name);
	settings_show(loaded, &shown);
	settings_unref(loaded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) char *text = mem_text_n((const char *) data, size);
	const struct source config = { SOURCE_KIND_CONFIG, "papod.conf", text };
	const struct source secrets[] = {
		{ SOURCE_KIND_SECRETS, "secrets.ini", text },
		{ SOURCE_KIND_CONFIG, "papod.conf", secured },
		{ SOURCE_KIND_MOTD, "motd", text },
	};
	struct settings *settings = parse(&config, 1);

	check_units(&config, settings);
	check_push_unit(&config, settings);
	if (settings)
		check_shown(settings);
	settings_unref(settings);
	settings_unref(parse(secrets, ARRAY_LENGTH(secrets)));
	check_load(&config, 1);
	check_load(secrets, ARRAY_LENGTH(secrets));
	check_syntax(text);
	return 0;
}
