/* Asking papod for a report. */
#pragma once

#include <jansson.h>

#include "report/report_rows.h"

/* All rows, a list that the caller releases. 0, or a status of sysexits.h after a message. */
int ask_for_report(const char *program, const struct report_row *row, json_t **ret_rows);
