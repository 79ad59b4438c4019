/* Owns the file that a program passes to the next one. */
#include "daemon/handover_list.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/pack.h"
#include "base/text.h"

#define MOST_LIST_BYTES ((size_t) 16 << 20)

enum part {
	PART_PROCESS = 1, /* pid of the process it is for */
	PART_FILES = 2,
	PART_LISTENERS = 3,
	PART_HAS_PASSED_SOCKETS = 4,
};

void handover_list_done(struct handover_list *list)
{
	descriptors_forget(&list->files);
	buffer_done(&list->listeners);
}

static void write_parts(const struct handover_list *list, struct buffer *out)
{
	size_t part;

	pack_u64(out, PART_PROCESS, (uint64_t) getpid());
	part = pack_begin(out, PART_FILES);
	descriptors_save(&list->files, out);
	pack_end(out, part);
	part = pack_begin(out, PART_LISTENERS);
	buffer_put(out, list->listeners.bytes, list->listeners.length);
	pack_end(out, part);
	pack_u64(out, PART_HAS_PASSED_SOCKETS, list->has_passed_sockets);
}

int handover_list_write(const struct handover_list *list, int *ret_fd)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	int fd = memfd_create("papod-handover", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	write_parts(list, &bytes);
	if (write(fd, bytes.bytes, bytes.length) != (ssize_t) bytes.length) {
		close(fd);
		return -ENOSPC;
	}
	*ret_fd = fd;
	return 0;
}

static void take_part(struct handover_list *list, const struct pack_field *field)
{
	switch ((enum part) field->id) {
	case PART_PROCESS:
		return;
	case PART_FILES:
		descriptors_load(&list->files, pack_field_record(field));
		return;
	case PART_LISTENERS:
		buffer_put(&list->listeners, field->bytes, field->length);
		return;
	case PART_HAS_PASSED_SOCKETS:
		list->has_passed_sockets = pack_field_u64(field) != 0;
		return;
	}
}

/* False: the environment variable was inherited by another process. */
static bool take_parts(struct handover_list *list, const struct buffer *bytes)
{
	struct pack pack = pack_over(bytes->bytes, bytes->length);
	struct pack_field field;

	if (!pack_next(&pack, &field) || field.id != PART_PROCESS ||
		pack_field_u64(&field) != (uint64_t) getpid())
		return false;
	while (pack_next(&pack, &field))
		take_part(list, &field);
	return true;
}

static bool read_list(int fd, struct buffer *bytes)
{
	off_t length = lseek(fd, 0, SEEK_END);

	if (length <= 0 || (size_t) length > MOST_LIST_BYTES)
		return false;
	buffer_reserve(bytes, (size_t) length);
	bytes->length = (size_t) length;
	return pread(fd, bytes->bytes, bytes->length, 0) == length;
}

bool handover_list_take(struct handover_list *ret_list)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	const char *number = getenv(HANDOVER_LIST_VARIABLE);
	bool is_ours;
	uint64_t fd;

	if (!number || !text_parse_u64(number, &fd) || fd <= STDERR_FILENO || fd > INT32_MAX)
		fd = UINT64_MAX;
	is_ours = fd != UINT64_MAX && read_list((int) fd, &bytes) && take_parts(ret_list, &bytes);
	if (is_ours)
		close((int) fd);
	unsetenv(HANDOVER_LIST_VARIABLE);
	return is_ours;
}
