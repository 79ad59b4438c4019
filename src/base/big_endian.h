/* Numbers in network order: of up to eight bytes, the highest first. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline uint64_t big_endian_read(const void *bytes, size_t n_bytes)
{
	const uint8_t *at = bytes;
	uint64_t value = 0;

	for (size_t i = 0; i < n_bytes; i++)
		value = value << 8 | at[i];
	return value;
}

/* Write the lowest bytes of the value. */
static inline void big_endian_write(void *bytes, uint64_t value, size_t n_bytes)
{
	uint8_t *at = bytes;

	for (; n_bytes; value >>= 8)
		at[--n_bytes] = (uint8_t) value;
}
