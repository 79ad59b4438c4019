/* What the units of systemd need of papod.conf, read at boot, when mistakes must not matter. */
#pragma once

#include <stddef.h>

#include "config/gate_unit.h"
#include "config/problem.h"
#include "config/settings.h"
#include "config/socket_unit.h"

/* Parse only what the function finds in the texts, see listen_text.h, and of that use the valid
 * entries. The caller unrefs the settings. */
struct settings *unit_sources_settings(const struct source *sources, size_t n_sources,
	char *(*find)(const char *text), struct problems *problems);
/* Parse only what listen_text() finds, and of that use the valid entries. If there are
 * errors and no entry of a unit is left, the unit is the default. */
void unit_sources_parse(const struct source *sources, size_t n_sources, struct problems *problems,
	struct socket_unit *ret_unit, struct gate_unit *ret_gate);
