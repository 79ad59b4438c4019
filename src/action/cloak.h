/* The host that others see: a cloak or the real one. */
#pragma once

#include "action/command.h"

/* The cloaks of a host; both NULL: it has none. */
struct cloaks {
	char *of_name; /* NULL: the host has no name */
	char *of_address;
};

struct cloaks cloaks_make(
	const struct settings *settings, const struct address *address, const char *name);
void cloaks_done(struct cloaks *cloaks);

/* Set a new user's host and cloak. The name is that of its address, NULL if unknown. */
void cloak_give(struct world *world, struct user *user, const struct address *address,
	const char *name, const struct cloaks *cloaks);

/* After the welcome: send the user its cloak. */
void cloak_announce(struct call *call);

/* False: the user may not change it, and has been sent the reason. */
bool cloak_may_change(struct call *call, bool is_set);

/* Announce the visible host to the user and to others if it has changed. True: it has. */
bool host_changed(
	struct world *world, struct outbox *outbox, struct user *user, const char *old_source);
