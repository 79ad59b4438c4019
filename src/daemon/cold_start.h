/* The settings of the files, when there are no settings of an earlier process.
 *
 * If they have errors, papod waits in the process: to exit would make systemd start it ten times a
 * second and fill the journal, and systemd 252 cannot wait longer each time. The wait has a loop of
 * its own, as there is no world yet. */
#pragma once

#include "base/log.h"
#include "config/settings.h"
#include "daemon/cloak_key.h"
#include "service/notifier.h"

struct cold_start_needs {
	const struct log *log;
	struct notifier *notifier; /* without a service manager, errors end the program */
	struct cloak_key *cloak_key;
	const char *config; /* see configuration_read() */
};

/* The result. The first two are NULL after a failure, and if papod was told to stop. */
struct cold_start_result {
	struct settings *settings;
	char *source_names;
	bool is_restarting; /* told to stop for a restart */
};

/* Under a service manager it waits until the files have no errors. Returns an exit status, whose
 * reason is logged. */
int cold_start_read(const struct cold_start_needs *needs, struct cold_start_result *ret_result);
