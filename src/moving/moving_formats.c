/* Owns the list of formats. */
#include "moving/moving_formats.h"

#include <string.h>

#include "base/cleanup.h"
#include "moving/ergo.h"
#include "moving/inspircd.h"
#include "moving/ngircd.h"
#include "moving/unrealircd.h"

static const struct mapping_format *const formats[] = {
	&mapping_ergo,
	&mapping_inspircd,
	&mapping_ngircd,
	&mapping_unrealircd,
};

const struct mapping_format *moving_format(size_t index)
{
	return index < ARRAY_LENGTH(formats) ? formats[index] : NULL;
}

const struct mapping_format *moving_format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(formats); i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

bool moving_read(const struct mapping_format *format, const struct moving_file *files,
	size_t n_files, struct moving_node *root, struct problems *problems)
{
	bool is_good = true;

	for (size_t i = 0; i < n_files; i++)
		is_good &= format->read(root, &files[i], problems);
	return is_good;
}
