/* Owns the start of papod-lookup.socket, with which systemd starts papod-lookup when it is asked.
 */
#include "daemon/apply_lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/access.h"
#include "daemon/resolving.h"
#include "daemon/systemctl.h"

#define SOCKET "papod-lookup.socket"

/* papod would not ask it at another socket than its own. */
static bool is_lookup_needed(const struct settings *settings)
{
	if (settings->dns_socket && strcmp(settings->dns_socket, LOOKUP_SOCKET) != 0)
		return false;
	return access_lacks_names(settings, &RESOLVING_SOCKETS);
}

int apply_lookup(const struct settings *settings)
{
	static const char *const words[] = { "--quiet", "enable", "--now", SOCKET, NULL };
	CLEANUP(mem_freep) char *load = NULL;

	if (!is_lookup_needed(settings))
		return 0;
	load = systemctl_show(SOCKET, "LoadState");
	if (strcmp(load, "loaded") != 0) /* masked, for example; papod --check warns */
		return 0;
	if (systemctl_run(words)) {
		fprintf(stderr,
			"papod: papod-lookup did not start: see systemctl status " SOCKET "\n");
		return EX_UNAVAILABLE;
	}
	printf("papod: papod-lookup asks name servers, as systemd-resolved does not run\n");
	return 0;
}
