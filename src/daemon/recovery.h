/* Continues where another process stopped or crashed: the snapshot, the events after it, and the
 * kernel's knowledge of each socket together give the complete state. */
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
	struct reload *reload; /* starts with the settings of the world */
	struct survival *survival;
	struct sleepers *sleepers;
	struct cloak_key *cloak_key;
	struct secret_places *secrets; /* secrets in the log and the snapshot */
	struct recording *recording;   /* begins with the recovered world; NULL: none */
};

/* True: the state of the previous process is restored from these descriptors. False: there are no
 * clients, because nothing was inherited, or it was unusable, for a reason that is logged. */
bool recovery_run(const struct recovery_needs *needs, struct descriptors *inherited);
