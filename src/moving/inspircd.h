/* InspIRCd: what papod has instead of each tag of its configuration. */
#pragma once

#include "moving/mapping.h"

extern const struct mapping_format mapping_inspircd;
