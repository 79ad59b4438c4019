/* Further instances of papod on one machine. Each is papod@NAME.service, with its papod.conf in a
 * directory of its own; systemd/instance.sed makes their units from those of the first papod. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define INSTANCE_DIRECTORY "instances" /* beside papod.conf */
#define INSTANCE_MOST_BYTES 32

/* Letters, digits and hyphens, as systemd changes no others in names of units. */
bool instance_name_is_valid(const char *name, size_t length);

/* The instance that reads this papod.conf; NULL: it is not one. The caller frees. */
char *instance_of_config(const char *config);

/* Its papod.conf; that of the first papod, if the name is NULL. The caller frees. */
char *instance_config(const char *instance);

/* The unit of an instance: "papod@NAME.socket" for "papod.socket", which itself is the unit if
 * there is no instance. The caller frees. */
char *instance_unit(const char *instance, const char *unit);
