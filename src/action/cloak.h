/* The host that others see: a cloak or the real one. */
#pragma once

#include "action/command.h"

/* What hides a host; both NULL: nothing does. */
struct cloaks {
	char *of_name; /* NULL: there is no name */
	char *of_address;
};

struct cloaks cloaks_make(
	const struct settings *settings, const struct address *address, const char *name);
void cloaks_done(struct cloaks *cloaks);

/* A new user: where it comes from, and what hides that. The name is that of its address; NULL:
 * none is known. */
void cloak_give(struct world *world, struct user *user, const struct address *address,
	const char *name, const struct cloaks *cloaks);

/* Once it was welcomed: tell the user of its cloak. */
void cloak_announce(struct call *call);

/* False: the user may not wish for that, and was told. */
bool cloak_may_change(struct call *call, bool is_set);

/* The host that others see may have changed: tell the user, and show it to others as it is
 * now. True: it has. */
bool host_changed(
	struct world *world, struct outbox *outbox, struct user *user, const char *old_source);
