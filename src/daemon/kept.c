/* Owns the list of what was kept. */
#include "daemon/kept.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "net/parking.h"

void kept_done(struct kept *kept)
{
	for (size_t i = 0; i < kept->count; i++) {
		if (kept->files[i].fd >= 0)
			close(kept->files[i].fd);
		free(kept->files[i].name);
	}
	free(kept->files);
	*kept = (struct kept){ 0 };
}

bool kept_is_one(const char *name)
{
	return text_starts_with(name, KEPT_PREFIX) || parking_knows(name);
}

void kept_add(struct kept *kept, int fd, const char *name)
{
	kept->files = mem_resize(kept->files, kept->count + 1, sizeof(*kept->files));
	kept->files[kept->count++] = (struct kept_file){ mem_text(name), fd };
}

int kept_take_at(struct kept *kept, size_t i)
{
	int fd = kept->files[i].fd;

	kept->files[i].fd = -1;
	return fd;
}

int kept_take(struct kept *kept, const char *name)
{
	for (size_t i = 0; i < kept->count; i++)
		if (kept->files[i].fd >= 0 && strcmp(kept->files[i].name, name) == 0)
			return kept_take_at(kept, i);
	return -1;
}
