/* Owns the list of formats of databases. */
#include "moving/registry_formats.h"

#include <string.h>

#include "base/cleanup.h"

static const struct registry_format *const formats[] = {
	&registry_anope,
	&registry_atheme,
	&registry_ergo,
};

const struct registry_format *registry_format(size_t index)
{
	return index < ARRAY_LENGTH(formats) ? formats[index] : NULL;
}

const struct registry_format *registry_format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

bool registry_read(const struct registry_format *format, const struct moving_file *files,
	size_t n_files, struct registry *registry, struct problems *problems)
{
	bool is_good = true;

	for (size_t i = 0; i < n_files; i++)
		is_good &= format->read(registry, &files[i], problems);
	if (is_good && format->finish)
		format->finish(registry);
	if (is_good)
		registry_finish(registry);
	return is_good;
}
