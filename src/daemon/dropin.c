/* Owns the files of restored drop-ins. */
#include "daemon/dropin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "config/socket_unit.h"
#include "files/config_files.h"

#define GENERATED "/run/systemd/generator/"
#define RESTORED "/run/systemd/system/"
#define MOST_DROPIN_BYTES 65536

char *dropin_read(const char *directory)
{
	CLEANUP(buffer_done) struct buffer restored = { 0 };
	CLEANUP(buffer_done) struct buffer generated = { 0 };
	char *text = NULL;

	buffer_format(&restored, RESTORED "%s/" SOCKET_UNIT_FILE, directory);
	buffer_format(&generated, GENERATED "%s/" SOCKET_UNIT_FILE, directory);
	if (config_files_read_one(restored.bytes, MOST_DROPIN_BYTES, &text, NULL) == 0 ||
		config_files_read_one(generated.bytes, MOST_DROPIN_BYTES, &text, NULL) == 0)
		return text;
	return NULL;
}

static int write_restored(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -errno;
	fputs(text ? text : "# papod --apply: the addresses of the unit itself.\n", file);
	return fclose(file) == 0 ? 0 : -errno;
}

int dropin_restore(const char *directory, const char *text)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };
	int error = 0;

	buffer_format(&path, RESTORED "%s", directory);
	if (mkdir(path.bytes, 0755) < 0 && errno != EEXIST)
		error = -errno;
	buffer_put_text(&path, "/" SOCKET_UNIT_FILE);
	if (!error)
		error = write_restored(path.bytes, text);
	if (error)
		fprintf(stderr, "papod: %s: %s\n", path.bytes, strerror(-error));
	return error;
}

void dropin_forget(const char *directory)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };

	buffer_format(&path, RESTORED "%s/" SOCKET_UNIT_FILE, directory);
	if (unlink(path.bytes) < 0 && errno != ENOENT)
		fprintf(stderr, "papod: %s: %s\n", path.bytes, strerror(errno));
	buffer_clear(&path);
	buffer_format(&path, RESTORED "%s", directory);
	(void) rmdir(path.bytes); /* others may have drop-ins there */
}
