/* Ergo: what papod has instead of each setting of ircd.yaml. */
#pragma once

#include "moving/mapping.h"

extern const struct mapping_format mapping_ergo;
