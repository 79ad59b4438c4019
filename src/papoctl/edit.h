/* papoctl edit: the files of the configuration are only replaced by ones that papod accepts. */
#pragma once

/* The file is NULL for papod.conf; `papod` is that program. 0, or a status of sysexits.h after a
 * message. */
int edit_configuration(const char *program, const char *papod, const char *file);
