/* A code that a user repeats before something is dropped or erased. */
#pragma once

#include <stdint.h>

struct errand;

#define CONFIRMATION_BYTES 9

/* A thing is not dropped by mistake, nor with the code of an earlier one of the same name. */
void confirmation_format(
	const char *what, uint64_t id, uint64_t created_wall_ms, char ret_code[CONFIRMATION_BYTES]);

/* Say how to confirm that the user wants to "drop NAME and all that is stored about it", or the
 * like. */
void confirmation_demand(struct errand *errand, const char *verb, const char *name,
	const char *rest, const char *code);
