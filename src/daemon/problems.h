/* Problems of the configuration, as entries of the log. */
#pragma once

#include "base/log.h"
#include "config/problem.h"

/* Each problem into the log; the first error, or NULL. */
const struct problem *problems_log(const struct problems *problems, const struct log *log);
