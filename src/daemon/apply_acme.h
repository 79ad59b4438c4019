/* The part of papod --apply that concerns papod-acme, which gets a certificate. */
#pragma once

#include "config/settings.h"

/* Ask for the certificate now and from time to time, or no more. Call it when papod-gate listens,
 * which its issuer asks. An exit status. */
int apply_acme(const struct settings *settings);
