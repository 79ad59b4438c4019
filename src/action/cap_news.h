/* Changes of the offered capabilities. */
#pragma once

#include "config/settings.h"
#include "world/caps.h"
#include "world/outbox.h"
#include "world/world.h"

/* Log each name in ircv3.capabilities_off or ircv3.capabilities_on that has no effect there. */
void cap_check_settings(const struct settings *settings, struct outbox *outbox);

/* Send CAP DEL for capabilities that are no longer offered, which clients lose, and CAP NEW for new
 * ones and new values. */
void cap_basis_changed(
	struct world *world, struct outbox *outbox, const struct cap_basis *old_basis);
