/* Owns the ids of messages.
 *
 * An id is a time and a counter, with a number that each world draws once. All of it comes from
 * the event, so a replay gives the same ids; a new world gives others, whatever its clock shows.
 */
#include "world/msgid.h"

#include <string.h>

#include "proto/history_row.h"
#include "world/world.h"

#define COUNTER_BITS HISTORY_COUNTER_BITS
#define NUMBER_DIGITS 13
#define BIRTH_DIGITS 7
/* Thousands of clients may leave at once: their ids must not run ahead of the clock by seconds. */
#define MOST_AHEAD_MS 50

uint64_t msgid_coming(const struct world *world)
{
	uint64_t first = msgid_at(world->wall_ms);

	/* If the clock stands still, or ids are drawn faster than it runs, ids run ahead of it. */
	return first > world->last_msgid ? first : world->last_msgid + 1;
}

uint64_t msgid_next(struct world *world)
{
	world->last_msgid = msgid_coming(world);
	return world->last_msgid;
}

uint64_t msgid_pass(struct world *world)
{
	uint64_t first = msgid_at(world->wall_ms);

	if (world->last_msgid >= msgid_at(world->wall_ms + MOST_AHEAD_MS))
		return msgid_wall_ms(world->last_msgid) - 1;
	if (first > world->last_msgid)
		world->last_msgid = first;
	world->last_msgid |= (UINT64_C(1) << COUNTER_BITS) - 1;
	return msgid_wall_ms(world->last_msgid);
}

/* The database holds numbers below 2^63, so later times have no ids. */
uint64_t msgid_at(uint64_t wall_ms)
{
	return wall_ms > INT64_MAX >> COUNTER_BITS ? INT64_MAX : wall_ms << COUNTER_BITS;
}

uint64_t msgid_wall_ms(uint64_t id)
{
	return id >> COUNTER_BITS;
}

/* Texts sort like their numbers; letters that look like digits are left out. */
static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";

static void put_digits(uint64_t number, char *text, int n)
{
	for (; n > 0; n--, number >>= 5)
		text[n - 1] = digits[number & 31];
}

void msgid_format_of(uint64_t birth, uint64_t id, char text[MSGID_BYTES])
{
	put_digits(id, text, NUMBER_DIGITS);
	put_digits(birth, text + NUMBER_DIGITS, BIRTH_DIGITS);
	text[NUMBER_DIGITS + BIRTH_DIGITS] = '\0';
}

void msgid_format(const struct world *world, uint64_t id, char text[MSGID_BYTES])
{
	msgid_format_of(world->birth, id, text);
}

static bool read_digits(const char *text, int n, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (int i = 0; i < n; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return false;
		number = number << 5 | (uint64_t) (digit - digits);
	}
	*ret_number = number;
	return true;
}

static bool read_digits_of_id(const char *text, uint64_t *ret_id, uint64_t *ret_birth)
{
	char again[MSGID_BYTES];

	if (!read_digits(text, NUMBER_DIGITS, ret_id) ||
		!read_digits(text + NUMBER_DIGITS, BIRTH_DIGITS, ret_birth))
		return false;
	msgid_format_of(*ret_birth, *ret_id, again);
	return strcmp(again, text) == 0;
}

bool msgid_parse(const struct world *world, const char *text, uint64_t *ret_id)
{
	char own[MSGID_BYTES];
	uint64_t id, birth;

	if (!read_digits_of_id(text, &id, &birth))
		return false;
	msgid_format(world, id, own);
	if (strcmp(own, text) != 0)
		return false;
	*ret_id = id;
	return true;
}

bool msgid_parse_any(const char *text, uint64_t *ret_id)
{
	uint64_t id, birth;

	if (!read_digits_of_id(text, &id, &birth) || id > INT64_MAX)
		return false;
	*ret_id = id;
	return true;
}
