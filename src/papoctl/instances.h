/* Further papods on this machine, see config/instance.h. */
#pragma once

#include <stdbool.h>

/* Everything that follows, in programs that are started, too, is about this one. False: it is no
 * name of an instance, after a message. */
bool instances_choose(const char *program, const char *name);
/* Call it for each that is there. */
typedef void (*instances_fn)(const void *data, const char *name);
void instances_each(instances_fn on_instance, const void *data);
