/* Declarations shared by the files with rows of the option table. Private to config/. */
#pragma once

#include "base/cleanup.h"
#include "base/fields.h"
#include "config/options.h"
#include "config/settings.h"
#include "config/text_checks.h"

#define TOP(ctype, name) FIELD_AT(settings, ctype, name)

#define SECONDS 1000u
#define HOURS (3600 * SECONDS)
#define KIB 1024u
#define MIB (1024 * KIB)
#define SOCKET_PATH_MOST 107 /* of sockaddr_un.sun_path, without the NUL: unix(7) */

/* The tables of all lists of groups, from OPTION_TABLE_LISTEN on. */
extern const struct option_table option_lists[OPTION_TABLES - 1];
