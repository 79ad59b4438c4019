#include "shelf.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int keep(void *data, int fd, const char *name)
{
	struct shelf *shelf = data;

	if (!shelf->keep_error)
		descriptors_add(&shelf->kept, fcntl(fd, F_DUPFD_CLOEXEC, 0), name);
	return shelf->keep_error;
}

static int drop(void *data, const char *name)
{
	struct shelf *shelf = data;

	strncat(shelf->dropped, " ", sizeof(shelf->dropped) - strlen(shelf->dropped) - 1);
	strncat(shelf->dropped, name, sizeof(shelf->dropped) - strlen(shelf->dropped) - 1);
	shelf_lose(shelf, name);
	return 0;
}

static void count_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct shelf *shelf = data;

	shelf->entries[entry]++;
	if (fields[0] && strcmp(fields[0], "REASON") == 0)
		snprintf(shelf->reason, sizeof(shelf->reason), "%s", fields[1]);
}

void shelf_init(struct shelf *shelf)
{
	*shelf = (struct shelf){ .log = { count_entry, shelf } };
}

void shelf_done(struct shelf *shelf)
{
	descriptors_done(&shelf->kept);
}

struct keeper shelf_keeper(struct shelf *shelf)
{
	return (struct keeper){ true, keep, drop, shelf };
}

struct descriptors shelf_inherited(const struct shelf *shelf)
{
	struct descriptors inherited = { 0 };

	for (size_t i = 0; i < shelf->kept.count; i++)
		if (shelf->kept.files[i].fd >= 0)
			descriptors_add(&inherited,
				fcntl(shelf->kept.files[i].fd, F_DUPFD_CLOEXEC, 0),
				shelf->kept.files[i].name);
	return inherited;
}

void shelf_lose(struct shelf *shelf, const char *name)
{
	int fd;

	while ((fd = descriptors_take(&shelf->kept, name)) >= 0)
		close(fd);
}
