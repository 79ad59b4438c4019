/* Owns which files make a configuration; what is in them is config/'s. */
#include "daemon/sources.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "files/config_files.h"

/* What has been read so far. */
struct reading {
	struct config_files files;
	struct problems *problems;
	char *directory; /* of papod.conf */
	struct cloak_key *key;
};

static void reading_done(struct reading *reading)
{
	config_files_done(&reading->files);
	free(reading->directory);
}

static void add(struct reading *reading, enum source_kind kind, const char *name, char *text)
{
	config_files_add(&reading->files, kind, name, text);
}

/* What systemd has put into the credentials directory it guards itself. */
static void check_mode(struct reading *reading, const char *path, unsigned int mode)
{
	if (mode & 022)
		problems_add(reading->problems, false, path, 0, NULL,
			"has mode %04o: others than its owner may write it; chmod 0600 it", mode);
	else if (mode & 004)
		problems_add(reading->problems, true, path, 0, NULL,
			"has mode %04o: everybody may read these secrets; chmod 0600 it", mode);
}

/* True: the file was there, good or bad. */
static bool add_secrets(struct reading *reading, const char *directory, bool is_guarded)
{
	struct buffer path = { 0 };
	char *text = NULL;
	unsigned int mode;
	int error;

	buffer_format(&path, "%s/secrets.ini", directory);
	error = config_files_read_one(
		path.bytes, settings_source_limit(SOURCE_KIND_SECRETS), &text, &mode);
	if (!error) {
		add(reading, SOURCE_KIND_SECRETS, path.bytes, text);
		if (!is_guarded)
			check_mode(reading, path.bytes, mode);
	} else if (error != -ENOENT) {
		problems_add(reading->problems, false, path.bytes, 0, NULL, "cannot be read: %s",
			config_files_explain(error));
	}
	buffer_done(&path);
	return error != -ENOENT;
}

static void add_all_secrets(struct reading *reading)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");

	if (!credentials || !add_secrets(reading, credentials, true))
		add_secrets(reading, reading->directory, false);
}

static void add_text(struct reading *reading, enum source_kind kind, const char *path)
{
	char *text = NULL;
	int error;

	if (!path)
		return;
	error = config_files_read_one(path, settings_source_limit(kind), &text, NULL);
	if (!error)
		add(reading, kind, path, text);
	else
		problems_add(reading->problems, false, path, 0,
			kind == SOURCE_KIND_MOTD ? "files.motd" : "files.rules",
			"cannot be read: %s", config_files_explain(error));
}

static void add_cloak_key(struct reading *reading, const struct settings *settings)
{
	const char *text, *name;

	if (!reading->key || !settings->cloak_hosts || settings->cloak_key)
		return;
	text = cloak_key_text(reading->key, &name);
	add(reading, SOURCE_KIND_SECRETS, name, mem_text(text));
}

/* The texts are named by what is parsed, and whether a key is needed; so it is parsed once without
 * them; problems are told by the second time. */
static struct settings *parse(struct reading *reading)
{
	struct problems unheard = { 0 };
	struct settings *first =
		settings_parse(reading->files.items, reading->files.count, &unheard);
	struct settings *settings;

	problems_done(&unheard);
	if (first) {
		add_text(reading, SOURCE_KIND_MOTD, first->motd_file);
		add_text(reading, SOURCE_KIND_RULES, first->rules_file);
		add_cloak_key(reading, first);
	}
	settings_unref(first);
	settings = settings_parse(reading->files.items, reading->files.count, reading->problems);
	if (reading->problems->n_errors) {
		settings_unref(settings);
		return NULL;
	}
	return settings;
}

struct settings *sources_read(const char *config, struct cloak_key *key, struct problems *problems,
	struct buffer *ret_names)
{
	CLEANUP(reading_done) struct reading reading = { .problems = problems, .key = key };
	struct settings *settings;

	reading.directory = config_files_directory(config);
	config_files_read(&reading.files, config, problems);
	add_all_secrets(&reading);
	settings = parse(&reading);
	for (size_t i = 0; i < reading.files.count; i++)
		buffer_format(ret_names, "%s%s", i ? " " : "", reading.files.items[i].name);
	return settings;
}
