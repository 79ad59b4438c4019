/* Ids of messages, never used twice and sorted by time. IRCv3 message-ids.
 *
 * Inside it is a number: the time in the world's clock, and in its low bits a counter of those
 * of the same millisecond. As text, the world's birth follows, a random number drawn once: so a new
 * world repeats no id, whatever its clock shows. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct world;

#define MSGID_BYTES 21 /* with its NUL */
/* Instead of a world's, of messages from another program's log. */
#define MSGID_BIRTH_IMPORTED 0

uint64_t msgid_next(struct world *world);	  /* never 0 */
uint64_t msgid_coming(const struct world *world); /* the lowest that may be drawn next */
/* Ids of later messages are of a later time than the returned one, and those drawn already are not;
 * while ids run far ahead of the clock, the last of these may be, too. */
uint64_t msgid_pass(struct world *world);
uint64_t msgid_wall_ms(uint64_t id); /* when it was drawn, or a little later */
uint64_t msgid_at(uint64_t wall_ms); /* no id drawn before that time is higher */
/* False: not an id of this world. */
bool msgid_parse(const struct world *world, const char *text, uint64_t *ret_id);
void msgid_format(const struct world *world, uint64_t id, char text[MSGID_BYTES]);
/* The same for an id that another world may have drawn; its birth does not matter. */
bool msgid_parse_any(const char *text, uint64_t *ret_id);
void msgid_format_of(uint64_t birth, uint64_t id, char text[MSGID_BYTES]);
