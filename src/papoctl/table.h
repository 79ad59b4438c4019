/* Reports for people. What strangers have chosen, such as topics, cannot move the cursor. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "report/report_rows.h"

/* A line for each row under a heading; of a report with a single row, a line for each field. */
void table_print(FILE *out, const struct report_row *row, const json_t *rows);
