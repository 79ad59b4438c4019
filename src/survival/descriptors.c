/* Owns the list of inherited descriptors. */
#include "survival/descriptors.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "survival/parking.h"

#define FILE_RECORD 1

#define NAME_FIELD 1
#define FD_FIELD 2

void descriptors_done(struct descriptors *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->files[i].fd >= 0)
			close(list->files[i].fd);
		free(list->files[i].name);
	}
	free(list->files);
	*list = (struct descriptors){ 0 };
}

void descriptors_forget(struct descriptors *list)
{
	for (size_t i = 0; i < list->count; i++)
		list->files[i].fd = -1;
	descriptors_done(list);
}

bool descriptors_is_ours(const char *name)
{
	return text_starts_with(name, DESCRIPTORS_PREFIX) || parking_knows(name);
}

void descriptors_add(struct descriptors *list, int fd, const char *name)
{
	list->files = mem_resize(list->files, list->count + 1, sizeof(*list->files));
	list->files[list->count++] = (struct descriptor){ mem_text(name), fd };
}

int descriptors_take_at(struct descriptors *list, size_t i)
{
	int fd = list->files[i].fd;

	list->files[i].fd = -1;
	return fd;
}

int descriptors_take(struct descriptors *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->files[i].fd >= 0 && strcmp(list->files[i].name, name) == 0)
			return descriptors_take_at(list, i);
	return -1;
}

void descriptors_save(const struct descriptors *list, struct buffer *out)
{
	for (size_t i = 0; i < list->count; i++) {
		size_t begun = pack_begin(out, FILE_RECORD);

		pack_text(out, NAME_FIELD, list->files[i].name);
		pack_u64(out, FD_FIELD, (uint64_t) list->files[i].fd);
		pack_end(out, begun);
	}
}

static void load_file(struct descriptors *list, struct pack record)
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
		descriptors_add(list, fd, name);
}

void descriptors_load(struct descriptors *list, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == FILE_RECORD)
			load_file(list, pack_field_record(&field));
}
