/* Removals of many rows, in parts. */
#pragma once

struct archive_tables;

/* Go on with what was noted. SQLITE_DONE: nothing is left. */
int archive_erasures_go_on(struct archive_tables *tables);
