/* What papod-gate tells papod of the certificates of the server: for people, and in no way trusted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#define CERTIFICATE_FACTS_BYTES 3000 /* of all together; the last ones are left out */

/* Append those of one certificate; the names have spaces between them. False: there is no room. */
bool certificate_facts_put(
	struct buffer *out, const char *path, const char *names, uint64_t ends_wall_ms);
/* Those of the file, if they are among the bytes. The caller frees *ret_names. */
bool certificate_facts_find(
	const struct buffer *facts, const char *path, char **ret_names, uint64_t *ret_ends_wall_ms);
