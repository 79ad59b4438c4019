/* papod-push: sends messages of papod to push services. */
#pragma once

#include "base/log.h"

struct push_options {
	const char *config;   /* NULL: the default file */
	const char *resolver; /* see names.h */
	const char *ca_file;  /* NULL: the certificates that the system trusts */
};

/* Serve until SIGTERM; the result is an exit status. */
int push_run(const struct push_options *options, const struct log *log);
