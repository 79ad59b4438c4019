/* The memory of wrapped streams, for the files of connections; see wrapping.h. Other files must not
 * include this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection;
struct connections;
struct stream_end;
struct wrapping;
struct wrapping_place;

/* wrapping.c */

struct wrapping *wrapping_find(const struct connections *all, uint64_t id); /* NULL: not wrapped */

/* Change a slot at once: a copy of it, to be changed, and the end of the change. One at a time. */
struct wrapping *wrapping_begin_change(const struct connections *all, uint64_t id);
void wrapping_end_change(const struct connections *all);

/* The last bytes that were written: the kernel has not accepted them. */
void wrapping_keep_rest(const struct connections *all, struct wrapping *wrapping,
	const uint8_t *bytes, size_t length);
/* It was sent, and so was a Pong that is no longer owed. */
void wrapping_drop_rest(const struct connections *all, struct wrapping *wrapping);
struct wrapping_place *wrapping_place(const struct connections *all, uint64_t id);
/* After a crash: the kernel has accepted that much of the wire. False: the rest is not here. */
bool wrapping_find_rest(const struct connections *all, struct wrapping *wrapping, uint64_t sent);
/* Nothing in it can crash this process. */
bool wrapping_is_valid(const struct wrapping *wrapping);
bool wrapping_has_tls(const struct wrapping *wrapping);

/* wrapped_input.c: see struct stream */
ssize_t wrapped_look(
	struct connection *connection, char *bytes, size_t most, struct stream_end *ret_end);
ssize_t wrapped_drop(struct connection *connection, size_t bytes);

/* wrapped_output.c: see struct stream */
ssize_t wrapped_write(struct connection *connection, const char *bytes, size_t *length);
bool wrapped_say_goodbye(struct connection *connection);
/* The peer learns what was wrong, behind everything that was written before; or, of records, only
 * if all of that has been sent. */
void wrapped_refuse_records(struct connection *connection, uint8_t alert);
void wrapped_refuse_frames(const struct connection *connection, uint16_t code);
/* Must something be sent that no one has written yet? */
bool wrapping_owes_something(const struct wrapping *wrapping);
