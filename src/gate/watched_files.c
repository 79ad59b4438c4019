/* Owns the inotify descriptor. It watches directories, because a file that is replaced is another
 * one; changes of other files there are reported too, and cost one reading. */
#include "gate/watched_files.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define SETTLE_MS 500
#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_ONLYDIR)
#define REMOVALS (IN_MOVED_FROM | IN_DELETE)

struct watched_files {
	struct loop *loop;
	void (*on_changed)(void *data);
	void *data;
	uint32_t mask;
	int fd; /* -1: nothing is watched */
	struct loop_watch *watch;
	uint64_t report_ms; /* UINT64_MAX: nothing has changed */
};

struct watched_files *watched_files_new(
	struct loop *loop, void (*on_changed)(void *data), void *data)
{
	struct watched_files *files = mem_new(sizeof(*files));

	*files = (struct watched_files){ .loop = loop,
		.on_changed = on_changed,
		.data = data,
		.mask = CHANGES,
		.fd = -1,
		.report_ms = UINT64_MAX };
	return files;
}

void watched_files_mind_removals(struct watched_files *files)
{
	files->mask |= REMOVALS;
}

void watched_files_clear(struct watched_files *files)
{
	loop_watch_remove(TAKE(files->watch));
	if (files->fd >= 0)
		close(TAKE_FD(files->fd));
}

void watched_files_free(struct watched_files *files)
{
	if (!files)
		return;
	watched_files_clear(files);
	free(files);
}

/* What has changed is found by reading all of them. */
static void on_files_ready(void *data, uint32_t events)
{
	struct watched_files *files = data;
	char changes[sizeof(struct inotify_event) + NAME_MAX + 1];

	(void) events;
	while (read(files->fd, changes, sizeof(changes)) > 0)
		;
	if (files->report_ms == UINT64_MAX)
		files->report_ms = loop_now_ms(files->loop) + SETTLE_MS;
}

static bool begin_watching(struct watched_files *files)
{
	if (files->fd >= 0)
		return true;
	files->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (files->fd < 0)
		return false;
	files->watch = loop_watch_new(files->loop, files->fd, on_files_ready, files);
	return loop_watch_change(files->watch, EPOLLIN) == 0;
}

/* While a directory does not exist, the next one above it tells when it comes. */
static void watch_directory_of(const struct watched_files *files, const char *path)
{
	CLEANUP(mem_freep) char *directory = mem_text(path);
	bool is_missing = true;
	char *slash;

	while (is_missing && (slash = strrchr(directory, '/'))) {
		slash[slash == directory] = '\0';
		is_missing =
			inotify_add_watch(files->fd, directory, files->mask | IN_MASK_ADD) < 0 &&
			errno == ENOENT && slash != directory;
	}
}

/* A name that is a link, as those of certbot are: the file may change in its own place too. */
void watched_files_add(struct watched_files *files, const char *path)
{
	char *real;

	if (!begin_watching(files))
		return;
	watch_directory_of(files, path);
	real = realpath(path, NULL);
	if (real)
		watch_directory_of(files, real);
	free(real);
}

uint64_t watched_files_next_deadline(const struct watched_files *files)
{
	return files->report_ms;
}

void watched_files_tick(struct watched_files *files)
{
	if (loop_now_ms(files->loop) < files->report_ms)
		return;
	files->report_ms = UINT64_MAX;
	files->on_changed(files->data);
}
