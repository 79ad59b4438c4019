/* A code that a user repeats before something is dropped or erased. */
#pragma once

#include <stdint.h>

#define CONFIRMATION_BYTES 9

/* A thing is not dropped by mistake, nor with the code of an earlier one of the same name. */
void confirmation_format(
	const char *what, uint64_t id, uint64_t created_wall_ms, char ret_code[CONFIRMATION_BYTES]);
