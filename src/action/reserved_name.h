/* Names that not everybody may use. */
#pragma once

#include "action/command.h"
#include "proto/ban_mask.h"

/* The reason of the ban on that nickname or channel; NULL: the caller may use it. */
const char *reserved_name_reason(const struct call *call, enum ban_kind kind, const char *name);
