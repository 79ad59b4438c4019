/* Owns which files of a directory are read. Links are not followed: they may lead anywhere. */
#include "papoctl/log_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "papoctl/shown.h"

#define MOST_DEPTH 16
#define SQLITE_MAGIC "SQLite format 3"

struct finding {
	const struct import_call *call;
	struct log_files *files;
};

void log_files_done(struct log_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		bouncer_path_done(&files->items[i].about);
		free(files->items[i].path);
	}
	free(files->items);
}

static int refuse_log_path(const struct finding *finding, const char *path, const char *why)
{
	shown_format(stderr, "%s: %s: %s\n", finding->call->program, path, why);
	return EX_NOINPUT;
}

/* The part of "#theirs=#ours" behind the sign; NULL: they are the same. */
static const char *find_new_name(const char *channel)
{
	const char *sign = strstr(channel, "=#");

	return sign ? sign + 1 : NULL;
}

/* The channel of papod for a window; NULL: it is left out. */
static const char *channel_of_window(const struct import_call *call, const char *window)
{
	for (size_t i = 0; i < call->n_channels; i++) {
		const char *renamed = find_new_name(call->channels[i]);
		size_t length = renamed ? (size_t) (renamed - 1 - call->channels[i])
					: strlen(call->channels[i]);
		CLEANUP(mem_freep) char *name = mem_text_n(call->channels[i], length);

		if (text_equals_ignoring_case(name, window))
			return renamed ? renamed : call->channels[i];
	}
	return call->n_channels ? NULL : window;
}

static bool is_wanted_network(const struct import_call *call, const struct bouncer_path *path)
{
	for (size_t i = 0; i < call->n_networks; i++)
		if (bouncer_path_is_of(path, call->networks[i]))
			return true;
	return !call->n_networks;
}

static void add_log_file(struct finding *finding, const char *path)
{
	struct log_files *files = finding->files;
	struct log_file file = { 0 };

	if (!bouncer_path_read(path, &file.about))
		return;
	file.channel = *file.about.window == '#'
			       ? channel_of_window(finding->call, file.about.window)
			       : NULL;
	files->n_private += *file.about.window != '#';
	if (!file.channel || !is_wanted_network(finding->call, &file.about)) {
		bouncer_path_done(&file.about);
		return;
	}
	if (files->count == files->capacity) {
		files->capacity = files->capacity ? files->capacity * 2 : 64;
		files->items = mem_resize(files->items, files->capacity, sizeof(*files->items));
	}
	file.path = mem_text(path);
	files->items[files->count++] = file;
}

static int find_in_directory(struct finding *finding, const char *path, size_t depth);

static int find_at_path(struct finding *finding, const char *path, size_t depth)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return refuse_log_path(finding, path, strerror(errno));
	if (S_ISLNK(status.st_mode))
		finding->files->n_links++;
	else if (S_ISDIR(status.st_mode) && depth == MOST_DEPTH)
		return refuse_log_path(finding, path, "directories are nested too deeply");
	else if (S_ISDIR(status.st_mode))
		return find_in_directory(finding, path, depth + 1);
	else if (S_ISREG(status.st_mode))
		add_log_file(finding, path);
	return 0;
}

static void close_log_directory(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static int find_in_directory(struct finding *finding, const char *path, size_t depth)
{
	CLEANUP(close_log_directory) DIR *directory = opendir(path);
	struct dirent *entry;
	int status = 0;

	if (!directory)
		return refuse_log_path(finding, path, strerror(errno));
	while (!status && (errno = 0, entry = readdir(directory))) {
		CLEANUP(buffer_done) struct buffer inner = { 0 };

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		buffer_format(&inner, "%s/%s", path, entry->d_name);
		status = find_at_path(finding, inner.bytes, depth);
	}
	return status || !errno ? status : refuse_log_path(finding, path, strerror(errno));
}

/* The windows of one network that has the same name as another one's are other conversations. */
static int check_one_network(const struct finding *finding)
{
	const struct log_files *files = finding->files;
	const char *first = files->count ? files->items[0].about.network : "";

	if (finding->call->n_networks)
		return 0;
	for (size_t i = 1; i < files->count; i++) {
		const char *other = files->items[i].about.network;

		if (text_equals_ignoring_case(first, other))
			continue;
		shown_format(stderr,
			"%s: there are logs of several networks, such as \"%s\" and \"%s\": name "
			"one with --network\n",
			finding->call->program, first, other);
		return EX_USAGE;
	}
	return 0;
}

static int compare_log_files(const void *left, const void *right)
{
	const struct log_file *a = left, *b = right;
	const int days[] = { a->about.year - b->about.year, a->about.month - b->about.month,
		a->about.day - b->about.day };
	int order = strcasecmp(a->channel, b->channel);

	for (size_t i = 0; i < ARRAY_LENGTH(days) && !order; i++)
		order = days[i];
	return order ? order : strcmp(a->path, b->path);
}

static bool is_sqlite_file(const char *path)
{
	char magic[sizeof(SQLITE_MAGIC)] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_read = fd >= 0 && read(fd, magic, sizeof(magic)) == (ssize_t) sizeof(magic);

	if (fd >= 0)
		close(fd);
	return is_read && memcmp(magic, SQLITE_MAGIC, sizeof(magic)) == 0;
}

static int find_in(struct finding *finding, const char *path)
{
	CLEANUP(mem_freep) char *whole = realpath(path, NULL);
	struct stat status;

	if (!whole || stat(whole, &status) < 0)
		return refuse_log_path(finding, path, strerror(errno));
	if (S_ISDIR(status.st_mode))
		return find_in_directory(finding, whole, 0);
	if (is_sqlite_file(whole))
		return refuse_log_path(finding, path,
			"a database of SQLite is not read, and soju cannot write its messages to "
			"files later; only logs of \"message-store fs\" can be imported");
	return refuse_log_path(finding, path, "is no directory with logs");
}

int log_files_find(const struct import_call *call, struct log_files *ret_files)
{
	struct finding finding = { call, ret_files };
	int status = 0;

	for (size_t i = 0; i < call->n_files && !status; i++)
		status = find_in(&finding, call->files[i]);
	if (!status)
		status = check_one_network(&finding);
	if (!status && ret_files->count)
		qsort(ret_files->items, ret_files->count, sizeof(*ret_files->items),
			compare_log_files);
	return status;
}
