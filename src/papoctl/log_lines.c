/* Owns how logs are read. */
#include "papoctl/log_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Twice what a line of IRC with tags may have. */
#define MOST_LINE_BYTES 16384

struct log_lines {
	int fd;
	bool is_over; /* the file has no more */
	bool is_in_cut_line;
	size_t at; /* what was not returned */
	size_t length;
	char bytes[2 * MOST_LINE_BYTES];
};

struct log_lines *log_lines_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct log_lines *lines;
	struct stat status;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		errno = EINVAL;
		return NULL;
	}
	lines = mem_new(sizeof(*lines));
	lines->fd = fd;
	return lines;
}

void log_lines_close(struct log_lines *lines)
{
	if (!lines)
		return;
	close(lines->fd);
	free(lines);
}

/* False: it cannot be read. */
static bool fill_log_lines(struct log_lines *lines)
{
	ssize_t n;

	memmove(lines->bytes, lines->bytes + lines->at, lines->length);
	lines->at = 0;
	do
		n = read(lines->fd, lines->bytes + lines->length,
			sizeof(lines->bytes) - lines->length);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	lines->is_over = n == 0;
	lines->length += (size_t) n;
	return true;
}

/* Take so many bytes; an end may follow. */
static void take_log_line(struct log_lines *lines, size_t length, size_t n_end,
	const char **ret_bytes, size_t *ret_length)
{
	*ret_bytes = lines->bytes + lines->at;
	*ret_length = length;
	lines->at += length + n_end;
	lines->length -= length + n_end;
}

/* A line that does not end within the limit is cut. */
static bool find_log_line(
	struct log_lines *lines, const char **ret_bytes, size_t *ret_length, bool *ret_is_cut)
{
	const char *begin = lines->bytes + lines->at;
	const char *end = memchr(begin, '\n', lines->length);
	size_t length = end ? (size_t) (end - begin) : lines->length;

	*ret_is_cut = length > MOST_LINE_BYTES;
	if (*ret_is_cut)
		take_log_line(lines, MOST_LINE_BYTES, 0, ret_bytes, ret_length);
	else if (end || (lines->is_over && length))
		take_log_line(lines, length, end ? 1 : 0, ret_bytes, ret_length);
	else
		return false;
	return true;
}

bool log_lines_next(
	struct log_lines *lines, const char **ret_bytes, size_t *ret_length, bool *ret_is_cut)
{
	bool was_cut;

	errno = 0;
	do {
		while (!find_log_line(lines, ret_bytes, ret_length, ret_is_cut)) {
			if (lines->is_over || !fill_log_lines(lines))
				return false;
		}
		was_cut = lines->is_in_cut_line;
		lines->is_in_cut_line = *ret_is_cut;
	} while (was_cut);
	if (*ret_length && (*ret_bytes)[*ret_length - 1] == '\r')
		--*ret_length;
	return true;
}
