/* Importing hostile databases of accounts. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "moving/registry_formats.h"

/* Whatever can be read becomes calls that a papod reads, with hashes that it knows. */
void registry_feed(const struct registry_format *format, const uint8_t *data, size_t size);
