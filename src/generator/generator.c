/* Owns writing the drop-in. */
#include "generator/generator.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "config/socket_unit.h"
#include "files/config_files.h"

static int write_file(const char *path, const struct buffer *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t written;
	int error = 0;

	if (fd < 0)
		return -errno;
	written = write(fd, text->bytes, text->length);
	if (written != (ssize_t) text->length)
		error = written < 0 ? -errno : -ENOSPC;
	close(fd);
	return error;
}

static void write_dropin(
	const char *directory, const struct buffer *text, struct problems *problems)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };
	int error = 0;

	buffer_format(&path, "%s/" SOCKET_UNIT_DIRECTORY, directory);
	if (mkdir(path.bytes, 0755) < 0 && errno != EEXIST)
		error = -errno;
	buffer_put_text(&path, "/" SOCKET_UNIT_FILE);
	if (!error)
		error = write_file(path.bytes, text);
	if (error)
		problems_add(problems, false, path.bytes, 0, NULL, "cannot be written: %s",
			strerror(-error));
}

void generator_run(const char *config, const char *directory, struct problems *problems)
{
	CLEANUP(config_files_done) struct config_files files = { 0 };
	CLEANUP(socket_unit_done) struct socket_unit unit = { 0 };
	CLEANUP(buffer_done) struct buffer text = { 0 };

	config_files_read(&files, config, problems);
	socket_unit_of_sources(files.items, files.count, problems, &unit);
	socket_unit_format(&unit, &text);
	if (text.length)
		write_dropin(directory, &text, problems);
}
