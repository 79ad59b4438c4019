/* Owns writing the drop-ins. */
#include "generator/generator.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/instance.h"
#include "config/push_unit.h"
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
	const char *unit; /* whose directory it is */
	const char *file;
	struct buffer text;
};

static void write_dropin(const char *directory, const char *instance, const struct dropin *dropin,
	struct problems *problems)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };
	CLEANUP(mem_freep) char *unit = instance_unit(instance, dropin->unit);
	int error = 0;

	if (!dropin->text.length)
		return;
	buffer_format(&path, "%s/%s", directory, unit);
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

/* What all instances share: the unit that watches the directories of certificates, and papod-acme,
 * which only the first papod has. */
static void write_shared(const char *directory, const char *instance, const struct gate_unit *gate,
	struct problems *problems)
{
	CLEANUP(buffer_done) struct buffer file = { 0 };
	struct dropin watched = { GATE_UNIT_PATH_DIRECTORY, SOCKET_UNIT_FILE, { 0 } };
	struct dropin timers = { GATE_UNIT_TIMERS_DIRECTORY, "papod-acme.conf", { 0 } };

	if (instance) {
		buffer_format(&file, "10-%s.conf", instance);
		watched.file = file.bytes;
	}
	gate_unit_format_path(gate, &watched.text);
	gate_unit_format_timers(gate, &timers.text);
	write_dropin(directory, NULL, &watched, problems);
	write_dropin(directory, NULL, &timers, problems);
	buffer_done(&watched.text);
	buffer_done(&timers.text);
}

/* The drop-ins of one papod; NULL: the first. */
static void write_units(
	const char *config, const char *instance, const char *directory, struct problems *problems)
{
	struct dropin dropins[] = {
		{ SOCKET_UNIT_DIRECTORY, SOCKET_UNIT_FILE, { 0 } },
		{ GATE_UNIT_SOCKET_DIRECTORY, SOCKET_UNIT_FILE, { 0 } },
		{ GATE_UNIT_SERVICE_DIRECTORY, SOCKET_UNIT_FILE, { 0 } },
	};
	CLEANUP(config_files_done) struct config_files files = { 0 };
	CLEANUP(socket_unit_done) struct socket_unit unit = { 0 };
	CLEANUP(gate_unit_done) struct gate_unit gate = { 0 };

	config_files_read(&files, config, problems);
	unit_sources_parse(files.items, files.count, problems, &unit, &gate);
	unit.instance = instance;
	if (instance)
		gate_unit_of_instance(&gate);
	socket_unit_format(&unit, &dropins[0].text);
	gate_unit_format_socket(&gate, &dropins[1].text);
	gate_unit_format_service(&gate, is_file, &dropins[2].text);
	for (size_t i = 0; i < ARRAY_LENGTH(dropins); i++) {
		write_dropin(directory, instance, &dropins[i], problems);
		buffer_done(&dropins[i].text);
	}
	write_shared(directory, instance, &gate, problems);
}

/* papod-push serves all, and its papod.conf is that of the first. */
static void write_push_unit(const char *config, const char *directory, struct problems *problems)
{
	struct dropin sandbox = { PUSH_UNIT_DIRECTORY, SOCKET_UNIT_FILE, { 0 } };
	CLEANUP(config_files_done) struct config_files files = { 0 };
	struct problems again = { 0 };

	config_files_read(&files, config, &again); /* which were reported already */
	push_unit_parse(files.items, files.count, problems, &sandbox.text);
	write_dropin(directory, NULL, &sandbox, problems);
	buffer_done(&sandbox.text);
	problems_done(&again);
}

static void write_instance(
	const char *instances, const char *name, const char *directory, struct problems *problems)
{
	CLEANUP(buffer_done) struct buffer config = { 0 };

	buffer_format(&config, "%s/%s/papod.conf", instances, name);
	if (!is_file(config.bytes))
		return;
	if (instance_name_is_valid(name, strlen(name)))
		write_units(config.bytes, name, directory, problems);
	else
		problems_add(problems, false, config.bytes, 0, NULL,
			"is ignored: the name of an instance consists of letters, digits and "
			"hyphens, at most %d; rename the directory",
			INSTANCE_MOST_BYTES);
}

/* Not alphasort(), which depends on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_instance(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void write_instances(const char *config, const char *directory, struct problems *problems)
{
	CLEANUP(mem_freep) char *above = config_files_directory(config);
	CLEANUP(buffer_done) struct buffer instances = { 0 };
	struct dirent **entries = NULL;
	int count;

	buffer_format(&instances, "%s/" INSTANCE_DIRECTORY, above);
	count = scandir(instances.bytes, &entries, is_instance, by_name);
	if (count < 0 && errno != ENOENT)
		problems_add(problems, false, instances.bytes, 0, NULL, "cannot be read: %s",
			strerror(errno));
	for (int i = 0; i < count; i++) {
		write_instance(instances.bytes, entries[i]->d_name, directory, problems);
		free(entries[i]);
	}
	free(entries);
}

void generator_run(const char *config, const char *directory, struct problems *problems)
{
	write_units(config, NULL, directory, problems);
	write_push_unit(config, directory, problems);
	write_instances(config, directory, problems);
}
