/* One login, as PAM decides it: pam(8). Blocks for as long as its modules do. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "proto/checker_lines.h"

struct pam_login {
	const char *service;   /* the name of a file in the directory */
	const char *directory; /* NULL: the system's, such as /etc/pam.d */
	uid_t least_uid;       /* of people; at least 1 */
};

/* PAM gets the password as the answer to each question that hides what is typed. The caller
 * releases the answer. */
void pam_login_check(const struct pam_login *login, const struct checker_request *request,
	struct checker_answer *ret_answer);
