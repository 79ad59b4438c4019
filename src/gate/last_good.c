/* Owns the copies of certificates. */
#include "gate/last_good.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "service/state_directory.h"

#define PREFIX "last-good-"

/* The caller frees; NULL: no state directory. */
static char *copy_path(const char *name)
{
	CLEANUP(buffer_done) struct buffer file = { 0 };

	buffer_format(&file, PREFIX "%s", name);
	return state_directory_path(file.bytes);
}

static struct certificate *load_copy(const char *path)
{
	CLEANUP(buffer_done) struct buffer ignored = { 0 };

	return access(path, F_OK) == 0 ? certificate_load(path, path, &ignored) : NULL;
}

static bool has_copy(const char *path, const struct certificate *certificate)
{
	struct certificate *copy = load_copy(path);
	bool is_same = copy && certificate_equals(copy, certificate);

	certificate_free(copy);
	return is_same;
}

int last_good_store(const char *name, const struct certificate *certificate)
{
	CLEANUP(mem_freep) char *path = copy_path(name);
	CLEANUP(buffer_done) struct buffer pem = { .is_secret = true };

	if (!path || has_copy(path, certificate))
		return 0;
	if (!certificate_put_pem(certificate->leaf, certificate->chain, certificate->key, &pem))
		return -EIO;
	return state_directory_write_file(path, pem.bytes, pem.length);
}

struct certificate *last_good_find(const char *name)
{
	CLEANUP(mem_freep) char *path = copy_path(name);
	struct certificate *copy = path ? load_copy(path) : NULL;

	if (!copy || certificate_seconds_left(copy) > 0)
		return copy;
	certificate_free(copy);
	return NULL;
}

static bool is_configured(const struct gate_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->n_certificates; i++)
		if (strcmp(settings->certificates[i].name, name) == 0)
			return true;
	return false;
}

/* A certificate that is missing only because of a mistake keeps its copy. */
void last_good_tidy(const struct gate_settings *settings)
{
	CLEANUP(mem_freep) char *directory = state_directory_path("");
	DIR *files = directory && settings->is_complete ? opendir(directory) : NULL;
	const struct dirent *file;

	while (files && (file = readdir(files)))
		if (text_starts_with(file->d_name, PREFIX) &&
			!is_configured(settings, file->d_name + sizeof(PREFIX) - 1))
			(void) unlinkat(dirfd(files), file->d_name, 0);
	if (files)
		closedir(files);
}
