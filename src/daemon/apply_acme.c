/* Owns the start and the stop of papod-acme's units. At boot, a drop-in of papod-generator starts
 * them. */
#include "daemon/apply_acme.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/gate_unit.h"
#include "daemon/systemctl.h"

#define TIMER GATE_UNIT_TIMER
#define SERVICE "papod-acme.service"

static bool acme_has(const char *property, const char *wanted)
{
	CLEANUP(mem_freep) char *value = systemctl_show(TIMER, property);

	return strcmp(value, wanted) == 0;
}

static void print_names(const struct acme_settings *acme)
{
	printf("papod: papod-acme looks after the certificate of");
	for (size_t i = 0; i < acme->n_names; i++)
		printf(" %s", acme->names[i]);
	printf("; journalctl -u papod-acme shows how it gets on\n");
}

static int start_acme(const struct acme_settings *acme)
{
	static const char *const timer[] = { "start", TIMER, NULL };
	static const char *const service[] = { "--no-block", "start", SERVICE, NULL };

	if (!acme_has("LoadState", "loaded")) {
		fprintf(stderr, "papod: systemd knows no " TIMER ", which gets the certificate of "
				"tls.acme; is the package installed?\n");
		return EX_UNAVAILABLE;
	}
	if (systemctl_run(timer) || systemctl_run(service))
		return EX_UNAVAILABLE;
	print_names(acme);
	return 0;
}

int apply_acme(const struct settings *settings)
{
	static const char *const stop[] = { "stop", TIMER, NULL };

	if (settings->acme.n_names)
		return start_acme(&settings->acme);
	if (acme_has("ActiveState", "active") && systemctl_run(stop))
		return EX_UNAVAILABLE;
	return 0;
}
