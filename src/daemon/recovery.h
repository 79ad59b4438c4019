/* Going on where another process stopped or died: the snapshot, the events after it, and what the
 * kernel knows of each socket together are what there was. */
#pragma once

#include <stdbool.h>

#include "base/log.h"
#include "daemon/clients.h"
#include "daemon/cloak_key.h"
#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "daemon/recording.h"
#include "daemon/reload.h"
#include "daemon/secret_places.h"
#include "daemon/sleepers.h"
#include "survival/descriptors.h"
#include "survival/survival.h"

struct recovery_needs {
	const struct log *log;
	struct engine *engine; /* without a world yet */
	struct clients *clients;
	struct helpers *helpers;
	struct reload *reload; /* begins with the settings of the world */
	struct survival *survival;
	struct sleepers *sleepers;
	struct cloak_key *cloak_key;
	struct secret_places *secrets; /* those in the log and the snapshot */
	struct recording *recording;   /* begins with whoever is here; NULL: there is none */
};

/* True: all is as the last process left it, from what it left among these descriptors. False: there
 * is nobody, and there was nothing, or it cannot be used and the log says why. */
bool recovery_run(const struct recovery_needs *needs, struct descriptors *inherited);
