/* The commands that papoctl carries out by itself, with papod's command line and files. */
#pragma once

#include "papoctl/words.h"

/* 0, or a status of sysexits.h after a message. */
int own_command(const char *program, const struct words *words);

/* Before a reload: show what it will change, and ask if there is somebody to ask. True: go on; else
 * *ret_status is that of the program. */
bool own_may_reload(const char *program, int *ret_status);
/* Do these rows of the report of changes have an option that other programs than papod read?
 * Sockets of a service are systemd's, and papod-gate, papod-push, papod-acme and papod-lookup are
 * services of their own. */
bool own_needs_apply(const json_t *changes);
/* Apply the files: by a reload, or for such options of a service by papod --apply. */
int own_apply(const char *program, const char *papod);
/* Run a program and wait for it. Its status; one that a signal ended has failed. */
int own_run(const char *program, char *const *words);
