/* The part of papod --apply that concerns papod-push, which sends messages to devices. */
#pragma once

#include <stdbool.h>

struct apply_push {
	char *dropin; /* in force before systemd reads its units again; NULL: none */
	bool is_running;
};

void apply_push_read(struct apply_push *ret_push);
void apply_push_done(struct apply_push *push);
/* Let it read papod.conf again, when systemd has read the units: restart it if its sandbox has
 * changed. An exit status. */
int apply_push_restart(const struct apply_push *push);
