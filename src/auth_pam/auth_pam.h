/* The checker of passwords that asks PAM: papod-auth-pam(8). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "auth_pam/pam_login.h"
#include "base/log.h"

struct auth_pam_options {
	struct pam_login login;
	size_t processes;
	uint32_t timeout_ms;
};

/* Answer papod at the socket that systemd has passed in, until SIGTERM or SIGINT. The result is an
 * exit status. */
int auth_pam_run(const struct auth_pam_options *options, const struct log *log);
