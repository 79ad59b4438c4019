/* Owns the reading of configuration files; what is in them is config/'s. */
#include "daemon/sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define DEFAULT_CONFIG SYSCONFDIR "/papod.conf"
#define MOST_DROPINS 256

/* What has been read so far. The texts and names are owned. */
struct reading {
	struct source *items;
	size_t count;
	struct problems *problems;
	char *directory; /* of papod.conf */
	struct cloak_key *key;
};

static void reading_done(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		mem_freep(&reading->items[i].name);
		mem_freep(&reading->items[i].text);
	}
	free(reading->items);
	free(reading->directory);
}

static void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int read_all(int fd, size_t max_bytes, struct buffer *text)
{
	ssize_t got;

	do {
		buffer_reserve(text, 4096);
		got = read(fd, text->bytes + text->length, 4096);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			text->length += (size_t) got;
		if (text->length > max_bytes)
			return -EFBIG;
	} while (got != 0);
	buffer_put_byte(text, '\0');
	return memchr(text->bytes, '\0', text->length - 1) ? -EILSEQ : 0;
}

/* Non-blocking, or the opening of a FIFO would wait for its writer. */
int sources_read_file(const char *path, size_t max_bytes, char **ret_text, unsigned int *ret_mode)
{
	CLEANUP(closep) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct stat status;
	int error;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -ENODEV;
	error = read_all(fd, max_bytes, &text);
	if (error)
		return error;
	*ret_text = buffer_take(&text);
	if (ret_mode)
		*ret_mode = status.st_mode & 07777;
	return 0;
}

static const char *explain(int error)
{
	if (error == -EFBIG)
		return "the file is too large";
	if (error == -EILSEQ)
		return "the file has NUL bytes, it is not a text";
	if (error == -ENODEV)
		return "this is not a regular file";
	return strerror(-error);
}

static void add(struct reading *reading, enum source_kind kind, const char *name, char *text)
{
	reading->items = mem_resize(reading->items, reading->count + 1, sizeof(*reading->items));
	reading->items[reading->count++] =
		(struct source){ .kind = kind, .name = mem_text(name), .text = text };
}

/* Whether the file was there. Anything else that goes wrong is a problem. */
static bool add_config(struct reading *reading, const char *path, bool is_wanted)
{
	char *text = NULL;
	int error = sources_read_file(path, settings_source_limit(SOURCE_KIND_CONFIG), &text, NULL);

	if (!error)
		add(reading, SOURCE_KIND_CONFIG, path, text);
	else if (error != -ENOENT || is_wanted)
		problems_add(reading->problems, false, path, 0, NULL, "cannot be read: %s",
			explain(error));
	return error != -ENOENT;
}

static int is_dropin(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* Not alphasort(), which asks the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_dropins(struct reading *reading)
{
	struct dirent **entries = NULL;
	struct buffer path = { 0 };
	int count;

	buffer_format(&path, "%s/conf.d", reading->directory);
	count = scandir(path.bytes, &entries, is_dropin, by_bytes);
	if (count < 0 && errno != ENOENT)
		problems_add(reading->problems, false, path.bytes, 0, NULL, "cannot be read: %s",
			strerror(errno));
	if (count > MOST_DROPINS)
		problems_add(reading->problems, false, path.bytes, 0, NULL,
			"has %d files, at most %d are read; put some together", count,
			MOST_DROPINS);
	for (int i = 0; i < count; i++) {
		buffer_clear(&path);
		buffer_format(&path, "%s/conf.d/%s", reading->directory, entries[i]->d_name);
		if (i < MOST_DROPINS)
			add_config(reading, path.bytes, true);
		free(entries[i]);
	}
	free(entries);
	buffer_done(&path);
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
	error = sources_read_file(
		path.bytes, settings_source_limit(SOURCE_KIND_SECRETS), &text, &mode);
	if (!error) {
		add(reading, SOURCE_KIND_SECRETS, path.bytes, text);
		if (!is_guarded)
			check_mode(reading, path.bytes, mode);
	} else if (error != -ENOENT) {
		problems_add(reading->problems, false, path.bytes, 0, NULL, "cannot be read: %s",
			explain(error));
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
	error = sources_read_file(path, settings_source_limit(kind), &text, NULL);
	if (!error)
		add(reading, kind, path, text);
	else
		problems_add(reading->problems, false, path, 0,
			kind == SOURCE_KIND_MOTD ? "files.motd" : "files.rules",
			"cannot be read: %s", explain(error));
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_text(".");
	return mem_text_n(path, slash == path ? 1 : (size_t) (slash - path));
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
	struct settings *first = settings_parse(reading->items, reading->count, &unheard);
	struct settings *settings;

	problems_done(&unheard);
	if (first) {
		add_text(reading, SOURCE_KIND_MOTD, first->motd_file);
		add_text(reading, SOURCE_KIND_RULES, first->rules_file);
		add_cloak_key(reading, first);
	}
	settings_unref(first);
	settings = settings_parse(reading->items, reading->count, reading->problems);
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

	reading.directory = directory_of(config ? config : DEFAULT_CONFIG);
	add_config(&reading, config ? config : DEFAULT_CONFIG, config != NULL);
	add_dropins(&reading);
	add_all_secrets(&reading);
	settings = parse(&reading);
	for (size_t i = 0; i < reading.count; i++)
		buffer_format(ret_names, "%s%s", i ? " " : "", reading.items[i].name);
	return settings;
}
