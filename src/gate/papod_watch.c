/* Owns the decision that papod does not come back. */
#include "gate/papod_watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "gate/watched_files.h"

/* A restart of papod takes the socket away for a moment, on a busy machine for a second. */
#define AWAY_MS 5000

struct papod_watch {
	struct loop *loop;
	const char *path;
	struct watched_files *files;
	void (*on_stopped)(void *data);
	void *data;
	uint64_t stopped_ms; /* UINT64_MAX: the socket is there, or this was reported */
};

static bool is_socket_away(const struct papod_watch *watch)
{
	return access(watch->path, F_OK) < 0 && errno == ENOENT;
}

static void look_for_socket(struct papod_watch *watch)
{
	if (!is_socket_away(watch))
		watch->stopped_ms = UINT64_MAX;
	else if (watch->stopped_ms == UINT64_MAX)
		watch->stopped_ms = loop_now_ms(watch->loop) + AWAY_MS;
}

static void watch_path(struct papod_watch *watch)
{
	watched_files_clear(watch->files);
	watched_files_add(watch->files, watch->path);
	look_for_socket(watch);
}

static void on_path_changed(void *data)
{
	watch_path(data);
}

struct papod_watch *papod_watch_new(
	struct loop *loop, const char *path, void (*on_stopped)(void *data), void *data)
{
	struct papod_watch *watch = mem_new(sizeof(*watch));

	*watch = (struct papod_watch){
		.loop = loop,
		.path = path,
		.on_stopped = on_stopped,
		.data = data,
		.stopped_ms = UINT64_MAX,
	};
	watch->files = watched_files_new(loop, on_path_changed, watch);
	watched_files_mind_removals(watch->files);
	watch_path(watch);
	return watch;
}

void papod_watch_free(struct papod_watch *watch)
{
	if (!watch)
		return;
	watched_files_free(watch->files);
	free(watch);
}

void papod_watch_tick(struct papod_watch *watch)
{
	watched_files_tick(watch->files);
	if (loop_now_ms(watch->loop) < watch->stopped_ms)
		return;
	watch->stopped_ms = UINT64_MAX;
	if (is_socket_away(watch))
		watch->on_stopped(watch->data);
}

uint64_t papod_watch_next_deadline(const struct papod_watch *watch)
{
	uint64_t files_ms = watched_files_next_deadline(watch->files);

	return files_ms < watch->stopped_ms ? files_ms : watch->stopped_ms;
}
