/* Owns which instance is meant, and which there are. */
#include "papoctl/instances.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/instance.h"
#include "service/control_caller.h"

bool instances_choose(const char *program, const char *name)
{
	if (!instance_name_is_valid(name, strlen(name))) {
		fprintf(stderr,
			"%s: \"%s\" is no name of an instance: these have letters, digits and "
			"hyphens\n",
			program, name);
		return false;
	}
	/* What the caller says now counts more than what the environment says. */
	if (unsetenv("STATE_DIRECTORY") == 0 && setenv(CONTROL_INSTANCE, name, 1) == 0)
		return true;
	perror(program);
	return false;
}

/* Users who may not read the configuration see none. */
void instances_each(instances_fn on_instance, const void *data)
{
	DIR *directory = opendir(SYSCONFDIR "/" INSTANCE_DIRECTORY);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (instance_name_is_valid(entry->d_name, strlen(entry->d_name)))
			on_instance(data, entry->d_name);
	if (directory)
		closedir(directory);
}
