/* Owns writing the drop-ins. */
#include "generator/generator.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "config/unit_sources.h"
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

/* A drop-in to write. */
struct dropin {
	const char *unit; /* its directory */
	const char *file;
	struct buffer text;
};

static void write_dropin(
	const char *directory, const struct dropin *dropin, struct problems *problems)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };
	int error = 0;

	if (!dropin->text.length)
		return;
	buffer_format(&path, "%s/%s", directory, dropin->unit);
	if (mkdir(path.bytes, 0755) < 0 && errno != EEXIST)
		error = -errno;
	buffer_format(&path, "/%s", dropin->file);
	if (!error)
		error = write_file(path.bytes, &dropin->text);
	if (error)
		problems_add(problems, false, path.bytes, 0, NULL, "cannot be written: %s",
			strerror(-error));
}

static bool is_file(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

void generator_run(const char *config, const char *directory, struct problems *problems)
{
	struct dropin dropins[] = {
		{ SOCKET_UNIT_DIRECTORY, SOCKET_UNIT_FILE, { 0 } },
		{ GATE_UNIT_SOCKET_DIRECTORY, SOCKET_UNIT_FILE, { 0 } },
		{ GATE_UNIT_SERVICE_DIRECTORY, SOCKET_UNIT_FILE, { 0 } },
		{ GATE_UNIT_PATH_DIRECTORY, SOCKET_UNIT_FILE, { 0 } },
		{ GATE_UNIT_TIMERS_DIRECTORY, "papod-acme.conf", { 0 } },
	};
	CLEANUP(config_files_done) struct config_files files = { 0 };
	CLEANUP(socket_unit_done) struct socket_unit unit = { 0 };
	CLEANUP(gate_unit_done) struct gate_unit gate = { 0 };

	config_files_read(&files, config, problems);
	unit_sources_parse(files.items, files.count, problems, &unit, &gate);
	socket_unit_format(&unit, &dropins[0].text);
	gate_unit_format_socket(&gate, &dropins[1].text);
	gate_unit_format_service(&gate, is_file, &dropins[2].text);
	gate_unit_format_path(&gate, &dropins[3].text);
	gate_unit_format_timers(&gate, &dropins[4].text);
	for (size_t i = 0; i < ARRAY_LENGTH(dropins); i++) {
		write_dropin(directory, &dropins[i], problems);
		buffer_done(&dropins[i].text);
	}
}
