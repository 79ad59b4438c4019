/* Owns the restart of papod-push. Messages that it has not sent yet are asked for again. */
#include "daemon/apply_push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/push_unit.h"
#include "daemon/dropin.h"
#include "daemon/systemctl.h"

#define SERVICE "papod-push.service"

void apply_push_read(struct apply_push *ret_push)
{
	CLEANUP(mem_freep) char *active = systemctl_show(SERVICE, "ActiveState");

	ret_push->is_running = strcmp(active, "active") == 0;
	ret_push->dropin = dropin_read(PUSH_UNIT_DIRECTORY);
}

void apply_push_done(struct apply_push *push)
{
	free(push->dropin);
}

static bool is_sandbox_changed(const struct apply_push *push)
{
	CLEANUP(mem_freep) char *dropin = dropin_read(PUSH_UNIT_DIRECTORY);

	return strcmp(dropin ? dropin : "", push->dropin ? push->dropin : "") != 0;
}

int apply_push_restart(const struct apply_push *push)
{
	const char *const words[] = { "--quiet", is_sandbox_changed(push) ? "restart" : "reload",
		SERVICE, NULL };

	if (!push->is_running || systemctl_run(words) == 0)
		return 0;
	fprintf(stderr, "papod: papod-push did not take it: see systemctl status papod-push\n");
	return EX_UNAVAILABLE;
}
