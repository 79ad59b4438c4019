/* Problems of the configuration, as entries of the log. */
#pragma once

#include "base/log.h"
#include "config/problem.h"

/* Log each problem; returns the first error, or NULL. */
const struct problem *problems_log(const struct problems *problems, const struct log *log);
