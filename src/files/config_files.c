/* Owns finding and reading configuration files. */
#include "files/config_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define DEFAULT_CONFIG SYSCONFDIR "/papod.conf"
#define MOST_DROPINS 256

void config_files_done(struct config_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free((char *) (uintptr_t) files->items[i].name);
		free((char *) (uintptr_t) files->items[i].text);
	}
	free(files->items);
	*files = (struct config_files){ 0 };
}

static void close_readp(const int *fd)
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

/* Non-blocking, because opening a FIFO would otherwise wait for its writer. */
int config_files_read_one(
	const char *path, size_t max_bytes, char **ret_text, unsigned int *ret_mode)
{
	CLEANUP(close_readp) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
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

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void config_files_advise(const char *path, bool is_directory, struct buffer *out)
{
	buffer_format(out, "chgrp papod %s && chmod g+r%s %s", path, is_directory ? "x" : "", path);
}

/* Advise about the first directory of the path that this process may not enter, or the file. */
static void advise_closed(const char *path, struct buffer *out)
{
	const char *slash = path;
	bool is_closed = false;

	while (!is_closed && (slash = strchr(slash + 1, '/'))) {
		CLEANUP(mem_freep)
		char *directory = mem_text_n(path, (size_t) (slash - path));

		is_closed = faccessat(AT_FDCWD, directory, X_OK, AT_EACCESS) < 0;
		if (is_closed)
			config_files_advise(directory, true, out);
	}
	if (!is_closed)
		config_files_advise(path, is_directory(path), out);
}

/* Either the service lacks permission, or the administrator runs the wrong program as this user. */
static void explain_denied(const char *path, struct buffer *out)
{
	const struct passwd *user = getpwuid(geteuid());
	bool is_service = getenv("NOTIFY_SOCKET") || (user && strcmp(user->pw_name, "papod") == 0);

	buffer_format(
		out, "permission denied for user %s; ", user ? user->pw_name : "of papod.service");
	if (!is_service) {
		buffer_put_text(out, "check it as root (sudo papod --check), or start a server of "
				     "your own with papod --config FILE");
		return;
	}
	buffer_put_text(out, "as root, type ");
	advise_closed(path, out);
}

void config_files_explain(const char *path, int error, struct buffer *out)
{
	if (error == -EACCES)
		explain_denied(path, out);
	else if (error == -EFBIG)
		buffer_put_text(out, "the file is too large");
	else if (error == -EILSEQ)
		buffer_put_text(out, "the file contains NUL bytes, so it is not text");
	else if (error == -ENODEV)
		buffer_put_text(out, "this is not a regular file");
	else
		buffer_put_text(out, strerror(-error));
}

static void report_unreadable(struct problems *problems, const char *path, int error)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	config_files_explain(path, error, &reason);
	problems_add(problems, false, path, 0, NULL, "cannot be read: %s", reason.bytes);
}

void config_files_add(
	struct config_files *files, enum source_kind kind, const char *name, char *text)
{
	files->items = mem_resize(files->items, files->count + 1, sizeof(*files->items));
	files->items[files->count++] =
		(struct source){ .kind = kind, .name = mem_text(name), .text = text };
}

static void add_config(
	struct config_files *files, const char *path, bool is_wanted, struct problems *problems)
{
	char *text = NULL;
	int error =
		config_files_read_one(path, settings_source_limit(SOURCE_KIND_CONFIG), &text, NULL);

	if (!error)
		config_files_add(files, SOURCE_KIND_CONFIG, path, text);
	else if (error != -ENOENT || is_wanted)
		report_unreadable(problems, path, error);
}

static int is_dropin(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".conf") == 0;
}

/* Not alphasort(), which depends on the locale. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_dropins(
	struct config_files *files, const char *directory, struct problems *problems)
{
	struct dirent **entries = NULL;
	struct buffer path = { 0 };
	int count;

	buffer_format(&path, "%s/conf.d", directory);
	count = scandir(path.bytes, &entries, is_dropin, by_bytes);
	if (count < 0 && errno != ENOENT)
		report_unreadable(problems, path.bytes, -errno);
	if (count > MOST_DROPINS)
		problems_add(problems, false, path.bytes, 0, NULL,
			"has %d files, at most %d are read; merge some of them", count,
			MOST_DROPINS);
	for (int i = 0; i < count; i++) {
		buffer_clear(&path);
		buffer_format(&path, "%s/conf.d/%s", directory, entries[i]->d_name);
		if (i < MOST_DROPINS)
			add_config(files, path.bytes, true, problems);
		free(entries[i]);
	}
	free(entries);
	buffer_done(&path);
}

char *config_files_directory(const char *config)
{
	const char *path = config ? config : DEFAULT_CONFIG;
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_text(".");
	return mem_text_n(path, slash == path ? 1 : (size_t) (slash - path));
}

void config_files_read(struct config_files *files, const char *config, struct problems *problems)
{
	CLEANUP(mem_freep) char *directory = config_files_directory(config);

	add_config(files, config ? config : DEFAULT_CONFIG, config != NULL, problems);
	add_dropins(files, directory, problems);
}
