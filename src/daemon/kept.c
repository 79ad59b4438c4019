/* Owns the list of what was kept. */
#include "daemon/kept.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/parking.h"

#define FILE_RECORD 1

#define NAME_FIELD 1
#define FD_FIELD 2

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

void kept_forget(struct kept *kept)
{
	for (size_t i = 0; i < kept->count; i++)
		kept->files[i].fd = -1;
	kept_done(kept);
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

void kept_save(const struct kept *kept, struct buffer *out)
{
	for (size_t i = 0; i < kept->count; i++) {
		size_t begun = pack_begin(out, FILE_RECORD);

		pack_text(out, NAME_FIELD, kept->files[i].name);
		pack_u64(out, FD_FIELD, (uint64_t) kept->files[i].fd);
		pack_end(out, begun);
	}
}

static void load_file(struct kept *kept, struct pack record)
{
	CLEANUP(mem_freep) char *name = NULL;
	struct pack_field field;
	int fd = -1;

	while (pack_next(&record, &field)) {
		if (field.id == NAME_FIELD && !name)
			name = pack_field_text(&field);
		if (field.id == FD_FIELD)
			fd = (int) pack_field_u64(&field);
	}
	if (name && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
		kept_add(kept, fd, name);
}

void kept_load(struct kept *kept, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == FILE_RECORD)
			load_file(kept, pack_field_record(&field));
}
