/* Owns the names of instances, and of what belongs to them. */
#include "config/instance.h"

#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/text.h"

#define PREFIX SYSCONFDIR "/" INSTANCE_DIRECTORY "/"
#define CONFIG "/papod.conf"

bool instance_name_is_valid(const char *name, size_t length)
{
	if (!length || length > INSTANCE_MOST_BYTES || name[0] == '-')
		return false;
	for (size_t i = 0; i < length; i++)
		if (!text_is_letter(name[i]) && !text_is_digit(name[i]) && name[i] != '-')
			return false;
	return true;
}

char *instance_of_config(const char *config)
{
	const char *name;
	size_t length;

	if (!config || !text_starts_with(config, PREFIX))
		return NULL;
	name = config + strlen(PREFIX);
	length = strcspn(name, "/");
	if (strcmp(name + length, CONFIG) != 0 || !instance_name_is_valid(name, length))
		return NULL;
	return mem_text_n(name, length);
}

char *instance_config(const char *instance)
{
	struct buffer path = { 0 };

	if (!instance)
		return mem_text(SYSCONFDIR CONFIG);
	buffer_format(&path, PREFIX "%s" CONFIG, instance);
	return buffer_take(&path);
}

char *instance_unit(const char *instance, const char *unit)
{
	struct buffer name = { 0 };
	int length = (int) strcspn(unit, ".");

	buffer_format(&name, "%.*s%s%s%s", length, unit, instance ? "@" : "",
		instance ? instance : "", unit + length);
	return buffer_take(&name);
}
