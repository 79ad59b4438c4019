/* UnrealIRCd: what papod has instead of each block of its configuration. */
#pragma once

#include "moving/mapping.h"

extern const struct mapping_format mapping_unrealircd;
