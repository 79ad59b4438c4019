/* What of the capabilities changes with the settings. */
#pragma once

#include "config/settings.h"
#include "world/outbox.h"
#include "world/world.h"

/* Those turned off that there are none of go to the log. */
void cap_check_settings(const struct settings *settings, struct outbox *outbox);

/* Tell those who wish to know what is offered no more, which is taken from them, and what is
 * offered now, or with another value. */
void cap_settings_changed(
	struct world *world, struct outbox *outbox, const struct settings *old_settings);
