/* The memory of wrapped streams, for the files of connections; see wrapping.h. Other files must not
 * include this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct connections;
struct wrapping;

struct wrapping *wrapping_find(const struct connections *all, uint64_t id); /* NULL: not wrapped */

/* Change a slot at once: a copy of it, to be changed, and the end of the change. One at a time. */
struct wrapping *wrapping_begin_change(const struct connections *all, uint64_t id);
void wrapping_end_change(const struct connections *all);

/* The last bytes that were written: the kernel has not accepted them. */
void wrapping_keep_rest(const struct connections *all, struct wrapping *wrapping,
	const uint8_t *bytes, size_t length);
void wrapping_drop_rest(const struct connections *all, struct wrapping *wrapping);
uint8_t *wrapping_place(const struct connections *all, uint64_t id);
/* After a crash: the kernel has accepted that much of the wire. False: the rest is not here. */
bool wrapping_find_rest(const struct connections *all, struct wrapping *wrapping, uint64_t sent);
