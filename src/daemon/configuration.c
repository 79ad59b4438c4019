/* Owns which files form a configuration; config/ defines their contents. */
#include "daemon/configuration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/instance.h"
#include "files/config_files.h"
#include "world/named_caps.h"
#include "world/permanent_channels.h"

/* The state of reading. */
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

bool configuration_is_service(const char *config)
{
	CLEANUP(mem_freep) char *instance = instance_of_config(config);

	return !config || instance || strcmp(config, SYSCONFDIR "/papod.conf") == 0;
}

static void complain_unreadable(const struct reading *reading, const struct problem_place *place,
	const char *path, int error)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (place->option)
		buffer_format(&text, "%s ", path);
	buffer_put_text(&text, "cannot be read: ");
	config_files_explain(path, error, &text);
	problems_add_at(reading->problems, place, "%s", text.bytes);
}

static void add_file(struct reading *reading, enum source_kind kind, const char *name, char *text)
{
	config_files_add(&reading->files, kind, name, text);
}

/* Check the permissions of secrets.ini; systemd protects credentials itself. */
static void check_mode(struct reading *reading, const char *path, unsigned int mode)
{
	if (mode & 022)
		problems_add(reading->problems, false, path, 0, NULL,
			"has mode %04o: other users than its owner may write it; type chmod "
			"go-w,o-rwx %s",
			mode, path);
	else if (mode & 004)
		problems_add(reading->problems, true, path, 0, NULL,
			"has mode %04o: every user may read these secrets; type chmod o-rwx %s",
			mode, path);
}

/* True: the file exists, valid or not. */
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
		add_file(reading, SOURCE_KIND_SECRETS, path.bytes, text);
		if (!is_guarded)
			check_mode(reading, path.bytes, mode);
	} else if (error != -ENOENT) {
		complain_unreadable(
			reading, &(struct problem_place){ .file = path.bytes }, path.bytes, error);
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

/* A relative path starts at the directory of the file that contains it. The caller frees. */
static char *path_beside(const char *file, const char *path)
{
	char *directory, *whole;
	struct buffer joined = { 0 };

	if (path[0] == '/' || !file)
		return mem_text(path);
	directory = config_files_directory(file);
	whole = realpath(directory, NULL);
	buffer_format(&joined, "%s/%s", whole ? whole : directory, path);
	free(whole);
	free(directory);
	return buffer_take(&joined);
}

/* Add the file that an option names. */
static void add_text(struct reading *reading, enum source_kind kind,
	const struct settings *settings, const char *option, const char *value)
{
	CLEANUP(mem_freep) char *path = NULL;
	unsigned int line = 0;
	const char *file = settings_origin(settings, option, &line);
	char *text = NULL;
	int error;

	if (!value)
		return;
	path = path_beside(file, value);
	error = config_files_read_one(path, settings_source_limit(kind), &text, NULL);
	if (!error)
		add_file(reading, kind, path, text);
	else
		complain_unreadable(reading,
			&(struct problem_place){ .file = file, .line = line, .option = option },
			path, error);
}

static void add_cloak_key(struct reading *reading, const struct settings *settings)
{
	const char *text, *name;

	if (!reading->key || !settings->cloak_hosts || settings->cloak_key)
		return;
	text = cloak_key_text(reading->key, &name);
	add_file(reading, SOURCE_KIND_SECRETS, name, mem_text(text));
}

/* The settings name the files of texts, and whether a key is needed. So a first parse runs without
 * them, and the second reports the problems. */
static struct settings *parse_configuration(struct reading *reading)
{
	struct problems unheard = { 0 };
	struct settings *first =
		settings_parse(reading->files.items, reading->files.count, &unheard);
	struct settings *settings;

	problems_done(&unheard);
	if (first) {
		add_text(reading, SOURCE_KIND_MOTD, first, "files.motd", first->motd_file);
		add_text(reading, SOURCE_KIND_RULES, first, "files.rules", first->rules_file);
		add_text(reading, SOURCE_KIND_MAIL_VERIFY, first, "mail.verify",
			first->mail.verify_file);
		add_text(reading, SOURCE_KIND_MAIL_RESET, first, "mail.reset",
			first->mail.reset_file);
		add_cloak_key(reading, first);
	}
	settings_unref(first);
	settings = settings_parse_leniently(
		reading->files.items, reading->files.count, reading->problems);
	permanent_channels_check(settings, reading->problems);
	named_caps_check(settings, reading->problems);
	if (reading->problems->n_errors) {
		settings_unref(settings);
		return NULL;
	}
	return settings;
}

struct settings *configuration_read(const char *config, struct cloak_key *key,
	struct problems *problems, struct buffer *ret_names)
{
	CLEANUP(reading_done) struct reading reading = { .problems = problems, .key = key };
	struct settings *settings;

	reading.directory = config_files_directory(config);
	config_files_read(&reading.files, config, problems);
	add_all_secrets(&reading);
	settings = parse_configuration(&reading);
	for (size_t i = 0; i < reading.files.count; i++)
		buffer_format(ret_names, "%s%s", i ? " " : "", reading.files.items[i].name);
	return settings;
}
