/* What the thread of passwords does with one: compare it, or derive what is stored of it. */
#pragma once

#include <stdbool.h>

#include "daemon/worker.h"

/* For job->run. The status is ANSWER_YES or ANSWER_NO. */
void password_job_verify(struct job *job);
/* For an account: if its hash was imported, the text of the answer to the right password is the
 * verifier that replaces it. */
void password_job_verify_account(struct job *job);
/* The text of the answer is the verifier of the password, and the hash of an invitation if one
 * stands before it. */
void password_job_derive(struct job *job);
/* The same for a password behind a code of a mail, see outbox_derive_with_code(); a wrong code
 * makes the text "code". */
void password_job_derive_with_code(struct job *job);

/* Check the code that stands behind the password if the hash wants one. From then on the job is
 * about the password alone; no hash: the code was enough. */
void password_job_split_code(struct job *job);
/* Will the answer have the verifier of an imported account? */
bool password_job_wants_verifier(const struct job *job);
