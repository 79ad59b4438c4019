/* ngIRCd: what papod has instead of each setting of ngircd.conf. */
#pragma once

#include "moving/mapping.h"

extern const struct mapping_format mapping_ngircd;
