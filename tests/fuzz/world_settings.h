/* The configurations among which fuzz_world chooses. */
#pragma once

#include <stddef.h>

#include "config/settings.h"

/* Any number stands for one of them. The caller unrefs. */
struct settings *world_settings(size_t number);
