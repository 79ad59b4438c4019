/* Owns lists of uploaded files. The lock is not taken: files may come and go while a list is made,
 * and one that has gone is left out. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "gate/uploads_inside.h"

struct found_file {
	char name[UPLOADS_NAME_BYTES];
	struct timespec time;
};

struct found_files {
	struct found_file *items;
	size_t count;
	uint64_t bytes;
};

/* Files that are still being received cannot be downloaded, nor removed. */
static void note_listed_file(void *data, const char *name, const struct stat *status)
{
	struct found_files *found = data;

	if (status->st_nlink < 2 || found->count == UPLOADS_OF_ACCOUNT)
		return;
	found->bytes += (uint64_t) status->st_size;
	text_copy(found->items[found->count].name, UPLOADS_NAME_BYTES, name);
	found->items[found->count++].time = status->st_mtim;
}

/* Newest first; the names decide about equal times. */
static int compare_found(const void *a, const void *b)
{
	const struct found_file *one = a, *other = b;

	if (one->time.tv_sec != other->time.tv_sec)
		return one->time.tv_sec < other->time.tv_sec ? 1 : -1;
	if (one->time.tv_nsec != other->time.tv_nsec)
		return one->time.tv_nsec < other->time.tv_nsec ? 1 : -1;
	return strcmp(one->name, other->name);
}

static void list_found(
	const struct uploads *uploads, const struct found_file *found, struct upload_report *report)
{
	struct listed_upload *listed = &report->listed[report->n_listed];
	struct uploaded_file file;

	if (!uploads_find(uploads, found->name, &file))
		return;
	close(file.fd);
	*listed = (struct listed_upload){ .wall_s = (uint64_t) found->time.tv_sec,
		.head = file.head };
	text_copy(listed->file, sizeof(listed->file), found->name);
	report->n_listed++;
}

void uploads_list(const struct uploads *uploads, uint64_t account, struct upload_report *report)
{
	int directory = uploads_open_account(uploads, account);
	struct found_files found = { 0 };

	if (directory < 0)
		return;
	found.items = mem_resize(NULL, UPLOADS_OF_ACCOUNT, sizeof(*found.items));
	uploads_walk_account(directory, note_listed_file, &found);
	close(directory);
	qsort(found.items, found.count, sizeof(*found.items), compare_found);
	report->n_files = (uint32_t) found.count;
	report->bytes = found.bytes;
	for (size_t i = report->question.n_skipped;
		i < found.count && report->n_listed < UPLOAD_LIST_FILES; i++)
		list_found(uploads, &found.items[i], report);
	free(found.items);
}
