/* Importing hostile configurations. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "moving/mapping.h"

/* Whatever can be read becomes settings that papod accepts. */
void moving_feed(const struct mapping_format *format, const uint8_t *data, size_t size);
