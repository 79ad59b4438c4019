/* Owns the slow computations with passwords. They see nothing but their job, as they run in a
 * thread of their own; only splitting off a code is fast, and done before. */
#include "daemon/password_jobs.h"

#include <string.h>
#include <sys/random.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/password.h"
#include "net/loop.h"
#include "proto/invitation_text.h"
#include "proto/mail_code.h"
#include "proto/opaque_string.h"
#include "proto/scram_verifier.h"
#include "proto/totp.h"
#include "world/event.h"

void password_job_verify(struct job *job)
{
	job->status = password_matches(job->password, job->hash) ? ANSWER_YES : ANSWER_NO;
}

static void derive_from(struct job *job, const char *password)
{
	struct scram_verifier verifier = { .rounds = SCRAM_ROUNDS, .salt_bytes = SCRAM_SALT_BYTES };
	char text[SCRAM_VERIFIER_TEXT_BYTES], hash[INVITATION_HASH_BYTES];
	char *normal = opaque_string(invitation_split(password, hash));
	struct buffer answer = { 0 };

	job->status = ANSWER_NO;
	if (normal && getrandom(verifier.salt, SCRAM_SALT_BYTES, 0) == SCRAM_SALT_BYTES) {
		scram_verifier_derive(&verifier, normal);
		scram_verifier_format(&verifier, text);
		buffer_format(&answer, "%s%s%s", text, *hash ? " " : "", hash);
		job->text = buffer_take(&answer);
		job->status = ANSWER_YES;
	}
	mem_free_secret(normal);
}

/* An imported account has a hash of crypt(3), which is replaced once its password is known. */
static bool is_hash_imported(const char *hash)
{
	struct scram_verifier verifier;

	return !scram_verifier_parse(hash, &verifier) && !mail_code_is_hash(hash);
}

void password_job_verify_account(struct job *job)
{
	password_job_verify(job);
	if (job->status != ANSWER_YES || !is_hash_imported(job->hash))
		return;
	mem_free_secret(TAKE(job->text));
	derive_from(job, job->password);
	job->status = ANSWER_YES;
}

bool password_job_wants_verifier(const struct job *job)
{
	return job->run == password_job_verify_account && is_hash_imported(job->hash);
}

void password_job_split_code(struct job *job)
{
	struct totp_split split = totp_split(job->hash, job->password, loop_wall_ms());

	mem_free_secret(job->hash);
	mem_free_secret(job->password);
	job->hash = TAKE(split.hash);
	job->password = TAKE(split.password);
	job->step = split.step;
	job->lacks_code = split.needs_code && !split.step;
	if (job->lacks_code)
		job->run = password_job_verify;
}

void password_job_derive(struct job *job)
{
	derive_from(job, job->password);
}

void password_job_derive_with_code(struct job *job)
{
	size_t length = strcspn(job->password, " ");
	char *code = mem_text_n(job->password, length);

	if (job->password[length] && mail_code_matches(code, job->hash)) {
		derive_from(job, job->password + length + 1);
	} else {
		job->status = ANSWER_NO;
		job->text = mem_text("code");
	}
	mem_free_secret(code);
}
