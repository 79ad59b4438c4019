/* The signature of a webhook: HMAC with SHA-256 of its body, in hexadecimal digits, with or without
 * "sha256=" in front, as GitHub (X-Hub-Signature-256) and Forgejo (X-Forgejo-Signature) send it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The time does not depend on where they differ. */
bool web_signature_is_right(
	const char *signature, const char *secret, const char *body, size_t length);
