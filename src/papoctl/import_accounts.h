/* Giving the accounts and registered channels of another server to a running papod. */
#pragma once

#include "moving/registry_formats.h"
#include "papoctl/import_files.h"

/* Returns an exit status. */
int import_accounts(const struct import_call *call, const struct registry_format *format);
