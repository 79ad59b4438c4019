/* The path of a log that ZNC or soju has written: whose it is, and of which day. */
#pragma once

#include <stdbool.h>

/* Of a path whose last parts are NETWORK/WINDOW/YYYY-MM-DD.log, or WINDOW_YYYYMMDD.log, with
 * NETWORK_ before it, as older ZNC wrote them. The directories moddata/log, in which a module has
 * only one network, are left out. */
struct bouncer_path {
	char *network; /* empty: unknown; there may be USER_ before it */
	char *window;  /* a channel begins with # */
	int year;
	int month;
	int day;
};

/* False: it is no such path. */
bool bouncer_path_read(const char *path, struct bouncer_path *ret_path);
void bouncer_path_done(struct bouncer_path *path);
/* Is that its network? */
bool bouncer_path_is_of(const struct bouncer_path *path, const char *network);
